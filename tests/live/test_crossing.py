"""What a store keeps and what a relay tells cross: a mirror has every word of it once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from random import Random

import pytest

from chatapp.events import Append, End, Reasoning, Source, Sources, Text, ToolCall
from chatapp.live import feed as feed_module
from chatapp.live.answer import LiveAnswer
from chatapp.live.feed import Feed
from chatapp.live.relay import Batch, RelayUnavailable
from chatapp.live.store.base import Gain, Seal
from chatapp.parts import START, Cursor, Parts
from tests.live.speaking import Spoken, ask
from tests.support.nodes import Node
from tests.support.scripted import Scripted

pytestmark = pytest.mark.usefixtures("by_hand")

SCHEDULES = 60
WORDS = ("a", "bc ", "é", "e\u0301", "👩‍👩‍👧", "\u2028", "\r\n", "words that go on ")


class Telling:
    """A relay whose entries a test makes, loses and repeats."""

    def __init__(self) -> None:
        self.entries: list[Batch] = []
        self.heard: list[Batch] = []
        self.away = False

    def ping(self) -> None:
        """It is there."""

    def publish(self, batches: Iterable[Batch]) -> None:
        self.entries.extend(batches)

    def read(self, wanted: Callable[[], Container[str]]) -> list[Batch]:
        if self.away:
            raise RelayUnavailable("gone")
        came, self.entries = self.entries, []
        self.heard.extend(came)
        return [batch for batch in came if batch.message_id in wanted()]

    def recent(self, message_id: str) -> list[Batch]:
        return [batch for batch in self.heard if batch.message_id == message_id]


class Schedule:
    """One answer that grows at random, kept by a store and told by a relay in pieces of their own.

    `written` is what there is of it, `mirror` what a reader of another node has.
    """

    def __init__(self, seed: int, spoken: Spoken, here: Node, there: Node) -> None:
        self.random = Random(seed)
        self.spoken = spoken
        self.owner = here.services.engine.owner
        self.store = here.services.engine.store
        self.relay = Telling()
        self.feed = Feed(there.services.engine.store, lambda: None)
        self.written = Parts()
        self.kept = self.told = 0
        kept = there.services.engine.store.parts(spoken.id)
        self.mirror = self.feed.open(spoken.answer.start, kept)
        self.feed._relay = self.relay  # from now on, so that nobody listens but the test

    def step(self) -> None:
        """One thing that may happen."""
        self.random.choice(
            [self.write, self.write, self.keep, self.tell, self.hear, self.look, self.lose]
        )()

    def write(self) -> None:
        """The model says something."""
        self.written.append(some_append(self.random))

    def keep(self) -> None:
        """The owner's tick."""
        count = len(self.written)
        gain = Gain(self.spoken.id, tuple(self.written.segments(self.kept, count)))
        assert self.store.checkpoint(self.owner, [gain], 60.0).owned == {self.spoken.id}
        self.kept = count

    def tell(self) -> None:
        """The owner's broadcast, now and then from the beginning, as after a failure."""
        first = self.random.choice([0, self.told, self.told])
        count = len(self.written)
        before = self.written.cursor_behind(first - 1) if first else START
        segments = tuple(self.written.segments(first, count))
        self.relay.publish([Batch(self.spoken.id, before, segments)])
        self.told = count

    def hear(self) -> None:
        """What the relay told comes in."""
        self.feed.hear(self.relay)

    def look(self) -> None:
        """The other node's tick."""
        self.feed.beat()

    def lose(self) -> None:
        """The relay is started anew, or was not asked for long."""
        self.relay.entries.clear()
        self.relay.heard.clear()

    def check(self) -> None:
        """What the mirror has is what was written, as far as it has come."""
        assert self.mirror.parts.fold() == fold_until(self.written, self.mirror.parts.end)


def some_append(random: Random) -> Append:
    content = "".join(random.choices(WORDS, k=random.randint(1, 4)))
    kinds: list[Append] = [
        Text(content),
        Text(content),
        Text(content),
        Text(content, refusal=True),
        Reasoning(content),
        ToolCall(random.randint(0, 1), "id", "find", content),
        Sources((Source("1", "Handbook", content),)),
    ]
    return random.choice(kinds)


def fold_until(parts: Parts, end: Cursor) -> tuple[Append, ...]:
    """The parts of a message as far as a cursor."""
    whole = parts.fold()
    cut = list(whole[: end.part])
    if end.offset:
        part = whole[end.part]
        match part:
            case Text(content, refusal):
                part = Text(content[: end.offset], refusal)
            case Reasoning(content):
                part = Reasoning(content[: end.offset])
            case ToolCall(index, id, name, arguments):
                part = ToolCall(index, id, name, arguments[: end.offset - 1])
        cut.append(part)
    return tuple(cut)


