"""Answers that other processes write, as the readers of this process follow them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread
from time import monotonic

from chatapp.events import Start
from chatapp.live.answer import LiveAnswer
from chatapp.live.relay import Batch, Relay, RelayUnavailable
from chatapp.live.run import closing_of
from chatapp.live.store.base import News, Store, StoreUnavailable
from chatapp.live.tick import Tick
from chatapp.parts import Part, Parts, Reader, missing

log = logging.getLogger(__name__)

LINGER = 5.0
"""Seconds for which a mirror that nobody reads is kept."""

RETRY = 1.0
"""Seconds after which a relay that was away is tried again."""


class Feed:
    """Mirrors of answers: each grows as its message grows in the store.

    One look at the store serves all mirrors of the process, whatever the number of their readers.
    `sweep` looks after answers whose process died. With a relay, one blocking read brings what is
    new at once, and the store fills what it missed.
    """

    def __init__(
        self,
        store: Store,
        sweep: Callable[[], object],
        heartbeat: float = 15.0,
        relay: Relay | None = None,
    ) -> None:
        self._store = store
        self._sweep = sweep
        self._heartbeat = heartbeat
        self._relay = relay
        self._mirrors: dict[str, LiveAnswer] = {}
        self._places: dict[str, str] = {}
        self._lock = Lock()
        self._tick = Tick(self)
        self._listening = Event()
        self._listener: Thread | None = None

    def open(self, start: Start, parts: Iterable[Part]) -> LiveAnswer:
        """The mirror of an answer; a new one begins with the parts that are stored by now."""
        with self._lock:
            mirror = self._mirrors.get(start.message_id)
            if mirror is None:
                mirror = self._mirrors[start.message_id] = LiveAnswer(start, parts)
            mirror.read_at = monotonic()
        self._tick.wake()
        if self._relay:
            self._listen(self._relay)
        return mirror

    @property
    def busy(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._mirrors)

    def beat(self) -> None:
        """Looks once for what all mirrored answers gained."""
        try:
            self._sweep()
            self._look(self._mirrors.keys())
        except StoreUnavailable:
            log.warning("the store is away; readers of other processes' answers wait")
        self._tidy()

    def _look(self, ids: Iterable[str]) -> None:
        known = dict(self._mirrors)
        mirrors = {id: known[id] for id in tuple(ids) if id in known}
        for news in self._store.news({id: mirror.parts.end for id, mirror in mirrors.items()}):
            self._grow(mirrors[news.message_id], news)

    def _grow(self, mirror: LiveAnswer, news: News) -> None:
        """Takes in what is not known yet; store and relay may both have told it."""
        with self._lock:
            gained = missing(mirror.parts.end, news.segments)
            if news.seal:
                gained = Reader(Parts(news.seal.parts), mirror.parts.end).rest()
            for append in gained:
                mirror.append(append)
        if news.seal and mirror.freeze():
            mirror.close(closing_of(news.seal))

    def _tidy(self) -> None:
        now = monotonic()
        for mirror in tuple(self._mirrors.values()):
            if now - mirror.rang_at >= self._heartbeat:
                mirror.ring()
        with self._lock:
            for id, mirror in tuple(self._mirrors.items()):
                forgotten = not mirror.readers and now - mirror.read_at > LINGER
                if mirror.closing is not None or forgotten:
                    del self._mirrors[id]
                    self._places.pop(id, None)

    def _listen(self, relay: Relay) -> None:
        """Lets the listener take part of a new mirror; the first starts its thread."""
        with self._lock:
            if self._listener is None:
                self._listener = Thread(target=self._hear, args=(relay,), daemon=True)
                self._listener.start()
        self._listening.set()
        try:
            relay.wake()
        except RelayUnavailable as error:
            log.warning("Redis is away (%s); reading from the database", error)

    def _hear(self, relay: Relay) -> None:
        while True:
            self._listening.wait()
            self._listening.clear()
            while self._mirrors:
                try:
                    self._take(relay.read(self._wanted()))
                except RelayUnavailable as error:
                    log.warning("Redis is away (%s); reading from the database", error)
                    self._listening.wait(RETRY)
                except StoreUnavailable:
                    log.warning("the store is away; the tick looks again")

    def _wanted(self) -> dict[str, str]:
        return {id: self._places.get(id, "0") for id in tuple(self._mirrors)}

    def _take(self, entries: list[tuple[str, Batch]]) -> None:
        ended = []
        for place, batch in entries:
            mirror = self._mirrors.get(batch.message_id)
            if mirror is None:
                continue
            self._places[batch.message_id] = place
            if batch.before <= mirror.parts.end:  # else something is missing, which the tick brings
                self._grow(mirror, News(batch.message_id, batch.segments))
            if batch.ended:
                ended.append(batch.message_id)
        if ended:
            self._look(ended)
