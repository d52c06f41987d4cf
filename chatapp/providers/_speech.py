"""What a model says, from pieces of JSON that may be unfit to be stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chatapp.events import ProviderEvent, Reasoning, Text, Usage

_HALF = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def fit(text: str) -> str:
    """The text without what cannot be stored: NUL and lone surrogates become U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", _REPLACEMENT)
    if not text.isascii() and _HALF.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class Words:
    """The same for text that comes in pieces, which may end within a character.

    JSON writes a character outside the basic plane as two escapes, and some servers end a delta
    between them.
    """

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = ""

    def fit(self, piece: str) -> str:
        """The next words; the first half of a character waits for the second."""
        if piece.isascii() and "\0" not in piece and not self._half:
            return piece  # as nearly all are
        if self._half:
            piece, self._half = self._half + piece, ""
        if piece and "\ud800" <= piece[-1] <= "\udbff":
            piece, self._half = piece[:-1], piece[-1]
        return fit(piece)

    @property
    def waits(self) -> bool:
        """Whether half of a character waits for the other."""
        return bool(self._half)

    def rest(self) -> str:
        """What waited in vain."""
        half, self._half = self._half, ""
        return fit(half)


class Speech:
    """The voices of one answer: words, refusal and thoughts. Each method gives the events."""

    def __init__(self) -> None:
        self._words, self._refusal, self._thoughts = Words(), Words(), Words()

    def say(self, piece: str) -> tuple[Text, ...]:
        """Words of the answer."""
        words = self._words.fit(piece)
        return (Text(words),) if words else ()

    def refuse(self, piece: str) -> tuple[Text, ...]:
        """Words of a refusal."""
        words = self._refusal.fit(piece)
        return (Text(words, refusal=True),) if words else ()

    def think(self, piece: str) -> tuple[Reasoning, ...]:
        """Thoughts before the answer."""
        words = self._thoughts.fit(piece)
        return (Reasoning(words),) if words else ()

    @property
    def waits(self) -> bool:
        """Whether half of a character waits for the other."""
        return any(voice.waits for voice in (self._words, self._refusal, self._thoughts))

    def rest(self) -> Iterator[ProviderEvent]:
        """Halves of characters whose second half never came."""
        if words := self._thoughts.rest():
            yield Reasoning(words)
        if words := self._words.rest():
            yield Text(words)
        if words := self._refusal.rest():
            yield Text(words, refusal=True)


def read_usage(value: Any) -> Usage | None:
    """The tokens of a call, as Chat Completions or the Responses API name them."""
    if not isinstance(value, dict):
        return None
    given = value.get("prompt_tokens", value.get("input_tokens"))
    made = value.get("completion_tokens", value.get("output_tokens"))
    if given is None and made is None:
        return None
    return Usage(_count(given), _count(made))


def _count(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and value >= 0 else 0
