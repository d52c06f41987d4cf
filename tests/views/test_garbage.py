"""Requests that no honest client sends: answered or refused at every address, never a fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tests.support.callers import Caller, People
from tests.support.instant import Instant
from tests.views.matrix import ENDLESS, EVERYBODY, MATRIX, Row, path_of

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MANY = 10_000
PARTS = "multipart/form-data; boundary=b"
ANY = Row(EVERYBODY)
LONG = "x" * 60_000
ODD = (
    "",
    " ",
    "\t",
    "\x7f",
    "é",
    "\xff\xfe",
    "%00",
    "%ff",
    "null",
    "-1",
    "1e999",
    "'\"<>;=,",
    "🙂",
)
HEADERS = (
    *("Authorization", "Cookie", "Accept", "Accept-Language", "Accept-Encoding", "Last-Event-ID"),
    *("Origin", "Referer", "Range", "If-None-Match", "If-Modified-Since", "If-Range", "User-Agent"),
    *("X-CSRFToken", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Sec-Fetch-Mode", "Host"),
)
COOKIES = (
    *("chatapp=", "chatapp=x", "chatapp=.", "chatapp=a.b.c", "chatapp=eyJzaWQiOltdfQ.x.y"),
    *("chatapp=" + "." * 3000, "; ; =; chatapp", "a=b; " * 3000, "chatapp=\x7f; chatapp=\xff"),
)
CURSORS = (
    *("x", "-1.0", "0.-1", "0.0.0", "1e3.0", "9" * 5000, "0." + "9" * 5000, "٣.٤", "0,0", "end.0"),
    *("\x7f", "\xff", "a:b", ":", "0.0:0.0", " 0.0", "0.0 ", "+0.0", "0x0.0", "null", "[]"),
)


@pytest.fixture
def model() -> Instant:
    return Instant()


@pytest.fixture
def owner(people: People) -> Caller:
    return people.caller("owner")


class Somebody:
    """The owner of things; somebody else takes their place once a form has ended their session."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.begin()

    def begin(self) -> None:
        """A new person."""
        self.people = People(self._app)
        self.caller = self.people.caller("owner")


@pytest.fixture
def somebody(app: Flask) -> Somebody:
    return Somebody(app)


def rows(*methods: str) -> Iterator[tuple[str, Row]]:
    """The routes of these methods."""
    for name, row in MATRIX.items():
        if name.partition(" ")[0] in methods:
            yield name, row


def address(name: str, row: Row, people: People) -> str:
    """Where a route is called, on something that exists."""
    path = path_of(name, row, people.belongings())
    return path if row.query or path not in ENDLESS else f"{path}?limit=1"


def call(caller: Caller, method: str, path: str, **options: Any) -> int:
    """The status of a request, whose answer is read whole."""
    headers = dict(caller.headers) | options.pop("headers", {})
    response = caller.client.open(path, method=method, headers=headers, **options)
    response.close()
    return response.status_code


def multipart(fields: Mapping[str, str]) -> bytes:
    """A form as parts; werkzeug's client would leave a file behind."""
    said = (
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return ("".join(said) + "--b--\r\n").encode()


def latin(text: str) -> str:
    """The bytes of a header as WSGI tells them."""
    return text.encode().decode("latin-1")


@sqlite
def test_odd_headers_are_no_fault(people: People, owner: Caller) -> None:
    for name in ("/", "/login", "/api/me", "/api/messages/<id>/stream", "/events", "/nowhere"):
        path = address(f"GET {name}", MATRIX.get(f"GET {name}", ANY), people)
        for header in HEADERS:
            for odd in (*ODD, LONG):
                sent = {header: latin(odd)}
                assert call(owner, "GET", path, headers=sent) < 500, (name, header, odd[:20])


@sqlite
def test_odd_cookies_are_nobodys(app: Flask, people: People) -> None:
    for name, row in rows("GET"):
        path = address(name, row, people)
        for cookie in COOKIES:
            client = app.test_client(use_cookies=False)
            status = call(Caller(client), "GET", path, headers={"Cookie": latin(cookie)})
            nobody = row.kind["nobody"] or row.ok
            assert status == nobody, (name, cookie[:20])


@sqlite
def test_odd_cursors_are_refused(people: People, owner: Caller) -> None:
    ids = people.belongings()
    stream = f"/api/messages/{ids['answer']}/stream"
    for cursor in CURSORS:
        for options in (
            {"headers": {"Last-Event-ID": latin(cursor)}},
            {"query_string": {"after": cursor}},
        ):
            assert call(owner, "GET", stream, **options) == 400, cursor
    lists = (
        ("/api/conversations", "after"),
        (f"/api/conversations/{ids['conversation']}/messages", "before"),
    )
    for path, name in lists:
        for cursor in CURSORS:
            assert call(owner, "GET", path, query_string={name: cursor}) in (200, 400), cursor


@sqlite
def test_ten_thousand_parameters_are_no_fault(people: People, owner: Caller) -> None:
    query = "&".join(f"p{number}={number}" for number in range(MANY))
    for name, row in rows("GET"):
        path = address(name, row, people)
        mark = "&" if "?" in path else "?"
        promised = row.kind["owner"] or row.ok
        wanted = {"Accept": row.accept}
        assert call(owner, "GET", f"{path}{mark}{query}", headers=wanted) == promised, name


@sqlite
def test_ten_thousand_fields_are_no_fault(somebody: Somebody) -> None:
    fields = {f"f{number}": "x" for number in range(MANY)}
    for name, row in rows("POST"):
        if "data" in row.send:
            path = address(name, row, somebody.people)
            form = {**fields, **row.send["data"]}
            parts = call(somebody.caller, "POST", path, data=multipart(form), content_type=PARTS)
            assert parts == 413, name
            promised = row.kind["owner"] or row.ok
            assert call(somebody.caller, "POST", path, data=form) in (promised, 413), name
            somebody.begin()


FORMS = [name for name, row in rows("POST") if "json" not in row.send]
FIELDS = sorted({field for _, row in rows("POST") for field in row.send.get("data", ())})
NAMES = st.sampled_from([*FIELDS, "client_id", "parent_id", "model", "next", "told", "csrf_token"])


@given(
    name=st.sampled_from(FORMS),
    fields=st.lists(st.tuples(NAMES, st.text(max_size=300)), max_size=6),
    multipart=st.booleans(),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_form_gets_an_answer(
    somebody: Somebody, name: str, fields: list[tuple[str, str]], multipart: bool
) -> None:
    kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
    path = address(name, MATRIX[name], somebody.people)
    form = MultiDict(fields)
    assert call(somebody.caller, "POST", path, data=form, content_type=kind) < 500
    if call(somebody.caller, "GET", "/api/me") != 200:
        somebody.begin()
