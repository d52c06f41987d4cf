"""The API's document: nothing is missing from it, and it is shown without anybody else's help."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient

from chatapp.views import openapi
from tests.support.replies import value

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = value(client.get("/api/openapi.json"))
    return document


def test_every_address_for_programs_is_described(app: Flask) -> None:
    assert openapi.undescribed(app) == [], (
        "the document does not describe these. Put @operation(...) of chatapp.views.operations "
        "between the route and its view: what it replies, takes, and may be refused with."
    )


def test_it_is_a_valid_openapi_document(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document).validate()


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(
    document: dict[str, Any],
) -> None:
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for operation in operations)


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            refusals = {k: v for k, v in operation["responses"].items() if int(k) >= 400}
            assert all("content" in each for each in refusals.values()), path
            if not operation["security"]:
                continue
            assert {"401", "503"} <= set(refusals)
            for status in {"429", "503"} & set(refusals):
                assert "Retry-After" in refusals[status]["headers"]


def test_who_has_the_document_is_not_sent_it_again(client: FlaskClient) -> None:
    tag = client.get("/api/openapi.json").headers["ETag"]
    again = client.get("/api/openapi.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_the_page_shows_all_of_it_and_needs_nobody_else(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    page = client.get("/api/docs").text
    for path, operations in document["paths"].items():
        assert f">{path}<" in page
        assert all(f'id="{each["operationId"]}"' in page for each in operations.values())
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert "<script" not in page
    assert not re.findall(r' (?:src|href)="(?!/|#)([^"]*)"', page)
    linked = set(re.findall(r'href="#([^"]+)"', page))
    assert linked <= set(re.findall(r'id="([^"]+)"', page))
