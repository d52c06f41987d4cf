"""Telling other processes at once what the answers of this one gain."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from time import monotonic

from chatapp.live.relay import Batch, Relay, RelayUnavailable
from chatapp.live.run import Run
from chatapp.live.tick import Tick
from chatapp.parts import START

log = logging.getLogger(__name__)

INTERVAL = 0.02
RETRY = 1.0
"""Seconds after which a relay that was away is tried again."""


class Broadcast:
    """Sends what is new of all runs in one go, every 20 ms while any runs.

    What could not be sent, or may not have been, goes with what is new next.
    """

    def __init__(self, relay: Relay, runs: Callable[[], Iterable[Run]]) -> None:
        self._relay = relay
        self._runs = runs
        self._sent: dict[str, int] = {}
        self._resume_at = 0.0
        self._tick = Tick(self, INTERVAL)

    def begin(self) -> None:
        """An answer begins."""
        self._tick.wake()

    def end(self, run: Run) -> None:
        """An answer is sealed: its readers find the rest in the store."""
        self._publish([Batch(run.message_id, run.answer.parts.end, (), ended=True)])

    @property
    def busy(self) -> bool:
        """Whether anything runs."""
        return any(True for _ in self._runs())

    def beat(self) -> None:
        """Sends what is new."""
        batches, sent = [], {}
        for run in self._runs():
            parts = run.answer.parts
            first, count = self._sent.get(run.message_id, 0), len(parts)
            if count > first:
                before = parts.cursor_behind(first - 1) if first else START
                segments = tuple(parts.segments(first, count))
                batches.append(Batch(run.message_id, before, segments))
            sent[run.message_id] = count
        if batches and self._publish(batches):
            self._sent = sent

    def _publish(self, batches: list[Batch]) -> bool:
        if monotonic() < self._resume_at:
            return False
        try:
            self._relay.publish(batches)
        except RelayUnavailable as error:
            log.warning("Redis is away (%s); other processes read from the database", error)
            self._resume_at = monotonic() + RETRY
            return False
        return True
