"""Markdown to HTML that is safe to show: what a model writes is hostile until shown otherwise."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

_PLAIN = re.compile(r"[\w ,.;?'\"()–—…’“”-]*", re.UNICODE)
_TAGS = {
    "a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "input", "li", "ol", "p", "pre", "s", "section", "span", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "code": {"class"},
    "div": {"class"},
    "span": {"class"},
    "pre": {"class"},
    "li": {"class"},
    "ul": {"class"},
    "ol": {"start"},
    "input": {"type", "checked", "disabled"},
    "td": {"align"},
    "th": {"align"},
}
LONGEST = 200_000
"""Code points of a text that are formatted; a longer one is shown as it is."""


def to_html(text: str) -> str:
    """Formats CommonMark with tables, strikethrough, task lists and bare links.

    Images become links, as they would tell another server who reads; code is highlighted.
    """
    if not text:
        return ""
    if len(text) > LONGEST:
        return f"<pre>{escape(text)}</pre>"
    if "\n" not in text and ". " not in text[:4] and text[0].isalpha() and _PLAIN.fullmatch(text):
        return f"<p>{escape(text, quote=False)}</p>\n"
    import nh3

    return nh3.clean(
        _parser().render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto"},
    )


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.tasklists import tasklists_plugin

    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "highlight": _highlight})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(tasklists_plugin)
    parser.add_render_rule("image", _link_to_image)
    return parser


def _highlight(code: str, language: str, _attributes: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return ""
    return highlight(code, lexer, HtmlFormatter(nowrap=True))


def _link_to_image(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    words = token.content or source
    return f'<a href="{escape(source)}">{escape(words)}</a>'
