"""A timer wheel: who is due in which millisecond, at the cost of a list append."""

from __future__ import annotations

from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

_LONGEST_WAIT = 50


class Wheel(Generic[T]):
    """Items by the millisecond in which they are due."""

    def __init__(self) -> None:
        self._slots: dict[int, list[T]] = {}
        self._turned = self._now()

    @staticmethod
    def _now() -> int:
        return int(monotonic() * 1000)

    def put(self, item: T, due: float) -> None:
        """Keeps the item until `due`, a monotonic time in seconds."""
        slot = max(int(due * 1000), self._turned + 1)
        self._slots.setdefault(slot, []).append(item)

    def turn(self) -> list[T]:
        """What became due since the last turn, in order."""
        now = self._now()
        due: list[T] = []
        for slot in range(self._turned + 1, now + 1):
            due += self._slots.pop(slot, ())
        self._turned = now
        return due

    def wait(self) -> float:
        """Seconds until something may be due; -1 where nothing is kept."""
        if not self._slots:
            return -1
        slot = self._turned + 1
        while slot not in self._slots and slot < self._turned + _LONGEST_WAIT:
            slot += 1
        return max(slot / 1000 - monotonic(), 0)
