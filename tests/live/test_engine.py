"""The engine: one tick for all answers, whatever the store, the provider and the server do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest

from chatapp.errors import Unavailable
from chatapp.events import End, Finish, ProviderEvent, Reasoning, Start, Text
from chatapp.live.answer import LiveAnswer
from chatapp.live.call import Call
from chatapp.live.engine import LEASE, Engine, ended_answer
from chatapp.live.leases import Lease
from chatapp.live.run import TIMED_OUT, Limits
from chatapp.live.store.base import Gain, News, Orders, Orphan, Seal, StoreUnavailable
from chatapp.live.tick import INTERVAL, Tick
from chatapp.parts import Cursor, Part, Segment, fold
from chatapp.prompt import Prompt
from tests.live.speaking import end_of, say
from tests.support.scripted import PATIENCE, Asked

pytestmark = pytest.mark.usefixtures("by_hand")


class Memory:
    """A store in memory that a test can take away, and through which others give orders."""

    def __init__(self) -> None:
        self.away = False
        self.calls: list[tuple[Gain, ...]] = []
        self.leases: list[tuple[str, float]] = []
        self.segments: dict[str, dict[tuple[int, int], Segment]] = {}
        self.seals: dict[str, Seal] = {}
        self.stop: set[str] = set()
        self.gone: set[str] = set()
        self.left: list[Lease] = []
        self.reaped: list[Lease] = []

    def checkpoint(self, owner: str, gains: Iterable[Gain], lease: float) -> Orders:
        self.check()
        taken = tuple(gains)
        self.calls.append(taken)
        self.leases.append((owner, lease))
        for gain in taken:
            kept = self.segments.setdefault(gain.message_id, {})
            for segment in gain.segments:
                kept.setdefault((segment.part, segment.start), segment)
        ids = {gain.message_id for gain in taken} - self.gone - self.seals.keys()
        return Orders(frozenset(ids), frozenset(self.stop & ids))

    def seal(self, seal: Seal) -> bool:
        self.check()
        if seal.message_id in self.gone:
            return False
        return self.seals.setdefault(seal.message_id, seal) is seal

    def request_stop(self, message_id: str) -> None:
        self.check()
        self.stop.add(message_id)

    def parts(self, message_id: str) -> tuple[Part, ...]:
        kept = self.segments.get(message_id, {})
        return fold(kept[place].append for place in sorted(kept))

    def closing(self, message_id: str) -> Seal | None:
        self.check()
        return self.seals.get(message_id)

    def news(self, cursors: Mapping[str, Cursor]) -> list[News]:
        return []

    def release(self, message_ids: Sequence[str]) -> None:
        self.check()

    def lost(self) -> list[Lease]:
        return self.left

    def adopt(self, lost: Iterable[Lease], owner: str, lease: float) -> list[Orphan]:
        return []

    def suspects(self) -> bool:
        return False

    def reap(self, lost: Iterable[Lease]) -> list[str]:
        self.reaped.extend(lost)
        return [each.message_id for each in self.reaped]

    def check(self) -> None:
        """Raises where the store is away."""
        if self.away:
            raise StoreUnavailable


class Rig:
    """An engine whose tick a test beats by hand."""

    def __init__(self, limits: Limits | None = None, heartbeat: float = 15.0) -> None:
        self.store = Memory()
        self.engine = Engine(self.store, limits or Limits(), heartbeat)

    def begin(self, id: str = "m", parts: tuple[Part, ...] = ()) -> tuple[LiveAnswer, Asked]:
        """An answer, and the model that the test speaks for."""
        asked: Queue[Asked] = Queue()

        def source(call: Call) -> Iterator[ProviderEvent]:
            made = Asked(Prompt("model", ()), call)
            asked.put(made)
            return made.stream()

        answer = self.engine.begin(Start(id, "c", "q", "model"), source, parts)
        return answer, asked.get(timeout=PATIENCE)

    def said(self, id: str = "m", *words: str) -> tuple[LiveAnswer, Asked]:
        """An answer that has got so far."""
        answer, model = self.begin(id)
        for word in words:
            say(answer, model, word)
        return answer, model


def status(answer: LiveAnswer) -> str:
    """How the answer ended."""
    return end_of(answer).status


def written(answer: LiveAnswer) -> None:
    """Waits until nothing more is let in, whether the readers know the end or not."""
    while not answer.frozen:
        Event().wait(0.001)


def beat_to_rest(rig: Rig) -> None:
    """Lets the engine do all there is to do."""
    while rig.engine.busy:
        rig.engine.beat()
        Event().wait(0.001)


def test_one_call_to_the_store_keeps_what_all_answers_gained() -> None:
    rig = Rig()
    for number in range(20):
        rig.said(f"m{number}", "a", "b")
    rig.engine.beat()
    (gains,) = rig.store.calls
    assert {gain.message_id: gain.segments for gain in gains} == {
        f"m{number}": (Segment(0, 0, Text("ab")),) for number in range(20)
    }
    assert rig.store.leases == [(rig.engine.owner, LEASE)]
    rig.engine.interrupt()


def test_only_what_is_new_is_kept() -> None:
    rig = Rig()
    answer, model = rig.begin()
    rig.engine.beat()
    say(answer, model, "a")
    rig.engine.beat()
    rig.engine.beat()
    say(answer, model, "b")
    rig.engine.beat()
    model.finish()
    assert status(answer) == "complete"
    rig.engine.beat()
    told = [(gain.segments, gain.first) for (gain,) in rig.store.calls]
    assert told == [
        ((), False),
        ((Segment(0, 0, Text("a")),), True),
        ((), False),
        ((Segment(0, 1, Text("b")),), False),
    ]


def test_what_a_continued_answer_began_with_is_kept_already() -> None:
    rig = Rig()
    answer, model = rig.begin(parts=(Reasoning("Hm"), Text("Once")))
    rig.engine.beat()
    say(answer, model, " more")
    rig.engine.beat()
    assert [(gain.segments, gain.first) for (gain,) in rig.store.calls] == [
        ((), False),
        ((Segment(1, 4, Text(" more")),), True),
    ]
    rig.engine.interrupt()


def test_an_idle_engine_leaves_the_store_alone() -> None:
    rig = Rig()
    rig.engine.beat()
    assert rig.store.calls == []
    assert not rig.engine.busy


def test_an_answer_is_found_as_long_as_it_is_written() -> None:
    rig = Rig()
    answer, model = rig.begin()
    assert rig.engine.find("m") is answer
    assert rig.engine.busy
    model.finish("Yes")
    assert status(answer) == "complete"
    while rig.engine.busy:
        Event().wait(0.001)
    assert rig.engine.find("m") is None
    assert rig.store.seals["m"].parts == (Text("Yes"),)


def test_a_stream_goes_on_while_the_store_is_away(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    answer, model = rig.said("m", "a")
    rig.store.away = True
    rig.engine.beat()
    say(answer, model, "b")
    rig.engine.beat()
    say(answer, model, "c")
    rig.store.away = False
    rig.engine.beat()
    assert rig.store.parts("m") == (Text("abc"),)
    assert "the store is away" in caplog.text
    say(answer, model, "d")
    rig.engine.beat()
    assert rig.store.parts("m") == (Text("abcd"),)
    rig.engine.interrupt()


def test_an_answer_that_ends_while_the_store_is_away_is_sealed_once_it_is_back() -> None:
    rig = Rig()
    answer, model = rig.said("m", "a")
    rig.store.away = True
    model.finish("b")
    written(answer)
    rig.engine.beat()
    assert rig.engine.find("m") is answer
    rig.store.away = False
    beat_to_rest(rig)
    assert rig.store.seals["m"].parts == (Text("ab"),)
    assert status(answer) == "complete"


def test_ends_that_wait_for_the_store_do_not_hold_up_the_leases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.store.away = True
    for number in range(5):
        rig.said(f"m{number}", "a")[1].finish("b")
    while len(rig.engine._unsealed) < 5:
        Event().wait(0.001)
    rig.store.away = False
    clock = count(0.0, INTERVAL)  # each look at it finds that a tick has passed
    monkeypatch.setattr("chatapp.live.engine.monotonic", lambda: next(clock))
    for sealed in range(1, 6):
        rig.engine.beat()
        assert (len(rig.store.calls), len(rig.store.seals)) == (sealed, sealed)
    assert not rig.engine.busy


def test_no_reader_hears_of_an_end_that_is_not_stored() -> None:
    rig = Rig()
    answer, model = rig.said("m", "a")
    rig.store.away = True
    model.finish("b")
    written(answer)
    rig.engine.beat()
    assert answer.closing is None
    rig.store.seals["m"] = Seal("m", (Text("a"),), End("interrupted", None, 1))
    rig.store.away = False
    beat_to_rest(rig)
    assert answer.closing == (End("interrupted", None, 1),)


class Unheard(Memory):
    """A store that keeps what it is given, and breaks off before it can say so."""

    def checkpoint(self, owner: str, gains: Iterable[Gain], lease: float) -> Orders:
        orders = super().checkpoint(owner, gains, lease)
        self.check_heard()
        return orders

    def seal(self, seal: Seal) -> bool:
        won = super().seal(seal)
        self.check_heard()
        return won

    heard = True

    def check_heard(self) -> None:
        """Raises where nothing is heard."""
        if not self.heard:
            raise StoreUnavailable


def test_what_was_kept_unheard_is_repeated_in_the_same_form() -> None:
    rig = Rig()
    store = rig.engine.store = rig.store = Unheard()
    answer, model = rig.said("m", "a")
    store.heard = False
    rig.engine.beat()
    say(answer, model, "b")
    rig.engine.beat()
    say(answer, model, "c")
    store.heard = True
    rig.engine.beat()
    pieces = tuple(Segment(0, start, Text(word)) for start, word in enumerate("abc"))
    assert [gain.segments for (gain,) in store.calls] == [pieces[:1], pieces[:2], pieces]
    assert [gain.first for (gain,) in store.calls] == [True] * 3
    assert store.parts("m") == (Text("abc"),)
    rig.engine.interrupt()


def test_a_seal_that_was_kept_unheard_is_no_second_one() -> None:
    rig = Rig()
    store = rig.engine.store = rig.store = Unheard()
    answer, model = rig.begin()
    store.heard = False
    model.finish("Yes")
    written(answer)
    rig.engine.beat()
    store.heard = True
    beat_to_rest(rig)
    assert status(answer) == "complete"
    assert store.seals["m"].end.status == "complete"


def test_a_stop_from_another_process_arrives_with_the_tick() -> None:
    rig = Rig()
    answer, model = rig.said("m", "a")
    rig.store.stop.add("m")
    rig.engine.beat()
    assert status(answer) == "stopped"
    assert model.call.cancelled
    assert rig.store.seals["m"].parts == (Text("a"),)


def test_a_stop_here_needs_no_tick() -> None:
    rig = Rig()
    answer, model = rig.begin()
    rig.engine.stop("m")
    assert rig.store.stop == set()
    rig.engine.stop("m")
    assert status(answer) == "stopped"
    assert model.call.cancelled


def test_a_stop_of_what_runs_elsewhere_is_left_in_the_store() -> None:
    rig = Rig()
    rig.engine.stop("other")
    assert rig.store.stop == {"other"}


def test_what_another_process_sealed_ends_as_it_says() -> None:
    rig = Rig()
    answer, model = rig.said("m", "a", "b")
    rig.store.seals["m"] = Seal("m", (Text("a"),), End("interrupted", None, 1))
    rig.engine.beat()
    assert status(answer) == "interrupted"
    assert answer.closing == (End("interrupted", None, 1),)
    assert model.call.cancelled
    assert not rig.engine.busy


def test_an_answer_that_was_deleted_ends() -> None:
    rig = Rig()
    answer, model = rig.said("m", "a")
    rig.store.gone.add("m")
    rig.engine.beat()
    assert status(answer) == "stopped"
    assert model.call.cancelled
    assert not rig.engine.busy


def test_an_answer_is_lost_only_once_the_store_has_said_so() -> None:
    rig = Rig()
    answer, _ = rig.said("m", "a")
    rig.store.gone.add("m")
    rig.store.away = True
    rig.engine.beat()
    assert answer.closing is None
    rig.store.away = False
    rig.engine.beat()
    assert status(answer) == "stopped"


def test_silence_is_ended_by_the_tick() -> None:
    rig = Rig(Limits(first_token_timeout=1e-9, idle_timeout=60))
    answer, model = rig.begin()
    rig.engine.beat()
    assert status(answer) == "failed"
    assert answer.closing
    assert answer.closing[0] == TIMED_OUT
    assert model.call.cancelled


def test_silence_after_the_first_word_has_its_own_limit() -> None:
    rig = Rig(Limits(first_token_timeout=60, idle_timeout=1e-9))
    answer, model = rig.begin()
    rig.engine.beat()
    assert answer.closing is None
    say(answer, model, "a")
    rig.engine.beat()
    assert status(answer) == "failed"
    assert rig.store.seals["m"].parts == (Text("a"),)


def test_a_provider_that_cannot_be_ended_holds_nobody() -> None:
    rig = Rig(Limits(first_token_timeout=1e-9))
    release = Event()

    def deaf(call: Call) -> Iterator[ProviderEvent]:
        release.wait(PATIENCE)
        yield Text("too late")
        yield Finish("stop")

    answer = rig.engine.begin(Start("m", "c", "q", "model"), deaf)
    rig.engine.beat()
    assert status(answer) == "failed"
    assert not rig.engine.busy
    release.set()
    assert rig.store.seals["m"].parts == ()


def test_readers_are_told_of_life_when_nothing_was_said_for_long() -> None:
    rig = Rig(heartbeat=0)
    answer, _ = rig.begin()
    waiter = answer.bell.listen()
    rig.engine.beat()
    waiter.wait()
    rig.engine.interrupt()


def test_readers_are_left_alone_while_words_come() -> None:
    rig = Rig(heartbeat=3600)
    answer, _ = rig.begin()
    rang_at = answer.rang_at
    rig.engine.beat()
    assert answer.rang_at == rang_at
    rig.engine.interrupt()


def test_nothing_begins_once_the_server_is_about_to_end() -> None:
    rig = Rig()
    alive = True
    rig.engine.watch(lambda: alive, 3600)
    rig.engine.check_open()
    alive = False
    with pytest.raises(Unavailable):
        rig.engine.check_open()


def test_what_runs_goes_on_within_the_grace_period() -> None:
    rig = Rig()
    rig.engine.watch(lambda: False, 3600)
    answer, model = rig.said("m", "a")
    rig.engine.beat()
    rig.engine.beat()
    assert answer.closing is None
    model.finish("b")
    assert status(answer) == "complete"


def test_what_runs_after_the_grace_period_is_interrupted_with_everything() -> None:
    rig = Rig()
    rig.engine.watch(lambda: False, 0)
    answer, model = rig.said("m", "a")
    rig.engine.beat()
    assert status(answer) == "interrupted"
    assert rig.store.seals["m"].parts == (Text("a"),)
    assert model.call.cancelled


def test_draining_waits_for_what_runs() -> None:
    rig = Rig()
    rig.engine.watch(lambda: True, 3600)
    answer, model = rig.begin()
    draining = Thread(target=rig.engine.drain)
    draining.start()
    model.finish("Yes")
    draining.join(PATIENCE)
    assert not draining.is_alive()
    assert status(answer) == "complete"
    with pytest.raises(Unavailable):
        rig.engine.check_open()


def test_draining_ends_with_the_grace_period() -> None:
    rig = Rig()
    rig.engine.watch(lambda: False, 0)
    answer, _ = rig.said("m", "a")
    rig.engine.drain()
    assert status(answer) == "interrupted"
    assert not rig.engine.busy


def test_draining_ends_though_the_store_stays_away(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.engine.watch(lambda: False, 0)
    answer, _ = rig.said("m", "a")
    rig.store.away = True
    rig.engine.drain()
    assert answer.frozen
    assert answer.closing is None
    assert "1 answers are not sealed" in caplog.text


def test_interrupting_an_idle_engine_does_nothing() -> None:
    rig = Rig()
    rig.engine.interrupt()
    assert rig.store.seals == {}


def test_an_answer_without_a_thread_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    rig = Rig()
    monkeypatch.setattr(Thread, "start", fail)
    answer = rig.engine.begin(Start("m", "c", "q", "model"), lambda call: iter(()))
    assert status(answer) == "interrupted"
    assert not rig.engine.busy
    assert "no thread can be started" in caplog.text


class Refusing(Memory):
    """A store that refuses to seal."""

    def seal(self, seal: Seal) -> bool:
        raise ValueError("this cannot be stored")


def test_readers_hear_the_end_though_the_store_refuses_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = Rig()
    rig.engine.store = Refusing()
    answer, model = rig.begin()
    model.finish("Yes")
    assert status(answer) == "complete"
    while rig.engine.busy:
        Event().wait(0.001)
    assert "the answer m cannot be sealed" in caplog.text


def test_answers_that_run_here_are_spared_when_others_are_reaped() -> None:
    rig = Rig()
    rig.begin("mine")
    rig.store.left = [Lease("mine", 1.0), Lease("other", 1.0)]
    assert rig.engine.sweep() == ["other"]
    rig.engine.interrupt()


def test_an_ended_answer_is_replayed_like_a_running_one() -> None:
    seal = Seal("m", (Text("a"),), End("complete", "stop", 1))
    answer = ended_answer(Start("m", "c", "q", "model"), seal)
    assert answer.closing == (seal.end,)
    assert answer.parts.fold() == seal.parts
    assert not answer.append(Text("b"))


class Target:
    """What a tick drives: busy for some beats, the first of which fails."""

    def __init__(self, beats: int) -> None:
        self.left = beats
        self.beats: Queue[int] = Queue()

    @property
    def busy(self) -> bool:
        return self.left > 0

    def beat(self) -> None:
        self.left -= 1
        self.beats.put(self.left)
        if self.beats.qsize() == 1:
            raise ValueError("a fault")


def test_a_tick_beats_as_long_as_there_is_something_to_do(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.undo()
    target = Target(3)
    tick = Tick(target, interval=0.001)
    assert tick._thread is None
    tick.wake()
    assert [target.beats.get(timeout=PATIENCE) for _ in range(3)] == [2, 1, 0]
    assert "a tick failed" in caplog.text
    target.left = 1
    tick.wake()
    assert target.beats.get(timeout=PATIENCE) == 0
    assert target.beats.empty()


def test_a_tick_that_could_not_start_starts_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    target = Target(2)
    target.beats.put(0)
    tick = Tick(target, interval=0.001)

    def fail(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", fail)
        with pytest.raises(RuntimeError):
            tick.wake()
    tick.wake()
    assert [target.beats.get(timeout=PATIENCE) for _ in range(3)] == [0, 1, 0]


def test_waking_a_tick_starts_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    started: list[Any] = []
    monkeypatch.setattr(Thread, "start", lambda thread: started.append(thread))
    tick = Tick(Target(0))
    for _ in range(5):
        tick.wake()
    assert len(started) == 1
