"""Signs of life: what a load balancer is told, and the stream that shows what proxies do."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from chatapp import create_app
from chatapp.chat.services import Services
from chatapp.config import load
from chatapp.models import revisions
from chatapp.sse import Decoder, Message
from tests.support.processes import bound, free_port
from tests.support.scripted import Scripted

WELL = {"process": "ok", "database": "ok", "tables": "ok"}


def readyz(app: Flask) -> tuple[int, dict[str, Any]]:
    response = app.test_client().get("/readyz")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json is not None
    return response.status_code, response.json


def not_ready(app: Flask) -> dict[str, str]:
    """The parts that are not well, with what is said of them."""
    status, body = readyz(app)
    assert (status, body["ready"]) == (503, False)
    return {name: words for name, words in body["parts"].items() if words != "ok"}


def make_app(folder: Path, **settings: str) -> Flask:
    values = {"CHATAPP_INSTANCE": str(folder), "SECRET_KEY": "tests", **settings}
    return create_app(load(values), provider=Scripted())


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and says nothing."""
    with closing(bound(lambda port: socket.create_server(("127.0.0.1", port)))) as server:
        yield server


def run(services: Services, statement: str) -> None:
    services.database.write(lambda connection: connection.execute(text(statement)))


def test_a_process_with_all_its_parts_is_ready(app: Flask) -> None:
    assert readyz(app) == (200, {"ready": True, "parts": WELL})


def test_an_older_table_is_named(app: Flask, services: Services) -> None:
    run(services, "UPDATE alembic_version SET version_num = '0001'")
    words = not_ready(app)["tables"]
    assert words.startswith(f"The tables are at revision 1 of {revisions.newest()}.")
    assert "flask --app wsgi db upgrade" in words


def test_missing_tables_are_named(app: Flask, services: Services) -> None:
    run(services, "DROP TABLE alembic_version")
    assert not_ready(app)["tables"].startswith("There are no tables yet.")


def test_tables_that_another_version_upgraded_are_well(app: Flask, services: Services) -> None:
    run(services, "UPDATE alembic_version SET version_num = '9999'")
    assert readyz(app)[0] == 200


def test_a_process_that_is_about_to_end_is_not_ready(app: Flask, services: Services) -> None:
    services.engine.watch(lambda: False, 0)
    assert not_ready(app) == {"process": "is about to end"}


def test_a_database_that_refuses_is_named_without_its_address(tmp_path: Path) -> None:
    app = make_app(tmp_path, DATABASE_URL=f"postgresql://ann:word@127.0.0.1:{free_port()}/chat")
    assert not_ready(app) == {"database": "cannot be reached"}


def test_a_database_that_hangs_is_named_and_asked_once(
    tmp_path: Path, silent: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatapp.chat.readiness.PATIENCE", 0.2)
    port = silent.getsockname()[1]
    app = make_app(tmp_path, DATABASE_URL=f"postgresql://ann@127.0.0.1:{port}/chat")
    for _ in range(3):
        assert not_ready(app) == {"database": "does not answer"}
    silent.setblocking(False)
    silent.accept()[0].close()
    with pytest.raises(BlockingIOError):
        silent.accept()


def test_redis_is_named(tmp_path: Path, sqlite_template: Path) -> None:
    url = f"sqlite:///{sqlite_template}"
    app = make_app(tmp_path, DATABASE_URL=url, REDIS_URL=f"redis://:word@127.0.0.1:{free_port()}")
    assert not_ready(app) == {"redis": "cannot be reached"}
    app.extensions["chatapp"].database.dispose()


def test_the_stream_tells_when_its_frames_were_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatapp.views.health.SPACING", 0.001)
    app = make_app(tmp_path)
    response = app.test_client().get("/healthz/stream")
    frames = [
        json.loads(item.data) for item in Decoder().feed(response.data) if isinstance(item, Message)
    ]
    assert [frame["number"] for frame in frames] == list(range(1, 9))
    assert {frame["of"] for frame in frames} == {8}
    assert sorted(frame["sent_at"] for frame in frames) == [frame["sent_at"] for frame in frames]
    assert {(frame["protocol"], frame["proxied"]) for frame in frames} == {("HTTP/1.1", False)}
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache, no-transform"
    assert response.headers["X-Accel-Buffering"] == "no"
