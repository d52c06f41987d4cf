"""The headers that keep pages to themselves: on every kind of answer, errors not left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.views.headers import NO_DOCUMENTS
from tests.conftest import Api
from tests.support.absence import away
from tests.support.scripted import Scripted

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HTTPS = {"base_url": "https://localhost"}
POWERS = ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")

Get: TypeAlias = Callable[..., TestResponse]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def directives(response: TestResponse) -> dict[str, list[str]]:
    """What the response's policy says: sources by directive."""
    (policy,) = response.headers.getlist("Content-Security-Policy")
    parts = (part.split() for part in policy.split(";"))
    return {name: sources for name, *sources in parts}


def nonce_of(response: TestResponse) -> str:
    """The nonce by which a page's scripts are known."""
    (source,) = directives(response)["script-src"]
    found = re.fullmatch(r"'nonce-([\w-]{22})'", source)
    assert found, source
    return found[1]


def check(response: TestResponse) -> None:
    """Fails unless an answer is protected."""
    said = directives(response)
    assert said["default-src"] == said["frame-ancestors"] == ["'none'"]
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert not re.search(r"[:*.]", policy), "a foreign host, a scheme, or anything"
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ):
        assert response.headers.getlist(name) == [value]
    if response.mimetype not in NO_DOCUMENTS:
        permissions = response.headers["Permissions-Policy"].split(", ")
        assert {f"{power}=()" for power in POWERS} <= set(permissions)
        assert all(each.endswith("=()") for each in permissions)
    (kept,) = response.headers.getlist("Cache-Control")
    assert re.search("no-cache|no-store|immutable", kept)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/list",
        "/nowhere",
        "/c/none",
        "/healthz",
        "/readyz",
        "/api/me",
        "/api/nowhere",
        "/events",
    ],
)
def test_what_nobody_gets_is_protected(client: FlaskClient, path: str) -> None:
    for method in ("GET", "OPTIONS", "PUT"):
        check(client.open(path, method=method))


def test_static_files_are_protected(client: FlaskClient) -> None:
    for address in re.findall(r'"(/static/[^"#]+)', client.get("/").text):
        response = client.get(address)
        check(response)
        assert response.headers["Cache-Control"].startswith("public")
        response.close()


def test_streams_are_protected(api: Api, model: Scripted) -> None:
    stream = api.ask(api.conversation(), "Why?")
    model.asked().finish("Because.")
    check(stream)
    assert b"Because." in stream.data


def test_a_page_that_streams_is_protected_and_runs_its_own_scripts_alone(
    client: FlaskClient, model: Scripted
) -> None:
    address = client.post("/", data={"content": "Why?"}).headers["Location"]
    page = client.get(address, buffered=False)
    check(page)
    model.asked().finish("Because.")
    assert "Because." in page.text
    nonce = nonce_of(page)
    scripts = re.findall(r"<script[^>]*>|<link rel=\"modulepreload\"[^>]*>", page.text)
    assert scripts
    assert all(f' nonce="{nonce}"' in tag and ' src="/static' in tag for tag in scripts[-1:])
    assert all(f' nonce="{nonce}"' in tag for tag in scripts)


def test_no_two_pages_have_the_same_nonce(client: FlaskClient) -> None:
    assert len({nonce_of(client.get("/")) for _ in range(20)}) == 20


def test_a_page_without_scripts_runs_none(client: FlaskClient) -> None:
    assert directives(client.get("/nowhere"))["script-src"] == ["'none'"]


def test_faults_of_ours_are_protected(
    app: Flask, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise RuntimeError("a fault")

    monkeypatch.setitem(app.view_functions, "pages.new_chat", fail)
    monkeypatch.setitem(app.view_functions, "me_api.show_me", fail)
    for response in (app.test_client().get("/"), api.get("/api/me")):
        assert response.status_code == 500
        check(response)


def test_answers_without_a_database_are_protected(
    api: Api, services: Services, database_url: str
) -> None:
    with away(services, database_url):
        response = api.post("/api/conversations", {})
    assert response.status_code == 503
    check(response)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/me", "/healthz"])
def test_https_is_kept_where_there_is_https(client: FlaskClient, path: str) -> None:
    bare, safe = client.get(path), client.get(path, **HTTPS)
    for name in ("Strict-Transport-Security", "Cross-Origin-Opener-Policy"):
        assert name not in bare.headers
        assert name in safe.headers
    assert re.fullmatch(r"max-age=\d{8,}", safe.headers["Strict-Transport-Security"])
