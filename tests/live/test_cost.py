"""A tick costs by what was gained, however long the answers are by then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from chatapp.chat.services import Services
from chatapp.parts import Cursor
from tests.conftest import Api
from tests.live.speaking import Spoken, ask
from tests.support.scripted import Scripted

pytestmark = pytest.mark.usefixtures("by_hand")

GAIN = "200 characters: " + 184 * "é"
SHORT, LONG = 10, 1000
SLACK = 40
"""Bytes by which numbers may be longer, as text: places in the answer, and times."""


@contextmanager
def counting(services: Services) -> Iterator[list[int]]:
    """The bytes of all parameters that go to the database."""
    counts: list[int] = []

    def count(connection: Any, cursor: Any, sql: str, parameters: Any, *others: Any) -> None:
        counts.append(len(repr(parameters).encode()))

    engine = services.database.write(lambda connection: connection.engine)
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield counts
    finally:
        event.remove(engine, "before_cursor_execute", count)


def tick(services: Services, spoken: Spoken) -> int:
    """The bytes that one tick writes when the answer gained 200 characters."""
    spoken.say(GAIN)
    with counting(services) as counts:
        services.engine.beat()
    return sum(counts)


def test_a_tick_writes_no_more_for_a_long_answer(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services)
    ticks = [tick(services, spoken) for _ in range(LONG)]
    assert spoken.answer.parts.text_length == LONG * len(GAIN) == 200_000
    assert max(ticks[1:]) <= max(ticks[1:SHORT]) + SLACK
    assert max(ticks) < 4 * len(GAIN.encode())


def test_a_reader_elsewhere_reads_no_more_of_a_long_answer(
    api: Api, model: Scripted, services: Services
) -> None:
    spoken = ask(api, model, services)
    pieces = []
    for number in range(LONG // 10):
        spoken.say(GAIN)
        services.engine.beat()
        (news,) = services.engine.store.news({spoken.id: Cursor(0, number * len(GAIN))})
        pieces.append(sum(len(repr(segment)) for segment in news.segments))
    assert max(pieces[1:]) <= 2 * max(pieces[:1]) + SLACK
