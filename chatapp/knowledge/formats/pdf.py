"""PDF documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from chatapp.errors import Unreadable
from chatapp.knowledge.formats._markdown import joined, one_line
from chatapp.knowledge.formats._pdf_fonts import narrow_spaces
from chatapp.knowledge.formats._pdf_lines import Line, lines_of
from chatapp.knowledge.formats._pdf_pages import bare, written
from chatapp.knowledge.formats.base import Extract, File

if TYPE_CHECKING:
    from pypdf import PdfReader

PAGES = 5000
"""Pages that a document may have."""

OUTLINE = 2000
"""Entries of a table of contents that are looked at."""

STREAM = 50_000_000
"""Bytes to which one stream of a document may unpack."""

BROKEN = Line("(This page is damaged and cannot be read.)", 0.0, 0.0)

OPERATIONS = 1_000_000
"""Operators and operands that a page may have; one of plain words has some thousand."""

_NO_TITLE = re.compile(
    r"(?:untitled.*|unbenannt.*|microsoft (?:word|powerpoint|excel)\b.*|.*\.(?:docx?|pdf|pptx?|tex"
    r"|indd|dvi|qxd|xlsx?)|[\d\W_]*|slide \d+|print|title|document\d*)",
    re.IGNORECASE,
)


class Pdf:
    """The text that pages carry; nothing is read off pictures."""

    media_type = "application/pdf"
    suffixes = frozenset({".pdf"})

    def knows(self, file: File) -> bool:
        """Whether it begins as one, or does so after other bytes, which readers of PDF allow."""
        begins = file.content.lstrip().startswith(b"%PDF-")
        return begins or (b"%PDF-" in file.content[:1024] and b"endobj" in file.content)

    def extract(self, file: File) -> Extract:
        """All pages, with headings where the document shows them. Raises `Unreadable`."""
        try:
            return self._extract(file)
        except _limit():
            raise Unreadable("This PDF unpacks to more than can be read.") from None

    def _extract(self, file: File) -> Extract:
        reader = _opened(file.content)
        pages = _lines(reader)
        if not any(pages):
            raise Unreadable(
                "There is no text in this PDF, only pictures, as from a scanner."
                " Run it through text recognition (OCR) first."
            )
        outline = dict(_outline(reader))
        blocks, first = written(pages, outline)
        return Extract(_title(reader) or _largest(pages[0]) or first, joined(blocks))


def _limit() -> type[Exception]:
    """What pypdf raises where a file takes more than it is given."""
    from pypdf.errors import LimitReachedError

    return LimitReachedError


def _opened(content: bytes) -> PdfReader:
    """The document, decrypted where that needs no password. Raises `Unreadable`."""
    from pypdf import PdfReader, overwrite_configuration

    overwrite_configuration(
        jbig2dec_binary=None,
        disable_legacy_handling=True,
        zlib_maximum_output_length=STREAM,
        lzw_maximum_output_length=STREAM,
        run_length_maximum_output_length=STREAM,
        array_based_stream_maximum_output_length=STREAM,
        stream_parsing_work_maximum_count=OPERATIONS,
    )
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(
            "This PDF is encrypted and opens with its password alone. Save it without."
        )
    if len(reader.pages) > PAGES:
        raise Unreadable(f"This PDF has {len(reader.pages):,} pages; {PAGES:,} are the most.")
    return reader


def _lines(reader: PdfReader) -> list[list[Line]]:
    """The lines of all pages. One that is broken says so; raises where all of them are."""
    pages: list[list[Line]] = []
    broken: Exception | None = None
    for page in reader.pages:
        try:
            narrow_spaces(page)
            pages.append(lines_of(page))
        except (MemoryError, RecursionError, _limit()):
            raise
        except Exception as error:  # pypdf raises whatever it meets in a page that is broken
            broken = error
            pages.append([BROKEN])
    if broken and all(page in ([], [BROKEN]) for page in pages):
        raise broken
    return pages


def _largest(page: Sequence[Line]) -> str:
    """The largest words of a page, where they are set apart by that."""
    size = max((line.size for line in page), default=0.0)
    lines = [line.words for line in page if line.size == size]
    return " ".join(lines) if len(lines) < min(4, len(page)) else ""


def _title(reader: PdfReader) -> str:
    """The title in the metadata, where it is more than what a program put there by itself."""
    found = reader.metadata.title if reader.metadata else None
    title = one_line(str(found or "").replace("\x00", ""))
    return "" if _NO_TITLE.fullmatch(title) else title


def _outline(reader: PdfReader) -> Iterator[tuple[tuple[int, str], int]]:
    """The levels of the headings in the table of contents, by page and words."""
    waiting: list[tuple[Any, int]] = [(reader.outline, 0)]
    seen = 0
    while waiting and seen < OUTLINE:
        entry, level = waiting.pop()
        if isinstance(entry, list):
            waiting += [(each, level + 1) for each in reversed(entry)]
            continue
        seen += 1
        page = reader.get_destination_page_number(entry)
        if page is not None:
            yield (page, bare(str(entry.title))), level
