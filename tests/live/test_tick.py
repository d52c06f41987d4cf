"""The clock of a process."""

from __future__ import annotations

from threading import Event
from time import sleep

import pytest

from chatapp.live.tick import SHORTEST, Tick

INTERVAL = 10.0


class Work:
    """Three beats, each of which takes some time."""

    def __init__(self, seconds: float) -> None:
        self.left = 3
        self.done = Event()
        self._seconds = seconds

    @property
    def busy(self) -> bool:
        return self.left > 0

    def beat(self) -> None:
        sleep(self._seconds)
        self.left -= 1
        if not self.left:
            self.done.set()


class Pauses:
    """Stands where the tick sleeps, and does not."""

    def __init__(self) -> None:
        self.lengths: list[float] = []

    def wait(self, seconds: float) -> None:
        self.lengths.append(seconds)


def pauses_between_beats_of(seconds: float, interval: float) -> list[float]:
    work, pauses = Work(seconds), Pauses()
    tick = Tick(work, interval)
    tick._never = pauses  # type: ignore[assignment]
    tick.wake()
    assert work.done.wait(20)
    tick.end()
    return pauses.lengths


def test_the_time_that_a_beat_takes_is_part_of_the_interval() -> None:
    first, *others = pauses_between_beats_of(0.01, INTERVAL)
    assert first == INTERVAL
    assert others
    assert all(0 < length <= INTERVAL - 0.01 for length in others)


@pytest.mark.parametrize(("interval", "shortest"), [(0.02, 0.02), (SHORTEST, SHORTEST)])
def test_something_is_left_between_two_beats(interval: float, shortest: float) -> None:
    assert pauses_between_beats_of(0.03, interval) == [interval, *[shortest] * 2]
