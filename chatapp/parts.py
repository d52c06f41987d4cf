"""A message as an append-only list of parts, with cursors into it.

A `Cursor` is a position in the message: which part, and how far into it, in Unicode code points.
Nothing but the message is needed to go on from one, so any process can serve any reader.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, cast

from chatapp.events import Append, Reasoning, ScoredText, Source, Sources, Text, ToolCall

Part: TypeAlias = Append
"""A part is the append that would make it at once: all its words, or all its sources."""

_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,9})", re.ASCII)


class Cursor(NamedTuple):
    """A position in a message: `offset` code points into part number `part`."""

    part: int
    offset: int

    def __str__(self) -> str:
        return f"{self.part}.{self.offset}"


START = Cursor(0, 0)
END = Cursor(1_000_000_000, 0)
"""The position behind the `end` event: no reader that has come so far needs anything."""


_content = attrgetter("content")
_arguments = attrgetter("arguments")


def parse_cursor(text: str) -> Cursor:
    """Reads the text form, `part.offset` or `end`. Raises `ValueError` for anything else."""
    if text == "end":
        return END
    found = _CURSOR.fullmatch(text)
    if not found:
        raise ValueError(f"not a cursor: {text[:40]!r}")
    return Cursor(int(found[1]), int(found[2]))


def length(append: Append, *, begins: bool = True) -> int:
    """How far an append moves the cursor: its code points, or 1 for a list of sources.

    The append that `begins` a tool call counts one more, for the call's name.
    """
    match append:
        case Text(content) | Reasoning(content):
            return len(content)
        case ToolCall(arguments=arguments):
            return len(arguments) + begins
        case Sources():
            return 1


def joins(last: Append, new: Append) -> bool:
    """Whether an append goes on with the part that the last one made."""
    match new:
        case Text(refusal=refusal):
            return isinstance(last, Text) and last.refusal == refusal
        case Reasoning():
            return isinstance(last, Reasoning)
        case ToolCall(index=index):
            return isinstance(last, ToolCall) and last.index == index
        case Sources():
            return False


def merge(appends: Sequence[Append]) -> Append:
    """Appends of one part as a single one."""
    first = appends[0]
    if len(appends) == 1:
        return first
    match first:
        case Text(refusal=refusal):
            words = "".join(map(_content, appends))
            scores = [each.logprobs for each in appends if type(each) is ScoredText]
            if scores:
                return ScoredText(words, refusal, tuple(chain.from_iterable(scores)))
            return Text(words, refusal)
        case Reasoning():
            return Reasoning("".join(map(_content, appends)))
        case ToolCall():
            last = cast(ToolCall, appends[-1])  # its id and name are the fullest
            return replace(last, arguments="".join(map(_arguments, appends)))
        case Sources():
            return first


def skip(append: Append, count: int, *, begins: bool = True) -> Append:
    """What remains of an append behind its first `count` steps of the cursor."""
    match append:
        case Text(content, refusal):
            return Text(content[count:], refusal)
        case Reasoning(content):
            return Reasoning(content[count:])
        case ToolCall(arguments=arguments):
            return replace(append, arguments=arguments[count - begins :])
        case Sources():
            return append


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a part as a store keeps it: part number, code points before it, and the piece."""

    part: int
    start: int
    append: Append


class Parts:
    """The append-only list itself. One thread appends; any number read, each with a `Reader`."""

    __slots__ = ("_appends", "_offsets", "_starts", "_voice", "text_length")

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self.text_length = 0
        self._appends: list[Append] = []
        self._offsets = array("I")  # of the cursor behind each append
        self._starts: list[int] = []  # the first append of each part
        self._voice: bool | None = None  # of the last part, where it is text: whether it refuses
        for part in parts:
            self.append(part)

    def __len__(self) -> int:
        """How many appends there are."""
        return len(self._offsets)

    @property
    def end(self) -> Cursor:
        """The cursor behind all that is there."""
        count = len(self)
        return self.cursor_behind(count - 1) if count else START

    def append(self, append: Append) -> None:
        """Adds words or sources. An append without any words changes nothing."""
        if type(append) is Text and append.refusal is self._voice:  # nearly all go on like this
            begins, size = False, len(append.content)
        else:
            begins = not (self._appends and joins(self._appends[-1], append))
            size = length(append, begins=begins)
        if size:
            self._add(append, size, begins)

    def _add(self, append: Append, size: int, begins: bool) -> None:
        if begins:
            self._starts.append(len(self._appends))
            self._voice = append.refusal if isinstance(append, Text) else None
        if self._voice is not None:
            self.text_length += size
        self._appends.append(append)
        behind = size if begins else self._offsets[-1] + size
        self._offsets.append(behind)  # last: readers go by its length

    def cursor_behind(self, index: int) -> Cursor:
        """The cursor behind append number `index`."""
        return Cursor(bisect_right(self._starts, index) - 1, self._offsets[index])

    def at(self, index: int) -> tuple[Append, str]:
        """Append number `index`, with the text form of the cursor behind it."""
        part = bisect_right(self._starts, index) - 1
        return self._appends[index], f"{part}.{self._offsets[index]}"

    def index_behind(self, cursor: Cursor, last: int) -> int:
        """The first of the first `last` appends that reaches further than the cursor, or `last`."""
        return bisect_right(range(last), cursor, key=self.cursor_behind)

    def between(self, first: int, last: int) -> list[tuple[Append, Cursor]]:
        """Appends `first` up to `last`, one for each part, each with the cursor behind it."""
        if last - first == 1:
            return [(self._appends[first], self.cursor_behind(first))]
        out = []
        while first < last:
            next_part = bisect_right(self._starts, first)
            stop = min([last, *self._starts[next_part : next_part + 1]])
            out.append((merge(self._appends[first:stop]), self.cursor_behind(stop - 1)))
            first = stop
        return out

    def segments(self, first: int, last: int) -> list[Segment]:
        """Appends `first` up to `last` as pieces of their parts, for a store."""
        out = []
        for append, behind in self.between(first, last):
            before = self.cursor_behind(first - 1) if first else START
            start = before.offset if before.part == behind.part else 0
            out.append(Segment(behind.part, start, append))
            first = self.index_behind(behind, last)
        return out

    def fold(self) -> tuple[Part, ...]:
        """The parts as a whole."""
        return tuple(part for part, _ in self.between(0, len(self)))


