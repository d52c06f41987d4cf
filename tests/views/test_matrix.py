"""Every route and method, called by everybody: what they get is what the table says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.callers import Caller, People
from tests.support.instant import Instant
from tests.views.matrix import CALLERS, MATRIX, Row, path_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SAFE = ("GET", "HEAD")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_MAX_STREAMS_PER_USER": "100"}


@pytest.fixture
def model() -> Instant:
    return Instant()


def routes(app: Flask) -> Iterator[str]:
    """Every method of every route, as the table names it."""
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield f"{method} {rule.rule}"


def call(caller: Caller, method: str, path: str, row: Row) -> TestResponse:
    """Calls, and reads the whole answer."""
    headers = {**caller.headers, "Accept": row.accept}
    if caller.query:
        path += ("&" if "?" in path else "?") + caller.query
    response = caller.client.open(path, method=method, headers=headers, **row.send)
    response.close()
    return response


def expected(row: Row, caller: str, method: str) -> int:
    """The status that the table promises."""
    if caller == "forged" and method in SAFE:
        caller = "owner"
    served = 405 if row.asks and method == "HEAD" else row.ok
    return row.kind[caller] or served


def test_every_route_has_a_row(app: Flask) -> None:
    missing = sorted(set(routes(app)) - set(MATRIX))
    assert missing == [], (
        "nobody has said who may call these. Add a row for each to tests/views/matrix.py: "
        "its kind (who may call it), the status of a call that is served, what its <id> is of, "
        "and what is to be sent."
    )
    gone = sorted(set(MATRIX) - set(routes(app)))
    assert gone == [], "these routes are gone; remove their rows from tests/views/matrix.py"


@pytest.mark.parametrize("name", MATRIX)
def test_everybody_gets_what_the_table_says(people: People, name: str) -> None:
    row, method = MATRIX[name], name.partition(" ")[0]
    methods = (method, "HEAD") if method == "GET" else (method,)
    got, promised = {}, {}
    for caller in CALLERS:
        for method in methods:
            path = path_of(name, row, people.belongings())
            got[caller, method] = call(people.caller(caller), method, path, row).status_code
            promised[caller, method] = expected(row, caller, method)
    assert got == promised


@pytest.mark.parametrize("name", sorted({name.partition(" ")[2] for name in MATRIX}))
def test_other_methods_are_refused_before_anything_else(people: People, name: str) -> None:
    rows = {method: row for method in METHODS if (row := MATRIX.get(f"{method} {name}"))}
    served = {*rows, "OPTIONS"} | ({"HEAD"} if "GET" in rows else set())
    path = path_of(f"GET {name}", next(iter(rows.values())), people.belongings())
    for caller in map(people.caller, ("nobody", "other", "revoked_token")):
        for method in {*METHODS} - served | {"OPTIONS"}:
            response = caller.client.open(path, method=method, headers=dict(caller.headers))
            assert response.status_code == (200 if method == "OPTIONS" else 405), method
            assert set(response.headers["Allow"].split(", ")) == served
