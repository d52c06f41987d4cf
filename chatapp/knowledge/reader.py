"""Reads files in a process of its own, so that no file can hurt or hold up the server."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from signal import SIGKILL, SIGXCPU
from socket import socket, socketpair
from threading import Lock
from time import monotonic, sleep

import msgspec

from chatapp.errors import Unreadable
from chatapp.knowledge._wire import (
    DAMAGED,
    MEMORY,
    Ask,
    Begun,
    FrameTooLarge,
    Line,
    Piece,
    Pieces,
    Refused,
    Reply,
    Text,
)
from chatapp.knowledge.limits import Limits
from chatapp.knowledge.reading import Reading, ReadPassage

log = logging.getLogger(__name__)

SLOW = "This file takes too long to read."
LONG = "There is too much in this file. Split it into several files."

NOT_NOW = "Files cannot be read here at the moment; the log says why."
"""What is said where no process begins to read, whatever the file."""

ENDING = 5.0
"""Seconds that a process has to end once its line is closed."""

_reply = msgspec.msgpack.Decoder(Reply)


class Reader:
    """One process that reads files, one after the other; it is started when the first one comes.

    It serves threads and greenlets alike: whoever waits for a file holds up nobody else.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = Lock()
        self._child: _Child | None = None

    def read(self, name: str, content: bytes) -> Reading:
        """What a file says. Raises `Unreadable` with the reason in words.

        A process that hangs, dies or takes too much is replaced: only this file suffers.
        """
        with self._lock:
            read = self._ask(name, content) or self._ask(name, content)
        if isinstance(read, Reading):
            return read
        refused = read or Refused(NOT_NOW, "no process stays")
        if refused.detail:
            log.warning("A file could not be read: %s.", refused.detail)
        raise Unreadable(refused.words)

    def close(self) -> None:
        """Ends the process, if there is one; the next file starts another."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The id of the process that reads at the moment."""
        return self._child.pid if self._child else None

    def _ask(self, name: str, content: bytes) -> Reading | Refused | None:
        """What a process says; None where it ended before it began to read this file."""
        try:
            child = self._child = self._child or _Child(self._limits)
        except OSError as error:
            return Refused(NOT_NOW, f"no process can be started: {error}")
        try:
            return child.read(name, content)
        finally:
            if child.is_spent:
                self._end()

    def _end(self) -> None:
        if self._child:
            self._child.end()
            self._child = None


class _Child:
    """A process that reads files. `is_spent` tells that it must not be asked again."""

    def __init__(self, limits: Limits) -> None:
        ours, its = socketpair()
        self._limits = limits
        self._line = Line(ours)
        self._files = 0
        self._has_begun = False
        self.is_spent = False
        try:
            self._process = _started(its)
        except BaseException:
            ours.close()
            raise
        finally:
            its.close()
        self.pid: int = self._process.pid

    def read(self, name: str, content: bytes) -> Reading | Refused | None:
        """What it says of a file; None where it ended before it began to read it."""
        self._line.deadline = monotonic() + self._limits.wall_seconds
        self._files += 1
        self._has_begun = False
        try:
            if self._files == 1:
                self._line.send(self._limits)
            self._line.send(Ask(name))
            self._line.send_bytes(content)
            read = self._heard()
        except TimeoutError:
            return self._killed(SLOW)
        except (FrameTooLarge, msgspec.DecodeError):
            return self._killed(LONG)
        except (EOFError, OSError):
            self.is_spent = True
            return _explained(self._status()) if self._has_begun else None
        except BaseException:  # whoever waited is stopped, and the process would go on
            self._killed("")
            raise
        self.is_spent = self._files >= self._limits.files
        return read

    def end(self) -> None:
        """Closes the line, by which it ends, and waits for that."""
        self._line.socket.close()
        self._status()

    def _heard(self) -> Reading | Refused:
        left = self._limits.reply
        text: Text | None = None
        passages: list[ReadPassage] = []
        while text is None or len(passages) < text.passages:
            frame = self._line.receive(left)
            left -= len(frame)
            match _reply.decode(frame):
                case Begun():
                    self._has_begun = True
                case Refused() as refused:
                    return refused
                case Text() as text:
                    pass
                case Pieces(pieces) if text:
                    passages += [_passage(piece, text.text) for piece in pieces]
            sleep(0)  # others may go on between two frames
        return Reading(text.title, text.media_type, text.language, text.text, tuple(passages))

    def _killed(self, words: str) -> Refused:
        self.is_spent = True
        self._process.kill()
        return Refused(words)

    def _status(self) -> int:
        """How it ended; it is killed where it does not."""
        try:
            status = self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        return int(status)


def _started(line: socket) -> subprocess.Popen[bytes]:
    """A process that reads what comes over this line. Raises `OSError`."""
    return subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", "chatapp.knowledge.child"],
        stdin=line.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """What the process may know: where modules are, and nothing of ours beside."""
    return {
        "PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path),
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "1",  # each would take its share of the address space
    }


def _passage(piece: Piece, text: str) -> ReadPassage:
    words = text[piece.start : piece.end]
    return ReadPassage(
        piece.start, piece.end, piece.heading, words, piece.terms, piece.heading_terms
    )


def _explained(status: int) -> Refused:
    """What it means that a process ended while it read a file."""
    if status == -SIGXCPU:
        return Refused(SLOW)
    if status == -SIGKILL:  # by the system, whose memory ran out
        return Refused(MEMORY)
    return Refused(DAMAGED, f"the process ended with {status}")
