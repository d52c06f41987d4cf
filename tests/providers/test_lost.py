"""Idle connections that are lost: nobody notices, and nothing is asked twice that was heard."""

from __future__ import annotations

import threading

import httpx2
import pytest

from tests.support.model_server import Answer, ModelServer


def fill(client: httpx2.Client, server: ModelServer, count: int, *then: Answer) -> None:
    """Leaves so many idle connections behind; `then` are the answers after that."""
    gate = threading.Event()
    server.answers(*[Answer((b"a", gate))] * count, *then)
    bodies = []
    for _ in range(count):
        request = client.build_request("GET", server.url)
        bodies.append(client.send(request, stream=True).extensions["body"])
    gate.set()
    for body in bodies:
        while body.read():
            pass
    assert server.connections == count


def test_the_request_is_sent_again_with_its_body(
    client: httpx2.Client, server: ModelServer
) -> None:
    fill(client, server, 1, Answer((), raw=True, ending="cut"), Answer((b"b",)))
    body = bytes(range(256)) * 100
    assert client.post(server.url, content=body).content == b"b"
    assert [request.body for request in server.requests[1:]] == [body, body]
    assert server.connections == 2


@pytest.mark.parametrize("ending", ["cut", "reset"])
def test_the_one_that_replaces_it_is_new(
    client: httpx2.Client, server: ModelServer, ending: str
) -> None:
    """Where one was lost the others may be, too."""
    lost = Answer((), raw=True, ending=ending)  # type: ignore[arg-type]
    fill(client, server, 3, lost, Answer((b"b",)))
    assert client.get(server.url).content == b"b"
    assert [request.connection for request in server.requests[3:]][1] == 4


def test_it_is_replaced_once(client: httpx2.Client, server: ModelServer) -> None:
    lost = Answer((), raw=True, ending="cut")
    fill(client, server, 2, lost, lost, Answer((b"b",)))
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        client.get(server.url)
    assert len(server.requests) == 4


def test_all_that_were_lost_while_idle_are_passed_over(client: httpx2.Client) -> None:
    with ModelServer() as server:
        fill(client, server, 5)
        port = server.port
    with ModelServer(port=port) as server:
        server.answers(Answer((b"b",)))
        assert client.get(server.url).content == b"b"
        assert (len(server.requests), server.connections) == (1, 1)
