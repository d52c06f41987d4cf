"""The wake-up between the one that appends and those that wait for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from threading import Event
from typing import Any, Protocol

from chatapp import greenlets


class Waiter(Protocol):
    """What one reader waits with, once."""

    def wait(self) -> None:
        """Returns when the bell has rung since `Bell.listen` gave this waiter."""


class Bell:
    """Wakes everybody who listens. Greenlets wait with gevent's `Waiter`, threads with an event.

    A reader listens first, looks once more, and only then waits: what happened before `listen` was
    done is seen by the second look, what happens later rings.
    """

    __slots__ = ("_make", "_waiters", "_wake")

    def __init__(self) -> None:
        self._waiters: list[Any] = []
        way = _greenlets() if greenlets.in_use() else (_Thread, _call)
        self._make: Callable[[], Waiter] = way[0]
        self._wake: Callable[..., object] = way[1]

    def listen(self) -> Waiter:
        """Takes part in the next ring."""
        waiter = self._make()
        self._waiters.append(waiter)
        return waiter

    def ring(self) -> None:
        """Wakes all who listen now; who listens again meanwhile waits for the next ring."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            self._wake(waiter.switch, None)


class _Thread:
    """Waits as gevent's `Waiter` does."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = Event()

    def wait(self) -> None:
        self._event.wait()

    def switch(self, value: None) -> None:
        self._event.set()


def _call(wake: Callable[[None], object], value: None) -> None:
    wake(value)


def _greenlets() -> tuple[Callable[[], Waiter], Callable[..., object]]:
    """A greenlet may be switched to from the hub alone, so the ring leaves a callback there."""
    return _greenlet(), sys.modules["gevent"].get_hub().loop.run_callback


@cache
def _greenlet() -> Callable[[], Waiter]:
    """gevent's `Waiter`, all in C, by the name that threads wait with, too."""
    waiter: Any = sys.modules["gevent.hub"].Waiter
    return type("Greenlet", (waiter,), {"__slots__": (), "wait": waiter.get})
