"""An answer counts as lost when its lease was watched, and never because the database was away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from queue import Queue
from time import time
from typing import Any

import pytest
from sqlalchemy import select, text, update

from chatapp.events import Finish, ProviderEvent
from chatapp.live.call import Call
from chatapp.live.engine import Engine
from chatapp.live.leases import GIVEN_UP, LONG_AGO, PATIENCE, Lease, Watch
from chatapp.live.run import Limits
from chatapp.live.store import database as store_module
from chatapp.live.store.base import StoreUnavailable
from chatapp.models import Run
from tests.conftest import Api
from tests.live.speaking import Spoken, ask, end_of
from tests.support.absence import away
from tests.support.nodes import Node
from tests.support.replies import value
from tests.support.scripted import Scripted

pytestmark = pytest.mark.usefixtures("by_hand")

STEP = PATIENCE / 4
LAST_LOOK = 5
"""The look, counted from the first, at which a lease that never changed is over."""


class Clock:
    """The clock of all stores, which only a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(store_module, "monotonic", lambda: self.now)

    def sweep(self, node: Node, times: int = LAST_LOOK) -> list[list[str]]:
        """Looks so often, a step apart; what each look sealed."""
        sealed = []
        for _ in range(times):
            sealed.append(node.services.engine.sweep())
            self.now += STEP
        return sealed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def person(here: Node) -> Api:
    return here.person()


@pytest.fixture
def spoken(here: Node, person: Api, model: Scripted) -> Spoken:
    """An answer whose lease ran out a moment ago."""
    spoken = ask(person, model, here.services, "Once")
    here.services.engine.beat()
    end_lease(here, time() - 1)
    return spoken


def end_lease(node: Node, moment: float) -> None:
    ended = update(Run).values(leased_until=moment)
    node.services.database.write(lambda connection: connection.execute(ended))


def mark_all(node: Node) -> None:
    marked = update(Run).values(mark="place")
    node.services.database.write(lambda connection: connection.execute(marked))


def resuming(node: Node, marks: Queue[str]) -> Engine:
    """An engine of the node that goes on behind marks, and tells them."""

    def resume(mark: str, call: Call) -> Iterator[ProviderEvent]:
        marks.put(mark)
        yield Finish("stop")

    return Engine(node.services.engine.store, Limits(), resume=resume)


def status(node: Node, person: Api, spoken: Spoken) -> Any:
    return value(node.serve(person).get(f"/api/messages/{spoken.id}"))["status"]


def test_a_lease_is_over_when_it_was_seen_long_enough() -> None:
    watch, lease = Watch(), Lease("m", time())
    looks = [watch.look([lease], number * STEP) for number in range(LAST_LOOK)]
    assert looks == [[], [], [], [], [lease]]


def test_a_lease_that_moved_is_watched_anew() -> None:
    watch, before, after = Watch(), Lease("m", time()), Lease("m", time() + 1)
    assert [watch.look([before], number * STEP) for number in range(4)] == [[]] * 4
    assert [watch.look([after], number * STEP) for number in range(4, 8)] == [[]] * 4
    assert watch.look([after], 8 * STEP) == [after]


def test_looks_too_far_apart_prove_nothing() -> None:
    watch, lease = Watch(), Lease("m", time())
    assert [watch.look([lease], number * PATIENCE * 1.1) for number in range(9)] == [[]] * 9


def test_a_lease_given_up_or_long_gone_is_over_at_once() -> None:
    over = [Lease("m", GIVEN_UP), Lease("n", time() - LONG_AGO - 60)]
    assert Watch().look(over, 0) == over


def test_what_nobody_renews_is_sealed(
    here: Node, there: Node, person: Api, spoken: Spoken, clock: Clock
) -> None:
    assert clock.sweep(there) == [[], [], [], [], [spoken.id]]
    assert status(there, person, spoken) == "interrupted"


def test_what_its_owner_renews_lives(
    here: Node, there: Node, person: Api, spoken: Spoken, clock: Clock
) -> None:
    assert clock.sweep(there, 4) == [[]] * 4
    here.services.engine.beat()
    assert clock.sweep(there) == [[]] * LAST_LOOK
    spoken.finish(" more")
    assert value(there.serve(person).get(f"/api/messages/{spoken.id}"))["text"] == "Once more"


def test_clocks_that_differ_harm_nobody(
    here: Node, there: Node, spoken: Spoken, clock: Clock
) -> None:
    for number in range(3 * LAST_LOOK):
        here.services.engine.beat()
        end_lease(here, time() - 60 + number / 10)  # as the node writes whose clock is behind
        assert clock.sweep(there, 1) == [[]]
    spoken.finish()
    assert end_of(spoken.answer).status == "complete"


def test_an_absence_of_the_database_starts_the_watch_anew(
    here: Node, there: Node, spoken: Spoken, clock: Clock, database_url: str
) -> None:
    assert clock.sweep(there, 4) == [[]] * 4
    with away(there.services, database_url), pytest.raises(StoreUnavailable):
        clock.sweep(there, 1)
    assert clock.sweep(there, 4) == [[]] * 4
    here.services.engine.beat()
    assert clock.sweep(there) == [[]] * LAST_LOOK
    spoken.finish()
    assert end_of(spoken.answer).status == "complete"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_can_only_be_read_counts_as_away(
    here: Node, there: Node, spoken: Spoken, clock: Clock
) -> None:
    with there.services.database.migrating() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    assert clock.sweep(there, 4) == [[]] * 4
    with here.services.database.migrating():  # as a backup locks it
        assert there.services.engine.store.suspects()
        with pytest.raises(StoreUnavailable):
            clock.sweep(there, 1)
    assert clock.sweep(there, 4) == [[]] * 4


def test_what_is_seen_as_lost_is_adopted_before_it_would_be_sealed(
    here: Node, there: Node, spoken: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = count(step=PATIENCE)  # so slow is the machine that each look finds more lost
    monkeypatch.setattr(store_module, "monotonic", lambda: next(moments))
    mark_all(here)
    marks: Queue[str] = Queue()
    engine = resuming(there, marks)
    assert [engine.sweep(), engine.sweep()] == [[], []]
    assert marks.get(timeout=60) == "place"


def test_a_process_that_ends_leaves_what_is_lost_to_those_who_stay(
    here: Node, there: Node, spoken: Spoken, clock: Clock
) -> None:
    mark_all(here)
    marks: Queue[str] = Queue()
    ending, staying = resuming(there, marks), resuming(there, marks)
    ending.watch(lambda: False, 60)
    for _ in range(LAST_LOOK):
        assert ending.sweep() == []
        clock.now += STEP
    assert staying.sweep() == []
    assert marks.get(timeout=60) == "place"


def test_a_run_that_nobody_runs_is_not_renewed(
    here: Node, there: Node, person: Api, model: Scripted, clock: Clock
) -> None:
    """As when a commit was confirmed to nobody, so that the answer was never begun."""
    kept, leaked = (ask(person, model, here.services, "Once") for _ in range(2))
    run = here.services.engine._runs.pop(leaked.id)
    end_lease(here, time() - 1)
    here.services.engine.beat()
    lapsed = select(Run.message_id).where(Run.leased_until < text(str(time())))
    assert here.services.database.read(lambda c: c.scalars(lapsed).all()) == [leaked.id]
    assert clock.sweep(here) == [[], [], [], [], [leaked.id]]
    assert status(there, person, leaked) == "interrupted"
    kept.finish()
    assert end_of(kept.answer).status == "complete"
    run.end("interrupted")