def test_a_mirror_is_exact_however_store_and_relay_cross(
    here: Node, there: Node, model: Scripted
) -> None:
    person = here.person()
    for seed in range(SCHEDULES):
        schedule = Schedule(seed, ask(person, model, here.services), here, there)
        for _ in range(schedule.random.randint(5, 60)):
            schedule.step()
            schedule.check()
        schedule.keep()
        schedule.look()
        assert schedule.mirror.parts.fold() == schedule.written.fold(), seed
        here.services.engine.stop(schedule.spoken.id)


def opened(here: Node, there: Node, model: Scripted, relay: Telling) -> tuple[Spoken, Feed]:
    """An answer, and a feed at the other node that hears of it only what a test lets it."""
    spoken = ask(here.person(), model, here.services)
    return spoken, Feed(there.services.engine.store, lambda: None)


def mirror_of(feed: Feed, spoken: Spoken) -> LiveAnswer:
    return feed.open(spoken.answer.start, ())


def test_what_came_too_early_is_asked_for_again(here: Node, there: Node, model: Scripted) -> None:
    relay = Telling()
    spoken, feed = opened(here, there, model, relay)
    mirror = mirror_of(feed, spoken)
    spoken.say("one ")
    written = spoken.answer.parts
    here.services.engine.beat()
    relay.publish([Batch(spoken.id, Cursor(0, 4), ())])
    spoken.say("two ")
    relay.publish([Batch(spoken.id, Cursor(0, 4), tuple(written.segments(1, 2)))])
    feed._relay = relay
    feed.hear(relay)
    assert mirror.parts.fold() == ()
    feed.beat()
    assert mirror.parts.fold() == (Text("one two "),)


def test_a_new_mirror_hears_at_once_what_was_told_a_moment_ago(
    here: Node, there: Node, model: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Feed, "_listen", lambda *_: None)  # nobody listens but the test
    relay = Telling()
    spoken = ask(here.person(), model, here.services, "one ", "two ")
    written = spoken.answer.parts
    relay.publish([Batch(spoken.id, Cursor(0, 4), tuple(written.segments(1, 2)))])
    relay.read(set)
    feed = Feed(there.services.engine.store, lambda: None, relay=relay)
    mirror = feed.open(spoken.answer.start, (Text("one "),))
    assert mirror.parts.fold() == (Text("one two "),)


def test_a_late_mirror_waits_for_the_store_alone(here: Node, there: Node, model: Scripted) -> None:
    """What it lacks was told too long ago, and it lacks it again until the store has it."""
    relay = Telling()
    spoken, feed = opened(here, there, model, relay)
    mirror = mirror_of(feed, spoken)
    feed._relay = relay
    spoken.say("one ", "two ")
    written = spoken.answer.parts
    relay.publish([Batch(spoken.id, Cursor(0, 4), tuple(written.segments(1, 2)))])
    feed.hear(relay)
    feed.beat()
    feed.beat()
    assert mirror.parts.fold() == ()
    here.services.engine.beat()
    feed.beat()
    assert mirror.parts.fold() == (Text("one two "),)


def test_a_relay_that_is_away_is_not_asked_at_once_again(
    here: Node, there: Node, model: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(feed_module, "sleep", pauses.append)
    relay = Telling()
    spoken, feed = opened(here, there, model, relay)
    mirror = mirror_of(feed, spoken)
    relay.away = True
    feed.hear(relay)
    assert pauses == [feed_module.RETRY]
    relay.away = False
    feed.hear(relay)
    assert pauses == [feed_module.RETRY]
    assert mirror.closing is None


def test_a_mirror_ends_as_the_store_says(here: Node, there: Node, model: Scripted) -> None:
    """The relay told more than the store kept before the owner died: readers cut back."""
    relay = Telling()
    spoken, feed = opened(here, there, model, relay)
    mirror = mirror_of(feed, spoken)
    spoken.say("kept", " told")
    relay.publish([Batch(spoken.id, START, tuple(spoken.answer.parts.segments(0, 2)))])
    feed.hear(relay)
    store = here.services.engine.store
    assert store.seal(Seal(spoken.id, (Text("kept"),), End("interrupted", None, 4)))
    feed.beat()
    assert mirror.parts.fold() == (Text("kept told"),)
    assert mirror.closing == (End("interrupted", None, 4),)
    assert not feed.busy
