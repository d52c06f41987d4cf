"""Word documents."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from chatapp.errors import Unreadable
from chatapp.knowledge.formats._docx_blocks import Blocks, Styles
from chatapp.knowledge.formats._markdown import joined
from chatapp.knowledge.formats.base import Extract, File

BODY = "word/document.xml"
"""Where an archive has the words, if it is a document."""

UNPACKED = 100_000_000
"""Bytes that all parts of a document may take together."""

PARTS = 5000
"""Parts that a document may have."""

_EMPTY_TITLE = re.compile(
    r"(?:word document|document\d*|untitled.*|unbenannt.*|microsoft word.*)?\s*", re.IGNORECASE
)


class Docx:
    """The archive is looked over before anything of it is unpacked."""

    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    suffixes = frozenset({".docx", ".docm"})

    def knows(self, file: File) -> bool:
        """Whether it is an archive with a document in it."""
        if not file.content.startswith(b"PK\x03\x04"):
            return False
        try:
            return BODY in _archive(file.content).namelist()
        except zipfile.BadZipFile:
            return file.suffix in self.suffixes  # cut off, it seems

    def extract(self, file: File) -> Extract:
        """Headings by their styles, lists, tables and notes. Raises `Unreadable`."""
        _check(_archive(file.content))
        document = _opened(file.content)
        blocks = Blocks(Styles(document.styles))
        blocks.add_content(document.element.body)
        for kind, notes in _notes(document):
            blocks.add_notes(notes, kind)
        title = (document.core_properties.title or "").strip()
        if _EMPTY_TITLE.fullmatch(title):
            title = blocks.title
        return Extract(title, joined(blocks.made))


def _notes(document: Any) -> Iterator[tuple[str, Any]]:
    """The elements that hold a document's notes, each with what one of them is called."""
    from docx.oxml.parser import parse_xml

    for related in document.part.rels.values():
        kind = related.reltype.rpartition("/")[2]
        if kind in {"footnotes", "endnotes"} and not related.is_external:
            yield kind.removesuffix("s"), parse_xml(related.target_part.blob)


def _archive(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(content))


def _check(archive: zipfile.ZipFile) -> None:
    """Raises `Unreadable` for an archive that is made to fill the memory."""
    parts = archive.infolist()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise Unreadable(
            f"This document unpacks to more than {UNPACKED // 1_000_000} MB,"
            f" or to more than {PARTS:,} parts, and is not read."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("This document is encrypted. Save it without a password.")


def _opened(content: bytes) -> Any:
    from docx import Document

    return Document(BytesIO(content))
