"""Answers whose process died are finished by another, where the provider can go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from chatapp import create_app
from chatapp.chat.services import Services
from chatapp.config import load
from chatapp.models import Run
from tests.conftest import Api, make_person
from tests.support.background import Background
from tests.support.model_server import ModelServer
from tests.support.streams import hear, read, words

WORDS = [f" w{number}" for number in range(40)]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """The model's server."""
    with ModelServer() as server:
        yield server


@pytest.fixture
def nodes(tmp_path: Path, database_url: str, server: ModelServer) -> Iterator[list[Flask]]:
    """Two nodes over one database, in front of the same model's server."""
    values = {
        "CHATAPP_INSTANCE": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "tests",
        "CHATAPP_PROVIDER": "openai-responses",
        "CHATAPP_RESPONSES_BACKGROUND": "1",
        "OPENAI_BASE_URL": server.base_url,
        "CHATAPP_MODEL": "m",
    }
    apps = [create_app(load(values)) for _ in range(2)]
    yield apps
    for app in apps:
        services = services_of(app)
        services.engine.interrupt()
        services.database.dispose()


def services_of(app: Flask) -> Services:
    """What a node is made of."""
    made: Services = app.extensions["chatapp"]
    return made


def begin(node: Flask, api: Api) -> str:
    """Asks at a node, reads the first words and leaves; the id of the answer."""
    stream = api.ask(api.conversation(), "Go on?")
    events = hear(stream.iter_encoded())
    start = next(events)
    assert next(event for event in events if event.name == "message")
    stream.close()
    return str(start.data["message_id"])


def test_a_node_that_ends_leaves_its_answer_to_another(
    nodes: list[Flask], server: ModelServer
) -> None:
    background = Background(WORDS, 10)
    server.answers_by(background.hold)
    api = make_person(nodes[0], services_of(nodes[0]), "ann@example.org")
    id = begin(nodes[0], api)
    services_of(nodes[0]).engine.interrupt()
    elsewhere = Api(nodes[1].test_client(), api.headers, api.user_id)
    events = read(elsewhere.get(f"/api/messages/{id}/stream").data)
    assert words(events) == "".join(WORDS)
    assert events[-1].data["status"] == "complete"
    assert elsewhere.get(f"/api/messages/{id}").json["text"] == "".join(WORDS)  # type: ignore[index]
    assert not background.cancelled.is_set()


def test_an_answer_whose_process_died_is_finished_by_whoever_looks(
    nodes: list[Flask], server: ModelServer
) -> None:
    background = Background(WORDS, 10)
    server.answers_by(background.hold)
    first = services_of(nodes[0])
    api = make_person(nodes[0], first, "ann@example.org")
    id = begin(nodes[0], api)
    first.engine.beat()  # the last tick that this process lives to see
    # What a killed process leaves: rows, and nobody who renews them.
    assert first.engine._runs.pop(id).leave()
    over = update(Run).where(Run.message_id == id).values(leased_until=0.0)
    first.database.write(lambda connection: connection.execute(over))
    elsewhere = Api(nodes[1].test_client(), api.headers, api.user_id)
    events = read(elsewhere.get(f"/api/messages/{id}/stream").data)
    assert words(events) == "".join(WORDS)
    assert events[-1].data["status"] == "complete"
    assert [request.method for request in server.requests] == ["POST", "GET"]
