"""Markdown to HTML that is safe to show: what a model writes is hostile until shown otherwise."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

from chatapp.chat import citing, mathematics

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from nh3 import Cleaner
    from pygments.lexer import Lexer

log = logging.getLogger(__name__)

LONGEST = 100_000
"""Code points of a text that are formatted; a longer one is shown as it is."""

LONGEST_CODE = 50_000
"""Code points of a block of code that are highlighted."""

_PLAIN = re.compile(r"[\w ,.;?!'\"()–—…’“”-]+")
_MARKED = re.compile(r"_|\.[\w-]")
"""What has a meaning among plain words: emphasis, and a bare address."""

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "input", "li",
    "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    **mathematics.ATTRIBUTES,
    "a": {"href", "title"},
    "code": {"class"},
    "span": {"class"},
    "ol": {"start"},
    "input": {"checked", "disabled"},
}
_VALUES = {
    "annotation": {"encoding": {mathematics.TEX}},
    "input": {"type": {"checkbox"}},
    "td": {"align": {"left", "center", "right"}},
    "th": {"align": {"left", "center", "right"}},
}
_CLASSES = {
    **mathematics.CLASSES,
    "p": {"formula"},
    "ul": {"contains-task-list"},
    "ol": {"contains-task-list"},
    "li": {"task-list-item"},
}


def to_html(text: str, sources: Mapping[int, str] = MappingProxyType({})) -> str:
    """Formats CommonMark with tables, strikethrough, task lists, bare links and formulas.

    Images become links, as loading one would tell another server who reads; code is highlighted.
    `sources` are the anchors on the page of what the text cites by number, as in `[1]`; a number
    that is not among them stays as it is.
    """
    if len(text) > LONGEST:
        return _as_it_is(text)
    plain = plain_html(text)
    if plain is not None:
        return plain
    try:
        html = _cleaner().clean(_parser().render(text, {citing.CITABLE: sources.keys()}))
    except Exception:
        log.exception("a text cannot be formatted")  # an answer is kept all the same
        return _as_it_is(text)
    return citing.link(html, sources)


def plain_html(text: str) -> str | None:
    """The same at once, for a line of words of which Markdown would make nothing else; or None."""
    words = text.strip(" ")
    if not words:
        return ""
    indented = text.startswith("    ")  # which makes it code
    if indented or not words[0].isalpha() or not _PLAIN.fullmatch(words) or _MARKED.search(words):
        return None
    return f"<p>{escape(words, quote=False)}</p>\n"


def _as_it_is(text: str) -> str:
    return f"<pre>{escape(text, quote=False)}</pre>\n"


@cache
def _cleaner() -> Cleaner:
    from nh3 import Cleaner

    return Cleaner(
        tags=_TAGS | mathematics.TAGS,
        attributes=_ATTRIBUTES,
        tag_attribute_values=_VALUES,
        allowed_classes=_CLASSES,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",  # it would lead into the chat itself
    )


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    from chatapp.chat import markdown_math
    from chatapp.chat.markdown_tokens import adapt

    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "highlight": _highlight})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.core.ruler.push("adapt", adapt)
    markdown_math.enable(parser)
    return parser


def _highlight(code: str, language: str, _attributes: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter

    lexer = _lexer(language) if len(code) <= LONGEST_CODE else None
    return highlight(code, lexer, HtmlFormatter(nowrap=True)) if lexer else ""


@lru_cache(maxsize=128)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
