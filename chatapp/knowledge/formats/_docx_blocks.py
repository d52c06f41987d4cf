"""The body of a Word document as blocks of Markdown.

The elements are those of WordprocessingML, ECMA-376 part 1, chapter 17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from chatapp.knowledge.formats._markdown import fenced, heading, literal, one_line, table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

LEFT_OUT = frozenset({f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", f"{MC}Fallback"})
"""What was deleted or moved away, the instructions of fields, and second versions of a thing."""

NOTES = {f"{W}footnoteReference": "", f"{W}endnoteReference": "e"}
"""What refers to a note, and what stands before the number of one, to tell both kinds apart."""

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_CODE = re.compile(r"code|preformatted|source", re.IGNORECASE)
_LIST = re.compile(r"^list\b", re.IGNORECASE)


class Styles:
    """What the styles of a document's paragraphs mean."""

    def __init__(self, styles: Any) -> None:
        named = {style.style_id: style.name or "" for style in styles}
        outlined = {style.style_id: _outline(style.element) for style in styles}
        self._named = named
        self._outlined = outlined

    def name(self, paragraph: Any) -> str:
        """The name of a paragraph's style, in English where Word made it."""
        return self._named.get(_value(paragraph, "pPr", "pStyle") or "", "")

    def is_title(self, paragraph: Any) -> bool:
        """Whether it is the title of the whole document."""
        return self.name(paragraph).lower() == "title"

    def level(self, paragraph: Any) -> int | None:
        """The level of a heading, from 1; None for any other paragraph."""
        if self.is_title(paragraph):
            return 1
        if found := _HEADING.fullmatch(self.name(paragraph)):
            return int(found[1])
        own = _outline(paragraph)
        if own is None:
            own = self._outlined.get(_value(paragraph, "pPr", "pStyle") or "")
        return own


class Blocks:
    """The blocks made so far; `title` is the first heading."""

    def __init__(self, styles: Styles) -> None:
        self.made: list[str] = []
        self.title = ""
        self._styles = styles
        self._code: list[str] = []
        self._below_title = 0

    def add_content(self, element: Any) -> None:
        """The paragraphs and tables in an element, in their order."""
        for child in element:
            if child.tag == f"{W}p":
                self._add_paragraph(child)
            elif child.tag == f"{W}tbl":
                self._end_code()
                self.made.append(table([_row(row) for row in _own(child, "tr")]))
            elif child.tag not in LEFT_OUT:
                self.add_content(child)
        self._end_code()

    def add_notes(self, notes: Any, kind: str) -> None:
        """The notes of a document, `footnote` or `endnote`, but for those that only draw lines."""
        mark = NOTES[f"{W}{kind}Reference"]
        for note in notes.iterchildren(f"{W}{kind}"):
            words = one_line(" ".join("".join(_words(each)) for each in note.iter(f"{W}p")))
            if words:
                self.made.append(f"[^{mark}{note.get(f'{W}id')}]: {words}")

    def _add_paragraph(self, paragraph: Any) -> None:
        words = "".join(_words(paragraph)).rstrip()
        if _CODE.search(self._styles.name(paragraph)):
            self._code.append(words)
            return
        self._end_code()
        if level := self._styles.level(paragraph):
            self.title = self.title or one_line(words)
            self.made.append(heading(level + self._below_title, words))
            self._below_title |= self._styles.is_title(paragraph)
        elif words.strip() and (mark := self._list_mark(paragraph)):
            self._add_item(mark + one_line(words))
        else:
            self.made.append(literal(words.strip()))
        for box in _boxes(paragraph):
            self.add_content(box)

    def _list_mark(self, paragraph: Any) -> str:
        """What stands before an item of a list; empty outside of one."""
        level = _value(paragraph, "pPr", "numPr", "ilvl")
        number = _value(paragraph, "pPr", "numPr", "numId")
        if number == "0" or (number is None and not _LIST.match(self._styles.name(paragraph))):
            return ""
        return "  " * min(int(level or 0), 8) + "- "

    def _add_item(self, item: str) -> None:
        if self.made and self.made[-1].lstrip().startswith("- "):
            self.made[-1] += f"\n{item}"
        else:
            self.made.append(item.lstrip())

    def _end_code(self) -> None:
        if any(self._code):
            self.made.append(fenced("\n".join(self._code)))
        self._code.clear()


def _words(element: Any) -> Iterator[str]:
    """The words of a paragraph, without those of text boxes in it."""
    for child in element:
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag in NOTES:
            yield f"[^{NOTES[child.tag]}{child.get(f'{W}id')}]"
        elif mark := _MARKS.get(child.tag):
            yield mark
        elif child.tag not in LEFT_OUT and child.tag != f"{W}txbxContent":
            yield from _words(child)


_MARKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}


def _boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes in a paragraph, each once, though it may be drawn in two ways."""
    for box in paragraph.iter(f"{W}txbxContent"):
        if not any(above.tag == f"{MC}Fallback" for above in box.iterancestors()):
            yield box


def _row(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in _own(row, "tc"):
        lines = ("".join(_words(paragraph)) for paragraph in cell.iter(f"{W}p"))
        wide = _value(cell, "tcPr", "gridSpan") or "1"
        cells += [" ".join(lines)] + [""] * (min(int(wide), 50) - 1)
    return cells


def _own(element: Any, name: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, but not those of a table in one of its cells."""
    for found in element.iter(f"{W}{name}"):
        if next(found.iterancestors(element.tag)) is element:
            yield found


def _outline(element: Any) -> int | None:
    """The outline level that a paragraph or a style gives itself, from 1; 9 means body text."""
    level = _value(element, "pPr", "outlineLvl")
    return int(level) + 1 if level and level.isdecimal() and int(level) < 9 else None


def _value(element: Any, *path: str) -> str | None:
    """The `w:val` of the element at a path below another one."""
    found = element.find(_below(path))
    return None if found is None else found.get(f"{W}val")


@cache
def _below(path: tuple[str, ...]) -> str:
    return "/".join(f"{W}{name}" for name in path)
