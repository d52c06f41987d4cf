"""What a model replied when it was asked for a title, as a title: bare words in one line."""

from __future__ import annotations

import re

LONGEST = 80
"""Code points. What is longer is no title, and cut short it would be none either."""

LONGEST_LINE = 400
"""Code points, with the marks."""

_THOUGHTS = re.compile(r"<(think(?:ing)?)>.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
"""Servers that do not tell thoughts from words leave the tags in."""

_UNSEEN = re.compile(r"[\0-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]")
"""What has no form, or turns the direction of all that follows."""

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*{1,3}|`+)([^\s*`](?:[^*`]*[^\s*`])?)\1")
_LEADING = re.compile(r"(?:(?:[#>*+-]+|1[.)])\s+|(?:title|judul)\s*:\s*)+", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”„«»‹›「『'‘’]([^\"“”„«»「」『』]*)[\"“”„«»‹›」』'‘’]")
_FULL_STOP = re.compile(r"(?<![.…])[.。]$")


def tidy(reply: str) -> str:
    """The first line that could be a title, without marks around it; empty where that is none."""
    lines = _THOUGHTS.sub("", reply).splitlines()
    lines = [_bare(line) for line in lines if "```" not in line and len(line) < LONGEST_LINE]
    title = next((line for line in lines if line and not line.endswith(":")), "")
    return title if _is_title(title) else ""


def _is_title(words: str) -> bool:
    """What begins like JSON was meant for a program."""
    spoken = any(letter.isalnum() for letter in words)
    return spoken and len(words) <= LONGEST and not words.startswith("{")


def _bare(line: str) -> str:
    """A line without all that stands around its words, in whatever order."""
    words = " ".join(_UNSEEN.sub(" ", line).split())
    words = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", words))
    while (fewer := _peeled(words)) != words:
        words = fewer
    return words


def _peeled(words: str) -> str:
    words = _LEADING.sub("", words.strip(" *`~"), count=1) if _LEADING.match(words) else words
    quoted = _QUOTED.fullmatch(words)
    return _FULL_STOP.sub("", quoted[1] if quoted else words).strip(" *`~")
