"""The process that reads files: `python -m chatapp.knowledge.child`, with a socket as its input."""

from __future__ import annotations

import os
import socket
import sys
import traceback
from collections.abc import Iterator
from itertools import islice
from time import monotonic

import msgspec

from chatapp.errors import Unreadable
from chatapp.knowledge import _confinement
from chatapp.knowledge._wire import (
    BATCH,
    DAMAGED,
    MEMORY,
    Ask,
    Begun,
    Line,
    Piece,
    Pieces,
    Refused,
    Text,
)
from chatapp.knowledge.formats._decoding import cleaned
from chatapp.knowledge.formats._markdown import one_line
from chatapp.knowledge.formats.base import File
from chatapp.knowledge.kinds import choose
from chatapp.knowledge.limits import Limits
from chatapp.knowledge.passages import split
from chatapp.knowledge.terms import analyse, language_of

BIGGEST = 2**32 - 1
"""Bytes of a frame; what is asked comes from the server, which bounds it."""

LONGEST_TITLE = 300
"""Characters."""

NESTED = "This file is nested too deeply to be read."


def main() -> int:
    """Reads files until nobody asks any more; the status to end with."""
    line = Line(socket.socket(fileno=os.dup(0)))
    limits = msgspec.msgpack.decode(line.receive(BIGGEST), type=Limits)
    _confinement.end_with(line.socket)
    _confinement.confine(limits)
    while file := _next(line, limits):
        _confinement.allow_computing(limits.cpu_seconds)
        if not _answer(line, file, limits):
            break
    return 0


def _next(line: Line, limits: Limits) -> File | None:
    """The next file to read; None where none comes for a while, or ever again."""
    line.deadline = monotonic() + limits.idle_seconds
    try:
        ask = msgspec.msgpack.decode(line.receive(BIGGEST), type=Ask)
        file = File(ask.name, bytes(line.receive(BIGGEST)))
        line.send(Begun())
    except (EOFError, OSError):
        return None
    return file


def _answer(line: Line, file: File, limits: Limits) -> bool:
    """Sends what the file says, or why it says nothing; whether this process can go on."""
    line.deadline = monotonic() + limits.wall_seconds
    try:
        for message in _read(file, limits):
            line.send(message)
    except MemoryError:
        line.send(Refused(MEMORY))
        return False
    except Unreadable as error:
        line.send(Refused(str(error)))
    except RecursionError:
        line.send(Refused(NESTED))
    except Exception as error:  # whatever a library says to a file that was made to break it
        line.send(Refused(DAMAGED, _place(error)))
    return _confinement.most_memory() < limits.grown


def _place(error: Exception) -> str:
    """What went wrong and where, without a word of the file."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {os.path.basename(last.filename)}:{last.lineno}"


def _read(file: File, limits: Limits) -> Iterator[Text | Pieces]:
    """The text of a file, and its passages in batches. Raises `Unreadable` before the first."""
    kind = choose(file)
    extract = kind.extract(file)
    text = cleaned(extract.text).strip("\n").rstrip()
    _check(text, limits)
    language = language_of(text)
    title = one_line(cleaned(extract.title))[:LONGEST_TITLE] or file.stem
    found = split(text)
    yield Text(title, kind.media_type, language, text, len(found))
    pieces = (
        Piece(
            each.start,
            each.end,
            each.heading,
            " ".join(analyse(text[each.start : each.end], language)),
            " ".join(analyse(each.heading, language)),
        )
        for each in found
    )
    while batch := list(islice(pieces, BATCH)):
        yield Pieces(batch)


def _check(text: str, limits: Limits) -> None:
    """Raises `Unreadable` for a text that is none, or too long."""
    if not any(map(str.isalnum, text)):
        raise Unreadable("There is no text in this file.")
    if len(text) > limits.text:
        raise Unreadable(
            f"This file has more than {limits.text:,} characters of text."
            " Split it into several files."
        )


if __name__ == "__main__":
    sys.exit(main())
