"""What changed for whom, told to all who listen in this process, whichever process did it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from chatapp.chat.listener import Listener
from chatapp.chat.trail import Trail
from chatapp.live.tick import Tick
from chatapp.models import Database

log = logging.getLogger(__name__)

LASTS = 3600.0
"""Seconds after which a listener has to come again, and to show who it is."""

TRUSTED = 10.0
"""Seconds between two looks after which rows may have come and gone."""


class Changes:
    """One look at the database, four times a second, serves all who listen.

    Nothing is looked at while nobody listens. `draining` tells that the process is about to end:
    then its listeners are let go, to come again to another.
    """

    def __init__(self, database: Database, heartbeat: float, draining: Callable[[], bool]) -> None:
        self._database = database
        self._heartbeat = heartbeat
        self._draining = draining
        self._listeners: dict[str, set[Listener]] = {}
        self._trail: Trail | None = None
        self._away = False
        self._lock = Lock()
        self._tick = Tick(self)

    def open(self, user_id: str, may_stay: Callable[[], bool]) -> Listener:
        """Listens on behalf of a person, until `close`. Raises `SQLAlchemyError`.

        `may_stay` is asked whenever one of the ways in has ended that the person had.
        """
        listener = Listener(user_id, may_stay)
        with self._lock:
            if not self._listeners:
                self._trail = Trail(self._database)
            self._listeners.setdefault(user_id, set()).add(listener)
        self._tick.wake()
        return listener

    def close(self, listener: Listener) -> None:
        """Listens no more; repeating it does nothing."""
        listener.end()
        with self._lock:
            theirs = self._listeners.get(listener.user_id, set())
            theirs.discard(listener)
            if not theirs:
                self._listeners.pop(listener.user_id, None)

    @property
    def busy(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def beat(self) -> None:
        """Tells what is new, and shows life where nothing is."""
        if not self.busy:
            return
        try:
            self._look()
        except SQLAlchemyError as error:
            if not self._away:
                log.warning(
                    "changes cannot be read now (%s); who listens waits", error.__cause__ or error
                )
            self._away = True
        else:
            self._away = False
        self._tidy()

    def _look(self) -> None:
        trail = self._trail
        if trail is None or monotonic() - trail.read_at > TRUSTED:
            self._trail = Trail(self._database)
            for listener in self._everybody():
                _check(listener)
                listener.miss()
            return
        steps = trail.read()
        doubtful: set[Listener] = set()
        with self._lock:
            if trail is not self._trail:
                return  # all have left, and those who came since begin with a trail of their own
            for user_id, change in steps:
                theirs = self._listeners.get(user_id, set())
                if change.kind == "access.ended":
                    doubtful |= theirs
                    continue
                for listener in theirs:
                    listener.tell(change)
        for listener in doubtful:
            _check(listener)

    def _tidy(self) -> None:
        now, draining = monotonic(), self._draining()
        for listener in self._everybody():
            if draining or now - listener.opened_at > LASTS:
                listener.end()
            elif now - listener.told_at >= self._heartbeat:
                listener.ring()

    def _everybody(self) -> list[Listener]:
        with self._lock:
            return [each for theirs in self._listeners.values() for each in theirs]


def _check(listener: Listener) -> None:
    """Lets a listener go who may not stay, or of whom it cannot be known."""
    try:
        stays = listener.may_stay()
    except SQLAlchemyError:
        stays = False
    if not stays:
        listener.end()
