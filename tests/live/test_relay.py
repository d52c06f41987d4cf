"""Redis between nodes: words arrive at once, and nothing is lost with it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from chatapp.live.feed import Feed
from chatapp.live.tick import Tick
from tests.live.speaking import ask
from tests.support.following import Following
from tests.support.nodes import Node, node
from tests.support.processes import free_port
from tests.support.redis_server import command
from tests.support.restartable import Restartable, restartable
from tests.support.scripted import Scripted

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Restartable]:
    """A Redis that keeps nothing when it is started anew."""
    with restartable(command(tmp_path)) as program:
        yield program


@pytest.fixture
def redis_url(server: Restartable) -> str:
    return f"redis://127.0.0.1:{server.port}/0"


def without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """No feed looks at the database, so that words come by Redis or not at all."""
    wake = Tick.wake

    def wake_others(tick: Tick) -> None:
        if not isinstance(tick._target, Feed):
            wake(tick)

    monkeypatch.setattr(Tick, "wake", wake_others)


def test_words_come_by_redis_alone(
    here: Node, there: Node, model: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_looking(monkeypatch)
    person = here.person()
    spoken = ask(person, model, here.services, "one ")
    readers = [Following(there.serve(person), spoken.id) for _ in range(2)]
    for reader in readers:
        reader.wait_for("one ")
    spoken.say("two ")
    late = Following(there.serve(person), spoken.id, "0.2")
    for reader in readers:
        reader.wait_for("one two ")
    late.wait_for("e two ")
    spoken.finish("three")
    assert [reader.text for reader in (*readers, late)] == ["one two three"] * 2 + ["e two three"]
    assert late.end["status"] == "complete"


def test_one_connection_waits_for_all_answers(
    here: Node, there: Node, model: Scripted, redis_url: str
) -> None:
    person = here.person()
    spoken = [ask(person, model, here.services, "a") for _ in range(4)]
    readers = [Following(there.serve(person), each.id) for each in spoken for _ in range(5)]
    for reader in readers:
        reader.wait_for("a")
    with Redis.from_url(redis_url) as redis:
        waiting = {client["id"] for _ in range(50) for client in clients_that_wait(redis)}
    assert len(waiting) == 1
    for each in spoken:
        each.finish("b")
    assert [reader.text for reader in readers] == ["ab"] * len(readers)


def clients_that_wait(redis: Redis) -> list[dict[str, str]]:
    """The connections whose last command waits for entries."""
    listed: list[dict[str, str]] = redis.client_list()
    return [client for client in listed if client["cmd"] == "xread"]


@pytest.mark.parametrize("again", [True, False], ids=["back", "gone"])
def test_the_database_takes_over_when_redis_dies(
    here: Node, there: Node, model: Scripted, server: Restartable, again: bool
) -> None:
    person = here.person()
    spoken = ask(person, model, here.services, "one ")
    reader = Following(there.serve(person), spoken.id)
    reader.wait_for("one ")
    server.kill()
    spoken.say("two ")
    reader.wait_for("one two ")
    late = Following(there.serve(person), spoken.id, "0.3")
    late.wait_for(" two ")
    if again:
        server.restart()
    spoken.say("three ")
    reader.wait_for("two three ")
    later = Following(there.serve(person), spoken.id)
    later.wait_for("one two three ")
    spoken.finish("four")
    whole = "one two three four"
    assert [each.text for each in (reader, late, later)] == [whole, whole[3:], whole]
    assert later.end == {
        "type": "end",
        "status": "complete",
        "finish_reason": "stop",
        "text_length": len(whole),
    }


def test_redis_that_lost_its_data_tells_the_rest(
    here: Node, there: Node, model: Scripted, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody hears of the loss: neither the one who tells nor the one who listens."""
    person = here.person()
    spoken = ask(person, model, here.services, "one ")
    reader = Following(there.serve(person), spoken.id)
    reader.wait_for("one ")
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    late = Following(there.serve(person), spoken.id)
    late.wait_for("one ")
    for number in range(4):
        spoken.say(f"w{number} ")
        for each in (reader, late):
            each.wait_for(f"w{number} ")
    spoken.finish("end")
    assert {reader.text, late.text} == {"one w0 w1 w2 w3 end"}


def test_a_stop_needs_no_redis(
    here: Node, there: Node, model: Scripted, server: Restartable
) -> None:
    person = here.person()
    spoken = ask(person, model, here.services, "one ")
    reader = Following(there.serve(person), spoken.id)
    reader.wait_for("one ")
    server.kill()
    assert there.serve(person).post(f"/api/messages/{spoken.id}/stop").status_code == 202
    assert (reader.text, reader.end["status"]) == ("one ", "stopped")


def test_a_redis_that_never_was_there_stops_nobody(
    node_settings: dict[str, str], model: Scripted, server: Restartable
) -> None:
    server.kill(signal.SIGTERM)
    nowhere = node_settings | {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    with node(nowhere, model) as here, node(nowhere, model) as there:
        person = here.person()
        spoken = ask(person, model, here.services, "one ")
        reader = Following(there.serve(person), spoken.id)
        reader.wait_for("one ")
        spoken.finish("two")
        assert reader.text == "one two"
