"""Whatever is sent to the API: no fault of ours, and no answer that its document does not know."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis import Case
from schemathesis.config import (
    GenerationConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from chatapp import create_app
from chatapp.config import load
from chatapp.views import openapi
from tests.support.callers import People
from tests.support.ending import end
from tests.support.instant import Instant
from tests.views.matrix import ENDLESS, MATRIX

EXAMPLES = 8
UNASKED = [
    ignored_auth,  # calls again without a credential, which is added here all the same
    positive_data_acceptance,  # no schema can say which cursors and ids exist
    negative_data_rejection,  # nor that blanks around a line do not count
]


def make_app(folder: Path) -> Flask:
    values = {"CHATAPP_INSTANCE": str(folder), "SECRET_KEY": "tests"}
    limits = {"CHATAPP_MAX_STREAMS_PER_USER": "1000"}
    return create_app(load(values | limits), provider=Instant())


def read_document() -> dict[str, Any]:
    """The document of an app that is never served."""
    with TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        try:
            return openapi.describe(app)
        finally:
            end(app)


def configuration() -> SchemathesisConfig:
    """The same requests on every machine."""
    generation = GenerationConfig(max_examples=EXAMPLES, deterministic=True, database="none")
    return SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))


api = schemathesis.openapi.from_dict(read_document(), config=configuration())


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("any_request")
    shutil.copy(sqlite_template, folder / "chatapp.db")
    app = make_app(folder)
    yield app
    end(app)


class Somebody:
    """A person with things of their own, signed in by cookie or by token."""

    def __init__(self, app: Flask, name: str) -> None:
        self._app = app
        self._name = name
        self.begin()

    def begin(self) -> None:
        """Somebody else takes their place: requests may end a session, or an account."""
        self._people = People(self._app)
        caller = self._people.caller(self._name)
        cookie = caller.client.get_cookie("chatapp")
        self.headers = dict(caller.headers)
        self.cookies = {cookie.key: cookie.value} if cookie else {}

    def lead_somewhere(self, case: Case[Any]) -> None:
        """Puts the id of something that exists into most addresses; lets endless streams end."""
        rule = re.sub(r"{(\w+)}", r"<\1>", case.path)
        row = MATRIX.get(f"{case.method.upper()} {rule}")
        if row and row.of and len(str(case.path_parameters["id"])) % 4:
            case.path_parameters["id"] = self._people.belongings()[row.of]
        if case.path in ENDLESS:
            case.query["limit"] = "1"


@pytest.fixture(scope="module", params=["owner", "whole_token"])
def somebody(request: pytest.FixtureRequest, app: Flask) -> Somebody:
    return Somebody(app, request.param)


@api.parametrize()
def test_any_request_is_answered_as_the_document_says(
    case: Case[Any], app: Flask, somebody: Somebody
) -> None:
    somebody.lead_somewhere(case)
    response = case.call(headers=somebody.headers, cookies=somebody.cookies, app=app)
    if response.status_code == 401:
        somebody.begin()
    case.validate_response(response, excluded_checks=UNASKED)