class Reader:
    """Follows parts from a cursor: what it takes, put together, is exactly what was missing.

    A cursor may be ahead of what is there (its owner read on in another process): then nothing
    is taken before the parts have grown past it.
    """

    __slots__ = ("_cursor", "_index", "parts")

    def __init__(self, parts: Parts, cursor: Cursor = START) -> None:
        self.parts = parts
        self._cursor: Cursor | None = None if cursor == START else cursor
        """Where it begins, until something is taken; then `_index` alone says where it is."""
        self._index = 0

    @property
    def cursor(self) -> Cursor:
        """Behind all that was taken."""
        if self._cursor is not None:
            return self._cursor
        return self.parts.cursor_behind(self._index - 1) if self._index else START

    @property
    def ahead(self) -> bool:
        """Whether the cursor lies behind the end of what is there."""
        return self._cursor is not None and self._cursor > self.parts.end

    def take_one(self) -> int | None:
        """The number of the append that alone is new, as it was made; else takes nothing."""
        index = self._index
        if self._cursor is not None or len(self.parts) - index != 1:
            return None
        self._index = index + 1
        return index

    def take(self) -> list[tuple[Append, Cursor]]:
        """All that is new: one append for each part, with the cursor behind it."""
        first, last = self._index, len(self.parts)  # looked at once: the parts grow meanwhile
        if self._cursor is not None:
            return self._catch_up(self._cursor, last)
        self._index = last
        return self.parts.between(first, last)

    def rest(self) -> list[Append]:
        """All that lies behind the cursor, one append for each part."""
        return [append for append, _ in self.take()]

    def _catch_up(self, cursor: Cursor, last: int) -> list[tuple[Append, Cursor]]:
        part, offset = cursor
        first = self.parts.index_behind(cursor, last)
        if first == last:
            return []
        out = self.parts.between(first, last)
        before = self.parts.cursor_behind(first - 1) if first else START
        start = before.offset if before.part == part else 0
        append, behind = out[0]
        if behind.part == part and offset > start:
            out[0] = (skip(append, offset - start, begins=start == 0), behind)
        self._cursor = None
        self._index = last
        return out


def missing(end: Cursor, segments: Iterable[Segment]) -> list[Append]:
    """What segments add to a message that ends at a cursor; what it has already is left out.

    The segments follow one another, and the first begins at the cursor or before it.
    """
    out = []
    for segment in segments:
        begins = segment.start == 0
        start = Cursor(segment.part, segment.start)
        behind = Cursor(segment.part, segment.start + length(segment.append, begins=begins))
        if behind <= end:
            continue
        known = end.offset - segment.start if start < end else 0
        out.append(skip(segment.append, known, begins=begins) if known else segment.append)
        end = behind
    return out


def fold(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Puts pieces together: neighbours that go on with one another become one part."""
    return Parts(parts).fold()


def text_of(parts: Iterable[Part]) -> str:
    """What people read: all text parts in order."""
    return "".join(part.content for part in parts if isinstance(part, Text))


def sources_of(parts: Iterable[Part]) -> Iterator[Source]:
    """All that an answer with these parts rests on, in order."""
    return (source for part in parts if isinstance(part, Sources) for source in part.sources)


def to_json(part: Part) -> dict[str, Any]:
    """The part as the API and the database show it."""
    match part:
        case Text(content, refusal):
            shown: dict[str, Any] = {"type": "text", "text": content}
            return shown | {"refusal": True} if refusal else shown
        case Reasoning(content):
            return {"type": "reasoning", "text": content}
        case ToolCall(index, id, name, arguments):
            return {
                "type": "tool_call",
                "index": index,
                "id": id,
                "name": name,
                "arguments": arguments,
            }
        case Sources(sources):
            return {"type": "sources", "sources": [source_to_json(source) for source in sources]}


def from_json(value: dict[str, Any]) -> Part:
    """Reads what `to_json` wrote."""
    match value["type"]:
        case "text":
            return Text(value["text"], value.get("refusal", False))
        case "reasoning":
            return Reasoning(value["text"])
        case "tool_call":
            return ToolCall(value["index"], value["id"], value["name"], value["arguments"])
        case "sources":
            return Sources(tuple(source_from_json(source) for source in value["sources"]))
        case kind:
            raise ValueError(f"not a part: {kind!r}")


def source_to_json(source: Source) -> dict[str, Any]:
    """A source with the members that the wire, the API and the database share."""
    shown: dict[str, Any] = {
        "id": source.id,
        "title": source.title,
        "content": source.content,
        "url": source.url,
        "document_name": source.document_name,
        "position": source.position,
    }
    if source.passage_id is not None:
        shown |= {"passage_id": source.passage_id, "score": source.score}
    return shown


def source_from_json(value: dict[str, Any]) -> Source:
    """Reads what `source_to_json` wrote."""
    return Source(
        id=value["id"],
        title=value["title"],
        content=value["content"],
        url=value.get("url"),
        document_name=value.get("document_name"),
        position=value.get("position", 1),
        passage_id=value.get("passage_id"),
        score=value.get("score"),
    )
