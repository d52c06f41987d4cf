"""Puts together the tool calls that a model asks for, from pieces."""

from __future__ import annotations

import json
from typing import Any

from chatapp.events import ToolCall
from chatapp.providers._speech import Words, fit


class ToolCalls:
    """The calls of one answer, numbered in the order in which they began."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._at: dict[str, _Call] = {}

    def find(self, index: object, id: object, name: object) -> _Call:
        """The call that a piece belongs to.

        Some servers leave `index` out, some use the same for every call, and some make up a new
        id for every piece: a new id begins a new call only where a name comes with it.
        """
        call = self._by_id(id) if index is None else self.at(index)
        if not call or (id and call.id and id != call.id and name):
            return self.begin(index)
        return call

    def begin(self, index: object) -> _Call:
        """A new call; pieces with this `index` belong to it from now on."""
        call = _Call(len(self._calls))
        self._calls.append(call)
        self._at[str(index)] = call
        return call

    def at(self, index: object) -> _Call | None:
        """The call whose pieces have this `index`."""
        return self._at.get(str(index))

    def _by_id(self, id: object) -> _Call | None:
        if id:
            return next((call for call in self._calls if call.id == id), None)
        return self._calls[-1] if self._calls else None


class _Call:
    """One call so far."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.id = ""
        self.name = ""
        self.has_arguments = False
        self._words = Words()

    def piece(self, id: object, name: object, arguments: object) -> ToolCall | None:
        """The event for a piece, once there is something to tell.

        The pieces of a name are joined, as the SDK joins them. The first id stays.
        """
        if isinstance(id, str) and not self.id:
            self.id = fit(id)
        if isinstance(name, str):
            self.name += fit(name)
        words = self._words.fit(_text(arguments))
        if words:
            self.has_arguments = True
        if not self.name and not words:
            return None
        return ToolCall(self.number, self.id, self.name, words)


def _text(arguments: Any) -> str:
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else json.dumps(arguments, ensure_ascii=False)
