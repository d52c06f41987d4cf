"""What a worker holds that has nothing to do: descriptors, threads, greenlets."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path
from time import monotonic

import msgspec

CALM = 3
"""Looks in a row that must show the same."""

_BETWEEN = 1.0
_PATIENCE = 90.0


class Held(msgspec.Struct, frozen=True):
    """What a worker holds that has nothing to do."""

    descriptors: dict[str, int]
    threads: int
    greenlets: dict[str, int]

    def left_over(self, before: Held) -> list[str]:
        """What it holds more than it did before."""
        then = before.counts()
        more = {name: count - then.get(name, 0) for name, count in self.counts().items()}
        return [f"{count} more {name}" for name, count in more.items() if count > 0]

    def counts(self) -> dict[str, int]:
        """All of it, by name."""
        return {
            "threads": self.threads,
            **{f"descriptors ({name})": count for name, count in self.descriptors.items()},
            **{f"greenlets ({name})": count for name, count in self.greenlets.items()},
        }


async def when_calm(worker: int, census: Path) -> Held:
    """What it holds once that changes no more, or after a minute and a half.

    `census` is where the worker writes its greenlets when it is told to count them.
    """
    until = monotonic() + _PATIENCE
    looks: list[Held] = []
    while not (len(looks) >= CALM and all(look == looks[-1] for look in looks[-CALM:])):
        looks.append(await _look(worker, census))
        if monotonic() > until:
            break
        await asyncio.sleep(_BETWEEN)
    return looks[-1]


async def _look(worker: int, census: Path) -> Held:
    census.unlink(missing_ok=True)
    os.kill(worker, signal.SIGUSR2)
    until = monotonic() + _PATIENCE
    while not census.exists():
        if monotonic() > until:
            raise TimeoutError(f"process {worker} does not count its greenlets")
        await asyncio.sleep(0.05)
    counted = (line.partition(" ") for line in census.read_text().splitlines())
    return Held(
        dict(_descriptors(worker)),
        len(list(Path(f"/proc/{worker}/task").iterdir())),
        {name: int(count) for count, _, name in counted},
    )


def _descriptors(pid: int) -> Counter[str]:
    """How many of what kind: `socket`, `anon_inode`, or the name of a file."""
    found: Counter[str] = Counter()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            target = os.readlink(link)
            found[Path(target).name if target.startswith("/") else target.partition(":")[0]] += 1
    return found
