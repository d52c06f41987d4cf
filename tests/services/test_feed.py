"""The live feed over real servers: one node acts, the readers of another hear of it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.support.instance import Instance
from tests.support.listening import SYNC, WELCOME, items
from tests.support.processes import Program, started

PATIENCE = 20.0


@dataclass(frozen=True)
class Site:
    """Two nodes over one database."""

    instance: Instance
    here: Program
    there: Program

    @contextmanager
    def listening(self, node: Program) -> Iterator[Iterator[dict[str, Any]]]:
        """What a reader hears at a node, each as soon as it has arrived."""
        headers = self.instance.headers | {"Accept": "text/event-stream"}
        with closing(HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/events", headers=headers)
            response = connection.getresponse()
            assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
            heard = items(iter(response.read1, b""))
            assert [next(heard), next(heard)] == [WELCOME, SYNC]
            yield heard

    def ask(self, node: Program, conversation: str) -> dict[str, Any]:
        """Asks, and waits for the answer."""
        headers = self.instance.headers | {"Content-Type": "application/json"}
        with closing(HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)) as connection:
            path = f"/api/conversations/{conversation}/messages"
            connection.request("POST", path, json.dumps({"content": "Hello?"}), headers)
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    instance = Instance(tmp_path, {"CHATAPP_PROVIDER": "offline"})
    gunicorn = instance.gunicorn()
    with ExitStack() as stack:
        here = stack.enter_context(started(gunicorn))
        there = stack.enter_context(started(replace(gunicorn, log=tmp_path / "there.log")))
        yield Site(instance, here, there)


def test_readers_of_all_nodes_hear_what_one_of_them_does(site: Site) -> None:
    with ExitStack() as stack:
        readers = [
            stack.enter_context(site.listening(node))
            for node in (site.there, site.here, site.there)
        ]
        (conversation,) = site.instance.create_conversations(site.here.port, 1)
        answer = site.ask(site.here, conversation)
        about = {"conversation_id": conversation, "message_id": answer["id"]}
        for heard in readers:
            assert [next(heard) for _ in range(4)] == [
                {"type": "conversation.created", "conversation_id": conversation},
                {"type": "conversation.updated", "conversation_id": conversation},
                {"type": "message.started", **about, "status": "pending"},
                {"type": "message.ended", **about, "status": "complete"},
            ]


def test_a_node_that_ends_lets_its_readers_go_to_another(site: Site) -> None:
    with site.listening(site.there) as heard:
        os.kill(site.there.pid, signal.SIGTERM)
        assert list(heard) == []  # the body ends as it should: it was not cut off
    with site.listening(site.here) as heard:
        (conversation,) = site.instance.create_conversations(site.here.port, 1)
        assert next(heard) == {"type": "conversation.created", "conversation_id": conversation}
