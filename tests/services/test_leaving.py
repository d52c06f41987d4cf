"""Requests that are their run, over real servers: who leaves stops the model."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Any, TypeAlias

import pytest

from tests.support import nginx
from tests.support.instance import ROOT, Instance
from tests.support.model_server import DONE, Answer, ModelServer, chat, usage
from tests.support.patience import PATIENCE, until
from tests.support.processes import Command, require, started

Question: TypeAlias = tuple[str, dict[str, object]]
FRONT = """
server {
    listen 127.0.0.1:@PORT@;
    access_log off;
    location / {
        proxy_pass http://127.0.0.1:%d;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_buffering off;
    }
}
"""
V1: dict[str, object] = {"model": "m", "messages": [{"role": "user", "content": "Why?"}]}
COMPLETIONS = "/v1/chat/completions"
CHATS: list[Question] = [
    ("/api/chat/stream", {"userInput": "Why?"}),
    ("/api/chat", {"userInput": "Why?"}),
    (COMPLETIONS, V1 | {"stream": True, "store": True}),
    (COMPLETIONS, V1 | {"store": True}),
]
ASKING: dict[str, object] = {"model": "m", "input": "Why?", "stream": True}
RESPONSES: list[Question] = [
    ("/v1/responses", ASKING),
    ("/v1/responses", ASKING | {"store": False, "stream": False}),
]
UNKEPT: list[Question] = [(COMPLETIONS, V1 | {"stream": True}), (COMPLETIONS, V1)]


@dataclass(frozen=True)
class Site:
    """An installation, the model it asks, and the port that clients come to."""

    instance: Instance
    model: ModelServer
    port: int

    @contextmanager
    def asking(self, question: Question) -> Iterator[HTTPConnection]:
        """A connection over which a question was sent."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            self.ask(connection, question)
            yield connection

    def ask(self, connection: HTTPConnection, question: Question) -> None:
        """Sends the question."""
        path, body = question
        headers = self.instance.headers | {"Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)

    def rows(self, query: str) -> list[Any]:
        """What the database holds."""
        with closing(sqlite3.connect(self.instance.folder / "chatapp.db")) as database:
            return database.execute(query).fetchall()

    def is_quiet(self) -> bool:
        """Whether nothing is being written any more."""
        return self.rows("SELECT 1 FROM runs UNION ALL SELECT 1 FROM calls") == []

    def last(self) -> tuple[str, str]:
        """Status and text of the newest answer."""
        query = "SELECT status, text FROM messages ORDER BY position DESC LIMIT 1"
        ((status, text),) = self.rows(query)
        return status, text


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Instance:
    settings = {"CHATAPP_MODEL": "m", "OPENAI_BASE_URL": model.base_url}
    return Instance(tmp_path_factory.mktemp("instance"), settings)


def development_server(instance: Instance) -> Command:
    """Flask's own server, which takes a thread for each request."""

    def argv(port: int) -> list[str]:
        flask = str(Path(sys.executable).parent / "flask")
        return [flask, "--app", str(ROOT / "wsgi.py"), "run", "--port", str(port)]

    return replace(instance.gunicorn(), argv=argv, log=instance.folder / "flask.log")


@pytest.fixture(params=["gunicorn", "nginx", "flask"], scope="module")
def site(
    request: pytest.FixtureRequest,
    instance: Instance,
    model: ModelServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The installation behind each kind of server."""
    with ExitStack() as stack:
        if request.param == "flask":
            server = stack.enter_context(started(development_server(instance)))
        else:
            server = stack.enter_context(started(instance.gunicorn()))
        port = server.port
        if request.param == "nginx":
            binary, folder = require("nginx", "nginx"), tmp_path_factory.mktemp("nginx")
            front = nginx.command(binary, folder, FRONT % port)
            port = stack.enter_context(started(front)).port
        yield Site(instance, model, port)


@pytest.mark.parametrize("question", CHATS)
def test_leaving_before_the_first_word_stops_the_model(site: Site, question: Question) -> None:
    site.model.answers(Answer.sse(ending="hold"))
    before = len(site.model.requests)
    with site.asking(question):
        asked = site.model.wait_for_request(before + 1)
        assert not asked.client_left.is_set()
    assert asked.client_left.wait(PATIENCE)
    until(site.is_quiet)
    assert site.last() == ("stopped", "")


@pytest.mark.parametrize("question", CHATS + UNKEPT + RESPONSES)
def test_leaving_before_the_model_answers_at_all_stops_it(site: Site, question: Question) -> None:
    site.model.answers(Answer([Event()], raw=True))
    before = len(site.model.requests)
    with site.asking(question):
        asked = site.model.wait_for_request(before + 1)
    assert asked.client_left.wait(PATIENCE)
    until(site.is_quiet)


def test_leaving_in_mid_answer_stops_the_model_and_keeps_the_words(site: Site) -> None:
    site.model.answers(Answer.sse(chat("Once"), ending="hold"))
    before = len(site.model.requests)
    with site.asking(CHATS[0]) as connection:
        assert connection.getresponse().read(4) == b"Once"
    assert site.model.wait_for_request(before + 1).client_left.wait(PATIENCE)
    until(site.is_quiet)
    assert site.last() == ("stopped", "Once")


@pytest.mark.parametrize("question", [CHATS[2], UNKEPT[0], RESPONSES[0]])
def test_leaving_a_stream_of_chunks_stops_the_model(site: Site, question: Question) -> None:
    site.model.answers(Answer.sse(chat("Once"), ending="hold"))
    before = len(site.model.requests)
    with site.asking(question) as connection, closing(connection.getresponse()) as response:
        while b"Once" not in response.readline():
            pass
    assert site.model.wait_for_request(before + 1).client_left.wait(PATIENCE)
    until(site.is_quiet)


def test_a_connection_serves_one_question_after_the_other(site: Site) -> None:
    more = Event()
    end = (chat(finish="stop"), usage(1, 2), DONE)
    site.model.answers(Answer.sse(chat("Once"), *end), Answer.sse(more, chat("again"), *end))
    with site.asking(CHATS[0]) as connection:
        assert connection.getresponse().read() == b"Once"
        site.ask(connection, CHATS[0])
        more.set()
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"again")
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert response.headers["Transfer-Encoding"] == "chunked"
    until(site.is_quiet)
    assert site.last() == ("complete", "again")
