"""The bell: who listens is woken once, by whichever ring comes next."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from chatapp.live import bell as module
from chatapp.live.bell import Bell


class Sleeper:
    """A waiter that does something when it is woken."""

    def __init__(self, bell: Bell, then: str = "") -> None:
        self.bell = bell
        self.then = then
        self.woken = 0

    def wait(self) -> None:
        """It never does."""

    def switch(self, value: None) -> None:
        self.woken += 1
        if self.then:
            getattr(self.bell, self.then)()


@pytest.fixture
def sleepers(monkeypatch: pytest.MonkeyPatch) -> list[Sleeper]:
    """The waiters that bells make from now on are taken from the end of this list."""
    coming: list[Sleeper] = []
    monkeypatch.setattr(module, "_Thread", lambda: coming.pop())
    return coming


def test_who_listens_is_woken_once(sleepers: list[Sleeper]) -> None:
    bell = Bell()
    all_of_them = [Sleeper(bell) for _ in range(3)]
    sleepers += all_of_them
    for _ in range(3):
        bell.listen()
    bell.ring()
    bell.ring()
    assert [sleeper.woken for sleeper in all_of_them] == [1, 1, 1]


def test_who_listens_again_at_once_waits_for_the_next_ring(sleepers: list[Sleeper]) -> None:
    bell = Bell()
    restless = [Sleeper(bell, then="listen") for _ in range(5)]
    sleepers += restless
    bell.listen()
    for number in range(1, 4):
        bell.ring()
        assert sum(sleeper.woken for sleeper in restless) == number


def test_rings_that_overlap_wake_each_once(sleepers: list[Sleeper]) -> None:
    bell = Bell()
    ringers = [Sleeper(bell, then="ring") for _ in range(4)]
    sleepers += ringers
    for _ in range(4):
        bell.listen()
    bell.ring()
    assert [sleeper.woken for sleeper in ringers] == [1, 1, 1, 1]


def test_threads_may_ring_at_once() -> None:
    bell = Bell()
    barrier = Barrier(5)
    ended: list[int] = []

    def ring() -> None:
        barrier.wait()
        for _ in range(2000):
            bell.ring()
        ended.append(1)

    def listen() -> None:
        barrier.wait()
        for _ in range(2000):
            bell.listen()
        ended.append(1)

    threads = [Thread(target=work) for work in (ring, ring, ring, listen, listen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ended) == 5


def test_a_waiter_that_was_woken_before_it_waits_does_not_wait() -> None:
    bell = Bell()
    waiter = bell.listen()
    bell.ring()
    waiter.wait()


def test_ringing_for_nobody_does_nothing() -> None:
    Bell().ring()
