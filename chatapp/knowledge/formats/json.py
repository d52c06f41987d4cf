"""JSON, and lines of it, as text in which every value stands beside its key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chatapp.knowledge.formats._decoding import cleaned
from chatapp.knowledge.formats._markdown import heading, joined, literal, one_line
from chatapp.knowledge.formats.base import Extract, File

LINES = frozenset({".jsonl", ".ndjson"})
"""Names of files with a value on each line."""

HEADINGS = 4
"""Levels of nesting that become headings; below them keys are written as a path."""

NAMES = ("title", "name", "label", "question", "heading", "subject", "key", "id", "slug")
"""Keys whose value names a thing, best first."""

LONGEST_NAME = 120
"""Characters of a value that can still be a heading."""

LONGEST_LINE = 300
"""Characters of a value that stands on the line of its key."""


class Json:
    """Objects become headings with lists of what they hold."""

    media_type = "application/json"
    suffixes = frozenset({".json", ".geojson", ".webmanifest", *LINES})

    def knows(self, file: File) -> bool:
        """Whether it is an object or a list by itself, or one on each line where the name says so.

        Raises `RecursionError` where it is nested without end.
        """
        try:
            _loaded(file)
        except ValueError:
            return False
        return True

    def extract(self, file: File) -> Extract:
        """All keys and values. Raises `ValueError` where they are broken."""
        value = _loaded(file)
        title = _name_of(value) or ""
        return Extract(title, cleaned(joined([heading(1, title), *_blocks(value, 2, "")])))


def _loaded(file: File) -> Any:
    """The value. Raises `ValueError` where there is none, or only a bare word or number."""
    text = file.text.strip()
    if file.suffix in LINES:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    if not text.startswith(("{", "[")):
        raise ValueError("neither an object nor a list")
    return json.loads(text)


def _blocks(value: Any, level: int, path: str) -> Iterator[str]:
    """The value as blocks of Markdown; what it holds gets headings of `level`."""
    if level > HEADINGS + 1:
        yield "\n".join(_lines(value, path))
        return
    lines: list[str] = []
    for name, part in _parts(value):
        if _is_simple(part):
            lines.append(_line(name, part))
            continue
        yield "\n".join(lines)
        lines.clear()
        yield heading(level, literal(_name_of(part) or name))
        yield from _blocks(part, level + 1, "")
    yield "\n".join(lines)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What an object or a list holds, each with its key or its number, counted from 1."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(number), part) for number, part in enumerate(value, start=1))
    else:
        yield "", value


def _lines(value: Any, path: str) -> Iterator[str]:
    """All that a value holds, a line each, with the keys on the way to it."""
    for name, part in _parts(value):
        way = f"{path} › {name}" if path else name
        if _is_simple(part):
            yield _line(way, part)
        else:
            yield from _lines(part, way)


def _is_simple(value: Any) -> bool:
    """Whether a value fits behind its key: it holds nothing that has keys of its own."""
    if isinstance(value, list):
        return all(not isinstance(part, dict | list) for part in value)
    return not isinstance(value, dict) or not value


def _line(name: str, value: Any) -> str:
    words = _words(value)
    if "\n" in words or len(words) > LONGEST_LINE:
        return f"\n{one_line(name)}:\n\n{literal(words)}\n"
    return f"- {one_line(name)}: {words}"


def _words(value: Any) -> str:
    match value:
        case str():
            return value.strip()
        case list():
            return ", ".join(_words(part) for part in value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _name_of(value: Any) -> str | None:
    """What an object calls itself."""
    if not isinstance(value, dict):
        return None
    named = (value.get(key) for key in NAMES)
    return next(
        (name.strip() for name in named if isinstance(name, str) and 0 < len(name) < LONGEST_NAME),
        None,
    )
