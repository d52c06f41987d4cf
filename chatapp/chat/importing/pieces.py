"""The conversations in a file of JSON, each as its own text, found while the file is read.

Only brackets, strings and backslashes are looked at (RFC 8259); whether a piece is JSON is found
out by who reads it. In UTF-8 no byte of a longer character looks like one of them.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator

LARGEST = 16 * 1024 * 1024
"""Bytes of one conversation."""

_OUTSIDE = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'["\\]')
_BLANKS = b" \t\r\n"
_LIST = b"conversations"


class NotConversations(ValueError):
    """The file is no list of conversations, nor one of them; the words say why."""


def split(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """The text of each conversation: of an array of them, of the array `conversations` in an
    object, or of an object that is one itself. None stands for one that is too large.

    Raises `NotConversations` for what is neither, and where the file breaks off.
    """
    splitter = _Splitter()
    for chunk in chunks:
        yield from splitter.feed(chunk)
    splitter.end()


class _Splitter:
    """Where in the file it is, and the text of what began and has not ended yet."""

    def __init__(self) -> None:
        self._begun, self._head = False, b""
        self._depth = 0
        self._base = 1
        self._listed = False
        self._in_string = self._escaped = False
        self._name = bytearray()
        self._text: bytearray | None = None
        self._too_large = False

    def feed(self, chunk: bytes) -> Iterator[bytes | None]:
        """What ends in the next bytes of the file."""
        if not self._begun:
            chunk = self._begin(chunk)
        at = kept = 0
        while at < len(chunk):
            if self._escaped:
                self._escaped = False
                at += 1
                continue
            found = (_INSIDE if self._in_string else _OUTSIDE).search(chunk, at)
            self._spell(chunk, at, found.start() if found else len(chunk))
            if not found:
                break
            at = found.end()
            if self._opens(found[0]):
                kept = at - 1
            elif self._closes(found[0]):
                self._keep(chunk[kept:at])
                kept = at
                yield self._take()
        self._keep(chunk[kept:])

    def end(self) -> None:
        """Raises `NotConversations` where something has not ended with the file."""
        if not self._begun:
            raise NotConversations("The file is empty.")
        if self._depth or self._in_string:
            raise NotConversations("The file breaks off in the middle.")

    def _begin(self, chunk: bytes) -> bytes:
        """What the file begins with, as soon as that is known; nothing before it is."""
        head = self._head + chunk
        text = head.removeprefix(BOM_UTF8).lstrip(_BLANKS)
        if not text or BOM_UTF8.startswith(head):
            self._head = head[: len(BOM_UTF8)]  # all behind it is blank
            return b""
        if text[:1] not in (b"[", b"{"):
            raise NotConversations("This is no JSON: it begins with neither a list nor an object.")
        self._begun = True
        if text.startswith(b"{"):
            self._base = 0
        else:
            self._listed = True
        return text

    def _spell(self, chunk: bytes, first: int, last: int) -> None:
        """Remembers the last string of the outermost object: before a list, it is its name."""
        if self._in_string and self._depth == 1 and not self._listed:
            self._name += chunk[first : min(last, first + len(_LIST) + 1)]

    def _opens(self, mark: bytes) -> bool:
        """Whether a conversation begins with what was found."""
        if mark == b'"':
            self._in_string = not self._in_string
            if self._in_string:
                self._name.clear()
            return False
        if mark == b"\\":
            self._escaped = True
            return False
        if mark not in b"{[":
            return False
        if self._depth == 1 and mark == b"[" and not self._listed and self._name == _LIST:
            self._listed, self._base, self._text = True, 2, None
        self._depth += 1
        begins = self._depth == self._base + 1 and mark == b"{"
        if begins:
            self._text, self._too_large = bytearray(), False
        return begins

    def _closes(self, mark: bytes) -> bool:
        """Whether one ends with it."""
        if self._in_string or mark not in b"}]":
            return False
        self._depth -= 1
        if self._depth < 0:
            raise NotConversations("This is no JSON: a bracket is closed that was never opened.")
        return self._depth == self._base and self._text is not None

    def _keep(self, piece: bytes) -> None:
        if self._text is None or self._too_large:
            return
        if len(self._text) + len(piece) > LARGEST:
            self._too_large = True
            self._text.clear()
        else:
            self._text += piece

    def _take(self) -> bytes | None:
        text, self._text = self._text, None
        return None if self._too_large or text is None else bytes(text)
