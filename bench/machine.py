"""The machine: which core does what, what a process tree has used, what all this ran on."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import clock_gettime

PACKAGES = ("flask", "gunicorn", "gevent", "openai", "sqlalchemy", "msgspec", "httptools")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where: the server under test alone, everything else beside it."""

    server: frozenset[int]
    rig: frozenset[int]

    @classmethod
    def divide(cls) -> Cores:
        """The first core for the rig, the second for the server; one core serves both."""
        first, *others = sorted(os.sched_getaffinity(0))
        return cls(frozenset(others[:1] or [first]), frozenset([first]))

    @property
    def apart(self) -> bool:
        """Whether the server has a core of its own."""
        return self.server != self.rig


@contextmanager
def pinned(cores: frozenset[int]) -> Iterator[None]:
    """What is started inside runs on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def tree(pid: int) -> list[int]:
    """The process and all its descendants."""
    found = [pid]
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """User and system time, to the microsecond: each process has a POSIX clock that counts it."""
    return sum(clock_gettime((~pid << 3) | 2) for pid in pids)


def waited_seconds(pids: list[int]) -> float:
    """How long their threads stood ready while something else had the core."""
    stats = (task for pid in pids for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return sum(int(stat.read_text().split()[1]) for stat in stats) / 1e9


def resident(pids: list[int]) -> int:
    """Resident bytes; what processes share counts for each of them."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * _PAGE


def proportional(pids: list[int], kind: str = "Pss") -> int:
    """Resident bytes; what processes share is divided among them.

    `Pss_Anon` leaves out what is mapped from files: that moves whenever another program starts
    or ends which uses the same libraries.
    """
    lines = (
        line
        for pid in pids
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        if line.startswith(f"{kind}:")
    )
    return sum(int(line.split()[1]) for line in lines) * 1024


def has_postgres() -> bool:
    """Whether this machine can start one."""
    at_home = any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))  # Debian's is off the PATH
    return at_home or shutil.which("initdb") is not None


def has_redis() -> bool:
    """Whether this machine can start one."""
    return shutil.which("redis-server") is not None


def described() -> dict[str, str | int]:
    """The hardware and the system."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_mb": os.sysconf("SC_PHYS_PAGES") * _PAGE // 1_000_000,
        "kernel": platform.release(),
    }


def versions(nginx: str | None) -> dict[str, str]:
    """What took part, and which version of it."""
    found = {name: version(name) for name in PACKAGES}
    found |= {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    if nginx:
        found["nginx"] = _said(nginx, "-v").rpartition("/")[2]
    found["chatapp"] = _said("git", "describe", "--always", "--dirty") or "unknown"
    return found


def _said(*argv: str) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return (done.stdout + done.stderr).strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
