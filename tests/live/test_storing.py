"""Storing: what an answer gained is kept by one transaction a tick, and the end seals it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, func, select, text, update
from sqlalchemy.exc import TimeoutError

from chatapp.chat.services import Services
from chatapp.events import End, Error, Reasoning, Source, Sources, Text, ToolCall, Usage
from chatapp.live.follow import wait
from chatapp.live.store.base import Gain, Seal, StoreUnavailable
from chatapp.live.store.database import DatabaseStore
from chatapp.models import Conversation, Message, Run
from chatapp.models import Segment as SegmentRow
from chatapp.parts import Cursor, Segment
from tests.conftest import Api
from tests.live.speaking import ask, end_of, say
from tests.support.absence import away
from tests.support.scripted import PATIENCE, Scripted
from tests.support.streams import read, words

pytestmark = pytest.mark.usefixtures("by_hand")


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_MAX_STREAMS_PER_USER": "50"}


@pytest.fixture
def store(services: Services) -> DatabaseStore:
    """The store of the app."""
    store = services.engine.store
    assert isinstance(store, DatabaseStore)
    return store


def writing(services: Services) -> Any:
    """The engine that all transactions of the app write through."""
    return services.database.write(lambda connection: connection.engine)


def rows(services: Services, table: type, message_id: str) -> int:
    """How many rows a table has of an answer."""
    counted = select(func.count()).select_from(table).where(table.message_id == message_id)  # type: ignore[attr-defined]
    return services.database.read(lambda connection: connection.scalar(counted)) or 0


def message(services: Services, id: str) -> Any:
    """The stored message."""
    wanted = select(Message.__table__).where(Message.id == id)
    return services.database.read(lambda connection: connection.execute(wanted).one())


@dataclass
class Transactions:
    """What was committed on an engine, and with how many statements."""

    commits: int = 0
    statements: list[str] = field(default_factory=list)


@contextmanager
def watched(engine: Any) -> Iterator[Transactions]:
    """Counts what happens on an engine."""
    seen = Transactions()

    def commit(connection: Connection) -> None:
        seen.commits += 1

    def execute(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        seen.statements.append(statement.split()[0])

    event.listen(engine, "commit", commit)
    event.listen(engine, "before_cursor_execute", execute)
    try:
        yield seen
    finally:
        event.remove(engine, "commit", commit)
        event.remove(engine, "before_cursor_execute", execute)


def test_a_tick_is_one_transaction_whatever_the_number_of_answers(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = [ask(api, model, services, "a", "b") for _ in range(20)]
    with watched(writing(services)) as seen:
        services.engine.beat()
    assert seen.commits == 1
    assert [word for word in seen.statements if word != "BEGIN"] == ["UPDATE", "INSERT", "UPDATE"]
    for each in spoken:
        assert services.engine.store.parts(each.id) == (Text("ab"),)
        assert message(services, each.id).status == "streaming"


def test_a_tick_without_news_only_renews_the_leases(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services, "a")
    services.engine.beat()
    lease = select(Run.leased_until).where(Run.message_id == spoken.id)
    before = services.database.read(lambda connection: connection.scalar(lease))
    with watched(writing(services)) as seen:
        services.engine.beat()
    assert (seen.commits, seen.statements.count("UPDATE")) == (1, 1)
    after = services.database.read(lambda connection: connection.scalar(lease))
    assert before is not None
    assert after is not None
    assert after > before


def test_what_was_kept_can_be_read_by_others_while_the_answer_grows(
    api: Api, model: Scripted, services: Services, store: DatabaseStore
) -> None:
    spoken = ask(api, model, services)
    services.engine.beat()
    assert (store.parts(spoken.id), message(services, spoken.id).status) == ((), "pending")
    say(spoken.answer, spoken.model, Reasoning("Hm"), "On", "ce")
    services.engine.beat()
    say(spoken.answer, spoken.model, " more", ToolCall(0, "a", "find", "{"))
    services.engine.beat()
    say(spoken.answer, spoken.model, ToolCall(0, "a", "find", "}"))
    services.engine.beat()
    assert store.parts(spoken.id) == (
        Reasoning("Hm"),
        Text("Once more"),
        ToolCall(0, "a", "find", "{}"),
    )
    assert store.closing(spoken.id) is None
    (news,) = store.news({spoken.id: Cursor(1, 4)})
    assert news.segments[0] == Segment(1, 4, Text(" more"))


def test_the_seal_stores_the_whole_and_leaves_nothing_behind(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services, "**Once**")
    services.engine.beat()
    assert (rows(services, SegmentRow, spoken.id), rows(services, Run, spoken.id)) == (1, 1)
    say(spoken.answer, spoken.model, Sources((Source("1", "T", "…", position=1),)))
    spoken.model.say(Usage(3, 4))
    spoken.finish("more")
    assert (rows(services, SegmentRow, spoken.id), rows(services, Run, spoken.id)) == (0, 0)
    stored = message(services, spoken.id)
    assert (stored.status, stored.finish_reason) == ("complete", "stop")
    assert stored.text == "**Once**more"
    assert "<strong>Once</strong>" in stored.html
    assert [part["type"] for part in stored.parts] == ["text", "sources", "text"]
    assert (stored.input_tokens, stored.output_tokens) == (3, 4)
    assert stored.created_at <= stored.first_token_at <= stored.completed_at


def test_a_stored_answer_is_told_as_it_was_told_live(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services)
    spoken.model.say(Reasoning("Hm"), "👩‍👩‍👧 ", Usage(1, 2), ToolCall(0, "a", "f", "{}"))
    spoken.finish("end\u2028")
    live = read(spoken.stream.data)
    stored = read(api.get(f"/api/messages/{spoken.id}/stream").data)
    assert [(each.name, each.data) for each in stored] == [(each.name, each.data) for each in live]


def test_a_failure_is_stored_with_the_text_so_far(
    api: Api, model: Scripted, services: Services, store: DatabaseStore
) -> None:
    spoken = ask(api, model, services, "Once")
    spoken.model.fail(ValueError("a secret"))
    assert end_of(spoken.answer) == End("failed", None, 4)
    sealed = store.closing(spoken.id)
    assert sealed
    assert sealed.parts == (Text("Once"),)
    assert sealed.error
    assert sealed.error.code == "provider_error"
    assert "secret" not in str(message(services, spoken.id))


def test_an_answer_is_sealed_once(
    api: Api, model: Scripted, services: Services, store: DatabaseStore
) -> None:
    spoken = ask(api, model, services)
    spoken.finish("first")
    late = Seal(spoken.id, (Text("second"),), End("failed", None, 6), None, Error("a", "b", True))
    assert not store.seal(late)
    sealed = store.closing(spoken.id)
    assert sealed
    assert (sealed.parts, sealed.end.status) == ((Text("first"),), "complete")


def test_words_that_no_database_can_hold_end_no_answer(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services, "a\0b", "\ud800")
    services.engine.beat()
    spoken.finish()
    assert message(services, spoken.id).text == "a\ufffdb\ufffd"


def test_a_gain_that_was_kept_unheard_is_kept_once(
    api: Api, model: Scripted, services: Services, store: DatabaseStore, monkeypatch: Any
) -> None:
    kept = store.checkpoint

    def unheard(*arguments: Any) -> Any:
        kept(*arguments)
        raise StoreUnavailable

    spoken = ask(api, model, services, "a")
    monkeypatch.setattr(store, "checkpoint", unheard)
    services.engine.beat()
    spoken.say("b")
    services.engine.beat()
    monkeypatch.setattr(store, "checkpoint", kept)
    spoken.say("c")
    services.engine.beat()
    assert store.parts(spoken.id) == (Text("abc"),)
    spoken.finish("d")
    assert message(services, spoken.id).text == "abcd"


def test_a_run_that_was_taken_away_ends_its_readers(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services, "a")
    taken = delete(Run).where(Run.message_id == spoken.id)
    services.database.write(lambda connection: connection.execute(taken))
    services.engine.beat()
    assert [each.name for each in read(spoken.stream.data)][-1] == "end"
    assert spoken.model.call.cancelled
    assert message(services, spoken.id).status == "stopped"


def test_deleting_a_conversation_ends_its_answer_and_leaves_nothing(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services, "a")
    services.engine.beat()
    assert api.call("DELETE", f"/api/conversations/{spoken.conversation_id}").status_code == 204
    assert end_of(spoken.answer).status == "stopped"
    assert (rows(services, SegmentRow, spoken.id), rows(services, Run, spoken.id)) == (0, 0)


def test_an_answer_whose_conversation_another_process_deleted_ends_with_the_tick(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken, beside = ask(api, model, services, "a"), ask(api, model, services, "b")
    gone = delete(Conversation).where(Conversation.id == spoken.conversation_id)
    services.database.write(lambda connection: connection.execute(gone))
    services.engine.beat()
    assert end_of(spoken.answer).status == "stopped"
    assert beside.answer.closing is None
    assert services.engine.store.parts(beside.id) == (Text("b"),)


def test_a_crowd_that_waits_for_connections_finds_the_store_away(
    store: DatabaseStore, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(work: object, **_: object) -> None:
        raise TimeoutError("no connection came free")

    monkeypatch.setattr(services.database, "read", exhausted)
    monkeypatch.setattr(services.database, "write", exhausted)
    with pytest.raises(StoreUnavailable):
        store.parts("m")
    with pytest.raises(StoreUnavailable):
        store.request_stop("m")


def test_an_answer_outlives_an_absence_of_the_database(
    api: Api, model: Scripted, services: Services, database_url: str
) -> None:
    long, short = ask(api, model, services, "a"), ask(api, model, services, "x")
    services.engine.beat()
    with away(services, database_url):
        long.say("b")
        services.engine.beat()
        short.model.finish("y")
        refused = api.ask(long.conversation_id, "And now?")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert model.is_idle
        long.say("c")
    while services.engine.find(short.id):  # the first beats may meet connections that were cut
        services.engine.beat()
    assert end_of(short.answer).status == "complete"
    assert message(services, short.id).text == "xy"
    assert services.engine.store.parts(long.id) == (Text("abc"),)
    long.finish("d")
    assert message(services, long.id).text == "abcd"
    assert words(read(long.stream.data)) == "abcd"


def meanwhile(
    services: Services, statement: str, here: Callable[[], object], there: Callable[[], object]
) -> list[Exception]:
    """Does `there` at the very moment when `here` is about to run a statement.

    `here` goes on when `there` is done or waits for a lock of it. Gives what went wrong.
    """
    wrong: list[Exception] = []
    engine = writing(services)

    def attempt(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            wrong.append(error)

    other = Thread(target=attempt, args=[there])

    def before(connection: Any, cursor: Any, sql: str, *others: Any) -> None:
        if sql.startswith(statement) and not other.ident:
            other.start()
            while other.is_alive() and not _waiting(services):
                pass

    event.listen(engine, "before_cursor_execute", before)
    try:
        attempt(here)
    finally:
        event.remove(engine, "before_cursor_execute", before)
    other.join(PATIENCE)
    assert other.ident
    return wrong


def _waiting(services: Services) -> bool:
    """Whether a transaction of this database waits for another one."""
    locks = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(services.database.read(lambda connection: connection.scalar(locks)))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("statement", ["INSERT INTO segments", "UPDATE messages"])
def test_a_seal_in_the_middle_of_a_tick_disturbs_neither(
    statement: str,
    api: Api,
    model: Scripted,
    services: Services,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ending, beside = ask(api, model, services, "a"), ask(api, model, services, "b")

    def finish() -> None:
        ending.model.finish("c")
        wait(ending.answer)

    engine = services.engine
    assert meanwhile(services, statement, engine.beat, finish) == []
    assert caplog.messages == []  # neither found the store away, as after a deadlock
    assert engine.find(ending.id) is None
    assert rows(services, SegmentRow, ending.id) == 0
    assert engine.store.parts(ending.id) == (Text("ac"),)
    assert message(services, ending.id).status == "complete"
    assert engine.store.parts(beside.id) == (Text("b"),)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_stored_is_read_in_one_look(
    api: Api, model: Scripted, services: Services, store: DatabaseStore
) -> None:
    spoken = ask(api, model, services, "a", "b")
    services.engine.beat()
    looks: list[str] = []

    def seal(connection: Any, cursor: Any, sql: str, *others: Any) -> None:
        if not looks:
            spoken.finish("c")
        looks.append(sql)

    event.listen(services.database.engine, "after_cursor_execute", seal)
    try:
        assert store.parts(spoken.id) == (Text("ab"),)
    finally:
        event.remove(services.database.engine, "after_cursor_execute", seal)
    assert store.parts(spoken.id) == (Text("abc"),)


def test_gains_of_a_run_that_is_not_ours_are_not_kept(
    api: Api, model: Scripted, services: Services, store: DatabaseStore
) -> None:
    spoken = ask(api, model, services, "a")
    stolen = Gain(spoken.id, (Segment(0, 0, Text("b")),), first=True)
    orders = store.checkpoint("another", [stolen], 5.0)
    assert orders.owned == frozenset()
    assert store.parts(spoken.id) == ()


def test_a_process_adopts_the_runs_of_others_alone(
    api: Api, model: Scripted, services: Services, store: DatabaseStore
) -> None:
    spoken = ask(api, model, services, "a")
    services.engine.beat()
    lapsed = update(Run).values(mark="place", leased_until=1.0)
    services.database.write(lambda connection: connection.execute(lapsed))
    lost = store.lost()
    assert store.adopt(lost, services.engine.owner, 5.0) == []
    (orphan,) = store.adopt(lost, "another", 5.0)
    assert (orphan.start, orphan.parts, orphan.mark) == (
        spoken.answer.start,
        (Text("a"),),
        "place",
    )
    assert store.adopt(lost, "a third", 5.0) == []
    assert store.reap(lost) == []
