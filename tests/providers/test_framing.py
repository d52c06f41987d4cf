"""Where a response begins and ends, however the network cuts it and however it is waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from chatapp.live.call import Call
from chatapp.providers._transport import Body, Transport, interruptible
from tests.support.model_server import CERTIFICATE, Answer, ModelServer, cut

PATIENCE = 20.0
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
WHOLE = CHUNKED + b"3;a=b\r\nHel\r\n2\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n"


@pytest.fixture(params=[False, True], ids=["plain", "TLS"])
def server(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModelServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with ModelServer(tls=request.param) as server:
        yield server


@pytest.fixture(params=[False, True], ids=["timed", "interruptible"])
def client(request: pytest.FixtureRequest) -> Iterator[httpx2.Client]:
    """One whose reads have a timeout; or none, and somebody who could cut them."""
    with ExitStack() as stack:
        if request.param:
            stack.enter_context(interruptible(Call(PATIENCE, PATIENCE).on_cancel))
        yield stack.enter_context(httpx2.Client(transport=Transport(), timeout=PATIENCE))


def body_of(client: httpx2.Client, server: ModelServer) -> Body:
    response = client.send(client.build_request("GET", server.url), stream=True)
    body = response.extensions["body"]
    assert isinstance(body, Body)
    return body


def read_all(body: Body, size: int) -> bytes:
    """What is read until there is so much of it, though more might come."""
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < size:
        pieces.append(body.read())
        assert pieces[-1], "the body has ended"
    return b"".join(pieces)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_response_may_be_cut_anywhere(
    client: httpx2.Client, server: ModelServer, size: int
) -> None:
    server.answers(Answer(cut(WHOLE, size), raw=True, ending="hold"))
    assert client.get(server.url).content == b"Hello"


@pytest.mark.parametrize("ends", [len(CHUNKED) + at for at in (1, 4, 7, 9, 11, 13, 16, 20, 29)])
def test_a_chunked_body_that_ends_anywhere_but_at_its_end_is_cut(
    client: httpx2.Client, server: ModelServer, ends: int
) -> None:
    server.answers(Answer((WHOLE[:ends],), raw=True, ending="cut"))
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        client.get(server.url)


@pytest.mark.parametrize("said", range(5))
def test_a_body_that_is_shorter_than_promised_is_cut(
    client: httpx2.Client, server: ModelServer, said: int
) -> None:
    server.answers(Answer((SIZED + b"Hello"[:said],), raw=True, ending="cut"))
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        client.get(server.url)


@pytest.mark.parametrize(
    "chunk",
    [b"zz\r\nHel\r\n", b"-3\r\nHel\r\n", b"3\r\nHello\r\n", b"fffffffffffffffff\r\nHel\r\n"],
)
def test_a_chunk_that_is_none_is_an_error(
    client: httpx2.Client, server: ModelServer, chunk: bytes
) -> None:
    server.answers(Answer((CHUNKED + chunk,), raw=True, ending="hold"))
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get(server.url)
    assert server.requests[0].client_left.wait(PATIENCE)


def test_trailers_leave_the_connection_as_it_was(
    client: httpx2.Client, server: ModelServer
) -> None:
    server.answers(Answer((b"x",), headers={"Trailer": "X-Sum"}), Answer((b"y",)))
    assert [client.get(server.url).content for _ in range(2)] == [b"x", b"y"]
    assert server.connections == 1


def test_an_empty_body_leaves_the_connection_as_it_was(
    client: httpx2.Client, server: ModelServer
) -> None:
    server.answers(Answer((), framing="length"), Answer((), framing="chunked"), Answer((b"y",)))
    assert [client.get(server.url).content for _ in range(3)] == [b"", b"", b"y"]
    assert server.connections == 1


@pytest.mark.parametrize("interims", [1, 5])
def test_a_provisional_response_may_come_long_before_the_final_one(
    client: httpx2.Client, server: ModelServer, interims: int
) -> None:
    gate = threading.Event()
    hints = [b"HTTP/1.1 102 Processing\r\n\r\n"] * interims
    server.answers(Answer((*hints, gate, SIZED, b"Hello"), raw=True))
    threading.Timer(0, gate.set).start()
    assert client.get(server.url).content == b"Hello"


def test_a_provisional_response_alone_is_no_response(
    client: httpx2.Client, server: ModelServer
) -> None:
    server.answers(Answer((b"HTTP/1.1 100 Continue\r\n\r\n",), raw=True, ending="cut"))
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        client.get(server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_all_that_came_is_read_though_nothing_follows(
    client: httpx2.Client, server: ModelServer, framing: Any
) -> None:
    """More than one read takes, also where TLS has taken it from the socket already."""
    said = bytes(range(256)) * 400
    headers = {"Content-Length": str(len(said) + 1)} if framing == "length" else {}
    server.answers(Answer((said,), headers=headers, framing=framing, ending="hold"))
    body = body_of(client, server)
    assert read_all(body, len(said)) == said
    body.close()
    assert server.requests[0].client_left.wait(PATIENCE)


def test_many_streams_at_once_each_bring_their_own_words(
    client: httpx2.Client, server: ModelServer
) -> None:
    """On connections that were used before, too, whose descriptors others had in between."""
    streams, rounds = 12, 3
    wanted = [b"%d:%d " % (number, piece) for number in range(streams) for piece in range(20)]
    server.answers_by(lambda request: Answer([request.body + b"%d " % n for n in range(20)]))
    for _ in range(rounds):
        bodies = [open_stream(client, server, number) for number in range(streams)]
        heard = [b"" for _ in bodies]
        reading = dict(enumerate(bodies))
        while reading:
            for number, body in [*reading.items()]:
                data = body.read()
                heard[number] += data
                if not data:
                    del reading[number]
        assert b"".join(heard) == b"".join(wanted)
    assert server.connections == streams


def open_stream(client: httpx2.Client, server: ModelServer, number: int) -> Body:
    request = client.build_request("POST", server.url, content=b"%d:" % number)
    body = client.send(request, stream=True).extensions["body"]
    assert isinstance(body, Body)
    return body


def test_an_interruptible_request_bears_any_silence(server: ModelServer) -> None:
    """Whoever can cut it watches the clock: the client's own timeout does not count."""
    gate = threading.Event()
    server.answers(Answer((b"a", gate, b"b")))
    with (
        httpx2.Client(transport=Transport(), timeout=0.001) as client,
        interruptible(Call(PATIENCE, PATIENCE).on_cancel),
    ):
        body = body_of(client, server)
        assert body.read() == b"a"
        threading.Timer(0.05, gate.set).start()
        assert body.read() == b"b"
        body.close()
