"""A request can be cut in every phase, at once, from another thread or greenlet."""

from __future__ import annotations

import _thread
import select
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from gevent import monkey

from chatapp.live.call import Call
from chatapp.providers import _transport
from chatapp.providers._transport import Transport, interruptible
from tests.support.model_server import CERTIFICATE, Answer, ModelServer

PATIENCE = 20.0

start_real_thread = (
    monkey.get_original("_thread", "start_new_thread")
    if monkey.is_module_patched("threading")
    else _thread.start_new_thread
)

LARGE = bytes(64 << 20)
"""More than the buffers of a connection hold."""


class Background:
    """A request in a thread of its own, and how it ended."""

    def __init__(self, call: Call, request: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self._call = call
        self._request = request
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with interruptible(self._call.on_cancel):
                self._request()
        except Exception as error:
            self.error = error

    def join(self) -> Exception | None:
        """How the request ended, once it has."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the request still waits"
        return self.error


class Noted:
    """A `poll` that tells when someone begins to wait."""

    began = threading.Event()
    real = select.poll

    def __init__(self) -> None:
        self._poll = Noted.real()
        self.register = self._poll.register

    def poll(self, milliseconds: float) -> list[tuple[int, int]]:
        """Waits, having said so."""
        Noted.began.set()
        return self._poll.poll(milliseconds)


@pytest.fixture
def call() -> Call:
    return Call(PATIENCE, PATIENCE)


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(transport=Transport()) as client:
        yield client


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that listens, and of which a test does the rest."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        listener.settimeout(PATIENCE)
        yield listener


def url(listener: socket.socket, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"


def is_left(connection: socket.socket) -> bool:
    """Whether the other side closes, or has closed; reads what was on the way."""
    connection.settimeout(PATIENCE)
    try:
        while connection.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def test_before_it_begins(client: httpx2.Client, call: Call, server: ModelServer) -> None:
    call.cancel()
    assert isinstance(Background(call, lambda: client.get(server.url)).join(), httpx2.ConnectError)
    assert not server.connections


def test_while_the_name_is_resolved(
    client: httpx2.Client, call: Call, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, found = threading.Event(), threading.Event()

    def resolve(*_: object, **__: object) -> list[Any]:
        asked.set()
        found.wait(PATIENCE)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    background = Background(call, lambda: client.get("http://model.invalid"))
    assert asked.wait(PATIENCE)
    call.cancel()
    found.set()
    assert isinstance(background.join(), httpx2.ConnectError)
    assert not server.connections


def test_while_it_connects(
    client: httpx2.Client,
    call: Call,
    listener: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = [socket.socket() for _ in range(3)]  # full: the next one waits for its turn
    for sock in queue:
        sock.setblocking(False)
        sock.connect_ex(listener.getsockname())
    Noted.began.clear()
    monkeypatch.setattr(select, "poll", Noted)
    background = Background(call, lambda: client.get(url(listener)))
    assert Noted.began.wait(PATIENCE)
    call.cancel()
    error = background.join()
    assert isinstance(error, httpx2.ConnectError)
    assert isinstance(error.__cause__, ConnectionAbortedError)
    for sock in queue:
        sock.close()


def test_while_it_shakes_hands(client: httpx2.Client, call: Call, listener: socket.socket) -> None:
    background = Background(call, lambda: client.get(url(listener, "https")))
    connection, _ = listener.accept()
    with connection:
        assert connection.recv(1)
        call.cancel()
        assert isinstance(background.join(), httpx2.ConnectError)
        assert is_left(connection)


def test_while_it_sends(client: httpx2.Client, call: Call, listener: socket.socket) -> None:
    background = Background(call, lambda: client.post(url(listener), content=LARGE))
    connection, _ = listener.accept()
    with connection:
        assert connection.recv(1)
        call.cancel()
        assert isinstance(background.join(), httpx2.TransportError)
        assert is_left(connection)


def test_while_it_waits_for_the_headers(
    client: httpx2.Client, call: Call, server: ModelServer
) -> None:
    server.answers(Answer((), raw=True, ending="hold"))
    background = Background(call, lambda: client.get(server.url))
    request = server.wait_for_request()
    call.cancel()
    assert isinstance(background.join(), httpx2.TransportError)
    assert request.client_left.wait(PATIENCE)


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_in_the_body(call: Call, framing: Any, tls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    begun = threading.Event()
    headers = {"Content-Length": "99"} if framing == "length" else {}
    with ModelServer(tls=tls) as server, httpx2.Client(transport=Transport()) as client:
        server.answers(Answer((b"a",), 200, headers, framing, "hold"))

        def read() -> None:
            with client.stream("GET", server.url) as response:
                for _ in response.extensions["body"]:
                    begun.set()

        background = Background(call, read)
        assert begun.wait(PATIENCE)
        call.cancel()
        assert isinstance(background.join(), httpx2.TransportError)
        assert server.requests[0].client_left.wait(PATIENCE)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_while_it_drains(call: Call, tls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setattr(_transport, "DRAIN_SECONDS", PATIENCE)
    begun = threading.Event()
    with ModelServer(tls=tls) as server, httpx2.Client(transport=Transport()) as client:
        server.answers(Answer((b"a",), ending="hold"), Answer((b"b",)))

        def drain() -> None:
            with client.stream("GET", server.url) as response:
                body = response.extensions["body"]
                body.read()
                begun.set()
                body.drain()

        background = Background(call, drain)
        assert begun.wait(PATIENCE)
        call.cancel()
        assert background.join() is None, "draining forgives that the rest is lost"
        assert server.requests[0].client_left.wait(PATIENCE)
        assert client.get(server.url).content == b"b"
        assert server.connections == 2


def test_by_a_thread_of_the_system(client: httpx2.Client, call: Call, server: ModelServer) -> None:
    """Not one that gevent made a greenlet of."""
    server.answers(Answer((), raw=True, ending="hold"))
    background = Background(call, lambda: client.get(server.url))
    request = server.wait_for_request()
    start_real_thread(call.cancel, ())
    assert isinstance(background.join(), httpx2.TransportError)
    assert request.client_left.wait(PATIENCE)


def test_twice_is_once(client: httpx2.Client, call: Call, server: ModelServer) -> None:
    server.answers(Answer((), raw=True, ending="hold"))
    background = Background(call, lambda: client.get(server.url))
    server.wait_for_request()
    call.cancel()
    call.cancel()
    assert isinstance(background.join(), httpx2.TransportError)


def test_one_of_many_leaves_the_others_alone(client: httpx2.Client, server: ModelServer) -> None:
    gate = threading.Event()
    server.answers_by(lambda request: Answer((b"a", gate, request.body)))
    calls = [Call(PATIENCE, PATIENCE) for _ in range(3)]
    heard: dict[int, bytes] = {}

    def ask(number: int) -> None:
        heard[number] = client.post(server.url, content=b"%d" % number).content

    asking = [
        Background(call, lambda number=number: ask(number))  # type: ignore[misc]
        for number, call in enumerate(calls)
    ]
    server.wait_for_request(3)
    calls[1].cancel()
    assert isinstance(asking[1].join(), httpx2.TransportError)
    gate.set()
    assert [asking[0].join(), asking[2].join()] == [None, None]
    assert heard == {0: b"a0", 2: b"a2"}


def test_before_it_begins_on_a_connection_that_was_used_before(
    client: httpx2.Client, call: Call, server: ModelServer
) -> None:
    client.get(server.url)
    call.cancel()
    assert isinstance(
        Background(call, lambda: client.get(server.url)).join(), httpx2.TransportError
    )
    assert len(server.requests) == 1


def test_what_was_cut_serves_nobody_else(
    client: httpx2.Client, call: Call, server: ModelServer
) -> None:
    """Though all of its response had come."""
    server.answers(Answer((b"a",)), Answer((b"b",)))
    with interruptible(call.on_cancel):
        response = client.send(client.build_request("GET", server.url), stream=True)
    assert server.wait_for_request().answered.wait(PATIENCE)
    call.cancel()
    response.close()
    assert client.get(server.url).content == b"b"
    assert [request.connection for request in server.requests] == [1, 2]


def test_a_connection_that_was_used_before_is_not_replaced(
    client: httpx2.Client, call: Call, server: ModelServer
) -> None:
    server.answers(Answer((b"a",)), Answer((), raw=True, ending="hold"))
    client.get(server.url)
    background = Background(call, lambda: client.get(server.url))
    server.wait_for_request(2)
    call.cancel()
    assert isinstance(background.join(), httpx2.TransportError)
    assert (len(server.requests), server.connections) == (2, 1)


def test_afterwards_it_hurts_nobody(client: httpx2.Client, call: Call, server: ModelServer) -> None:
    gate = threading.Event()
    server.answers(Answer((b"a",)), Answer((b"b", gate, b"c")))
    assert Background(call, lambda: client.get(server.url)).join() is None
    with client.stream("GET", server.url) as response:
        body = response.extensions["body"]
        assert body.read() == b"b"
        call.cancel()
        gate.set()
        assert body.read() == b"c"
        assert body.read() == b""
    assert server.connections == 1


def test_expiring_is_cancelling(client: httpx2.Client, call: Call, server: ModelServer) -> None:
    server.answers(Answer((), raw=True, ending="hold"))
    background = Background(call, lambda: client.get(server.url))
    server.wait_for_request()
    call.expire()
    assert isinstance(background.join(), httpx2.TransportError)
    assert call.timed_out
