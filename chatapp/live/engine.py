"""The running answers of this process: begun, found, stopped, and ended in good order."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import inf
from time import monotonic
from typing import TypeAlias

from chatapp import greenlets
from chatapp.errors import Unavailable
from chatapp.events import ProviderEvent, Start
from chatapp.live.answer import LiveAnswer
from chatapp.live.broadcast import Broadcast
from chatapp.live.call import Call
from chatapp.live.relay import Relay
from chatapp.live.run import Limits, Run, Source, closing_of
from chatapp.live.store.base import Seal, Store, StoreUnavailable
from chatapp.live.tick import INTERVAL, Tick
from chatapp.parts import Part

log = logging.getLogger(__name__)

Resume: TypeAlias = Callable[[str, Call], Iterator[ProviderEvent]]
"""Goes on behind a mark."""

LEASE = 5.0
"""Seconds for which a tick renews the runs of its process."""


class Engine:
    """Runs answers, each in a thread (a greenlet under gevent) of its own.

    `owner` names the process in the store. `heartbeat` is in seconds. With `resume`, which goes on
    behind a mark, the runs of processes that died are adopted.
    """

    def __init__(
        self,
        store: Store,
        limits: Limits,
        heartbeat: float = 15.0,
        relay: Relay | None = None,
        resume: Resume | None = None,
    ) -> None:
        self.store = store
        self.limits = limits
        self.heartbeat = heartbeat
        self.owner = secrets.token_hex(8)
        self._resume = resume
        self._alive: Callable[[], bool] = lambda: True
        self._grace = 0.0
        self._drained_at: float | None = None
        self._runs: dict[str, Run] = {}
        self._unsealed: dict[str, tuple[Run, Seal]] = {}
        self._tick = Tick(self)
        self._broadcast = Broadcast(relay, lambda: tuple(self._runs.values())) if relay else None

    def watch(self, alive: Callable[[], bool], grace: float) -> None:
        """Ends in good order when `alive` turns false: no new answer begins, those that run go on
        for `grace` seconds, and what still runs then is sealed as `interrupted`."""
        self._alive, self._grace = alive, grace

    @property
    def draining(self) -> bool:
        """Whether the process is about to end: no new answer begins."""
        return not self._alive()

    def check_open(self) -> None:
        """Raises `Unavailable` when no new answer may begin."""
        if self.draining:
            raise Unavailable("The server is about to end. Try again in a moment.")

    def begin(
        self, start: Start, source: Source, parts: Iterable[Part] = (), mark: str = ""
    ) -> LiveAnswer:
        """Starts to write an answer that is stored and leased to this process.

        It may begin with parts; `mark` is the place behind them, where it goes on from one.
        """
        answer = LiveAnswer(start, parts)
        run = Run(answer, source, self.limits, self._finish, mark)
        self._runs[run.message_id] = run
        try:
            self._tick.wake()
            if self._broadcast:
                self._broadcast.begin()
            greenlets.begin(run, f"answer-{run.message_id}")
        except RuntimeError:
            log.exception("no thread can be started for the answer %s", run.message_id)
            run.end("interrupted")
        return answer

    def find(self, message_id: str) -> LiveAnswer | None:
        """An answer that this process is writing."""
        run = self._runs.get(message_id)
        return run.answer if run else None

    def stop(self, message_id: str) -> None:
        """Stops an answer, here or in the process that writes it; repeating it does nothing."""
        run = self._runs.get(message_id)
        if run:
            run.end("stopped")
        else:
            self.store.request_stop(message_id)

    def drain(self) -> None:
        """Waits until the running answers have ended, or the grace period that `watch` named.

        No new answer begins.
        """
        self._alive = lambda: False
        while self.busy and not self._out_of_grace(monotonic()):
            self._tick.pause()
        self.interrupt()

    def sweep(self) -> list[str]:
        """Looks after the answers of processes that died: goes on with them, or seals them.

        Gives the ids of those that it sealed. Both are done on one look: what is seen as lost
        between two would be sealed though it could go on.
        """
        lost = self.store.lost()
        if self._resume and lost:
            if self.draining:
                return []  # others, who stay, can go on with them
            for orphan in self.store.adopt(lost, self.owner, LEASE):
                source = partial(self._resume, orphan.mark)
                self.begin(orphan.start, source, orphan.parts, orphan.mark)
        return self.store.reap(lease for lease in lost if lease.message_id not in self._runs)

    def interrupt(self) -> None:
        """Seals all that runs as `interrupted`, with everything that has arrived; what another
        process can go on with is left to it."""
        if self._resume:
            self._hand_over()
        for run in tuple(self._runs.values()):
            run.end("interrupted")
        try:
            self._seal_again()
        except StoreUnavailable:
            log.warning("the store is away; %d answers are not sealed", len(self._unsealed))

    @property
    def busy(self) -> bool:
        """Whether there is anything for the tick to do."""
        return bool(self._runs or self._unsealed)

    def beat(self) -> None:
        """One tick: clocks, signs of life, and one transaction for all that was gained."""
        now = monotonic()
        for run in tuple(self._runs.values()):
            if run.call.overdue(now):
                run.expire()
            if now - run.answer.rang_at >= self.heartbeat:
                run.answer.ring()
        if self._out_of_grace(now):
            self.interrupt()
        try:
            self._checkpoint()
            self._seal_again(until=monotonic() + INTERVAL)
        except StoreUnavailable:
            log.warning("the store is away; what is new is kept in memory and tried again")

    def _checkpoint(self) -> None:
        runs = tuple(self._runs.values())
        if not runs:
            return
        orders = self.store.checkpoint(self.owner, [run.gain() for run in runs], LEASE)
        for run in runs:
            run.keep()
            if run.message_id in orders.stop or run.message_id not in orders.owned:
                run.end("stopped")  # not owned: deleted, or sealed elsewhere; then that counts

    def _hand_over(self) -> None:
        """Keeps what has a mark up to there, and lets it go. Its readers find it elsewhere."""
        left = [run for run in tuple(self._runs.values()) if run.leave()]
        if not left:
            return
        try:
            self.store.checkpoint(self.owner, [run.gain() for run in left], LEASE)
            self.store.release([run.message_id for run in left])
        except StoreUnavailable:
            log.warning("the store is away; the leases of %d answers run out", len(left))
        for run in left:
            self._drop(run)
            run.answer.close(())

    def _finish(self, run: Run, seal: Seal) -> None:
        """Stores the end, now or as soon as the store is back."""
        try:
            self._conclude(run, seal)
        except StoreUnavailable:
            log.warning("the answer %s cannot be sealed now; trying again", seal.message_id)
            self._unsealed[seal.message_id] = (run, seal)

    def _seal_again(self, until: float = inf) -> None:
        """As many as there is time for: the others can wait, and the leases cannot."""
        for run, seal in tuple(self._unsealed.values()):
            if monotonic() > until:
                return
            self._conclude(run, seal)
            self._unsealed.pop(seal.message_id, None)

    def _conclude(self, run: Run, seal: Seal) -> None:
        """Stores the end, then tells the readers: what they are told is never taken back."""
        try:
            if not self.store.seal(seal):
                seal = self.store.closing(seal.message_id) or seal
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("the answer %s cannot be sealed", seal.message_id)
        run.answer.close(closing_of(seal))
        self._drop(run)

    def _drop(self, run: Run) -> None:
        self._runs.pop(run.message_id, None)
        if self._broadcast:
            self._broadcast.end(run)

    def _out_of_grace(self, now: float) -> bool:
        if self._alive():
            return False
        if self._drained_at is None:
            self._drained_at = now
        return now - self._drained_at >= self._grace


def ended_answer(start: Start, seal: Seal) -> LiveAnswer:
    """An answer that has ended already, to be replayed like a running one."""
    answer = LiveAnswer(start, seal.parts)
    answer.freeze()
    answer.close(closing_of(seal))
    return answer
