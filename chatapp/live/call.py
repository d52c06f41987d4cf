"""One call to a model: how long it may be silent, and how it is ended from outside."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Lock
from time import monotonic

log = logging.getLogger(__name__)

COMMENT_FACTOR = 5
"""Comments may stretch a timeout to so many times its length, and no further."""

FINISH_TIMEOUT = 10.0
"""Seconds that a server may still take for usage and farewell after it named a finish."""


class Call:
    """The clock and the end of one call; the provider's side is `providers.base.Call`."""

    def __init__(self, first_timeout: float, idle_timeout: float) -> None:
        self.first_timeout = first_timeout
        self.idle_timeout = idle_timeout
        self.timed_out = False
        self.stopped = False
        self._limit = first_timeout
        self._event_at = self._sign_at = monotonic()
        self._ended = Event()
        self._close: Callable[[], None] | None = None
        self._lock = Lock()

    @property
    def cancelled(self) -> bool:
        """Whether the call was ended from outside."""
        return self._ended.is_set()

    def heard(self) -> None:
        """An event came: the clock starts again."""
        self._event_at = self._sign_at = monotonic()
        self._limit = self.idle_timeout

    def heard_comment(self) -> None:
        """A comment came: the clock starts again, but not for ever."""
        self._sign_at = monotonic()

    def finishing(self) -> None:
        """The model has finished; only a farewell is waited for."""
        self.idle_timeout = min(self.idle_timeout, FINISH_TIMEOUT)
        self._limit = self.idle_timeout

    def overdue(self, now: float) -> bool:
        """Whether the server was silent for too long."""
        until = min(self._sign_at + self._limit, self._event_at + COMMENT_FACTOR * self._limit)
        return now > until

    def on_cancel(self, close: Callable[[], None]) -> None:
        """Keeps what ends the call; calls it at once where it has ended already."""
        with self._lock:
            self._close = close
            ended = self._ended.is_set()
        if ended:
            _run(close)

    def cancel(self) -> None:
        """Ends the call from any thread; repeating it does nothing."""
        with self._lock:
            if self._ended.is_set():
                return
            self._ended.set()
            close = self._close
        if close:
            _run(close)

    def expire(self) -> None:
        """Ends the call because the server was silent for too long."""
        self.timed_out = True
        self.cancel()

    def stop(self) -> None:
        """Ends the call because nobody wants the answer any more."""
        self.stopped = True
        self.cancel()

    def wait(self, seconds: float) -> bool:
        """Sleeps; False where the call ended meanwhile."""
        return not self._ended.wait(seconds)


def _run(close: Callable[[], None]) -> None:
    """Whoever ends a call goes on, whatever a provider's closer does."""
    try:
        close()
    except Exception:
        log.exception("a call to the model could not be closed")
