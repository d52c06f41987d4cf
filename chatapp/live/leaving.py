"""Notices at once that a client has left, also while nothing is being written to it.

Its socket tells: the other side has closed it, or will send nothing more, as proxies take it too.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from socket import socket
from threading import Event, Thread
from typing import Any, Protocol

from chatapp import greenlets

_GONE: int = getattr(select, "POLLRDHUP", select.POLLHUP)
"""Linux tells it even where bytes wait to be read."""

_LOOK_MS = 250.0
"""Milliseconds after which a thread sees that its watch has ended; a departure wakes it at once."""

_READABLE = 1


class Watch(Protocol):
    """Looks at one client; it must end before somebody else uses the socket."""

    def end(self) -> None:
        """Looks no more; repeating it does nothing."""


def watch(client: socket, left: Callable[[], None]) -> Watch:
    """Calls `left` when the client goes, once, in a thread or greenlet of its own."""
    if greenlets.in_use():
        poll = sys.modules["gevent.monkey"].get_original("select", "poll")
        return _Greenlets(client.fileno(), left, poll)
    return _Threads(client.fileno(), left)


class _Greenlets:
    """The loop calls back when there is something to read; a departure is that, too.

    A client that sends more while it is being answered is left to the next write to it: what can
    be read stays so, and the loop would call again and again.
    """

    def __init__(self, descriptor: int, left: Callable[[], None], poll: Any) -> None:
        self._descriptor = descriptor
        self._left = left
        self._poll = poll
        self._watcher = sys.modules["gevent"].get_hub().loop.io(descriptor, _READABLE)
        self._watcher.start(self._look)

    def end(self) -> None:
        self._watcher.stop()
        self._watcher.close()

    def _look(self) -> None:
        self.end()
        poll = self._poll()
        poll.register(self._descriptor, _GONE)
        if poll.poll(0):
            sys.modules["gevent"].spawn(self._left)


class _Threads:
    """A thread of the client's own waits."""

    def __init__(self, descriptor: int, left: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._left = left
        self._ended = Event()
        Thread(target=self._wait, daemon=True, name="watch").start()

    def end(self) -> None:
        self._ended.set()

    def _wait(self) -> None:
        departure = select.poll()
        departure.register(self._descriptor, _GONE)
        while not self._ended.is_set():
            if departure.poll(_LOOK_MS) and not self._ended.is_set():
                self._left()
                return
