"""Reads what was added, in the background: each process one document at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic
from typing import Protocol

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from chatapp import greenlets
from chatapp.errors import Unreadable
from chatapp.knowledge import claims
from chatapp.knowledge.claims import Claim, Store
from chatapp.knowledge.reading import Reading
from chatapp.models import Database
from chatapp.models.database import is_gone

log = logging.getLogger(__name__)

PATROL = 5.0
"""Seconds between two looks for what other processes took in, or left behind."""

BEAT = 0.25
"""Seconds between two looks whether this process is about to end."""

RENEWAL = claims.LEASE / 4
RETRY = 1.0
"""Seconds after which a database that was away is tried again."""

ENDING = 5.0
"""Seconds in which a document is given back when the process ends."""

FAULT = "Something went wrong while this file was read. Add it again to try once more."


class Reads(Protocol):
    """What reads files."""

    def read(self, name: str, content: bytes) -> Reading:
        """What a file says. Raises `Unreadable`."""

    def close(self) -> None:
        """Lets go of what reading takes; the next file takes it anew."""


class Ingest:
    """Takes documents from the queue and keeps what they say.

    All processes share one queue. A document stays in it until it was read: when the process is
    killed, another takes it up; when it is told to end (`draining`), at once. While nothing is to
    be read, `idle` does a bit of something else, and says whether there is more. The thread
    starts at the first `wake`, which keeps a process that forks free of it.
    """

    def __init__(
        self,
        database: Database,
        reader: Callable[[], Reads],
        store: Store,
        draining: Callable[[], bool] = lambda: False,
        idle: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database = database
        self._make_reader = reader
        self._store = store
        self._draining = draining
        self._idle = idle
        self._reader: Reads | None = None
        self._attempt: _Attempt | None = None
        self._thread: Thread | None = None
        self._lock = Lock()
        self._wanted = Event()
        self._ending = Event()

    def wake(self) -> None:
        """There may be something to read; from now on it is looked for now and then, too."""
        with self._lock:
            if self._thread is None:
                thread = Thread(target=self._run, daemon=True, name="ingest")
                thread.start()
                self._thread = thread
        self._wanted.set()

    def end(self) -> None:
        """Reads no more: what is being read goes back to the queue."""
        self._ending.set()
        self._wanted.set()
        if self._thread:
            self._thread.join(ENDING)
        if self._attempt is None or self._attempt.ended.is_set():
            self._close()

    def take_one(self, only: str | None = None) -> bool:
        """Reads the next document, or `only` this one; false where it is not there to be read.

        Raises SQLAlchemy's errors where the database is away before it has begun.
        """
        claim = claims.take(self._database, only)
        if claim is None:
            return False
        outcome = self._attend(claim)
        if outcome is None:
            self._persist(partial(claims.release, self._database, claim))
        else:
            self._keep(claim, outcome)
        return True

    @property
    def _stops(self) -> bool:
        return self._ending.is_set() or self._draining()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wanted.wait(PATROL)
            self._wanted.clear()
            try:
                while not self._stops and (claims.waiting(self._database) or self._idle()):
                    self.take_one()
            except SQLAlchemyError as error:
                log.warning("documents wait for the database: %s", error.__cause__ or error)
            except Exception:
                log.exception("documents wait: reading them failed")

    def _attend(self, claim: Claim) -> Reading | Unreadable | None:
        """What became of the document; None where the process ends first, or lost the claim."""
        attempt = self._attempt = _Attempt(claim)
        greenlets.begin(partial(self._read, attempt), "reading")
        renewed = monotonic()
        while not attempt.ended.wait(BEAT):
            if self._stops:
                return None
            if monotonic() - renewed >= RENEWAL:
                renewed = monotonic()
                if not self._renew(claim):
                    return None
        return attempt.outcome

    def _read(self, attempt: _Attempt) -> None:
        if self._reader is None:
            self._reader = self._make_reader()
        attempt.run(self._reader)
        if self._ending.is_set():
            self._close()

    def _close(self) -> None:
        if self._reader:
            self._reader.close()

    def _renew(self, claim: Claim) -> bool:
        try:
            return claims.renew(self._database, claim)
        except SQLAlchemyError as error:
            log.warning("a document's claim is not renewed: %s", error.__cause__ or error)
            return True

    def _keep(self, claim: Claim, outcome: Reading | Unreadable) -> None:
        """Keeps what was read; what cannot be kept is refused."""
        if isinstance(outcome, Reading):
            kept = partial(claims.keep, self._database, claim, outcome, self._store)
            try:
                self._persist(kept)
            except Exception:
                log.exception("a document that was read could not be kept")
                outcome = Unreadable(FAULT)
            else:
                return
        self._persist(partial(claims.refuse, self._database, claim, str(outcome)))

    def _persist(self, write: Callable[[], object]) -> None:
        """Writes as soon as the database is there, or leaves it to whoever claims the document
        next."""
        told = False
        while True:
            try:
                write()
            except (DBAPIError, NoConnectionFree) as error:
                if isinstance(error, DBAPIError) and not is_gone(error):
                    raise
                if not told:
                    log.warning("what was read waits for the database: %s", error.__cause__)
                told = True
                if self._ending.wait(RETRY) or self._draining():
                    return
            else:
                return


class _Attempt:
    """The reading of one document, in a thread or a greenlet of its own."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self.ended = Event()
        self.outcome: Reading | Unreadable | None = None

    def run(self, reader: Reads) -> None:
        """Reads, whatever comes of it."""
        try:
            self.outcome = reader.read(self._claim.name, self._claim.content)
        except Unreadable as refused:
            self.outcome = refused
        except Exception:
            log.exception("a document could not be read")
            self.outcome = Unreadable(FAULT)
        finally:
            self.ended.set()
