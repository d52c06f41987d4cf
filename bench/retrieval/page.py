"""What an evaluation found: as a table for people, and in the page about documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bench.retrieval.figures import Figures

BEGIN, END = "<!-- made by `make eval` -->", "<!-- end -->"
TITLES = (
    *("database", "questions in", "answerable", "recall@1", "recall@5", "MRR"),
    *("with sources", "unanswerable", "without sources"),
)
NAMES = {"all": "**all**", "de": "German", "en": "English", "id": "Indonesian"}


def table(results: Mapping[str, Mapping[str, Figures]]) -> str:
    """A line for each database and language, in Markdown."""
    return "\n".join([_line(TITLES), _line("---" for _ in TITLES), *_rows(results)])


def replaced(page: str, table: str) -> str:
    """A page with the table in its place. Raises `ValueError` where it has no place for it."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{head}{BEGIN}\n\n{table}\n\n{END}{tail}"


def _rows(results: Mapping[str, Mapping[str, Figures]]) -> Iterator[str]:
    for database, figures in results.items():
        for language, each in figures.items():
            name = NAMES.get(language, language)
            yield _line((database, name, *_cells(each)))


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        str(figures.answerable),
        *map(_share, (figures.recall_1, figures.recall_5, figures.mrr, figures.sourced)),
        str(figures.unanswerable),
        _share(figures.unsourced),
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
