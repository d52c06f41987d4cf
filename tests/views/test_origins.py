"""Requests of other sites' pages: refused, unless the settings let them in; and who is believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, g, request
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from chatapp import create_app
from chatapp.chat.services import Services
from chatapp.config import load
from chatapp.errors import Forbidden
from chatapp.models import User
from chatapp.views import guard, problems
from tests.conftest import Api
from tests.support.ending import end
from tests.support.instant import Instant
from tests.support.replies import problem, value

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OURS = "http://localhost"
FRIEND = "https://friend.example:8443"
SIXTH = "http://[::1]:3000"
STRANGER = "https://stranger.example"
STREAM = {"Accept": "text/event-stream"}
SAID = {
    "X-Forwarded-For": "6.6.6.6, 7.7.7.7, 8.8.8.8",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Real-Ip": "9.9.9.9",
    "Forwarded": "for=9.9.9.9;host=evil.example",
}


@pytest.fixture
def model() -> Instant:
    return Instant()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def guest(client: FlaskClient) -> FlaskClient:
    """A browser whose cookie names somebody."""
    assert client.post("/", data={"content": "Hello?"}, headers=STREAM).status_code == 200
    return client


def csrf(client: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": value(client.get("/api/me"))["csrf_token"]}


def create(client: FlaskClient, origin: str, **more: str) -> TestResponse:
    """Makes a conversation in the name of the browser's user."""
    headers = csrf(client) | {"Origin": origin} | more
    return client.post("/api/conversations", json={}, headers=headers)


def users(services: Services) -> int:
    return len(services.database.read(lambda c: c.execute(select(User.id)).all()))


class TestChanges:
    """A change counts only where a page of ours sent it, CSRF token or not."""

    @pytest.mark.parametrize(
        "origin",
        [
            STRANGER,
            "null",
            "",
            "http://localhost:81",
            "http://localhost.example",
            "ftp://localhost",
        ],
    )
    def test_another_sites_page_changes_nothing(
        self, guest: FlaskClient, services: Services, origin: str
    ) -> None:
        problem(create(guest, origin), 403, "csrf_failed")
        cookie = guest.get_cookie("chatapp")
        form = {"content": "Hello?", "csrf_token": csrf(guest)["X-CSRFToken"]}
        assert guest.post("/", data=form, headers={"Origin": origin}).status_code == 403
        assert guest.get_cookie("chatapp") == cookie
        assert users(services) == 1

    @pytest.mark.parametrize("origin", [OURS, "HTTP://LOCALHOST", "https://localhost"])
    def test_our_own_page_changes_what_it_likes(self, guest: FlaskClient, origin: str) -> None:
        assert create(guest, origin).status_code == 201

    def test_nobody_becomes_a_guest_for_another_sites_page(
        self, client: FlaskClient, services: Services
    ) -> None:
        refused = client.post("/", data={"content": "Hello?"}, headers={"Origin": STRANGER})
        assert refused.status_code == 403
        assert client.get_cookie("chatapp") is None
        assert users(services) == 0

    def test_https_is_not_to_be_talked_to_from_http(self, guest: FlaskClient) -> None:
        headers = csrf(guest) | {"Origin": OURS}
        safe = {"base_url": "https://localhost", "json": {}}
        refused = guest.post("/api/conversations", headers=headers, **safe)
        problem(refused, 403, "csrf_failed")
        headers["Origin"] = "https://localhost"
        assert guest.post("/api/conversations", headers=headers, **safe).status_code == 201

    def test_a_token_needs_no_origin_of_ours(self, api: Api) -> None:
        made = api.post("/api/conversations", {}, headers={"Origin": STRANGER})
        assert made.status_code == 201
        assert "Access-Control-Allow-Origin" not in made.headers


class TestGetsThatAsk:
    """What links, images and frames of other pages can send must not ask a model."""

    @pytest.fixture
    def app(self, app: Flask) -> Flask:
        """The app with an address that asks."""

        def hello() -> str:
            guard.load_identity()
            guard.check_get_that_asks()
            return "asked"

        app.add_url_rule("/hello/test", view_func=hello)
        return app

    @pytest.mark.parametrize("mode", ["navigate", "no-cors"])
    def test_links_and_images_do_not_ask(self, guest: FlaskClient, app: Flask, mode: str) -> None:
        for client in (guest, app.test_client()):
            headers = STREAM | {"Sec-Fetch-Mode": mode}
            problem(client.get("/hello/test", headers=headers), 403, "forbidden")

    @pytest.mark.parametrize("origin", [STRANGER, "null"])
    def test_other_origins_do_not_ask(self, guest: FlaskClient, app: Flask, origin: str) -> None:
        for client in (guest, app.test_client()):
            headers = STREAM | {"Origin": origin, "Sec-Fetch-Mode": "cors"}
            problem(client.get("/hello/test", headers=headers), 403, "forbidden")

    def test_a_cookie_asks_for_a_stream_alone(self, guest: FlaskClient) -> None:
        refused = guest.get("/hello/test", headers={"Accept": "text/html, */*"})
        assert refused.status_code == 403

    @pytest.mark.parametrize("extra", [{}, {"Origin": OURS}, {"Sec-Fetch-Mode": "cors"}])
    def test_an_event_source_of_ours_asks(self, guest: FlaskClient, extra: dict[str, str]) -> None:
        assert guest.get("/hello/test", headers=STREAM | extra).text == "asked"

    def test_a_head_does_not_ask(self, api: Api, client: FlaskClient) -> None:
        for response in (api.call("HEAD", "/hello/test"), client.head("/hello/test")):
            assert response.status_code == 405
            assert response.headers["Allow"] == "GET, OPTIONS"

    def test_a_program_asks(self, client: FlaskClient, api: Api) -> None:
        assert client.get("/hello/test").text == "asked"
        headers = {"Origin": STRANGER, "Sec-Fetch-Mode": "no-cors"}
        assert api.get("/hello/test", headers=headers).text == "asked"


