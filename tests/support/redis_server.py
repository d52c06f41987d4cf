"""A real Redis that tests start themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import Command, require, started


def command(folder: Path) -> Command:
    """How to start one that keeps nothing."""
    binary = require("redis-server", "redis-server")

    def argv(port: int) -> list[str]:
        options = {"port": port, "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return [binary, *words, "--dir", str(folder)]

    return Command(argv, log=folder / "redis.log", cwd=folder)


def url_at(port: int) -> str:
    """The URL of the first database of a Redis."""
    return f"redis://127.0.0.1:{port}/0"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The URL of a running one."""
    with started(command(folder)) as program:
        yield url_at(program.port)
