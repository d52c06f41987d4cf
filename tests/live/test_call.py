"""How long a model's server may be silent, and how a call is ended from outside."""

from __future__ import annotations

from functools import partial
from threading import Thread

import pytest

from chatapp.live import call as module
from chatapp.live.call import COMMENT_FACTOR, FINISH_TIMEOUT, Call


class Clock:
    """A clock that only a test moves, in seconds."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic", clock)
    return clock


def silence(call: Call, clock: Clock) -> float:
    """How much longer the server may be silent, in whole seconds."""
    return next(seconds for seconds in range(10_000) if call.overdue(clock.now + seconds + 0.5))


def test_the_first_event_has_a_timeout_of_its_own(clock: Clock) -> None:
    call = Call(30, 10)
    assert silence(call, clock) == 30
    clock.now = 29
    call.heard()
    assert silence(call, clock) == 10


def test_every_event_starts_the_clock_again(clock: Clock) -> None:
    call = Call(30, 10)
    for clock.now in range(0, 100, 9):
        call.heard()
        assert silence(call, clock) == 10


def test_a_comment_starts_the_clock_again(clock: Clock) -> None:
    call = Call(30, 10)
    clock.now = 20
    call.heard_comment()
    assert silence(call, clock) == 30
    call.heard()
    clock.now = 29
    call.heard_comment()
    assert silence(call, clock) == 10


@pytest.mark.parametrize(("heard", "limit"), [(False, 30), (True, 10)])
def test_comments_stretch_a_timeout_to_five_times_its_length(
    clock: Clock, heard: bool, limit: int
) -> None:
    call = Call(30, 10)
    if heard:
        call.heard()
    while not call.overdue(clock.now):
        call.heard_comment()
        clock.now += 1
    assert clock.now == COMMENT_FACTOR * limit + 1


def test_after_a_finish_only_a_short_farewell_is_waited_for(clock: Clock) -> None:
    call = Call(30, 600)
    call.heard()
    call.finishing()
    assert silence(call, clock) == FINISH_TIMEOUT
    call.heard()
    assert silence(call, clock) == FINISH_TIMEOUT


def test_a_finish_makes_no_timeout_longer(clock: Clock) -> None:
    call = Call(30, 3)
    call.heard()
    call.finishing()
    assert silence(call, clock) == 3


def test_cancelling_closes_once() -> None:
    closed: list[int] = []
    call = Call(1, 1)
    call.on_cancel(lambda: closed.append(1))
    assert not call.cancelled
    call.cancel()
    call.cancel()
    call.expire()
    assert call.cancelled
    assert closed == [1]


def test_the_last_closer_counts() -> None:
    closed: list[str] = []
    call = Call(1, 1)
    call.on_cancel(lambda: closed.append("request"))
    call.on_cancel(lambda: closed.append("stream"))
    call.cancel()
    assert closed == ["stream"]


def test_a_closer_that_comes_too_late_is_called_at_once() -> None:
    closed: list[int] = []
    call = Call(1, 1)
    call.cancel()
    call.on_cancel(lambda: closed.append(1))
    assert closed == [1]


def test_every_closer_is_called_however_calls_cross() -> None:
    for _ in range(200):
        closed: list[int] = []
        call = Call(1, 1)
        ending = Thread(target=call.cancel)
        ending.start()
        call.on_cancel(partial(closed.append, 1))
        ending.join()
        assert closed == [1]


def test_a_closer_that_fails_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("the socket is gone")

    call = Call(1, 1)
    call.on_cancel(fail)
    call.cancel()
    call.on_cancel(fail)
    assert [record.message for record in caplog.records] == [
        "a call to the model could not be closed"
    ] * 2


def test_waiting_ends_with_the_call() -> None:
    call = Call(1, 1)
    assert call.wait(0)
    waited: list[bool] = []
    waiting = Thread(target=lambda: waited.append(call.wait(60)))
    waiting.start()
    call.cancel()
    waiting.join(10)
    assert waited == [False]


def test_only_expiring_means_timed_out() -> None:
    stopped, expired = Call(1, 1), Call(1, 1)
    stopped.cancel()
    expired.expire()
    assert (stopped.timed_out, expired.timed_out) == (False, True)
    assert expired.cancelled
