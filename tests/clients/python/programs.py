"""Programs of a command line, started anew for each question."""

from __future__ import annotations

import codecs
import os
import signal
import subprocess
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import IO

ONCE_MORE = 2.0
"""Seconds after which a program is interrupted again."""


def output(argv: Sequence[str]) -> Generator[str, None, None]:
    """What a program prints, as it prints it. Stopping is what Ctrl-C does. Raises
    `RuntimeError` where the program says that it failed."""
    closed, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(argv, stdin=closed, stdout=pipe, stderr=pipe) as program:
        assert program.stdout
        assert program.stderr
        try:
            yield from _pieces(program.stdout)
        except GeneratorExit:
            _interrupt(program)
            raise
        if program.wait():
            raise RuntimeError(program.stderr.read().decode()[-500:])


def _interrupt(program: subprocess.Popen[bytes]) -> None:
    """Presses Ctrl-C until it is heard: one that comes while Python tidies up is lost."""
    while program.poll() is None:
        program.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            program.wait(ONCE_MORE)


def _pieces(stream: IO[bytes]) -> Generator[str, None, None]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    while data := os.read(stream.fileno(), 65536):
        yield decoder.decode(data)
