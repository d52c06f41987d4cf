"""Markdown, with what stands in front of it."""

from __future__ import annotations

import re

from chatapp.knowledge.formats._markdown import heading, joined, one_line
from chatapp.knowledge.formats.base import Extract, File

LONGEST = 500
"""Characters of a heading that are looked at for a title."""

_FRONT = re.compile(
    r"\A(?P<mark>---|\+\+\+)[ \t]*\n(?P<matter>.*?\n)(?:(?P=mark)|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
_FIELD = re.compile(
    r"^(?P<key>title|description|summary|subtitle)\s*[:=]\s*(?P<value>\S.*)$", re.MULTILINE
)
_FENCE_COMMENT_OR_HEADING = re.compile(
    r"^(?P<fence>[ ]{0,3}(?:`{3,}|~{3,})).*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?P<comment><!--.*?(?:-->|\Z))"
    r"|^[ ]{0,3}#[ \t]+(?P<words>[^\n]+)$"
    r"|^(?P<underlined>[^\s#>|`~\-][^\n]*)\n=+[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_CLOSING = re.compile(r"(?<![^ \t])#+[ \t]*\Z")
"""https://spec.commonmark.org/0.31.2/#closing-sequence-of-characters"""

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


class Markdown:
    """It is kept as it is, but for comments, and for fields in front of it."""

    media_type = "text/markdown"
    suffixes = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"})

    def knows(self, file: File) -> bool:
        """Any text is Markdown; its name must say so."""
        return False

    def extract(self, file: File) -> Extract:
        """The text; a title in front of it becomes its heading, where it has none."""
        front = _FRONT.match(file.text)
        fields = _fields(front["matter"]) if front else {}
        body = file.text[front.end() :] if front else file.text
        own = _first_heading(body)
        body = _FENCE_COMMENT_OR_HEADING.sub(_without_comment, body).strip("\n")
        title = fields.get("title", "") or own
        about = [fields[key] for key in ("subtitle", "description", "summary") if key in fields]
        return Extract(title, joined(["" if own else heading(1, title), *about, body]))


def _fields(matter: str) -> dict[str, str]:
    """The few fields that are words for people, of YAML or TOML with one on a line."""
    found = {field["key"]: one_line(field["value"]) for field in _FIELD.finditer(matter)}
    return {
        key: value[1:-1] if value[0] in "\"'" and value[-1] == value[0] else value
        for key, value in found.items()
        if value not in {"|", ">", "|-", ">-"}
    }


def _first_heading(body: str) -> str:
    """The words of the first heading of level one, without the marks of links in it."""
    for found in _FENCE_COMMENT_OR_HEADING.finditer(body):
        if words := found["words"] or found["underlined"]:
            words = _LINK.sub(r"\1", _CLOSING.sub("", words[:LONGEST]))
            return one_line(words).replace("`", "").replace("*", "")
    return ""


def _without_comment(found: re.Match[str]) -> str:
    return "" if found["comment"] else found[0]
