"""The store that counts: of an answer it keeps only that it is being written, and for whom."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from time import monotonic, time

from sqlalchemy import bindparam, delete, update
from sqlalchemy.exc import DBAPIError, TimeoutError

from chatapp.live.store._forgetful import Forgetful
from chatapp.live.store.base import Gain, Orders, Seal
from chatapp.models import CallRow, Database, table
from chatapp.models.database import is_gone
from chatapp.models.prepared import Prepared

log = logging.getLogger(__name__)

RENEWALS = 4
"""How often a lease is renewed before it would run out."""

_calls = table(CallRow)
_RENEW = Prepared(
    update(_calls).where(CallRow.owner == bindparam("of")).values(leased_until=bindparam("until"))
)
_FORGET = Prepared(delete(_calls).where(CallRow.id == bindparam("call")))


class Calls(Forgetful):
    """Renews and ends the rows by which running calls are counted, in all processes together.

    No answer waits for the database: a row that cannot be reached counts until its lease is over.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._renewed_at = 0.0

    def checkpoint(self, owner: str, gains: Iterable[Gain], lease: float) -> Orders:
        """Now and then, one statement for all calls of the process."""
        if monotonic() - self._renewed_at > lease / RENEWALS:
            self._renewed_at = monotonic()
            self._write(_RENEW, of=owner, until=time() + lease)
        return super().checkpoint(owner, gains, lease)

    def seal(self, seal: Seal) -> bool:
        """The call counts no more."""
        self._write(_FORGET, call=seal.message_id)
        return True

    def _write(self, statement: Prepared, **values: object) -> None:
        try:
            self._database.write(
                lambda connection: statement.run(connection, values), brief=True, ahead=True
            )
        except (DBAPIError, TimeoutError) as error:
            if isinstance(error, DBAPIError) and not is_gone(error):
                raise
            log.warning("the database is away; calls are counted until their leases run out")
