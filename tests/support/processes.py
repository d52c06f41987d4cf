"""Real programs, started on free ports, waited for, and ended by their own process group.

The benchmark starts its programs with this file too, and has no pytest: only `require` needs it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

T = TypeVar("T")

PORTS = range(20000, 32768)
"""Below the range from which the system gives ports to outgoing connections."""

_ATTEMPTS = 5
_POLL_SECONDS = 0.01


class ProgramFailed(Exception):
    """A program ended, or stayed deaf, where it had to serve; the text holds the end of its log."""


def require(name: str, package: str) -> str:
    """The path of a binary. Without it the test skips; with REQUIRE_SERVICES=1 it fails."""
    import pytest

    path = shutil.which(name)
    if path is None:
        missing = f"{name} is not installed (Debian package: {package})"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return path


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def bound(listen: Callable[[int], T]) -> T:
    """What `listen` makes of a free port, or of another where someone else was faster."""
    for _ in range(_ATTEMPTS):
        with suppress(OSError):
            return listen(free_port())
    raise ProgramFailed(f"no free port in {_ATTEMPTS} attempts")


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a program: `argv` is told the port; the log gets both outputs.

    Without `env` the program inherits ours. `user` is whom it runs as, where we are root; `grace`
    is what it gets to end by itself, in seconds.
    """

    argv: Callable[[int], Sequence[str]]
    log: Path
    cwd: Path | None = None
    env: Mapping[str, str] | None = None
    user: str | None = field(default=None, kw_only=True)
    patience: float = field(default=30.0, kw_only=True)
    grace: float = field(default=5.0, kw_only=True)


class Program:
    """A running program that listens on `port`."""

    def __init__(self, command: Command, port: int) -> None:
        self.port = port
        self._command = command
        with command.log.open("wb") as log:
            self._process = subprocess.Popen(
                command.argv(port),
                cwd=command.cwd,
                env=command.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=command.user,
                group=command.user,
                extra_groups=[] if command.user else None,
            )

    @property
    def pid(self) -> int:
        """The process that was started; its group has the same number."""
        return self._process.pid

    @property
    def log(self) -> str:
        """What it wrote so far."""
        return self._command.log.read_text(errors="replace")

    def children(self) -> list[int]:
        """The processes that it started itself and that still run."""
        return [
            int(pid)
            for task in Path(f"/proc/{self.pid}/task").iterdir()
            for pid in (task / "children").read_text().split()
        ]

    def wait_until_listening(self) -> None:
        """Returns once the port takes connections. Raises `ProgramFailed`."""
        until = monotonic() + self._command.patience
        while self._process.poll() is None and monotonic() < until:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            sleep(_POLL_SECONDS)
        raise ProgramFailed(f"not listening on port {self.port}:\n{self.log[-4000:]}")

    def wait_until_deaf(self) -> None:
        """Returns once nobody takes connections on the port. Raises `ProgramFailed`."""
        until = monotonic() + self._command.patience
        while monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                return
            sleep(_POLL_SECONDS)
        raise ProgramFailed(f"still listening on port {self.port}")

    def wait(self) -> int:
        """The exit code, once it has ended by itself."""
        return self._process.wait(self._command.patience)

    def end(self) -> None:
        """Asks it to end, then ends what is left of its group."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self._command.grace)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def start(command: Command) -> Program:
    """Starts a program on a free port, on another where someone else was faster."""
    for _ in range(_ATTEMPTS):
        program = Program(command, free_port())
        try:
            program.wait_until_listening()
        except ProgramFailed:
            program.end()
            if "in use" not in program.log:
                raise
        except BaseException:
            program.end()
            raise
        else:
            return program
    raise ProgramFailed(f"no free port in {_ATTEMPTS} attempts")


@contextmanager
def started(command: Command) -> Iterator[Program]:
    """The program, for as long as the block lasts."""
    program = start(command)
    try:
        yield program
    finally:
        program.end()
