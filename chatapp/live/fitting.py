"""Words that every database and every client can hold: no NUL, no lone surrogates."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any, TypeVar

from chatapp.events import Append, Source, Sources

A = TypeVar("A", bound=Append)
V = TypeVar("V", bound=Append | Source)

_UNFIT = re.compile("[\0\ud800-\udfff]")


def fit(append: A) -> A:
    """The append with U+FFFD where its words cannot be stored or sent."""
    if isinstance(append, Sources):
        return replace(append, sources=tuple(_clean(source) for source in append.sources))
    return _clean(append)


def is_fit(words: str) -> bool:
    """Whether nothing is to be done; the common case is quicker to tell than to search for."""
    return "\0" not in words and (words.isascii() or not _UNFIT.search(words))


def _clean(value: V) -> V:
    changes: dict[str, Any] = {}
    for field in fields(value):
        words = getattr(value, field.name)
        if isinstance(words, str) and _UNFIT.search(words):
            changes[field.name] = _UNFIT.sub("\ufffd", words)
    return replace(value, **changes) if changes else value
