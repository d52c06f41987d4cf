"""Writing Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

DEEPEST = 6
"""The level of headings below which Markdown has none."""

_MARK = re.compile(r"^(?=\s{0,3}(?:#{1,6}(?:\s|$)|`{3}|~{3}|(?:=+|-{2,})\s*$))", re.MULTILINE)
_BLANKS = re.compile(r"\s+")
_TICKS = re.compile(r"^\s*(`{3,})", re.MULTILINE)


def joined(blocks: Iterable[str]) -> str:
    """Blocks with an empty line between them; those without words are left out."""
    return "\n\n".join(block for block in blocks if block.strip())


def one_line(words: str) -> str:
    """The words with single blanks between them."""
    return _BLANKS.sub(" ", words).strip()


def heading(level: int, words: str) -> str:
    """A heading of level 1 to 6; empty without words."""
    words = one_line(words)
    return f"{'#' * min(level, DEEPEST)} {words}" if words else ""


def literal(text: str) -> str:
    """Text in which no line is a heading, a rule or a fence, whatever it begins with."""
    return _MARK.sub(r"\\", text)


def fenced(code: str, language: str = "") -> str:
    """Code between fences that are longer than all inside it."""
    longest = max((len(ticks) for ticks in _TICKS.findall(code)), default=2)
    fence = "`" * (longest + 1)
    lines = code.strip("\n").rstrip()
    return f"{fence}{language}\n{lines}\n{fence}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row is its header; short rows are filled up. Empty without cells."""
    filled = [[cell(words) for words in row] for row in rows if any(map(str.strip, row))]
    width = max(map(len, filled), default=0)
    if not width:
        return ""
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in filled]
    lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)


def cell(words: str) -> str:
    """Words as they stand in a table's cell: on one line, with no bar that would end it."""
    return one_line(words).replace("|", "\\|")
