"""PDF documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from chatapp.errors import Unreadable
from chatapp.knowledge.formats._markdown import joined, one_line
from chatapp.knowledge.formats._pdf_lines import lines_of
from chatapp.knowledge.formats._pdf_pages import written
from chatapp.knowledge.formats.base import Extract, File

if TYPE_CHECKING:
    from pypdf import PdfReader

PAGES = 5000
"""Pages that a document may have."""

OUTLINE = 2000
"""Entries of a table of contents that are looked at."""

STREAM = 50_000_000
"""Bytes to which one stream of a document may unpack."""

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
        """Whether it says so near its beginning, as readers of PDF have always looked for it."""
        return b"%PDF-" in file.content[:1024]

    def extract(self, file: File) -> Extract:
        """All pages, with headings where the document shows them. Raises `Unreadable`."""
        from pypdf.errors import LimitReachedError

        try:
            return self._extract(file)
        except LimitReachedError:
            raise Unreadable("This PDF unpacks to more than can be read.") from None

    def _extract(self, file: File) -> Extract:
        reader = _opened(file.content)
        pages = [lines_of(page) for page in reader.pages]
        if not any(line.words for page in pages for line in page):
            raise Unreadable(
                "There is no text in this PDF, only pictures, as from a scanner."
                " Run it through text recognition (OCR) first."
            )
        outline = dict(_outline(reader))
        blocks, first = written(pages, outline)
        return Extract(_title(reader) or first, joined(blocks))


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
    )
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(
            "This PDF is encrypted and opens with its password alone. Save it without."
        )
    if len(reader.pages) > PAGES:
        raise Unreadable(f"This PDF has {len(reader.pages):,} pages; {PAGES:,} are the most.")
    return reader


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
            yield (page, one_line(str(entry.title)).casefold()), level
