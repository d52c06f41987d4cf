"""A growing answer inside a page, for browsers without scripts."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from html import escape

from chatapp.events import End, Error, Event, Reasoning, Text

_HEARTBEAT = b"<!-- -->\n"
_OPENINGS = {
    "text": '<div class="answer__text answer__text--raw prose">',
    "reasoning": '<div class="reasoning reasoning__words">',
}


class Html:
    """Writes words as they come, and at the end leads to `address`, the page as it is stored.

    Words are plain until then: Markdown has its form only once it is whole.
    """

    mimetype = "text/html"
    key: Hashable | None = None

    def __init__(self, address: str, finished: str, tell: Callable[[str], str] = str) -> None:
        """`finished` is what the link says; `tell` puts the words of an error into a language."""
        self._address = escape(address)
        self._finished = escape(finished)
        self._tell = tell
        self._open = ""

    def encode(self, event: Event, cursor: str, *, first: bool = False) -> bytes:
        """What the event adds to the page; nothing where it is not for reading."""
        match event:
            case Text(content):
                return self._words("text", content)
            case Reasoning(content):
                return self._words("reasoning", content)
            case Error(error=words):
                told = escape(self._tell(words))
                return f'{self._close()}<p class="notice notice--error">{told}</p>'.encode()
            case End():
                return f"{self._close()}{self._farewell()}".encode()
            case _:
                return b""

    def heartbeat(self) -> bytes:
        """A comment."""
        return _HEARTBEAT

    def _words(self, kind: str, content: str) -> bytes:
        opening = ""
        if self._open != kind:
            opening = self._close() + _OPENINGS[kind]
            self._open = kind
        return f"{opening}{escape(content)}".encode()

    def _close(self) -> str:
        was_open, self._open = self._open, ""
        return "</div>" if was_open else ""

    def _farewell(self) -> str:
        return (
            f'<meta http-equiv="refresh" content="0; url={self._address}">'
            f'<p class="remark"><a href="{self._address}">{self._finished}</a></p>'
        )
