"""The chat as a program of a device: its manifest, and the worker with its page."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from base64 import b64encode

import pytest
from flask import Flask
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


def test_the_manifest_is_named_by_pages_and_allowed_by_their_policy(client: FlaskClient) -> None:
    page = client.get("/login")
    assert '<link rel="manifest" href="/manifest.webmanifest"' in page.text
    assert "manifest-src 'self'; worker-src 'self'" in page.headers["Content-Security-Policy"]


def test_a_device_gets_what_it_needs_to_keep_the_chat(client: FlaskClient) -> None:
    response = client.get("/manifest.webmanifest")
    assert response.mimetype == "application/manifest+json"
    manifest = json.loads(response.data)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "/",
        "/",
        "standalone",
    )
    assert {each["purpose"] for each in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        picture = client.get(icon["src"], buffered=True)
        assert picture.status_code == 200
        if icon["sizes"] != "any":
            assert "{}x{}".format(*struct.unpack(">II", picture.data[16:24])) == icon["sizes"]


def test_the_manifest_speaks_the_language_of_who_asks(client: FlaskClient) -> None:
    manifest = client.get("/manifest.webmanifest", headers={"Accept-Language": "id"}).json
    assert manifest
    assert (manifest["lang"], manifest["shortcuts"][1]["name"]) == ("id", "Dokumen")


def kept(client: FlaskClient, **headers: str) -> tuple[str, dict[str, str]]:
    """The page that the worker shows, and its headers."""
    text = client.get("/worker.js", headers=headers).text
    page, said = re.findall(r"^const (?:PAGE|HEADERS) = (.*);$", text, re.MULTILINE)
    return json.loads(page), json.loads(said)


def test_the_policy_of_the_page_without_network_names_what_stands_in_it(
    client: FlaskClient,
) -> None:
    page, said = kept(client)
    for kind in ("style", "script"):
        (words,) = re.findall(f"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        digest = b64encode(hashlib.sha256(words.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in said["Content-Security-Policy"]
    assert "unsafe" not in said["Content-Security-Policy"]
    assert said["Cache-Control"] == "no-store"


def test_it_is_in_the_language_and_the_theme_of_who_asks(client: FlaskClient) -> None:
    client.set_cookie("theme", "dark")
    page, _ = kept(client, **{"Accept-Language": "id"})
    assert '<html lang="id" dir="ltr" data-theme="dark">' in page
    assert "Tidak ada sambungan" in page


def test_a_worker_that_a_browser_has_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/worker.js")
    assert first.mimetype == "text/javascript"
    assert first.headers["Content-Security-Policy"].startswith("default-src 'none'; connect-src")
    again = client.get("/worker.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
