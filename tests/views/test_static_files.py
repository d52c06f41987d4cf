"""What goes over the wire of a file."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SCRIPT, SHEETS, PICTURE = "js/app.js", "css/all.css", "icon.svg"


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """SQLite alone: files have no SQL."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'chatapp.db')}"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


@pytest.fixture
def edition(client: FlaskClient) -> str:
    """The path below which the files are now."""
    found = re.search(r"/static/[0-9a-f]+/", client.get("/").text)
    assert found
    return found[0]


def _get(client: FlaskClient, address: str, accepted: str = "", **headers: str) -> TestResponse:
    encodings = {"Accept-Encoding": accepted} if accepted else {}
    return client.get(address, headers=encodings | headers, buffered=True)


@pytest.mark.parametrize("name", [SCRIPT, SHEETS, PICTURE])
def test_who_can_unpack_gets_the_same_in_less(client: FlaskClient, edition: str, name: str) -> None:
    plain = _get(client, edition + name)
    packed = _get(client, edition + name, "gzip, deflate, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert packed.mimetype == plain.mimetype
    assert packed.headers["Cache-Control"] == plain.headers["Cache-Control"]


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "*;q=0", "identity"])
def test_who_cannot_gets_it_as_it_is(client: FlaskClient, edition: str, accepted: str) -> None:
    response = _get(client, edition + SCRIPT, accepted)
    assert "Content-Encoding" not in response.headers
    assert "Accept-Encoding" in response.vary
    assert response.data.startswith(b"/**")


def test_caches_keep_both_apart(client: FlaskClient, edition: str) -> None:
    plain = _get(client, edition + SHEETS)
    packed = _get(client, edition + SHEETS, "gzip")
    assert "Accept-Encoding" in plain.vary
    assert "Accept-Encoding" in packed.vary
    assert plain.headers["ETag"] != packed.headers["ETag"]


def test_what_a_browser_has_is_not_sent_again(client: FlaskClient, edition: str) -> None:
    tag = _get(client, edition + SCRIPT, "gzip").headers["ETag"]
    again = _get(client, edition + SCRIPT, "gzip", **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert "Accept-Encoding" in again.vary


def test_another_edition_is_not_packed(client: FlaskClient) -> None:
    """What it holds may change while the server runs."""
    response = _get(client, f"/static/0123456789abcdef/{SCRIPT}", "gzip")
    assert "Content-Encoding" not in response.headers


def test_what_does_not_exist_is_not_found_packed(client: FlaskClient, edition: str) -> None:
    assert _get(client, f"{edition}js/none.js", "gzip").status_code == 404
