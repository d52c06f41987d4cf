"""The one clock of a process: it wakes four times a second while any answer runs."""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread
from time import monotonic
from typing import Protocol

log = logging.getLogger(__name__)

INTERVAL = 0.25

SHORTEST = 0.05
"""Seconds that are left between two beats, however long the first one took."""


class Beating(Protocol):
    """What a tick drives."""

    @property
    def busy(self) -> bool:
        """Whether there is anything to do."""

    def beat(self) -> None:
        """Does it once."""


class Tick:
    """Calls `beat` every `interval` seconds while there is something to do, and sleeps else.

    The time that a beat takes is part of the interval: a killed process loses what came since the
    last one.

    The thread starts at the first `wake`, which keeps a process that forks free of it.
    """

    def __init__(self, target: Beating, interval: float = INTERVAL) -> None:
        self._target = target
        self._interval = interval
        self._wanted = Event()
        self._never = Event()
        self._thread: Thread | None = None
        self._lock = Lock()
        self._beating = Lock()
        self._ended = False

    def wake(self) -> None:
        """Makes sure that the tick runs."""
        with self._lock:
            if self._thread is None:
                thread = Thread(target=self._run, daemon=True, name="tick")
                thread.start()
                self._thread = thread
        self._wanted.set()

    def pause(self) -> None:
        """Waits for the length of one tick."""
        self._never.wait(self._interval)

    def end(self) -> None:
        """Beats no more, and waits for the beat that is under way."""
        with self._beating:
            self._ended = True

    def _run(self) -> None:
        while not self._ended:
            self._wanted.wait()
            self._wanted.clear()
            taken = 0.0
            while self._target.busy and not self._ended:
                self._never.wait(max(self._interval - taken, min(SHORTEST, self._interval)))
                begun = monotonic()
                self._beat()
                taken = monotonic() - begun

    def _beat(self) -> None:
        with self._beating:
            if self._ended:
                return
            try:
                self._target.beat()
            except Exception:
                log.exception("a tick failed")
