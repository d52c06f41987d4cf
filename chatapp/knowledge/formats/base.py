"""What a format is, and what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Protocol

from chatapp.knowledge.formats._decoding import decode


class File:
    """A file as it was added: a name, which may lie, and its bytes."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.content = content

    @property
    def suffix(self) -> str:
        """What the name says it is, with the dot and in lower case; empty where it says nothing."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The name without folders and suffix."""
        return PurePosixPath(self.name).stem

    @cached_property
    def text(self) -> str:
        """The bytes as text, its lines ended by LF. Raises `Unreadable` where they are none."""
        return decode(self.content)


@dataclass(frozen=True, slots=True)
class Extract:
    """The words of a file, in Markdown, and the title that it gives itself, empty for none."""

    title: str
    text: str


class Format(Protocol):
    """A kind of file. `suffixes` are those that its names end with, with the dot."""

    media_type: str
    suffixes: frozenset[str]

    def knows(self, file: File) -> bool:
        """Whether the content alone shows that the file is of this kind, whatever its name."""

    def extract(self, file: File) -> Extract:
        """The words of the file. Raises `Unreadable`, and what a library raises on broken ones."""
