"""Answers that other processes write, as the readers of this process follow them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from threading import Lock
from time import monotonic

from chatapp.events import Append, Start
from chatapp.live.answer import LiveAnswer
from chatapp.live.run import closing_of
from chatapp.live.store.base import News, Store, StoreUnavailable
from chatapp.live.tick import Tick
from chatapp.parts import Part, Parts, Reader

log = logging.getLogger(__name__)

LINGER = 5.0
"""Seconds for which a mirror that nobody reads is kept."""


class Feed:
    """Mirrors of answers: each grows as its message grows in the store.

    One look at the store serves all mirrors of the process, whatever the number of their readers.
    """

    def __init__(self, store: Store, heartbeat: float = 15.0) -> None:
        self._store = store
        self._heartbeat = heartbeat
        self._mirrors: dict[str, LiveAnswer] = {}
        self._lock = Lock()
        self._tick = Tick(self)

    def open(self, start: Start, parts: Iterable[Part]) -> LiveAnswer:
        """The mirror of an answer; a new one begins with the parts that are stored by now."""
        with self._lock:
            mirror = self._mirrors.get(start.message_id)
            if mirror is None:
                mirror = self._mirrors[start.message_id] = LiveAnswer(start, parts)
        mirror.read_at = monotonic()
        self._tick.wake()
        return mirror

    @property
    def busy(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._mirrors)

    def beat(self) -> None:
        """Looks once for what all mirrored answers gained."""
        mirrors = dict(self._mirrors)
        try:
            self._store.reap()
            news = self._store.news({id: mirror.parts.end for id, mirror in mirrors.items()})
        except StoreUnavailable:
            log.warning("the store is away; readers of other processes' answers wait")
            news = []
        for each in news:
            _grow(mirrors[each.message_id], each)
        self._tidy(mirrors)

    def _tidy(self, mirrors: dict[str, LiveAnswer]) -> None:
        now = monotonic()
        for id, mirror in mirrors.items():
            if now - mirror.rang_at >= self._heartbeat:
                mirror.ring()
            forgotten = not mirror.readers and now - mirror.read_at > LINGER
            if mirror.closing is not None or forgotten:
                del self._mirrors[id]


def _grow(mirror: LiveAnswer, news: News) -> None:
    gained: Iterable[Append] = news.parts
    if news.seal:
        gained = Reader(Parts(news.seal.parts), mirror.parts.end).rest()
    for part in gained:
        mirror.append(part)
    if news.seal:
        mirror.freeze()
        mirror.close(closing_of(news.seal))
