"""A mirror of an answer that another process writes: its readers miss nothing and get it once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from queue import Empty, Queue
from random import Random

import pytest
from sqlalchemy import delete

from chatapp.chat.services import Services
from chatapp.dialects.typed import Typed
from chatapp.events import Append, End, Reasoning, Source, Sources, Text, ToolCall
from chatapp.live import feed as module
from chatapp.live.answer import LiveAnswer
from chatapp.live.feed import Feed
from chatapp.live.follow import follow
from chatapp.live.relay import Batch, RelayUnavailable
from chatapp.live.store.base import StoreUnavailable
from chatapp.models import Conversation
from chatapp.parts import START, Cursor, Parts, Reader, Segment
from tests.conftest import Api
from tests.live.beside import Beside
from tests.live.speaking import Spoken, ask, say
from tests.support.scripted import Scripted
from tests.support.steps import Client, cursors, position, steps_of_all
from tests.support.streams import read, words

pytestmark = pytest.mark.usefixtures("by_hand")


def mirror_of(spoken: Spoken, beside: Beside) -> LiveAnswer:
    """The answer as the readers of another process follow it."""
    store = beside.services.engine.store
    return beside.services.feed.open(spoken.answer.start, store.parts(spoken.id))


def test_a_mirror_grows_as_the_store_does(
    api: Api, model: Scripted, services: Services, beside: Beside
) -> None:
    spoken = ask(api, model, services, "On")
    services.engine.beat()
    mirror = mirror_of(spoken, beside)
    assert mirror.parts.fold() == (Text("On"),)
    spoken.say("ce")
    beside.services.feed.beat()
    assert mirror.parts.fold() == (Text("On"),)
    services.engine.beat()
    beside.services.feed.beat()
    assert mirror.parts.fold() == (Text("Once"),)
    spoken.finish(" more")
    beside.services.feed.beat()
    assert mirror.parts.fold() == (Text("Once more"),)
    assert mirror.closing == spoken.answer.closing
    assert not beside.services.feed.busy


def test_all_readers_of_an_answer_share_one_mirror(
    api: Api, model: Scripted, services: Services, beside: Beside
) -> None:
    spoken = ask(api, model, services, "Once")
    assert mirror_of(spoken, beside) is mirror_of(spoken, beside)


ODD_WORDS = ("a", "bc ", "👩‍👩‍👧", "\u2028", "e\u0301", "\r\n")


def any_append(random: Random) -> Append:
    """Something that a model says."""
    words = "".join(random.choices(ODD_WORDS, k=random.randint(1, 3)))
    kinds = (Text(words), Text(words), Reasoning(words), Sources((Source("d", words, words),)))
    call = ToolCall(random.randint(0, 1), "id", "name", words)
    return random.choice((*kinds, call))


class Crowd:
    """Readers of one answer, who come and go between its process and another at random."""

    def __init__(self, random: Random, whole: tuple[Append, ...]) -> None:
        self.random = random
        self.whole = whole
        self.clients: list[tuple[Client, int]] = []

    def move(self, *places: Parts) -> None:
        """One comes, or one goes elsewhere; then all read."""
        place = self.random.choice(places)
        if self.random.random() < 0.4 or not self.clients:
            cursor = self.random.choice([START, *cursors(self.whole)])
            joined = Client(Reader(place, cursor)), position(self.whole, cursor)
            self.clients.append(joined)
        else:
            self.random.choice(self.clients)[0].hop(place)
        for client, _ in self.clients:
            client.take()

    def check(self, place: Parts) -> None:
        """All have read exactly what was missing, once they read on here."""
        for client, joined_at in self.clients:
            client.hop(place)
            client.take()
            assert client.taken == steps_of_all(self.whole)[joined_at:]


@pytest.mark.parametrize("seed", range(12))
def test_readers_may_change_between_processes_at_any_time(
    seed: int, api: Api, model: Scripted, services: Services, beside: Beside
) -> None:
    random = Random(seed)
    appends = [any_append(random) for _ in range(20)]
    crowd = Crowd(random, Parts(appends).fold())
    spoken = ask(api, model, services)
    for append in appends:
        for _ in range(random.randint(0, 3)):
            crowd.move(mirror_of(spoken, beside).parts, spoken.answer.parts)
        say(spoken.answer, spoken.model, append)
        if random.random() < 0.5:
            services.engine.beat()
        if random.random() < 0.5:
            beside.services.feed.beat()
    mirror = mirror_of(spoken, beside)
    spoken.finish()
    beside.services.feed.beat()
    assert mirror.parts.fold() == crowd.whole
    crowd.check(mirror.parts)


def test_an_answer_that_was_deleted_ends_its_mirror(
    api: Api, model: Scripted, services: Services, beside: Beside
) -> None:
    spoken = ask(api, model, services, "Once")
    services.engine.beat()
    mirror = mirror_of(spoken, beside)
    gone = delete(Conversation).where(Conversation.id == spoken.conversation_id)
    services.database.write(lambda connection: connection.execute(gone))
    beside.services.feed.beat()
    assert mirror.closing
    end = mirror.closing[-1]
    assert isinstance(end, End)
    assert end.status == "stopped"


def test_a_mirror_is_there_as_long_as_somebody_reads(
    api: Api, model: Scripted, services: Services, beside: Beside
) -> None:
    spoken = ask(api, model, services, "Once")
    services.engine.beat()
    reader = follow(mirror_of(spoken, beside), Typed(), START)
    for _ in range(2):
        beside.services.feed.beat()
    assert words(read(next(reader))) == "Once"
    beside.services.feed.beat()
    assert beside.services.feed.busy
    del reader
    assert not beside.services.feed.busy


def test_readers_wait_while_the_store_is_away(
    api: Api, model: Scripted, services: Services, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = ask(api, model, services, "Once")
    mirror = mirror_of(spoken, beside)
    services.engine.beat()

    def away(cursors: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(beside.services.engine.store, "news", away)
        beside.services.feed.beat()
    assert mirror.parts.fold() == ()
    beside.services.feed.beat()
    assert mirror.parts.fold() == (Text("Once"),)


class Wire:
    """A relay that a test speaks through."""

    def __init__(self) -> None:
        self.entries: Queue[list[Batch] | Exception] = Queue()

    def ping(self) -> None:
        """Always there."""

    def publish(self, batches: object) -> None:
        """Nobody writes here."""

    def read(self, wanted: Callable[[], Container[str]]) -> list[Batch]:
        try:
            found = self.entries.get(timeout=0.05)
        except Empty:
            return []
        if isinstance(found, Exception):
            raise found
        return found

    def recent(self, message_id: str) -> list[Batch]:
        """It forgets at once."""
        return []


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def wired(beside: Beside, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    """A feed with a relay."""
    monkeypatch.setattr(module, "RETRY", 0.01)
    feed = Feed(beside.services.engine.store, beside.services.engine.sweep, 15.0, wire)
    yield feed
    feed._mirrors.clear()


def hear(wire: Wire, mirror: LiveAnswer, start: int, text: str) -> None:
    """Lets the relay bring a piece, and waits until the mirror has it."""
    batch = Batch(mirror.start.message_id, Cursor(0, start), (Segment(0, start, Text(text)),))
    wire.entries.put([batch])
    while mirror.parts.end < Cursor(0, start + len(text)):
        waiter = mirror.bell.listen()
        if mirror.parts.end < Cursor(0, start + len(text)):
            waiter.wait()


def test_store_and_relay_may_tell_the_same_in_pieces_that_cross(
    api: Api, model: Scripted, services: Services, wired: Feed, wire: Wire
) -> None:
    spoken = ask(api, model, services, "abc")
    services.engine.beat()
    mirror = wired.open(spoken.answer.start, services.engine.store.parts(spoken.id))
    hear(wire, mirror, 3, "de")
    spoken.say("defg")
    services.engine.beat()
    wired.beat()
    assert mirror.parts.fold() == (Text("abcdefg"),)
    hear(wire, mirror, 5, "fghi")
    spoken.say("hi", "jk")
    services.engine.beat()
    wired.beat()
    assert mirror.parts.fold() == (Text("abcdefghijk"),)
    spoken.finish("l")
    wired.beat()
    assert mirror.parts.fold() == (Text("abcdefghijkl"),)


def test_a_piece_from_the_relay_needs_no_look_at_the_store(
    api: Api, model: Scripted, services: Services, wired: Feed, wire: Wire
) -> None:
    looks: list[object] = []
    spoken = ask(api, model, services, "abc")
    mirror = wired.open(spoken.answer.start, ())
    wired._store.news = looks.append  # type: ignore[method-assign,assignment]
    hear(wire, mirror, 0, "ab")
    hear(wire, mirror, 2, "c")
    assert looks == []


def test_a_piece_that_comes_too_early_is_left_to_the_store(
    api: Api, model: Scripted, services: Services, wired: Feed, wire: Wire
) -> None:
    spoken = ask(api, model, services, "abc")
    mirror = wired.open(spoken.answer.start, ())
    early = Batch(spoken.id, Cursor(0, 3), (Segment(0, 3, Text("de")),))
    wire.entries.put([early])
    hear(wire, mirror, 0, "a")
    assert mirror.parts.fold() == (Text("a"),)
    services.engine.beat()
    wired.beat()
    assert mirror.parts.fold() == (Text("abc"),)


def test_a_relay_that_goes_away_loses_nothing(
    api: Api, model: Scripted, services: Services, wired: Feed, wire: Wire
) -> None:
    spoken = ask(api, model, services, "abc")
    mirror = wired.open(spoken.answer.start, ())
    hear(wire, mirror, 0, "ab")
    wire.entries.put(RelayUnavailable("gone"))
    services.engine.beat()
    wired.beat()
    assert mirror.parts.fold() == (Text("abc"),)
    hear(wire, mirror, 3, "d")
    assert mirror.parts.fold() == (Text("abcd"),)


def test_an_end_that_the_relay_tells_is_taken_from_the_store(
    api: Api, model: Scripted, services: Services, wired: Feed, wire: Wire
) -> None:
    spoken = ask(api, model, services, "abc")
    mirror = wired.open(spoken.answer.start, ())
    spoken.finish("d")
    batch = Batch(spoken.id, Cursor(0, 4), (), ended=True)
    forgotten = Batch("nobody", Cursor(0, 0), (), ended=True)
    wire.entries.put([forgotten, batch])
    assert read(b"".join(follow(mirror, Typed())))[-1].name == "end"
    assert mirror.parts.fold() == (Text("abcd"),)
