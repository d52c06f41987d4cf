"""Measures searching, indexing, and what others notice of it.

    python -m bench.indexing [--documents N] [--database sqlite,postgresql] [--output FILE]

Adds many documents to a new installation by the command that people use, times searches over
HTTP one after the other, then uploads more, among them a long and a hostile one, while answers
are streamed by the same worker. Prints what it found and writes it as JSON. `docs/knowledge.md`
says what the figures mean.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from os import getloadavg
from pathlib import Path
from time import monotonic, sleep

import msgspec
from sqlalchemy import create_engine, text

from bench import machine, targets
from bench.evaluate import NAMES, OURS, new_database
from bench.load import Times
from bench.machine import Cores, pinned
from bench.measure import Rig, Shape
from bench.retrieval import invented, searches, uploads
from bench.retrieval.library import Library
from bench.retrieval.speeds import Beside, Figures, Indexing, Outcome, table
from bench.retrieval.uploads import Uploader
from bench.script import Behaviour
from bench.targets import model_command
from tests.support.instance import EMAIL, ROOT, Instance
from tests.support.processes import Program, start

STREAMS = 50
BEHAVIOUR = Behaviour(25, 500)
"""Twenty seconds of words for everybody, during which files are uploaded."""

UPLOADS = 100
LANGUAGES = ("en", "de", "id")


def measure(database: str, options: Namespace) -> Figures:
    """All of it on one database."""
    cores = Cores.divide()
    with new_database(database) as (folder, url), _model(folder, cores) as model:
        folder.mkdir()
        settings = targets.chatapp_settings(model) | _offered()
        instance = Instance(folder, settings | ({"DATABASE_URL": url} if url else {}))
        indexing = _index(instance, url, options.documents)
        with pinned(cores.server):
            program = start(instance.gunicorn())
        try:
            with pinned(cores.rig):
                times = _search(instance, program)
                return Figures(indexing, times, _beside(instance, program, model))
        finally:
            program.end()


def _index(instance: Instance, url: str, count: int) -> Indexing:
    folder = instance.folder / "documents"
    for language in LANGUAGES:
        (folder / language).mkdir(parents=True)
        made = invented.documents(OURS / "documents" / language, count // len(LANGUAGES), seed=0)
        for number, words in enumerate(made):
            (folder / language / f"{number}.md").write_text(words, "utf-8")
    begun = monotonic()
    instance.flask("documents", "add", EMAIL, str(folder))
    seconds = monotonic() - begun
    documents, passages = _counted(url or f"sqlite:///{instance.folder / 'chatapp.db'}")
    return Indexing(documents, passages, round(seconds, 2), round(passages / seconds))


def _counted(url: str) -> tuple[int, int]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            ready = "SELECT count(*) FROM documents WHERE state = 'ready'"
            documents = connection.scalar(text(ready)) or 0
            passages = connection.scalar(text("SELECT count(*) FROM passages")) or 0
    finally:
        engine.dispose()
    return int(documents), int(passages)


def _search(instance: Instance, program: Program) -> dict[str, Times]:
    library = Library(instance, program.port)
    try:
        asked = searches.questions(OURS / "documents")
        return {kind: searches.times(library.find, each) for kind, each in asked.items()}
    finally:
        library.close()


def _beside(instance: Instance, program: Program, model: Program) -> Beside:
    rig, target = Rig(model.port), targets.chatapp(instance, program)
    shape = Shape(STREAMS, BEHAVIOUR, 1.0)
    alone = rig.measure(target, shape)
    uploader = Uploader(program.port, instance.headers)
    files = [*uploads.hostile(), *uploads.markdown(OURS / "documents", UPLOADS)]
    with ThreadPoolExecutor(1) as beside:
        begun = monotonic()
        reading = beside.submit(_upload, uploader, files)
        result = rig.measure(target, shape)
        states = reading.result()
        seconds = monotonic() - begun
    uploader.close()
    return Beside(
        streams=STREAMS,
        alone=alone.load.gap,
        gap=result.load.gap,
        failed=alone.load.failures | result.load.failures,
        uploaded=len(files),
        states=states,
        seconds=round(seconds, 1),
    )


def _upload(uploader: Uploader, files: list[tuple[str, bytes]]) -> dict[str, int]:
    """Adds the files when the answers have begun; returns what became of them."""
    sleep(2)
    waiting = uploader.add(files)
    states: Counter[str] = Counter()
    while waiting:
        known = dict(zip(waiting, uploader.states(waiting), strict=True))
        states.update(state for state in known.values() if state in ("ready", "failed"))
        waiting = [id for id, state in known.items() if state not in ("ready", "failed")]
        sleep(1)
    return dict(states)


@contextmanager
def _model(folder: Path, cores: Cores) -> Iterator[Program]:
    with pinned(cores.rig):
        program = start(model_command(folder.parent))
    try:
        yield program
    finally:
        program.end()


def _offered() -> dict[str, str]:
    return {"CHATAPP_MODEL": BEHAVIOUR.model, "CHATAPP_MODELS": BEHAVIOUR.model}


def _options() -> Namespace:
    parser = ArgumentParser(prog="bench.indexing", description="Searching and indexing, in time.")
    parser.add_argument("--documents", type=int, default=510, help="of about twenty passages each")
    parser.add_argument("--database", default="sqlite,postgresql", help="separated by commas")
    parser.add_argument("--output", type=Path, default=ROOT / "bench/results/indexing.json")
    return parser.parse_args()


def main() -> int:
    """Runs the benchmark; 1 where a stream failed."""
    options = _options()
    load = getloadavg()[0]
    asked = options.database.split(",")
    there = [name for name in asked if name != "postgresql" or machine.has_postgres()]
    outcome = Outcome(
        datetime.now(UTC),
        machine.described(),
        machine.versions(None),
        load,
        {NAMES[name]: measure(name, options) for name in there},
    )
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(msgspec.json.format(msgspec.json.encode(outcome), indent=1) + b"\n")
    print(f"{outcome.date:%Y-%m-%d %H:%M}, load before {load:.2f}", table(outcome), sep="\n\n")
    return int(any(each.beside.failed for each in outcome.databases.values()))


if __name__ == "__main__":
    sys.exit(main())
