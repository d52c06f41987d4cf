"""Responses over processes that end: who comes back goes on at the very code point."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any

import pytest

from tests.support.background import Background
from tests.support.model_server import DONE, Answer, chat
from tests.support.v1_site import PATIENCE, Site, v1_site

WORDS = [f" w{number}é👩‍👩‍👧" for number in range(20)]
Told = dict[str, Any]


@contextmanager
def opened(site: Site, method: str, path: str, **body: object) -> Iterator[HTTPResponse]:
    """The response to a request."""
    with closing(HTTPConnection("127.0.0.1", site.server.port, timeout=PATIENCE)) as connection:
        headers = {"Authorization": f"Bearer {site.token}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        yield connection.getresponse()


def events(response: HTTPResponse) -> Iterator[Told]:
    """The events of a stream, until it is over, or was cut."""
    while line := response.readline():
        data = line.decode().removeprefix("data: ").strip()
        if line.startswith(b"data: ") and data != "[DONE]":
            yield json.loads(data)


def spoken(told: list[Told]) -> str:
    """The words of some events."""
    return "".join(event.get("delta", "") for event in told)


ASKED: Any = {"model": "m", "input": "Go on?", "background": True, "stream": True}


def heard(response: HTTPResponse, words: str) -> list[Told]:
    """What a stream tells up to these words."""
    told: list[Told] = []
    stream = events(response)
    while not spoken(told).startswith(words):
        told.append(next(stream))
    return told


def begin(site: Site) -> tuple[list[Told], str]:
    """Asks in the background, reads some words and leaves; what it heard, and the id."""
    with opened(site, "POST", "/v1/responses", **ASKED) as response:
        told = heard(response, "".join(WORDS[:3]))
    return told, told[0]["response"]["id"]


def go_on(site: Site, id: str, told: list[Told]) -> list[Told]:
    """What is told to who comes back."""
    after = told[-1]["sequence_number"]
    path = f"/v1/responses/{id}?stream=true&starting_after={after}"
    with opened(site, "GET", path) as response:
        assert response.status == 200
        return list(events(response))


def test_a_response_survives_the_server(tmp_path: Path) -> None:
    """Of one that was being written when the server was killed, its end is told, too."""
    with v1_site(tmp_path) as site:
        site.model.answers(
            Answer.sse(*map(chat, WORDS), chat(finish="stop"), DONE),
            Answer.sse(*map(chat, WORDS), ending="hold"),
        )
        whole, ended = begin(site)
        assert go_on(site, ended, whole)[-1]["type"] == "response.completed"
        part, broken = begin(site)
        site.server.kill_all()
        site.server.restart()
        rest = go_on(site, ended, whole)
        assert spoken(whole + rest) == "".join(WORDS)
        assert rest[-1]["type"] == "response.completed"
        rest = go_on(site, broken, part)
        assert rest[-1]["type"] == "response.failed"
        assert rest[-1]["sequence_number"] > part[-1]["sequence_number"]
        assert "".join(WORDS).startswith(spoken(part + rest))


@pytest.fixture
def resumable(tmp_path: Path) -> Iterator[Site]:
    """A site whose model goes on by itself; its server has two seconds to end."""
    settings = {"CHATAPP_PROVIDER": "openai-responses", "CHATAPP_RESPONSES_BACKGROUND": "1"}
    with v1_site(tmp_path, settings, "--graceful-timeout", "3") as site:
        yield site


def test_a_stream_that_another_process_goes_on_with_is_cut(resumable: Site) -> None:
    background = Background(WORDS, 10)
    resumable.model.answers_by(background.hold)
    with opened(resumable, "POST", "/v1/responses", **ASKED) as response:
        told = heard(response, "".join(WORDS[:10]))
        os.kill(resumable.server.program.pid, signal.SIGTERM)
        with pytest.raises((IncompleteRead, ConnectionError)):
            response.read()
    resumable.server.program.wait()
    resumable.server.restart()
    rest = go_on(resumable, told[0]["response"]["id"], told)
    assert spoken(told + rest) == "".join(WORDS)
    assert rest[-1]["type"] == "response.completed"
    assert "Traceback" not in resumable.server.log
