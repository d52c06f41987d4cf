"""A listener: what it is told, however slowly it reads."""

from __future__ import annotations

from chatapp.chat.listener import BACKLOG, Listener
from chatapp.events import Change, Sync


def change(number: int) -> Change:
    return Change("conversation.updated", str(number))


def test_the_first_thing_told_is_to_fetch_everything() -> None:
    listener = Listener("ann", lambda: True)
    listener.end()
    assert list(listener) == [Sync()]


def test_changes_are_told_in_order() -> None:
    listener = Listener("ann", lambda: True)
    reading = iter(listener)
    assert next(reading) == Sync()
    for number in range(3):
        listener.tell(change(number))
    listener.end()
    assert list(reading) == [change(0), change(1), change(2)]


def test_one_that_reads_too_slowly_fetches_anew() -> None:
    listener = Listener("ann", lambda: True)
    reading = iter(listener)
    assert next(reading) == Sync()
    for number in range(BACKLOG + 7):
        listener.tell(change(number))
    for number in range(BACKLOG):
        assert next(reading) == change(number)
    assert next(reading) == Sync()
    listener.tell(change(7))
    assert next(reading) == change(7)
