"""The wake-up between the one that appends and those that wait for it."""

from __future__ import annotations

import sys
from collections import deque
from threading import Event
from typing import Any, Protocol

from chatapp import greenlets


class Waiter(Protocol):
    """What one reader waits with, once."""

    def wait(self) -> None:
        """Returns when the bell has rung since `Bell.listen` gave this waiter."""


class Bell:
    """Wakes everybody who listens. Greenlets wait with gevent's `Waiter`, threads with an event.

    A reader listens first, looks once more, and only then waits: what happened between its last
    look and `listen` is seen by the second look, what happens later rings.
    """

    __slots__ = ("_make", "_waiters")

    def __init__(self) -> None:
        self._waiters: deque[Any] = deque()
        self._make = _Greenlet if greenlets.in_use() else _Thread

    def listen(self) -> Waiter:
        """Takes part in the next ring."""
        waiter = self._make()
        self._waiters.append(waiter)
        return waiter

    def ring(self) -> None:
        """Wakes all who listen now; who listens again meanwhile waits for the next ring."""
        waiters = self._waiters
        for _ in range(len(waiters)):
            try:
                waiter = waiters.popleft()
            except IndexError:  # another ring is at it, too
                return
            waiter.wake()


class _Thread:
    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = Event()

    def wait(self) -> None:
        self._event.wait()

    def wake(self) -> None:
        self._event.set()


class _Greenlet:
    """A greenlet may be switched to from the hub alone, so the ring leaves a callback there."""

    __slots__ = ("_callback", "_waiter")

    def __init__(self) -> None:
        waiter = self._waiter = sys.modules["gevent.hub"].Waiter()
        self._callback = waiter.hub.loop.run_callback

    def wait(self) -> None:
        self._waiter.get()

    def wake(self) -> None:
        self._callback(self._waiter.switch, None)
