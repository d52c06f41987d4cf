"""Numbers in an answer, as `[1]` or `[2, 3]`, that lead to the sources it rests on.

A parser of Markdown knows where they are words: not in code, nor in a link. There it leaves marks,
which survive the cleaning of its HTML and then become links.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from html import escape

CITABLE = "citable"
"""The name by which a parser is told the numbers that exist."""

_NUMBERS = re.compile(r"\[(\d{1,3}(?: ?[,;] ?\d{1,3})*)\]")
_MARK = re.compile(r'<span class="citation">(\d+)</span>')


def anchor(message_id: str, number: int) -> str:
    """Where a source is on a page that shows the answer."""
    return f"source-{message_id}-{number}"


def split(words: str, citable: Container[int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The words in pieces, each with the numbers that are cited behind it."""
    start = 0
    for found in _NUMBERS.finditer(words):
        numbers = tuple(map(int, re.findall(r"\d+", found[1])))
        if all(number in citable for number in numbers):
            yield words[start : found.start()], numbers
            start = found.end()
    yield words[start:], ()


def mark(numbers: tuple[int, ...]) -> str:
    """The HTML that stands for cited numbers until it is cleaned."""
    return "".join(f'<span class="citation">{number}</span>' for number in numbers)


def link(html: str, anchors: Mapping[int, str]) -> str:
    """Clean HTML with links in the place of marks."""

    def link_to(found: re.Match[str]) -> str:
        return f'<a class="citation" href="#{escape(anchors[int(found[1])])}">{found[1]}</a>'

    return _MARK.sub(link_to, html)
