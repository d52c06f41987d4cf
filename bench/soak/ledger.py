"""What was done to a server, what became of it, and what must be stored in the end."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bench.script import text
from bench.soak.line import LEFT, WHOLE

_SHOWN = 20


class Kept(NamedTuple):
    """What must be stored of an answer: its status, and so many characters of `deltas` words."""

    status: str
    deltas: int
    length: int


class Ledger:
    """The books; all of it is counted, so that it stays small however long it takes."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.answers: dict[str, Kept] = {}

    def note(self, act: str, outcome: str, allowed: tuple[str, ...]) -> None:
        """Counts something done; a failure where its outcome does not begin as it may."""
        self.done[act] += 1
        if not outcome.startswith(allowed):
            self.failures[f"{act}: {outcome}"] += 1

    def keep(self, message_id: str, outcome: str, deltas: int, heard: int) -> None:
        """Remembers an answer of which so many characters were heard, up to its end or a leave."""
        whole = outcome in (WHOLE, LEFT)
        status = "complete" if whole else _status(outcome)
        self.answers[message_id] = Kept(status, deltas, len(text(deltas)) if whole else heard)


def _status(outcome: str) -> str:
    """How an answer ended whose reader was told `ended stopped, None`, or of an error."""
    verb, _, rest = outcome.partition(" ")
    return rest.partition(",")[0] if verb == "ended" else "failed"


def compare(database: Path, ledger: Ledger) -> list[str]:
    """What is wrong with what is stored; nothing, as it should be."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        wrong = [*_answers(connection, ledger), *_left_over(connection)]
    more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
    return wrong[:_SHOWN] + more


def _answers(connection: sqlite3.Connection, ledger: Ledger) -> Iterator[str]:
    missing = set(ledger.answers)
    rows = connection.execute("SELECT id, status, text FROM messages WHERE role = 'assistant'")
    for id, status, said in rows:
        missing.discard(id)
        kept = ledger.answers.get(id)
        if not kept:
            yield f"{id}: an answer that nobody was given"
        elif (status, said) != (kept.status, text(kept.deltas)[: kept.length]):
            expected = f"{kept.status} with {kept.length}"
            yield f"{id}: {status} with {len(said)} characters, not {expected}"
    for id in missing:
        yield f"{id}: an answer that is not stored"


def _left_over(connection: sqlite3.Connection) -> Iterator[str]:
    for table in ("runs", "segments"):
        ((count,),) = connection.execute(f"SELECT count(*) FROM {table}")
        if count:
            yield f"{count} rows of {table} are left"
