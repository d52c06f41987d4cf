"""Clients that send slowly, or never to the end: others do not notice, and nothing is held."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.support.instance import Instance
from tests.support.model_server import DONE, Answer, ModelServer, chat
from tests.support.processes import Program, started

SLOW = 60
"""More than the database has connections for."""

PATIENCE = 20.0
BODY = json.dumps({"content": "Why? " * 100}).encode()


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as model:
        model.answers(Answer.sse(chat("Because.", finish="stop"), DONE))
        yield model


@pytest.fixture
def instance(tmp_path: Path, model: ModelServer) -> Instance:
    return Instance(tmp_path, {"OPENAI_BASE_URL": model.base_url})


@pytest.fixture
def server(instance: Instance) -> Iterator[Program]:
    with started(instance.gunicorn()) as server:
        yield server


def head(path: str, kind: str, **more: str) -> bytes:
    """The beginning of an upload of `BODY`."""
    lines = {"Host": "localhost", "Content-Type": kind, "Content-Length": str(len(BODY))} | more
    said = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{said}\r\n".encode()


@contextmanager
def dribbling(port: int, beginnings: list[bytes]) -> Iterator[list[socket.socket]]:
    """Connections that have sent no more than these beginnings."""
    with ExitStack() as stack:
        sockets = []
        for beginning in beginnings:
            one = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            stack.enter_context(one)
            one.sendall(beginning)
            sockets.append(one)
        yield sockets


def read(connection: socket.socket) -> HTTPResponse:
    """The answer to what was sent."""
    response = HTTPResponse(connection, method="POST")
    response.begin()
    return response


def get(port: int, path: str, headers: dict[str, str]) -> int:
    """The status of a request by somebody else."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


def test_slow_uploads_hold_up_nobody_and_hold_nothing(instance: Instance, server: Program) -> None:
    (conversation,) = instance.create_conversations(server.port, 1)
    path = f"/api/conversations/{conversation}/messages"
    upload = head(path, "application/json", **instance.headers)
    form = head("/", "application/x-www-form-urlencoded")
    beginnings = [upload + BODY[:40], form + b"content=", upload[:60]]
    with dribbling(server.port, [each for each in beginnings for _ in range(SLOW)]) as slow:
        for _ in range(20):
            assert get(server.port, path, instance.headers) == 200
        slow[0].sendall(BODY[40:])
        answer = read(slow[0])
        assert (answer.status, b"Because." in answer.read()) == (201, True)
    assert get(server.port, path, instance.headers) == 200
    assert "Traceback" not in server.log


def test_uploads_that_are_too_large_are_refused_at_once(
    instance: Instance, server: Program
) -> None:
    large = head("/api/conversations", "application/json", **instance.headers)
    large = large.replace(str(len(BODY)).encode(), b"99999999999")
    with dribbling(server.port, [large]) as (one,):
        assert read(one).status == 413
