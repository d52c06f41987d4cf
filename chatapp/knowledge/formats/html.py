"""Web pages: their main content, without what stands around it."""

from __future__ import annotations

import re
from typing import Any

from chatapp.errors import Unreadable
from chatapp.knowledge.formats._decoding import SAMPLE, decode
from chatapp.knowledge.formats._html_blocks import blocks_of, words_of
from chatapp.knowledge.formats._markdown import heading, joined
from chatapp.knowledge.formats.base import Extract, File

_OPENING = re.compile(
    rb"\s*+(?:<\?xml[^>]*>\s*+)?(?><!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*+=\s*+[\"']?\s*+([\w.:-]+)",
    re.IGNORECASE,
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")

ENOUGH = 0.3
"""The share of a page's words that its main content must hold, to be believed to be it."""

MAIN = ("//main", "//*[@role='main']", "//article")
"""Where pages put their content, surest first."""


class Html:
    """It is parsed as browsers do, and never fetched, run or asked for anything."""

    media_type = "text/html"
    suffixes = frozenset({".html", ".htm", ".xhtml"})

    def knows(self, file: File) -> bool:
        """Whether it begins as a page does."""
        return bool(_OPENING.match(file.content[: SAMPLE // 16].lstrip(b"\xef\xbb\xbf")))

    def extract(self, file: File) -> Extract:
        """The main content, and the title that the page shows, else that of its tab."""
        page = _parsed(file.content)
        content = _content(page)
        blocks = blocks_of(content)
        headings = [words_of(each) for each in content.iter("h1")]
        title = headings[0] if len(headings) == 1 else words_of(page.find(".//title"))
        opening = "" if headings else heading(1, title)
        return Extract(title, joined([opening, *blocks]) if blocks else "")


def _parsed(content: bytes) -> Any:
    """The tree. Raises `Unreadable` where there is none."""
    from lxml import etree, html

    declared = _CHARSET.search(content[:SAMPLE])
    text = decode(content, declared[1].decode("ascii", "replace") if declared else None)
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(_XML_DECLARATION.sub("", text), parser=parser)
    except etree.ParserError:
        raise Unreadable("There is no text in this file.") from None
    if any("depth" in error.message for error in parser.error_log):
        raise RecursionError  # what lies deeper was left out
    return page


def _content(page: Any) -> Any:
    """The element that holds the content: the whole body where nothing better is marked."""
    body = page.find("body")
    whole = page if body is None else body
    enough = ENOUGH * len(words_of(whole))
    for path in MAIN:
        found = page.xpath(path)
        if len(found) == 1 and len(words_of(found[0])) >= enough:
            return found[0]
    return whole
