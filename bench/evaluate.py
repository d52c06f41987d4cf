"""Measures how well questions find the documents that answer them.

    python -m bench.evaluate [--documents FOLDER --questions FILE] [--database sqlite,postgresql]

Adds a folder of documents to a new installation for each database, asks it every question, prints
the shares as a table and writes all that was found as JSON. `docs/knowledge.md` says what the
columns mean; without options of its own, a run rewrites the table there.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import machine
from bench.retrieval import page
from bench.retrieval.figures import Figures, by_language
from bench.retrieval.library import library
from bench.retrieval.questions import Asked, Question, load
from chatapp.chat.grounding import THRESHOLD
from tests.support import databases
from tests.support.instance import ROOT

OURS = ROOT / "bench" / "retrieval"
PAGE = ROOT / "docs" / "knowledge.md"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Evaluation(msgspec.Struct, frozen=True):
    """One run: the figures by database and language, and every question with what it found."""

    date: datetime
    versions: dict[str, str]
    threshold: float
    figures: dict[str, dict[str, Figures]]
    asked: dict[str, list[Asked]]


def evaluate(options: Namespace) -> Evaluation:
    """Asks everything of each database that is there."""
    questions = load(options.questions, options.documents)
    asked = {}
    for database in options.database:
        if database == "postgresql" and not machine.has_postgres():
            print("PostgreSQL is left out: it is not installed (Debian package: postgresql).")
            continue
        with (
            new_database(database) as (folder, url),
            library(folder, options.documents, url) as opened,
        ):
            asked[NAMES[database]] = [opened.ask(question) for question in questions]
    threshold = options.threshold
    figures = {name: by_language(each, threshold) for name, each in asked.items()}
    return Evaluation(datetime.now(UTC), machine.versions(None), threshold, figures, asked)


@contextmanager
def new_database(database: str) -> Iterator[tuple[Path, str]]:
    """A folder for an installation, and the URL of its new database, empty for SQLite."""
    with TemporaryDirectory(prefix="chatapp-eval-") as name:
        folder = Path(name)
        if database == "sqlite":
            yield folder / "chatapp", ""
        else:
            with databases.postgres(folder / "postgres" / "server") as url:
                yield folder / "chatapp", url


def misses(evaluation: Evaluation) -> Iterator[str]:
    """Every question whose document was not among the first five, once."""
    missed: dict[Question, list[str]] = {}
    for name, asked in evaluation.asked.items():
        for each in asked:
            if each.question.expected and (each.rank or 6) > 5:
                missed.setdefault(each.question, []).append(name)
    for question, names in missed.items():
        yield f"not among five ({', '.join(names)}): {question.question}"


def _options(argv: list[str]) -> Namespace:
    parser = ArgumentParser(prog="make eval", description="How well questions find documents.")
    parser.add_argument("--documents", type=Path, default=OURS / "documents")
    parser.add_argument("--questions", type=Path, default=OURS / "questions.json")
    parser.add_argument("--database", default="sqlite,postgresql", help="separated by commas")
    parser.add_argument("--threshold", type=float, default=THRESHOLD)
    parser.add_argument("--output", type=Path, default=ROOT / "bench/results/retrieval.json")
    options = parser.parse_args(argv)
    options.database = options.database.split(",")
    if unknown := set(options.database) - NAMES.keys():
        parser.error(f"no such database: {', '.join(sorted(unknown))}")
    return options


def main(argv: list[str]) -> int:
    """Runs the evaluation."""
    options = _options(argv)
    evaluation = evaluate(options)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(
        msgspec.json.format(msgspec.json.encode(evaluation), indent=1) + b"\n"
    )
    table = page.table(evaluation.figures)
    print(table, *misses(evaluation), sep="\n")
    if not argv:
        PAGE.write_text(page.replaced(PAGE.read_text(), table))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
