"""Which pages go out packed, and to whom."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_CHANGES = re.compile(r'nonce="[^"]*"|name="[a-z_-]+" (?:content|value)="[^"]*"|\s*<!-- \w* -->')
"""What is another in every page: its nonce, its token, the ids of its forms, and the padding."""


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """SQLite alone: what is packed has no SQL."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'chatapp.db')}"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


def _get(client: FlaskClient, address: str, accepted: str = "gzip") -> TestResponse:
    return client.get(address, headers={"Accept-Encoding": accepted}, buffered=True)


@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "gzip;q=0.1", "*", "GZIP"])
def test_who_can_unpack_gets_the_page_in_less(client: FlaskClient, accepted: str) -> None:
    plain = _get(client, "/", "")
    packed = _get(client, "/", accepted)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content_length == len(packed.data) < len(plain.data) / 2
    unpacked = gzip.decompress(packed.data).decode()
    assert _CHANGES.sub("", unpacked) == _CHANGES.sub("", plain.text)


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "*;q=0", "gzip;q=0, *", "identity"])
def test_who_cannot_gets_it_as_it_is(client: FlaskClient, accepted: str) -> None:
    response = _get(client, "/", accepted)
    assert "Content-Encoding" not in response.headers
    assert response.text.startswith("<!doctype html>")


@pytest.mark.parametrize("accepted", ["", "gzip"])
def test_caches_keep_both_apart(client: FlaskClient, accepted: str) -> None:
    assert {"Accept-Encoding", "Accept-Language", "Cookie"} <= set(_get(client, "/", accepted).vary)


def test_a_look_at_the_headers_alone_is_told_the_same(client: FlaskClient) -> None:
    response = client.head("/", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.content_type == "text/html; charset=utf-8"
    assert response.data == b""


@pytest.mark.parametrize("query", ["?q=guess", "?assistant=", "?&"])
def test_no_stranger_puts_words_beside_secrets(client: FlaskClient, query: str) -> None:
    """How well they pack would tell who guessed."""
    assert "Content-Encoding" not in _get(client, f"/{query}").headers


def test_the_length_tells_little(client: FlaskClient) -> None:
    """Of what others put into the page by its contents."""
    lengths = {_get(client, "/").content_length for _ in range(40)}
    assert len(lengths) > 4
    pads = {gzip.decompress(_get(client, "/").data).rpartition(b"<!-- ")[2] for _ in range(9)}
    assert len(pads) > 4
