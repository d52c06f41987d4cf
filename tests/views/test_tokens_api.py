"""The native API: personal tokens, made in a browser and used everywhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from chatapp.accounts import tokens
from chatapp.chat.services import Services
from chatapp.models import Token, now
from tests.conftest import Api
from tests.support.absence import away
from tests.support.browsing import Browsing, signed_in
from tests.support.replies import items, problem, value

TOKENS = "/api/tokens"


@pytest.fixture
def ann(app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "ann@example.com")


def make(ann: Browsing, **fields: object) -> dict[str, Any]:
    """A new token of Ann's, as she is shown it."""
    response = ann.call("POST", TOKENS, {"name": "laptop", **fields})
    assert response.headers["Cache-Control"] == "no-store"
    made = value(response, 201)
    assert isinstance(made, dict)
    return made


def last_use(services: Services) -> Any:
    return services.database.read(lambda connection: connection.scalar(select(Token.last_used_at)))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_listed_without_its_words(ann: Browsing) -> None:
    made = make(ann, name=" my  laptop ", scope="chat", days=7)
    token = made.pop("token")
    assert (made["name"], made["scope"], made["last_used_at"]) == ("my laptop", "chat", None)
    assert items(ann.get(TOKENS)) == [made]
    assert token not in ann.get(TOKENS).text
    assert made["expires_at"].endswith("Z")
    assert make(ann)["expires_at"] is None


def test_a_token_opens_until_it_is_revoked(app: Flask, ann: Browsing) -> None:
    made = make(ann)
    program = app.test_client()
    assert value(program.get("/api/me", headers=bearer(made["token"])))["id"] == ann.user_id
    assert ann.call("DELETE", f"{TOKENS}/{made['id']}").status_code == 204
    problem(program.get("/api/me", headers=bearer(made["token"])), 401, "unauthenticated")
    problem(ann.call("DELETE", f"{TOKENS}/{made['id']}"), 404, "not_found")


def test_a_token_revokes_itself_and_makes_no_other(app: Flask, ann: Browsing) -> None:
    made = make(ann)
    program = Api(app.test_client(), bearer(made["token"]), ann.user_id)
    problem(program.post(TOKENS, {"name": "more"}), 403, "forbidden")
    assert program.call("DELETE", f"{TOKENS}/{made['id']}").status_code == 204
    assert items(ann.get(TOKENS)) == []


def test_anothers_token_is_not_there(app: Flask, services: Services, ann: Browsing) -> None:
    made = make(ann)
    other = signed_in(app, services, "bob@example.com")
    assert items(other.get(TOKENS)) == []
    for id in (made["id"], "nothing", "%00", "%F0%9F%99%82"):
        problem(other.call("DELETE", f"{TOKENS}/{id}"), 404, "not_found")
    assert len(items(ann.get(TOKENS))) == 1


def test_a_guest_has_no_tokens(app: Flask, services: Services) -> None:
    guest = signed_in(app, services, None)
    problem(guest.call("POST", TOKENS, {"name": "laptop"}), 403, "forbidden")
    assert items(guest.get(TOKENS)) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": " "},
        {"name": "x" * 201},
        {"name": "a\0b"},
        {"name": "\u202e"},
        {"name": "x", "scope": "admin"},
        {"name": "x", "days": 0},
        {"name": "x", "days": 3651},
        {"name": "x", "days": "7"},
    ],
)
def test_what_cannot_be_a_token_is_refused(ann: Browsing, body: dict[str, object]) -> None:
    problem(ann.call("POST", TOKENS, body), 422, "invalid_value")
    assert items(ann.get(TOKENS)) == []


def test_a_use_is_noted_after_the_answer_and_not_twice_a_minute(
    api: Api, services: Services
) -> None:
    stream = api.get("/events?limit=2", buffered=False)
    assert last_use(services) is None
    stream.close()
    first = last_use(services)
    assert first is not None
    api.get("/api/me").close()
    assert last_use(services) == first
    earlier = update(Token).values(last_used_at=now() - timedelta(minutes=2))
    services.database.write(lambda connection: connection.execute(earlier))
    api.get("/api/nothing").close()
    api.get("/api/me").close()
    assert last_use(services) > first - timedelta(seconds=1)


def test_a_use_that_cannot_be_noted_hurts_nobody(
    api: Api, services: Services, database_url: str
) -> None:
    token = api.headers["Authorization"].removeprefix("Bearer ")
    response = api.get("/api/me", buffered=False)
    with away(services, database_url):
        assert value(response)["id"] == api.user_id
        response.close()
    assert tokens.recognise(services.database, token).unnoted
