"""Tables of comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from chatapp.errors import Unreadable
from chatapp.knowledge.formats._markdown import cell, heading, joined, one_line, table
from chatapp.knowledge.formats.base import Extract, File

COLUMNS = 1000
"""The most columns that a table may have."""

PIECE = 1200
"""Characters after which a table is cut, and its header said again."""

SAMPLE = 16 * 1024
"""Characters that are looked at to tell what separates the cells."""

DELIMITERS = ",;\t|"


class Csv:
    """Small tables, each with the header on top, so that a row can be understood without the rest.

    A row that is too long for a table is written as a list of its columns instead.
    """

    media_type = "text/csv"
    suffixes = frozenset({".csv", ".tsv", ".tab"})

    def knows(self, file: File) -> bool:
        """A text with commas can be anything; its name must say so."""
        return False

    def extract(self, file: File) -> Extract:
        """The rows, each piece under a heading with their numbers."""
        rows = _rows(file.text)
        header = next(rows, [])
        return Extract("", joined(_written(header, rows)) or table([header]))


def _rows(text: str) -> Iterator[list[str]]:
    """The rows that hold something. Raises `Unreadable` where they are too wide."""
    csv.field_size_limit(max(len(text), 1))
    try:
        for row in csv.reader(StringIO(text, newline=""), _dialect(text[:SAMPLE])):
            if len(row) > COLUMNS:
                raise Unreadable(
                    f"This table has {len(row):,} columns; {COLUMNS:,} are the most that are read."
                )
            if any(map(str.strip, row)):
                yield row
    except csv.Error:
        raise Unreadable("This table is damaged: its rows cannot be told apart.") from None


def _dialect(sample: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(sample, DELIMITERS)
    except csv.Error:
        return csv.excel


def _written(header: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Pieces of the table, each below its heading."""
    names = [one_line(name) or f"Column {number}" for number, name in enumerate(header, start=1)]
    piece: list[list[str]] = []
    length, begun = len(table([names])), 1
    room = PIECE - length
    for number, row in enumerate(rows, start=1):
        size = sum(len(words) + 3 for words in row)
        if piece and size > room:
            yield from _piece(names, piece, begun)
            piece, begun, room = [], number, PIECE - length
        piece.append(row)
        room -= size
    if piece:
        yield from _piece(names, piece, begun)


def _piece(names: Sequence[str], rows: Sequence[Sequence[str]], begun: int) -> Iterator[str]:
    """A table, or a list where one row alone is too long for it."""
    ended = begun + len(rows) - 1
    yield heading(2, f"Row {begun}" if begun == ended else f"Rows {begun}–{ended}")
    if len(rows) > 1 or sum(map(len, (*names, *rows[0]))) < PIECE:
        yield table([names, *rows])
    else:
        yield "\n".join(_listed(names, rows[0]))


def _listed(names: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for number, words in enumerate(row):
        if words.strip():
            name = names[number] if number < len(names) else f"Column {number + 1}"
            yield f"- {name}: {cell(words)}"
