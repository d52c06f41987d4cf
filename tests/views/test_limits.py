"""Limits of what is done rarely: tokens, tickets, accounts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from chatapp.accounts.shared_storage import SharedStorage
from chatapp.chat.services import Services
from chatapp.models import Counter, Token, User
from chatapp.views import limits
from tests.support import redis_server
from tests.support.browsing import Browsing, signed_in
from tests.support.nodes import node
from tests.support.replies import problem
from tests.support.restartable import Restartable
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.visitor import Visitor


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test reaches; set before the app is made."""
    for name in limits.LIMITS:
        monkeypatch.setitem(limits.LIMITS, name, "2/hour")


@pytest.fixture
def ann(few: None, app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "ann@example.org")


def make_tokens(ann: Browsing, count: int) -> list[int]:
    """Makes some tokens; the statuses."""
    body = {"name": "laptop"}
    return [ann.call("POST", "/api/tokens", body).status_code for _ in range(count)]


def test_too_many_are_refused_until_the_window_ends(ann: Browsing, services: Services) -> None:
    assert make_tokens(ann, 2) == [201, 201]
    refused = ann.call("POST", "/api/tokens", {"name": "laptop"})
    problem(refused, 429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 3600
    assert count_rows(services.database, Token) == [2]
    over = update(Counter).values(until=1.0)
    services.database.write(lambda connection: connection.execute(over))
    assert make_tokens(ann, 3) == [201, 201, 429]


def test_each_thing_and_each_person_has_a_count(
    app: Flask, services: Services, ann: Browsing
) -> None:
    assert make_tokens(ann, 3)[-1] == 429
    assert ann.call("POST", "/api/stream-tickets", {"path": "/events"}).status_code == 201
    assert make_tokens(signed_in(app, services, "bob@example.org"), 1) == [201]


def test_what_is_not_valid_does_not_count(ann: Browsing) -> None:
    for _ in range(3):
        assert ann.call("POST", "/api/tokens", {"name": " "}).status_code == 422
    assert make_tokens(ann, 1) == [201]


def test_new_accounts_are_counted_by_network(app: Flask, services: Services) -> None:
    for number, status in enumerate((303, 303, 429)):
        response = Visitor(app.test_client()).sign_up(f"{number}@example.org")
        assert response.status_code == status, response.text
    assert int(response.headers["Retry-After"]) >= 1
    assert response.mimetype == "text/html"
    assert count_rows(services.database, User) == [2]


def test_two_apps_in_one_process_count_apart(
    ann: Browsing, tmp_path: Path, sqlite_template: Path
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "chatapp.db")
    with node({"CHATAPP_INSTANCE": str(folder), "SECRET_KEY": "tests"}, Scripted()) as there:
        bob = signed_in(there.app, there.services, "bob@example.org")
        assert [make_tokens(who, 1) for who in (ann, bob, ann, bob)] == [[201]] * 4
        assert [make_tokens(who, 1) for who in (bob, ann)] == [[429]] * 2


def test_requests_that_count_nothing_are_not_looked_at(app: Flask, ann: Browsing) -> None:
    assert make_tokens(ann, 1) == [201]
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    modules = [hook.__module__ for each in hooks for hook in each.get(None, [])]
    assert [module for module in modules if module.startswith("flask_limiter")] == []


class TestRedis:
    """Where there is one."""

    @pytest.fixture
    def settings(self, redis: Restartable) -> dict[str, str]:
        return {"REDIS_URL": redis_server.url_at(redis.port)}

    def test_it_counts_and_the_database_only_while_it_is_away(
        self, ann: Browsing, services: Services, redis: Restartable
    ) -> None:
        assert make_tokens(ann, 3) == [201, 201, 429]
        assert count_rows(services.database, Counter) == [0]
        redis.kill()
        assert make_tokens(ann, 3) == [201, 201, 429]
        assert count_rows(services.database, Counter) == [1]


def test_the_storage_is_what_the_library_asks_for(services: Services) -> None:
    storage = SharedStorage("shared://", database=services.database, redis=None)
    assert storage.check()
    assert [storage.incr("a", 60), storage.incr("a", 60, 2), storage.incr("b", 60)] == [1, 3, 1]
    assert [storage.get(key) for key in ("a", "b", "c")] == [3, 1, 0]
    assert storage.get_expiry("c") == 0
