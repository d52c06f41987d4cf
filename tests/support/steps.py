"""What a reader should get, counted step by step: an account of parts that needs no `Reader`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from chatapp.events import Append, Reasoning, Sources, Text, ToolCall
from chatapp.parts import Cursor, Parts, Reader, parse_cursor

Step: TypeAlias = tuple[object, ...]
"""What moves a cursor by one: a letter with the part it stands in, a call's name, or sources."""


def steps_of(part: Append, *, begins: bool = True) -> list[Step]:
    """What an append adds to a message, step by step of the cursor."""
    match part:
        case Text(content, refusal):
            return [("text", refusal, letter) for letter in content]
        case Reasoning(content):
            return [("reasoning", letter) for letter in content]
        case ToolCall(index, id, name, arguments):
            head: list[Step] = [("call", index, id, name)] if begins else []
            return head + [("argument", index, letter) for letter in arguments]
        case Sources(sources):
            return [("sources", sources)]


def steps_of_all(parts: Iterable[Append]) -> list[Step]:
    """A whole message, step by step."""
    return [step for part in parts for step in steps_of(part)]


def cursors(parts: Sequence[Append]) -> list[Cursor]:
    """Every position of a message: each step of each part, and the beginnings of parts."""
    return [
        Cursor(number, offset)
        for number, part in enumerate(parts)
        for offset in range(len(steps_of(part)) + 1)
    ]


def position(parts: Sequence[Append], cursor: Cursor) -> int:
    """How many steps of the message lie before a cursor."""
    sizes = [len(steps_of(part)) for part in parts]
    if cursor.part >= len(sizes):
        return sum(sizes)
    return sum(sizes[: cursor.part]) + min(cursor.offset, sizes[cursor.part])


@dataclass
class Client:
    """One reader with all that it took, wherever it read."""

    reader: Reader
    taken: list[Step] = field(default_factory=list)

    def take(self) -> None:
        """Takes what is new, as a client does that knows the cursor before."""
        before = self.reader.cursor
        for append, behind in self.reader.take():
            begins = behind.part != before.part or before.offset == 0
            self.taken += steps_of(append, begins=begins)
            before = behind
        assert self.reader.cursor == before

    def hop(self, parts: Parts) -> None:
        """Goes on elsewhere, with nothing but the cursor in its text form."""
        self.reader = Reader(parts, parse_cursor(str(self.reader.cursor)))
