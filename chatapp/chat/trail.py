"""The trail that changes leave in the database, read as it grows."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import NamedTuple

from sqlalchemy import bindparam, select

from chatapp.events import Change
from chatapp.models import ChangeRow, Database

LATE = 10.0
"""Seconds for which an id that was passed over may still turn up."""

LOOK_BACK = 64
"""Ids before the newest one that may still turn up when the reading begins."""

_NEWEST = select(ChangeRow.id).order_by(ChangeRow.id.desc()).limit(LOOK_BACK)
_BEHIND = (
    select(
        ChangeRow.id,
        ChangeRow.user_id,
        ChangeRow.kind,
        ChangeRow.conversation_id,
        ChangeRow.message_id,
        ChangeRow.status,
        ChangeRow.document_id,
        ChangeRow.state,
    )
    .where(ChangeRow.id > bindparam("after"))
    .order_by(ChangeRow.id)
)


class Step(NamedTuple):
    """A change, and whose it is."""

    user_id: str
    change: Change


class Trail:
    """Every change from the moment of its making on, each given once, whoever made it.

    PostgreSQL hands out ids before it shows the rows, and not always in their order. So an id
    that was passed over is looked for again, until its transaction has surely failed. `read_at`
    is when the trail was last read. All calls raise `SQLAlchemyError`.
    """

    def __init__(self, database: Database, late: float = LATE) -> None:
        self._database = database
        self._late = late
        self._passed: dict[int, float] = {}
        self.read_at = monotonic()
        newest = database.read(lambda connection: connection.scalars(_NEWEST).all())
        self._last = max(0, newest[0] - LOOK_BACK) if newest else 0
        self._come_to(reversed(newest))

    def read(self) -> list[Step]:
        """What is new."""
        moment = monotonic()
        after = {"after": min(self._passed, default=self._last + 1) - 1}
        rows = self._database.read(lambda connection: connection.execute(_BEHIND, after).all())
        new = [row for row in rows if row.id > self._last or row.id in self._passed]
        self.read_at = moment
        self._come_to(row.id for row in new)
        self._give_up()
        return [Step(row.user_id, Change(*row[2:])) for row in new]

    def _come_to(self, ids: Iterable[int]) -> None:
        for id in ids:
            self._passed.pop(id, None)
            for passed in range(max(self._last + 1, id - LOOK_BACK), id):
                self._passed[passed] = self.read_at
            self._last = max(self._last, id)

    def _give_up(self) -> None:
        until = self.read_at - self._late
        for id in [id for id, since in self._passed.items() if since < until]:
            del self._passed[id]
