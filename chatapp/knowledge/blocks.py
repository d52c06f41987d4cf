"""The blocks of a Markdown text: headings, code, tables, lists and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:(=+)|-+)[ \t]*$")
_FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]")
_ROW = re.compile(r"[ \t]*\|")
_RULED = re.compile(r"[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+$")
_LINK = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()\s]{0,500}\)")
_LONGEST_HEADING = 160


class Kind(Enum):
    """What a block is."""

    HEADING = "heading"
    CODE = "code"
    TABLE = "table"
    LIST = "list"
    TEXT = "text"


@dataclass(slots=True)
class Block:
    """Lines of a text, from `start` up to `end` in code points, blank ones around it left out.

    `level` is that of a heading, from 1 to 6, and 0 of all else.
    """

    kind: Kind
    start: int
    end: int
    level: int = 0


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a text in their order, in one pass: https://spec.commonmark.org

    A fence that is never closed goes on to the end of the text.
    """
    reading = _Reading()
    for match in _LINE.finditer(text):
        line = match[0].rstrip()
        yield from reading.take(line, match.start(), match.start() + len(line))
    yield from reading.end()


def heading_of(text: str, block: Block) -> str:
    """The words of a heading, without marks, cut where they are very long."""
    words = text[block.start : block.end][: 4 * _LONGEST_HEADING].lstrip().partition("\n")[0]
    if words.startswith("#"):
        words = words.strip().lstrip("#").rstrip("#")
    words = _LINK.sub(r"\1", words).replace("**", "").replace("`", "")
    return " ".join(words.split())[:_LONGEST_HEADING]


class _Reading:
    """What is known between two lines: the block that is open, and the fence that is to close."""

    def __init__(self) -> None:
        self._open: Block | None = None
        self._lines = 0
        self._fence = ""
        self._after_blank = False

    def take(self, line: str, start: int, end: int) -> Iterator[Block]:
        """The blocks that end before this line."""
        if self._fence:
            yield from self._in_code(line, end)
        elif not line:
            yield from self._blank()
        elif self._belongs(line):
            self._extend(end)
        else:
            yield from self._begin(line, start, end)
        self._after_blank = not line

    def end(self) -> Iterator[Block]:
        """The block that is open still."""
        if self._open:
            yield self._open
        self._open = None

    def _in_code(self, line: str, end: int) -> Iterator[Block]:
        if line:
            self._extend(end)
        if line.strip().startswith(self._fence) and not line.strip(" \t`~"):
            self._fence = ""
            yield from self.end()

    def _blank(self) -> Iterator[Block]:
        """A list goes on after a blank line if an item or something indented follows."""
        if self._open and self._open.kind is not Kind.LIST:
            yield from self.end()

    def _belongs(self, line: str) -> bool:
        """Whether a line goes on with the block that is open."""
        if not self._open or _FENCE.match(line) or _HEADING.match(line):
            return False
        if self._open.kind is Kind.TABLE:
            return "|" in line
        if self._open.kind is Kind.LIST:
            return bool(_ITEM.match(line)) or line[0] in " \t" or not self._after_blank
        return self._continues_text(line)

    def _continues_text(self, line: str) -> bool:
        block = self._open
        assert block
        if self._lines == 1 and (underline := _UNDERLINE.match(line)):
            block.kind, block.level = Kind.HEADING, 1 if underline[1] else 2
            return True
        if self._lines == 1 and _RULED.match(line):
            block.kind = Kind.TABLE
            return True
        return block.kind is Kind.TEXT and not (_ROW.match(line) or _ITEM.match(line))

    def _extend(self, end: int) -> None:
        assert self._open
        self._open.end = end
        self._lines += 1

    def _begin(self, line: str, start: int, end: int) -> Iterator[Block]:
        yield from self.end()
        self._open, self._lines = Block(Kind.TEXT, start, end), 1
        if heading := _HEADING.match(line):
            self._open.kind, self._open.level = Kind.HEADING, len(heading[1])
        elif fence := _FENCE.match(line):
            self._open.kind, self._fence = Kind.CODE, fence[1]
        elif _ROW.match(line):
            self._open.kind = Kind.TABLE
        elif _ITEM.match(line):
            self._open.kind = Kind.LIST
