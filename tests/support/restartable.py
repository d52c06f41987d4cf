"""A program that dies and comes back where it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.processes import Command, Program, start


class Restartable:
    """A running program; what it kept on disk is there when it comes back."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self.program = start(command)
        self.port = self.program.port
        self._before = ""

    @property
    def log(self) -> str:
        """What it wrote in all of its lives."""
        return self._before + self.program.log

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Ends it with a signal, and waits until it has gone."""
        os.kill(self.program.pid, how)
        self.program.wait()

    def kill_all(self) -> None:
        """Ends it with all of its children, as when the machine dies."""
        os.killpg(self.program.pid, signal.SIGKILL)
        self.program.wait()
        self.program.wait_until_deaf()  # its children end a moment after it

    def restart(self) -> None:
        """Starts it again, on the same port."""
        self._before = self.log
        self.program = Program(self._command, self.port)
        self.program.wait_until_listening()

    def end(self) -> None:
        """Ends it for good."""
        self.program.end()


@contextmanager
def restartable(command: Command) -> Iterator[Restartable]:
    """The program, for as long as the block lasts."""
    program = Restartable(command)
    try:
        yield program
    finally:
        program.end()
