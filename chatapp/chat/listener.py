"""One who listens to a person's changes, in some tab or program."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic

from chatapp.events import Change, Notice, Sync
from chatapp.live.bell import Bell

BACKLOG = 100
"""Changes that wait for a slow reader; one that is slower still fetches everything anew."""


class Listener:
    """Gets a `Sync` first: what is fetched from then on lacks nothing that is not told later.

    `opened_at` is when it came, `told_at` when it last got anything. `may_stay` asks the database
    whether it still may listen.
    """

    def __init__(self, user_id: str, may_stay: Callable[[], bool]) -> None:
        self.user_id = user_id
        self.may_stay = may_stay
        self.opened_at = self.told_at = monotonic()
        self._news: deque[Change] = deque()
        self._missed = True
        self._ended = False
        self._bell = Bell()

    def tell(self, change: Change) -> None:
        """Something changed."""
        if len(self._news) < BACKLOG:
            self._news.append(change)
        else:
            self._missed = True
        self.ring()

    def miss(self) -> None:
        """Something may have changed that nobody can tell any more."""
        self._missed = True
        self.ring()

    def ring(self) -> None:
        """Wakes the reader; one who finds nothing new tells the client that we live."""
        self.told_at = monotonic()
        self._bell.ring()

    def end(self) -> None:
        """Nothing more will be told."""
        self._ended = True
        self.ring()

    def __iter__(self) -> Iterator[Notice | None]:
        """What there is to tell, as it comes, until the end; None is a sign of life."""
        while True:
            ended = self._ended  # looked at first: nothing is told after it
            yield from self._take()
            if ended:
                return
            waiter = self._bell.listen()
            if self._has_news:
                continue
            waiter.wait()
            if not self._has_news:
                yield None

    @property
    def _has_news(self) -> bool:
        return bool(self._news or self._missed or self._ended)

    def _take(self) -> Iterator[Notice]:
        while self._news:
            yield self._news.popleft()
        if self._missed:
            self._missed = False
            yield Sync()
