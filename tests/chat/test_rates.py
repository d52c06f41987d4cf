"""How often people may ask: in a window for each person, for guests for each network."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update

from chatapp.accounts import counters
from chatapp.chat.services import Services
from chatapp.models import Counter, Message, User
from tests.conftest import Api
from tests.support import redis_server
from tests.support.instant import Instant
from tests.support.nodes import node
from tests.support.replies import problem
from tests.support.restartable import Restartable
from tests.support.rows import count_rows
from tests.support.together import together

CHAT = "/api/conversations"


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_RATE_LIMIT": "3/minute", "CHATAPP_MAX_STREAMS_PER_USER": "100"}


@pytest.fixture
def model() -> Instant:
    return Instant()


def send(api: Api, chat: str, **fields: object) -> int:
    """Asks, and waits for the answer; the status."""
    return api.post(f"{CHAT}/{chat}/messages", {"content": "Why?", **fields}).status_code


def end_windows(services: Services) -> None:
    """Lets all windows be over."""
    over = update(Counter).values(until=1.0)
    services.database.write(lambda connection: connection.execute(over))


class Transactions:
    """The statements of each transaction that was written."""

    def __init__(self, services: Services) -> None:
        self.written: list[list[str]] = []
        self._open: dict[object, list[str]] = {}
        engine = services.database.writer.engine
        event.listen(engine, "before_cursor_execute", self._note)
        event.listen(engine, "commit", self._end)

    def _note(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        self._open.setdefault(connection, []).append(statement)

    def _end(self, connection: object) -> None:
        self.written.append(self._open.pop(connection, []))


def test_what_is_too_often_is_refused_with_the_time_to_wait(api: Api, services: Services) -> None:
    chat = api.conversation()
    assert [send(api, chat) for _ in range(3)] == [201] * 3
    refused = api.post(f"{CHAT}/{chat}/messages", {"content": "Why?"})
    words = problem(refused, 429, "rate_limited")
    seconds = int(refused.headers["Retry-After"])
    assert 1 <= seconds <= 60
    assert f"in {seconds} seconds" in words
    assert count_rows(services.database, Message) == [6]
    end_windows(services)
    assert [send(api, chat) for _ in range(4)] == [201, 201, 201, 429]


def test_another_answer_counts_like_a_question(api: Api) -> None:
    chat = api.conversation()
    for _ in range(2):
        send(api, chat)
    last = api.get(f"{CHAT}/{chat}/messages").json["items"][-1]["id"]  # type: ignore[index]
    for verb, status in (("regenerate", 201), ("regenerate", 429), ("continue", 409)):
        assert api.post(f"/api/messages/{last}/{verb}", {}).status_code == status


def test_the_same_send_again_counts_once(api: Api) -> None:
    chat = api.conversation()
    assert send(api, chat, client_id="a") == 201
    assert [send(api, chat, client_id="a") for _ in range(5)] == [200] * 5
    assert [send(api, chat) for _ in range(3)] == [201, 201, 429]
    assert send(api, chat, client_id="a") == 200


def test_what_is_refused_does_not_count(api: Api) -> None:
    chat = api.conversation()
    for fields in ({"content": " "}, {"parent_id": "nothing"}, {"temperature": 3}):
        assert send(api, chat, **fields) == 422
    assert send(api, "nothing") == 404
    assert [send(api, chat) for _ in range(4)] == [201, 201, 201, 429]


def test_people_do_not_count_for_one_another(api: Api, other: Api) -> None:
    assert [send(api, api.conversation()) for _ in range(4)] == [201, 201, 201, 429]
    assert send(other, other.conversation()) == 201


def test_many_at_once_are_counted_each(api: Api) -> None:
    chats = [api.conversation() for _ in range(8)]
    statuses = together(8, lambda number: send(api, chats[number]))
    assert sorted(statuses) == [*[201] * 3, *[429] * 5]


def ask_as_guest(client: FlaskClient, address: str) -> int:
    return client.post(
        "/", data={"content": "Why?"}, environ_base={"REMOTE_ADDR": address}
    ).status_code


def test_guests_count_for_their_network_and_too_many_are_not_stored(
    app: Flask, services: Services
) -> None:
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ff::"]
    for address in addresses:
        assert ask_as_guest(app.test_client(), address) == 303
    for address in addresses:
        assert ask_as_guest(app.test_client(), address) == 429
    assert count_rows(services.database, User) == [3]
    assert ask_as_guest(app.test_client(), "2001:db8:0:1::1") == 303


def test_a_page_says_it_too(app: Flask) -> None:
    for _ in range(3):
        ask_as_guest(app.test_client(), "192.0.2.1")
    response = app.test_client().post(
        "/", data={"content": "Why?"}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
    )
    assert response.status_code == 429
    assert response.mimetype == "text/html"
    assert ">429 Too Many Requests<" in response.text
    assert int(response.headers["Retry-After"]) >= 1


def test_counting_takes_no_transaction_of_its_own(api: Api, services: Services) -> None:
    chat = api.conversation()
    transactions = Transactions(services)
    send(api, chat)
    counting = [each for each in transactions.written if "counters" in "".join(each)]
    assert len(counting) == 1
    for table in ("messages", "runs"):
        assert any(f"INSERT INTO {table}" in statement for statement in counting[0])


class TestRedis:
    """Where there is a Redis, it counts for all nodes."""

    @pytest.fixture
    def settings(self, redis: Restartable) -> dict[str, str]:
        return {
            "CHATAPP_RATE_LIMIT": "3/minute",
            "REDIS_URL": redis_server.url_at(redis.port),
        }

    def test_all_nodes_count_together_and_the_database_does_not(
        self, api: Api, services: Services, settings: dict[str, str], tmp_path: Any
    ) -> None:
        chat = api.conversation()
        send(api, chat)
        values = {
            "CHATAPP_INSTANCE": str(tmp_path / "there"),
            "DATABASE_URL": services.settings.database_url,
            "SECRET_KEY": "tests",
        }
        with node(values | settings, Instant()) as there:
            assert [send(there.serve(api), chat) for _ in range(3)] == [201, 201, 429]
        assert send(api, chat) == 429
        assert count_rows(services.database, Counter) == [0]

    def test_the_same_send_again_is_answered_also_when_it_is_too_often(self, api: Api) -> None:
        chat = api.conversation()
        send(api, chat, client_id="a")
        assert [send(api, chat) for _ in range(3)] == [201, 201, 429]
        assert send(api, chat, client_id="a") == 200

    def test_a_redis_that_goes_away_and_comes_back_is_no_error(
        self,
        api: Api,
        services: Services,
        redis: Restartable,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        chat = api.conversation()
        assert send(api, chat) == 201
        redis.kill()
        assert [send(api, chat) for _ in range(4)] == [201, 201, 201, 429]
        assert count_rows(services.database, Counter) == [1]
        redis.restart()
        assert send(api, chat) == 429  # it is left alone for a while
        monkeypatch.setattr(counters, "monotonic", lambda: 10.0**9)
        assert [send(api, chat) for _ in range(4)] == [201, 201, 201, 429]
