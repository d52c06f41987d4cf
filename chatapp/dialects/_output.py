"""The output of a response, as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatapp.dialects._output_items import REFUSAL, TEXT, THOUGHT, Call, Spoken, Step, Voice
from chatapp.events import Append, Reasoning, ScoredText, Source, Sources, Text, ToolCall


class Output:
    """The items of a response. What it tells depends on the parts of the answer alone, not on the
    pieces in which they come.

    Words of one voice, and thoughts, are an item each, which ends when something else begins. The
    pieces of several tool calls take turns, so calls end with the answer. Sources are no item:
    texts refer to them.
    """

    def __init__(self, message_id: str) -> None:
        self.sources: list[Source] = []
        self._message_id = message_id
        self._items: list[Spoken | Call] = []
        self._calls: dict[int, Call] = {}
        self._spoken: Spoken | None = None

    @property
    def text(self) -> Spoken | None:
        """The item that more text would go on with."""
        return self._spoken if self._spoken and self._spoken.voice is TEXT else None

    def take(self, append: Append) -> Iterator[Step]:
        """Adds a piece, and yields what is to be told of it."""
        match append:
            case Text(content, refusal):
                yield from self._say(REFUSAL if refusal else TEXT, content, append)
            case Reasoning(content):
                yield from self._say(THOUGHT, content, append)
            case ToolCall():
                yield from self._call(append)
            case Sources(sources):
                self.sources += sources

    def close(self, status: str) -> Iterator[Step]:
        """The answer has ended; with this status, what had not by then."""
        yield from self._fall_silent(status)
        for call in self._calls.values():
            yield from call.closing(status)

    def items(self, otherwise: str) -> list[dict[str, Any]]:
        """All of them; those that have not ended have the other status."""
        if self._spoken:
            self._spoken.cite(self.sources)
        return [item.shown(item.status or otherwise) for item in self._items]

    def _say(self, voice: Voice, words: str, append: Append) -> Iterator[Step]:
        if self._spoken is None or self._spoken.voice is not voice:
            yield from self._fall_silent()
            self._spoken = Spoken(voice, self._message_id, len(self._items))
            self._items.append(self._spoken)
            yield from self._spoken.opening()
        scores = append.logprobs if isinstance(append, ScoredText) else ()
        yield self._spoken.delta(words, scores)

    def _call(self, piece: ToolCall) -> Iterator[Step]:
        yield from self._fall_silent()
        call = self._calls.get(piece.index)
        if call is None:
            call = self._calls[piece.index] = Call(piece, self._message_id, len(self._items))
            self._items.append(call)
            yield from call.opening()
        call.name = piece.name
        if piece.arguments:
            yield call.delta(piece.arguments)

    def _fall_silent(self, status: str = "completed") -> Iterator[Step]:
        if self._spoken:
            self._spoken.cite(self.sources)
            yield from self._spoken.closing(status)
            self._spoken = None
