"""What is known of a file once it was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A piece of a text, from `start` up to `end` in code points; `content` is those words.

    `heading` is the breadcrumb of headings above it, joined by ` › `. `terms` and
    `heading_terms` are what both are searched by, joined by blanks, as often as they occur.
    """

    start: int
    end: int
    heading: str
    content: str
    terms: str
    heading_terms: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's words, in Markdown, cut into passages.

    `media_type` is what the file is by its content, whatever its name says; `language` is the
    one that its words were analysed in.
    """

    title: str
    media_type: str
    language: str
    text: str
    passages: tuple[ReadPassage, ...]
