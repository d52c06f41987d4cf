"""Answers that other processes write, as the readers of this process follow them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from threading import Event, Lock, Thread
from time import monotonic, sleep
from weakref import WeakValueDictionary

from chatapp.events import Start
from chatapp.live.answer import LiveAnswer
from chatapp.live.relay import Batch, Relay, RelayUnavailable
from chatapp.live.run import closing_of
from chatapp.live.store.base import News, Store, StoreUnavailable
from chatapp.live.tick import Tick
from chatapp.parts import Part, Parts, Reader, missing

log = logging.getLogger(__name__)

WATCH = 10.0
"""Seconds for which answers that may have lost their process are watched: a lease, and more."""

PATROL = 5.0
"""Seconds between two looks for such answers when nobody asks for them."""

RETRY = 1.0
"""Seconds after which a relay that was away is tried again."""


class Feed:
    """Mirrors of answers: each grows as its message grows in the store.

    One look at the store serves all mirrors of the process, whatever the number of their readers.
    `sweep` looks after answers whose process died. With a relay, one blocking read brings what is
    new at once, and the store fills what it missed. A mirror is there while somebody holds it.
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
        self._mirrors: WeakValueDictionary[str, LiveAnswer] = WeakValueDictionary()
        self._early: set[str] = set()
        self._watched_until = 0.0
        self._patrol = Tick(_Patrol(self, store), PATROL)
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
        self._tick.wake()
        if self._relay:
            self._listen(self._relay)
            self._take(self._relay.recent(start.message_id))
        return mirror

    def watch(self) -> None:
        """Looks after lost answers closely for a while: there may be one."""
        self._watched_until = monotonic() + WATCH
        self._tick.wake()

    def patrol(self) -> None:
        """Looks now and then, from now on, whether there may be lost answers."""
        self._patrol.wake()

    def end(self) -> None:
        """Looks no more: the process ends."""
        self._patrol.end()
        self._tick.end()

    @property
    def busy(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._mirrors) or monotonic() < self._watched_until

    def beat(self) -> None:
        """Looks once for what all mirrored answers gained."""
        try:
            self._sweep()
            if mirrors := self._held():
                self._look(mirrors)
        except StoreUnavailable:
            log.warning("the store is away; readers of other processes' answers wait")
        if self._relay:
            self._hear_again(self._relay)
        self._tidy()

    def _look(self, mirrors: Mapping[str, LiveAnswer]) -> None:
        cursors = {id: mirror.parts.end for id, mirror in mirrors.items()}
        for news in self._store.news(cursors):
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

    def _held(self) -> dict[str, LiveAnswer]:
        with self._lock:
            return dict(self._mirrors)

    def _hear_again(self, relay: Relay) -> None:
        """Takes anew what came too early: the store has filled the gap by now."""
        for id in tuple(self._early):
            self._early.discard(id)
            self._take(relay.recent(id))

    def _tidy(self) -> None:
        now = monotonic()
        mirrors = self._held()
        for id, mirror in mirrors.items():
            if now - mirror.rang_at >= self._heartbeat:
                mirror.ring()
            if mirror.closing is not None:
                self._mirrors.pop(id, None)

    def hear(self, relay: Relay) -> None:
        """Takes what the relay tells next; pauses where it is away."""
        try:
            ended = self._take(relay.read(self._held))
            if ended:
                self._look(ended)
        except RelayUnavailable as error:
            log.warning("Redis is away (%s); reading from the database", error)
            sleep(RETRY)
        except StoreUnavailable:
            log.warning("the store is away; the tick looks again")

    def _listen(self, relay: Relay) -> None:
        """Wakes the listener; the first mirror starts its thread."""
        with self._lock:
            if self._listener is None or not self._listener.is_alive():
                self._listener = Thread(target=self._hear_all, args=(relay,), daemon=True)
                self._listener.start()
        self._listening.set()

    def _hear_all(self, relay: Relay) -> None:
        while True:
            self._listening.wait()
            self._listening.clear()
            while self._mirrors:
                self.hear(relay)

    def _take(self, batches: Iterable[Batch]) -> dict[str, LiveAnswer]:
        """Takes in what was told; the mirrors of the answers that have ended, by their ids."""
        mirrors, ended = self._held(), {}
        for batch in batches:
            id, mirror = batch.message_id, mirrors.get(batch.message_id)
            if mirror is None:
                continue
            if batch.before > mirror.parts.end:
                self._early.add(id)
            else:
                self._grow(mirror, News(id, batch.segments))
            if batch.ended:
                ended[id] = mirror
        return ended


class _Patrol:
    """What `Feed.patrol` does at each of its looks."""

    busy = True

    def __init__(self, feed: Feed, store: Store) -> None:
        self._feed = feed
        self._store = store

    def beat(self) -> None:
        """One read, which is all that a quiet server does."""
        try:
            if self._store.suspects():
                self._feed.watch()
        except StoreUnavailable:
            log.warning("the store is away; answers that lost their process wait")
