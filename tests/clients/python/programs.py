"""Programs of a command line, started anew for each question."""

from __future__ import annotations

import codecs
import os
import signal
import subprocess
from collections.abc import Generator, Sequence
from typing import IO


def output(argv: Sequence[str]) -> Generator[str, None, None]:
    """What a program prints, as it prints it. Stopping is what Ctrl-C does. Raises
    `RuntimeError` where the program says that it failed."""
    # Whatever a shell starts in the background ignores Ctrl-C, and so would the program.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    closed, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(argv, stdin=closed, stdout=pipe, stderr=pipe) as program:
        assert program.stdout
        assert program.stderr
        try:
            yield from _pieces(program.stdout)
        except GeneratorExit:
            program.send_signal(signal.SIGINT)
            raise
        if program.wait():
            raise RuntimeError(program.stderr.read().decode()[-500:])


def _pieces(stream: IO[bytes]) -> Generator[str, None, None]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    while data := os.read(stream.fileno(), 65536):
        yield decoder.decode(data)