class TestAllowedOrigins:
    """`CHATAPP_CORS_ORIGINS`: these, and no others, on the addresses that programs use."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_CORS_ORIGINS": f"{FRIEND},{SIXTH}"}

    @pytest.mark.parametrize("origin", [FRIEND, SIXTH])
    @pytest.mark.parametrize("path", ["/api/me", "/v1/models", "/events", "/hello", "/api/none"])
    def test_they_may_read_what_they_are_told(
        self, client: FlaskClient, path: str, origin: str
    ) -> None:
        response = client.get(path, headers={"Origin": origin})
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in response.headers["Vary"]

    def test_they_ask_before_they_send(self, client: FlaskClient) -> None:
        asked = {
            "Origin": FRIEND,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, x-csrftoken, last-event-id",
        }
        response = client.options("/api/me", headers=asked)
        assert response.status_code == 200
        assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
        allowed = response.headers["Access-Control-Allow-Headers"].lower()
        assert all(name in allowed for name in ("authorization", "x-csrftoken", "last-event-id"))

    @pytest.mark.parametrize(
        "origin",
        [STRANGER, "https://friend.example", f"{FRIEND}.evil.example", "null", "http://1:3000"],
    )
    def test_nobody_else_may(self, client: FlaskClient, origin: str) -> None:
        response = client.get("/api/me", headers={"Origin": origin})
        assert not [name for name, _ in response.headers if "Access-Control" in name]

    @pytest.mark.parametrize("path", ["/", "/list", "/healthz", "/eventsfoo", "/c/api/v1/"])
    def test_pages_are_nobodys_to_read(self, client: FlaskClient, path: str) -> None:
        response = client.get(path, headers={"Origin": FRIEND})
        assert "Access-Control-Allow-Origin" not in response.headers

    def test_they_change_things_with_a_cookie_and_its_token(self, guest: FlaskClient) -> None:
        assert create(guest, FRIEND).status_code == 201
        problem(create(guest, FRIEND, **{"X-CSRFToken": "x"}), 403, "csrf_failed")
        problem(create(guest, STRANGER), 403, "csrf_failed")

    def test_they_send_no_forms_of_our_pages(self, guest: FlaskClient) -> None:
        form = {"content": "Hello?", "csrf_token": csrf(guest)["X-CSRFToken"]}
        assert guest.post("/", data=form, headers={"Origin": FRIEND}).status_code == 403


class TestAnybody:
    """`CHATAPP_CORS_ORIGINS=*`: every page, but never with the reader's cookies."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_CORS_ORIGINS": "*"}

    def test_every_page_reads_but_not_with_cookies(self, client: FlaskClient) -> None:
        response = client.get("/api/me", headers={"Origin": STRANGER})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers

    def test_a_cookie_counts_for_our_own_pages_alone(self, guest: FlaskClient) -> None:
        problem(create(guest, STRANGER), 403, "csrf_failed")
        assert create(guest, OURS).status_code == 201


class TestProxies:
    """Only as many proxies as the settings name are believed; a client invents none."""

    @pytest.mark.parametrize(
        ("proxies", "address", "host"),
        [("0", "127.0.0.1", "localhost"), ("1", "8.8.8.8", "evil.example"), ("2", "7.7.7.7", None)],
    )
    def test_a_client_is_where_the_nearest_proxies_say(
        self, tmp_path: Path, database_url: str, proxies: str, address: str, host: str | None
    ) -> None:
        values = {"CHATAPP_INSTANCE": str(tmp_path), "DATABASE_URL": database_url}
        app = create_app(load(values | {"CHATAPP_TRUSTED_PROXIES": proxies}), provider=Instant())
        app.add_url_rule("/seen", view_func=lambda: [request.remote_addr, request.host])
        seen = app.test_client().get("/seen", headers=SAID).json
        end(app)
        assert seen == [address, host or "localhost"]


def test_the_guard_speaks_as_the_address_does(app: Flask) -> None:
    with app.test_request_context("/api/hello", headers={"Sec-Fetch-Mode": "navigate"}):
        g.identity = None
        with pytest.raises(Forbidden) as raised:
            guard.check_get_that_asks()
        assert problems.refuse(raised.value).content_type == "application/problem+json"
