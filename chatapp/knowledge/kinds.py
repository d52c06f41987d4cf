"""What kind of file a file is: by what is in it, whatever its name says."""

from __future__ import annotations

from collections.abc import Iterable

from chatapp.errors import Unreadable
from chatapp.knowledge.foreign import refuse
from chatapp.knowledge.formats.base import File, Format
from chatapp.knowledge.formats.csv import Csv
from chatapp.knowledge.formats.docx import Docx
from chatapp.knowledge.formats.html import Html
from chatapp.knowledge.formats.json import Json
from chatapp.knowledge.formats.markdown import Markdown
from chatapp.knowledge.formats.pdf import Pdf
from chatapp.knowledge.formats.plain import Plain

NOTHING = b"\x00 \t\r\n\x0b\x0c"
"""Bytes that say nothing, however many there are."""

PLAIN = Plain()
BINARY: tuple[Format, ...] = (Pdf(), Docx())
TELLING: tuple[Format, ...] = (Html(), Json())
NAMED: tuple[Format, ...] = (Html(), Csv(), Markdown(), PLAIN)
"""A file that is called JSON and holds none is a text like any other."""


def choose(file: File) -> Format:
    """What a file is: by its content where that says it, then by its name, else plain text.

    Raises `Unreadable` for what is known not to be readable, and for what is no text at all.
    """
    if not file.content:
        raise Unreadable("This file is empty.")
    if found := _known(file, BINARY):
        return found
    refuse(file.content)
    if not file.content.strip(NOTHING) or not file.text.strip():
        raise Unreadable("There is nothing in this file.")
    return _known(file, TELLING) or _named(file) or PLAIN


def _known(file: File, formats: Iterable[Format]) -> Format | None:
    return next((each for each in formats if each.knows(file)), None)


def _named(file: File) -> Format | None:
    return next((each for each in NAMED if file.suffix in each.suffixes), None)
