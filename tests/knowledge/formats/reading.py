"""Reading a file as the process that reads files does, but here."""

from __future__ import annotations

import pytest

from chatapp.errors import Unreadable
from chatapp.knowledge.formats.base import Extract, File
from chatapp.knowledge.kinds import choose


def extract(name: str, content: bytes | str) -> Extract:
    """The words of a file."""
    file = File(name, content.encode() if isinstance(content, str) else content)
    return choose(file).extract(file)


def text(name: str, content: bytes | str) -> str:
    """Its Markdown."""
    return extract(name, content).text


def kind(name: str, content: bytes | str) -> str:
    """Its media type."""
    return choose(File(name, content.encode() if isinstance(content, str) else content)).media_type


def refusal(name: str, content: bytes | str) -> str:
    """Why it cannot be read."""
    with pytest.raises(Unreadable) as error:
        extract(name, content)
    return str(error.value)
