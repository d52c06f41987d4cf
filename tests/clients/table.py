"""The table of docs/clients.md, made of what the clients did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from tests.clients.examining import Verdict
from tests.clients.rows import Row

BEGIN, END = "<!-- made by `make clients-table` -->", "<!-- end -->"
TITLES = (
    *("client", "version", "over", "text equal", "deltas arrive one by one"),
    *("error seen as error", "stop frees the model"),
)


def table(results: Iterable[tuple[Row, Verdict]]) -> str:
    """The rows as Markdown."""
    lines = [_line(TITLES), _line("---" for _ in TITLES)]
    for row, verdict in results:
        marks = ("✓" if getattr(verdict, each.name) else "–" for each in fields(verdict))
        lines.append(_line((row.name, row.version, row.speaks, *marks)))
    return "\n".join(lines)


def replaced(page: str, table: str) -> str:
    """A page with the table in its place."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table}\n\n{END}{tail}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
