"""The items of a response's output, and the events that tell of each.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from chatapp import sse
from chatapp.events import Source, ToolCall

_MARK = re.compile(r"\[(\d{1,3})\]")


class Step(NamedTuple):
    """One event of a stream; `size` is how many numbers it takes up."""

    kind: str
    members: dict[str, Any]
    size: int = 1


@dataclass(frozen=True, slots=True)
class Voice:
    """A kind of words. The words are the member `words` of a part of the type `part`, the only one
    in the item's list `parts`; `part_event` and `words_event` begin the names of their events."""

    words: str
    part: str
    words_event: str
    item: str = "message"
    prefix: str = "msg"
    parts: str = "content"
    part_event: str = "response.content_part"


TEXT = Voice("text", "output_text", "response.output_text")
REFUSAL = Voice("refusal", "refusal", "response.refusal")
THOUGHT = Voice(
    words="text",
    part="summary_text",
    words_event="response.reasoning_summary_text",
    item="reasoning",
    prefix="rs",
    parts="summary",
    part_event="response.reasoning_summary_part",
)
"""What a model thinks is shown by clients where it is a summary."""


class Spoken:
    """An item that holds words of one voice, as its only part."""

    def __init__(self, voice: Voice, message_id: str, index: int) -> None:
        self.voice = voice
        self.status = ""
        self._id = f"{voice.prefix}_{message_id}_{index}"
        self._index = index
        self._place = {"item_id": self._id, "output_index": index, f"{voice.parts}_index": 0}
        self.place = sse.encode_json(self._place)[1:-1]
        """Its place as members of JSON, for those who write many deltas."""
        self._words: list[str] = []
        self._scores: list[Any] = []
        self._annotations: list[dict[str, Any]] = []

    def opening(self) -> Iterator[Step]:
        """The item is there, and its part."""
        item = self._item("in_progress", [])
        yield Step("response.output_item.added", {"output_index": self._index, "item": item})
        yield Step(f"{self.voice.part_event}.added", self._place | {"part": self._part("")})

    def hear(self, words: str) -> None:
        """Keeps more words, which are told elsewhere."""
        self._words.append(words)

    def delta(self, words: str, scores: Iterable[Any] = ()) -> Step:
        """More words."""
        self.hear(words)
        told = list(scores)
        self._scores += told
        members = self._place | {"delta": words}
        if self.voice is TEXT:
            members["logprobs"] = told
        return Step(f"{self.voice.words_event}.delta", members, len(words))

    def cite(self, sources: Iterable[Source]) -> None:
        """Marks where the text refers to sources."""
        if self.voice is TEXT:
            self._annotations = list(_annotations("".join(self._words), list(sources)))

    def closing(self, status: str) -> Iterator[Step]:
        """The item has ended."""
        self.status = status
        words = "".join(self._words)
        for number, annotation in enumerate(self._annotations):
            told = {"annotation_index": number, "annotation": annotation}
            yield Step("response.output_text.annotation.added", self._place | told)
        said: dict[str, Any] = {self.voice.words: words}
        if self.voice is TEXT:
            said["logprobs"] = self._scores
        yield Step(f"{self.voice.words_event}.done", self._place | said)
        yield Step(f"{self.voice.part_event}.done", self._place | {"part": self._part(words)})
        item = self.shown(status)
        yield Step("response.output_item.done", {"output_index": self._index, "item": item})

    def shown(self, status: str) -> dict[str, Any]:
        """The item."""
        return self._item(status, [self._part("".join(self._words))])

    def _item(self, status: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
        item = {"id": self._id, "type": self.voice.item, "status": status, self.voice.parts: parts}
        return item | ({"role": "assistant"} if self.voice.item == "message" else {})

    def _part(self, words: str) -> dict[str, Any]:
        part: dict[str, Any] = {"type": self.voice.part, self.voice.words: words}
        if self.voice is TEXT:
            part |= {"annotations": self._annotations, "logprobs": self._scores if words else []}
        return part


class Call:
    """An item that holds the call of a function."""

    def __init__(self, piece: ToolCall, message_id: str, index: int) -> None:
        self.status = ""
        self.name = piece.name
        self._id = f"fc_{message_id}_{index}"
        self._call_id = piece.id or f"call_{message_id}_{index}"
        self._index = index
        self._arguments: list[str] = []

    def opening(self) -> Iterator[Step]:
        """The item is there."""
        item = self.shown("in_progress")
        yield Step("response.output_item.added", {"output_index": self._index, "item": item})

    def delta(self, arguments: str) -> Step:
        """More of the arguments' JSON."""
        self._arguments.append(arguments)
        members = {"item_id": self._id, "output_index": self._index, "delta": arguments}
        return Step("response.function_call_arguments.delta", members, len(arguments))

    def closing(self, status: str) -> Iterator[Step]:
        """The item has ended."""
        self.status = status
        item = self.shown(status)
        whole = {"name": self.name, "arguments": item["arguments"]}
        place = {"item_id": self._id, "output_index": self._index}
        yield Step("response.function_call_arguments.done", place | whole)
        yield Step("response.output_item.done", {"output_index": self._index, "item": item})

    def shown(self, status: str) -> dict[str, Any]:
        """The item."""
        return {
            "id": self._id,
            "type": "function_call",
            "status": status,
            "call_id": self._call_id,
            "name": self.name,
            "arguments": "".join(self._arguments),
        }


def _annotations(text: str, sources: list[Source]) -> Iterator[dict[str, Any]]:
    """Where a text says `[1]`, the source with this position; without any mark, all at its end.

    Places count code points.
    """
    known = {source.position: source for source in sources}
    marks = [mark for mark in _MARK.finditer(text) if int(mark[1]) in known]
    for mark in marks:
        yield _annotation(known[int(mark[1])], *mark.span())
    for source in () if marks else sources:
        yield _annotation(source, len(text), len(text))


def _annotation(source: Source, start: int, end: int) -> dict[str, Any]:
    if source.url:
        place = {"start_index": start, "end_index": end}
        return {"type": "url_citation", "url": source.url, "title": source.title, **place}
    name = source.document_name or source.title
    return {"type": "file_citation", "file_id": source.id, "filename": name, "index": start}
