"""The store that needs nothing but the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from itertools import groupby
from operator import attrgetter
from time import monotonic, time
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import (
    JSON,
    Connection,
    bindparam,
    column,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import aliased

from chatapp.events import ENDINGS, Change, End, Error, Start, Text, Usage
from chatapp.live.leases import GIVEN_UP, Lease, Watch
from chatapp.live.store.base import Gain, News, Orders, Orphan, Seal, StoreUnavailable
from chatapp.models import Conversation, Database, Message, Run, cite, insert_or, now, record, table
from chatapp.models import Segment as SegmentRow
from chatapp.models.database import is_gone
from chatapp.models.prepared import Prepared
from chatapp.parts import Cursor, Part, Segment, fold, from_json, missing, text_of, to_json

T = TypeVar("T")
Render: TypeAlias = Callable[[str, tuple[Part, ...]], str]


_messages, _runs = table(Message), table(Run)
_unsealed = or_(Message.status == "pending", Message.status == "streaming")
_RENEW = (  # those that it really runs: a commit may have been confirmed to nobody
    update(_runs)
    .where(Run.owner == bindparam("of"), Run.message_id.in_(bindparam("ids", expanding=True)))
    .values(leased_until=bindparam("until"))
    .returning(Run.message_id, Run.stop_requested)
)
_MARK = Prepared(
    update(_runs).where(Run.message_id == bindparam("answer")).values(mark=bindparam("place"))
)
_BEGIN = Prepared(
    update(_messages)
    .where(Message.id == bindparam("answer"), Message.status == "pending")
    .values(status="streaming")
)
_SEALED = (
    "status",
    "finish_reason",
    "parts",
    "text",
    "html",
    "error",
    "input_tokens",
    "output_tokens",
    "first_token_at",
    "completed_at",
)
_SEAL = Prepared(
    update(_messages)
    .where(Message.id == bindparam("answer"), _unsealed)
    .values({name: bindparam(name) for name in _SEALED})
    .returning(Message.conversation_id)
)
_begun = Message.parts.label("content")
_STORED = union_all(  # in one look, as a seal moves the rows into the message
    select(literal(-1).label("part"), literal(0).label("start"), _begun).where(
        Message.id == bindparam("answer")
    ),
    select(SegmentRow.part, SegmentRow.start, SegmentRow.content).where(
        SegmentRow.message_id == bindparam("answer")
    ),
).order_by("part", "start")
_FORGET_SEGMENTS = Prepared(
    delete(table(SegmentRow)).where(SegmentRow.message_id == bindparam("answer"))
)
_FORGET_RUN = Prepared(delete(_runs).where(Run.message_id == bindparam("answer")))
_RAN_OUT = select(Run.message_id).where(Run.leased_until < bindparam("now"))
_TOUCH_RAN_OUT = (
    update(_runs)
    .where(Run.leased_until < bindparam("now"))
    .values(leased_until=Run.leased_until)
    .returning(Run.message_id, Run.leased_until)
)
_lost = (Run.message_id == bindparam("answer"), Run.leased_until == bindparam("ran_out"))
_END_RUN = delete(_runs).where(*_lost)
_ADOPT = (
    update(_runs)
    .where(*_lost, Run.mark != "", Run.owner != bindparam("by"))
    .values(owner=bindparam("by"), leased_until=bindparam("until"))
    .returning(Run.mark)
)
_TOUCH = Prepared(
    update(table(Conversation))
    .where(Conversation.id == bindparam("conversation"))
    .values(updated_at=bindparam("moment"))
    .returning(Conversation.user_id, Conversation.kept_until)
)


class DatabaseStore:
    """Keeps growing answers as rows of `segments`; the seal folds them into the message.

    A row per tick costs the same however long the answer is. `render` makes the formatted HTML
    of a finished answer, from its id and parts.
    """

    def __init__(self, database: Database, render: Render) -> None:
        self._database = database
        self._render = render
        self._watch = Watch()

    def checkpoint(self, owner: str, gains: Iterable[Gain], lease: float) -> Orders:
        """One transaction for all answers of a process."""
        kept = tuple(gains)
        return self._write(lambda connection: _checkpoint(connection, owner, kept, lease))

    def seal(self, seal: Seal) -> bool:
        """Stores the whole message; the guard lets only one seal through."""
        html = self._render(seal.message_id, seal.parts)
        return self._write(lambda connection: _seal(connection, seal, html))

    def request_stop(self, message_id: str) -> None:
        """Leaves a flag that the owner's next tick reads."""
        asked = update(Run).where(Run.message_id == message_id).values(stop_requested=True)
        self._write(lambda connection: connection.execute(asked))

    def parts(self, message_id: str) -> tuple[Part, ...]:
        """The message's own parts, and the rows that are not folded into it yet."""
        return self._read(lambda connection: stored_parts(connection, message_id))

    def closing(self, message_id: str) -> Seal | None:
        """How an answer ended."""
        return self._read(lambda connection: _closing(connection, message_id))

    def news(self, cursors: Mapping[str, Cursor]) -> list[News]:
        """Looks for the rows behind each cursor, then for answers that have ended."""
        return self._read(lambda connection: _news(connection, cursors))

    def release(self, message_ids: Sequence[str]) -> None:
        """Ends the leases, for certain."""
        given_up = update(Run).where(Run.message_id.in_(message_ids)).values(leased_until=GIVEN_UP)
        self._write(lambda connection: connection.execute(given_up))

    def suspects(self) -> bool:
        """Whether any lease ran out."""
        found = self._read(lambda connection: connection.execute(_RAN_OUT, _now()).first())
        return found is not None

    def lost(self) -> list[Lease]:
        """What has lost its process for certain: see `Watch`."""
        try:
            return self._watch.look(self._ran_out(), monotonic())
        except StoreUnavailable:
            self._watch.forget()
            raise

    def adopt(self, lost: Iterable[Lease], owner: str, lease: float) -> list[Orphan]:
        """Each in a transaction of its own, where nobody else was first."""
        until = time() + lease
        taken = [self._write(partial(_adopt, each, owner, until)) for each in lost]
        return [orphan for orphan in taken if orphan]

    def reap(self, lost: Iterable[Lease]) -> list[str]:
        """Each in a transaction of its own, where nobody else was first."""
        return [each.message_id for each in lost if self._write(partial(self._interrupt, each))]

    def _ran_out(self) -> list[Lease]:
        """The leases that ran out. Reads first, so that a quiet server writes nothing.

        Then it writes what is there already: where nobody can write, no owner renews a lease.
        """
        if not self.suspects():
            return []
        rows = self._write(lambda connection: connection.execute(_TOUCH_RAN_OUT, _now()).all())
        return [Lease(*row) for row in rows]

    def _interrupt(self, lost: Lease, connection: Connection) -> bool:
        id = lost.message_id
        if not connection.execute(_END_RUN, {"answer": id, "ran_out": lost.until}).rowcount:
            return False  # renewed after all, or sealed by another who looked
        parts = stored_parts(connection, id)
        seal = Seal(id, parts, End("interrupted", None, len(text_of(parts))))
        return _seal(connection, seal, self._render(id, parts))

    def _read(self, work: Callable[[Connection], T]) -> T:
        with _translated():
            return self._database.read(work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with _translated():
            return self._database.write(work, brief=True, ahead=True)  # leases cannot wait


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if not is_gone(error):
            raise
        raise StoreUnavailable from error
    except TimeoutError as error:  # all connections are waiting for the database
        raise StoreUnavailable from error


def stored_parts(connection: Connection, message_id: str) -> tuple[Part, ...]:
    """The parts of an answer as far as they are stored, whether it runs or has ended."""
    rows = connection.execute(_STORED, {"answer": message_id}).all()
    begun = [value for row in rows[:1] for value in row.content]
    return fold(from_json(value) for value in (*begun, *(row.content for row in rows[1:])))


def _news(connection: Connection, cursors: Mapping[str, Cursor]) -> list[News]:
    behind, running = _looks(connection.dialect.name)
    sought = {"sought": [(id, *cursor) for id, cursor in cursors.items()]}
    rows = behind.all(connection, sought)
    ended = cursors.keys() - {row.id for row in running.all(connection, sought)}
    news = [News(id, (), _closing(connection, id) or _deleted(id)) for id in ended]
    for id, kept in groupby(rows, attrgetter("message_id")):
        pieces = tuple(Segment(row.part, row.start, from_json(row.content)) for row in kept)
        if id not in ended and missing(cursors[id], pieces):
            news.append(News(id, pieces))
    return news


@cache
def _looks(dialect: str) -> tuple[Prepared, Prepared]:
    """What is kept behind each of the cursors in `sought`, a list of `[id, part, offset]`; and
    which of those answers run. One statement each, however many they are."""
    listed = func.json_each if dialect == "sqlite" else func.json_array_elements
    cursor = listed(bindparam("sought", type_=JSON)).table_valued(column("value", JSON))
    cursors = cursor.render_derived() if dialect != "sqlite" else cursor
    place = cursors.c.value
    id, part, offset = place[0].as_string(), place[1].as_integer(), place[2].as_integer()
    other = aliased(SegmentRow)
    around = (  # where the segment starts that holds the cursor: a relay may have told half of it
        select(func.coalesce(func.max(other.start), 0))
        .where(other.message_id == id, other.part == part, other.start <= offset)
        .scalar_subquery()
        .correlate(cursors)
    )
    behind = (
        select(SegmentRow.message_id, SegmentRow.part, SegmentRow.start, SegmentRow.content)
        .join_from(cursors, SegmentRow, SegmentRow.message_id == id)
        .where(tuple_(SegmentRow.part, SegmentRow.start) >= tuple_(part, around))
        .order_by(SegmentRow.message_id, SegmentRow.part, SegmentRow.start)
    )
    running = select(Message.id).join_from(cursors, Message, Message.id == id).where(_unsealed)
    return Prepared(behind), Prepared(running)


def _now() -> dict[str, float]:
    return {"now": time()}


def _deleted(message_id: str) -> Seal:
    return Seal(message_id, (), End("stopped", None, 0))


def _rows(gain: Gain) -> list[dict[str, Any]]:
    return [
        {
            "message_id": gain.message_id,
            "part": segment.part,
            "start": segment.start,
            "content": to_json(segment.append),
        }
        for segment in gain.segments
    ]


def _keep_segments(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """One stays that was kept by a transaction of which no success was heard."""
    insert = _insert_segments(connection.dialect.name)
    if connection.dialect.name == "postgresql":  # whose driver takes long for each of many
        insert.run(connection, {"rows": rows})
    else:
        insert.run_each(connection, rows)


@cache
def _insert_segments(dialect: str) -> Prepared:
    """Inserts one row; in PostgreSQL all `rows`."""
    names = ("message_id", "part", "start", "content")
    insert = insert_or(table(SegmentRow), dialect)
    if dialect != "postgresql":
        return Prepared(insert.on_conflict_do_nothing(), *names)
    columns = (column(name, table(SegmentRow).c[name].type) for name in names)
    given = func.json_to_recordset(bindparam("rows", type_=JSON)).table_valued(*columns)
    rows = select(given.render_derived(with_types=True))
    return Prepared(insert.from_select(names, rows).on_conflict_do_nothing())


def _checkpoint(
    connection: Connection, owner: str, gains: tuple[Gain, ...], lease: float
) -> Orders:
    ids = [gain.message_id for gain in gains]
    mine = {"of": owner, "ids": ids, "until": time() + lease}
    renewed = connection.execute(_RENEW, mine).all()
    flags = {run.message_id: run.stop_requested for run in renewed}
    owned = [gain for gain in gains if gain.message_id in flags]
    segments = [row for gain in owned for row in _rows(gain)]
    if segments:
        _keep_segments(connection, segments)
    marks = [{"answer": gain.message_id, "place": gain.mark} for gain in owned if gain.mark]
    if marks:
        _MARK.run_each(connection, marks)
    begun = [{"answer": gain.message_id} for gain in owned if gain.first]
    if begun:
        _BEGIN.run_each(connection, begun)
    return Orders(frozenset(flags), frozenset(id for id, stop in flags.items() if stop))


def _adopt(lost: Lease, owner: str, until: float, connection: Connection) -> Orphan | None:
    id = lost.message_id
    claim = {"answer": id, "ran_out": lost.until, "by": owner, "until": until}
    mark = connection.scalar(_ADOPT, claim)
    message = connection.execute(select(_messages).where(Message.id == id)).first()
    if not mark or message is None:
        return None
    start = Start(id, message.conversation_id, message.parent_id, message.model or "")
    return Orphan(start, stored_parts(connection, id), mark)


def _seal(connection: Connection, seal: Seal, html: str) -> bool:
    ended = now()
    values = {
        "status": seal.end.status,
        "finish_reason": seal.end.finish_reason,
        "parts": [to_json(part) for part in seal.parts],
        "text": text_of(seal.parts),
        "html": html,
        "error": _error_json(seal.error),
        "input_tokens": seal.usage.input_tokens if seal.usage else None,
        "output_tokens": seal.usage.output_tokens if seal.usage else None,
        "first_token_at": _moment(seal.first_append_at),
        "completed_at": ended,
    }
    answer = {"answer": seal.message_id}
    _FORGET_RUN.run(connection, answer)  # first, as a checkpoint locks runs first
    sealed = _SEAL.first(connection, values | answer)
    if sealed is None:
        return False
    _FORGET_SEGMENTS.run(connection, answer)
    cite(connection, seal.message_id, seal.parts)
    id = sealed.conversation_id
    touched = _TOUCH.first(connection, {"conversation": id, "moment": ended})
    if touched.kept_until is None:
        change = Change("message.ended", id, seal.message_id, seal.end.status)
        record(connection, touched.user_id, change)
    return True


def _closing(connection: Connection, message_id: str) -> Seal | None:
    row = connection.execute(select(table(Message)).where(Message.id == message_id)).first()
    if row is None or row.status not in ENDINGS:
        return None
    parts = tuple(from_json(value) for value in row.parts)
    length = sum(len(part.content) for part in parts if isinstance(part, Text))
    usage = None
    if row.input_tokens is not None:
        usage = Usage(row.input_tokens, row.output_tokens or 0)
    error = Error(**row.error) if row.error else None
    end = End(row.status, row.finish_reason, length)
    return Seal(message_id, parts, end, usage, error)


def _error_json(error: Error | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"code": error.code, "error": error.error, "retryable": error.retryable}


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
