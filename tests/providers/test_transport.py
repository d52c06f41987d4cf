"""The contract of the transport, over real sockets. It holds under threads and under greenlets."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from chatapp.providers import _transport
from chatapp.providers._transport import Body
from tests.support.model_server import Answer, ModelServer, cut

WORDS = b"Hello, you."


def raw(head: bytes, *script: Any, **options: Any) -> Answer:
    """An answer of which every byte is given; the head's lines are cut at `|`."""
    return Answer((head.replace(b"|", b"\r\n") + b"\r\n\r\n", *script), raw=True, **options)


def get(client: httpx2.Client, server: ModelServer) -> bytes:
    return client.get(server.url).content


def open_body(client: httpx2.Client, server: ModelServer) -> Body:
    response = client.send(client.build_request("POST", server.url, content=b"x"), stream=True)
    body = response.extensions["body"]
    assert isinstance(body, Body)
    return body


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_body_arrives_whatever_its_framing(
    client: httpx2.Client, server: ModelServer, framing: Any, size: int
) -> None:
    server.answers(Answer(cut(WORDS, size), framing=framing))
    assert get(client, server) == WORDS


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_each_piece_arrives_as_it_is_sent(
    client: httpx2.Client, server: ModelServer, framing: Any
) -> None:
    gates = [threading.Event(), threading.Event()]
    server.answers(Answer((b"a", gates[0], b"b", gates[1], b"c"), framing=framing))
    body = open_body(client, server)
    assert body.read() == b"a"
    gates[0].set()
    assert body.read() == b"b"
    gates[1].set()
    assert body.read() == b"c"
    assert body.read() == b""
    assert body.read() == b""


def test_status_and_headers_are_the_servers(client: httpx2.Client, server: ModelServer) -> None:
    server.answers(Answer((b"{}",), 418, {"Content-Type": "a/b", "X-One": "1"}))
    response = client.get(server.url)
    assert response.status_code == 418
    assert response.headers["content-type"] == "a/b"
    assert response.headers["x-one"] == "1"


def test_the_request_goes_out_as_it_is(client: httpx2.Client, server: ModelServer) -> None:
    client.post(f"{server.url}/v1/x?y=%20z", content=WORDS, headers={"X-One": "1"})
    (request,) = server.requests
    assert (request.method, request.target, request.body) == ("POST", "/v1/x?y=%20z", WORDS)
    assert request.headers["x-one"] == "1"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize("status", [204, 304])
def test_some_responses_have_no_body(
    client: httpx2.Client, server: ModelServer, status: int
) -> None:
    server.answers(Answer(status=status, framing="close", ending="hold"))
    assert get(client, server) == b""


def test_provisional_responses_are_passed_over(client: httpx2.Client, server: ModelServer) -> None:
    provisional = b"HTTP/1.1 100 Continue||HTTP/1.1 103 Early Hints|Link: x||"
    server.answers(raw(provisional + b"HTTP/1.1 200 OK|Content-Length: 2", b"ok"))
    response = client.get(server.url)
    assert (response.status_code, response.content) == (200, b"ok")
    assert "link" not in response.headers


def test_trailers_and_chunk_extensions_are_ignored(
    client: httpx2.Client, server: ModelServer
) -> None:
    head = b"HTTP/1.1 200 OK|Transfer-Encoding: chunked"
    server.answers(raw(head, b"2;a=b\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n"))
    response = client.get(server.url)
    assert response.content == b"ok"
    assert "x-sum" not in response.headers


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\nok\r\n0\r\n\r\n",
    ],
    ids=["lines without CR", "no reason", "a blank behind the size", "two framings"],
)
def test_small_mistakes_are_forgiven(
    client: httpx2.Client, server: ModelServer, sent: bytes
) -> None:
    server.answers(Answer((sent,), raw=True))
    assert get(client, server) == b"ok"


def test_a_compressed_body_is_decoded(client: httpx2.Client, server: ModelServer) -> None:
    packed = gzip.compress(WORDS)
    server.answers(Answer(cut(packed, 5), headers={"Content-Encoding": "gzip"}))
    assert get(client, server) == WORDS


def test_a_large_body_goes_both_ways(client: httpx2.Client, server: ModelServer) -> None:
    large = bytes(range(256)) * 4096 * 8
    server.answers(Answer((large,), framing="length"))
    assert client.post(server.url, content=large).content == large
    assert server.requests[0].body == large


def test_an_answer_before_the_request_is_read_counts(
    client: httpx2.Client, server: ModelServer
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        conn, _ = listener.accept()
        conn.recv(10)
        conn.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        conn.shutdown(socket.SHUT_WR)
        refused.wait(20)
        conn.close()

    refused = threading.Event()
    thread = threading.Thread(target=refuse)
    thread.start()
    with listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert client.post(url, content=b"x" * 100_000).status_code == 413
        refused.set()
        thread.join(20)


class TestConnections:
    """Which connection serves which request."""

    @pytest.mark.parametrize("framing", ["chunked", "length"])
    def test_one_serves_many_requests(
        self, client: httpx2.Client, server: ModelServer, framing: Any
    ) -> None:
        server.answers(Answer((WORDS,), framing=framing))
        for _ in range(5):
            assert get(client, server) == WORDS
        assert server.connections == 1

    @pytest.mark.parametrize(
        "head",
        [
            b"HTTP/1.1 200 OK|Connection: close|Content-Length: 2",
            b"HTTP/1.0 200 OK|Content-Length: 2",
            b"HTTP/1.1 200 OK|Content-Length: 2|",
        ],
        ids=["close", "HTTP/1.0", "more than was promised"],
    )
    def test_some_serve_one(self, client: httpx2.Client, server: ModelServer, head: bytes) -> None:
        extra = b"okHTTP/1.1 200 OK\r\n\r\n" if head.endswith(b"|") else b"ok"
        server.answers(raw(head.rstrip(b"|"), extra, ending="hold"))
        assert get(client, server) == b"ok"
        assert get(client, server) == b"ok"
        assert server.connections == 2

    def test_one_that_the_server_closed_is_not_used(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        server.answers(raw(b"HTTP/1.1 200 OK|Content-Length: 2", b"ok"))
        assert get(client, server) == b"ok"
        assert server.requests[0].answered.wait(20)
        assert get(client, server) == b"ok"
        assert (server.connections, len(server.requests)) == (2, 2)

    def test_what_comes_unasked_answers_no_request(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        gate = threading.Event()
        unasked = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"
        server.answers(
            raw(b"HTTP/1.1 200 OK|Content-Length: 1", b"1", gate, unasked), Answer((b"2",))
        )
        assert get(client, server) == b"1"
        gate.set()
        assert server.requests[0].answered.wait(20)
        assert get(client, server) == b"2"

    def test_one_that_closes_on_the_request_is_replaced(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        silent = Answer((), raw=True, ending="cut")
        server.answers(Answer((b"1",)), silent, Answer((b"2",)))
        assert get(client, server) == b"1"
        assert get(client, server) == b"2"
        assert (server.connections, len(server.requests)) == (2, 3)

    def test_a_new_one_is_not_replaced(self, client: httpx2.Client, server: ModelServer) -> None:
        server.answers(Answer((), raw=True, ending="cut"))
        with pytest.raises(httpx2.RemoteProtocolError):
            get(client, server)
        assert len(server.requests) == 1

    def test_one_that_began_to_answer_is_not_replaced(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        server.answers(Answer((b"1",)), Answer((b"HTTP/1.1 2",), raw=True, ending="cut"))
        assert get(client, server) == b"1"
        with pytest.raises(httpx2.RemoteProtocolError):
            get(client, server)
        assert len(server.requests) == 2

    def test_one_that_is_silent_is_not_replaced(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        server.answers(Answer((b"1",)), Answer((), raw=True, ending="hold"))
        assert get(client, server) == b"1"
        with pytest.raises(httpx2.ReadTimeout):
            client.get(server.url, timeout=0.05)
        assert len(server.requests) == 2

    def test_one_that_was_idle_for_long_is_not_used(
        self, client: httpx2.Client, server: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_transport, "IDLE_SECONDS", 0)
        get(client, server)
        get(client, server)
        assert server.connections == 2

    def test_only_so_many_are_kept(
        self, client: httpx2.Client, server: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_transport, "MAX_IDLE", 1)
        bodies = [open_body(client, server), open_body(client, server)]
        assert [body.read() for body in bodies] == [b"", b""]
        bodies = [open_body(client, server), open_body(client, server)]
        assert server.connections == 3
        assert [body.read() for body in bodies] == [b"", b""]

    def test_many_threads_share_them(self, client: httpx2.Client, server: ModelServer) -> None:
        server.answers_by(lambda request: Answer((request.body, request.body)))
        wrong = []

        def work(number: int) -> None:
            for turn in range(20):
                content = f"{number}.{turn} ".encode()
                if client.post(server.url, content=content).content != content * 2:
                    wrong.append(content)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not wrong
        assert len(server.requests) == 160
        assert server.connections <= 8

    def test_a_body_that_is_closed_early_closes_its_own(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        server.answers(Answer((b"a",), ending="hold"))
        body = open_body(client, server)
        body.read()
        body.close()
        assert server.requests[0].client_left.wait(20)
        with pytest.raises(httpx2.StreamClosed):
            body.read()

    def test_a_drained_body_gives_it_back(self, client: httpx2.Client, server: ModelServer) -> None:
        server.answers(Answer((b"a", b"b", 0.01, b"c")))
        for _ in range(2):
            body = open_body(client, server)
            body.read()
            body.drain()
        assert server.connections == 1

    def test_draining_does_not_wait_for_ever(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        server.answers(Answer((b"a",), ending="hold"))
        open_body(client, server).drain()
        assert server.requests[0].client_left.wait(20)

    def test_draining_what_is_read_or_closed_does_nothing(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        server.answers(Answer((b"a",)))
        for use in (Body.read, Body.close):
            body = open_body(client, server)
            body.read()
            use(body)
            body.drain()
        assert server.connections == 1

    def test_draining_forgives_a_cut(self, client: httpx2.Client, server: ModelServer) -> None:
        server.answers(Answer((b"a",), ending="cut"))
        open_body(client, server).drain()
        assert server.connections == 1


class TestFailures:
    """What is not a proper response is an error, and never the end of one."""

    @pytest.mark.parametrize("ending", ["cut", "reset"])
    @pytest.mark.parametrize("framing", ["chunked", "length"])
    def test_a_close_in_the_middle(
        self, client: httpx2.Client, server: ModelServer, framing: Any, ending: Any
    ) -> None:
        gate = threading.Event()
        headers = {"Content-Length": "99"} if framing == "length" else {}
        server.answers(Answer((b"a", gate), 200, headers, framing, ending))
        body = open_body(client, server)
        assert body.read() == b"a"
        gate.set()
        with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
            body.read()
        with pytest.raises(httpx2.StreamClosed):
            body.read()

    def test_a_reset_of_a_body_that_ends_with_its_connection(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        gate = threading.Event()
        server.answers(Answer((b"a", gate), framing="close", ending="reset"))
        body = open_body(client, server)
        assert body.read() == b"a"
        gate.set()
        with pytest.raises(httpx2.ReadError):
            body.read()

    @pytest.mark.parametrize(
        "sent",
        [
            b"",
            b"HTTP/1.1 200 OK\r\nContent-",
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        ],
        ids=["nothing", "half a head", "another protocol", "no number", "an upgrade"],
    )
    def test_no_response(self, client: httpx2.Client, server: ModelServer, sent: bytes) -> None:
        server.answers(Answer((sent,), raw=True, ending="cut"))
        with pytest.raises(httpx2.RemoteProtocolError):
            get(client, server)

    @pytest.mark.parametrize(
        "script",
        [
            [b"HTTP/1.1 200 OK\r\nX: ", *[b"x" * 65536] * 32],
            [b"HTTP/1.1 200 OK\r\n", *[b"X: xxxxxxxx\r\n" * 5000] * 32],
            [b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000],
            [
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                *[b"X: xxxxxxxx\r\n" * 5000] * 32,
            ],
        ],
        ids=["one header of 2 MB", "many headers", "many provisional heads", "trailers"],
    )
    def test_headers_without_end(
        self, client: httpx2.Client, server: ModelServer, script: list[bytes]
    ) -> None:
        server.answers(Answer(script, raw=True, ending="cut"))
        with pytest.raises(
            httpx2.RemoteProtocolError, match="headers of the response are too large"
        ):
            get(client, server)

    def test_headers_may_come_slowly(self, client: httpx2.Client, server: ModelServer) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
        server.answers(Answer((*cut(head, 1), b"ok"), raw=True))
        assert get(client, server) == b"ok"

    def test_silence_ends_a_request_with_a_timeout(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        server.answers(Answer((b"a",), ending="hold"))
        with pytest.raises(httpx2.ReadTimeout):
            client.get(server.url, timeout=0.05)
        assert server.requests[0].client_left.wait(20)

    def test_a_refused_connection(self, client: httpx2.Client) -> None:
        with pytest.raises(httpx2.ConnectError) as caught:
            client.get(f"http://127.0.0.1:{closed_port()}")
        assert isinstance(caught.value.__cause__, ConnectionRefusedError)

    def test_a_name_that_cannot_be_found(
        self, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def find_nothing(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

        monkeypatch.setattr(socket, "getaddrinfo", find_nothing)
        with pytest.raises(httpx2.ConnectError) as caught:
            client.get("http://model.invalid")
        assert isinstance(caught.value.__cause__, socket.gaierror)

    def test_the_next_address_is_tried(
        self, client: httpx2.Client, server: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ports = [closed_port(), server.port]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [addressed(p) for p in ports])
        assert client.get("http://model.invalid").status_code == 200

    def test_connecting_takes_only_so_long(
        self, client: httpx2.Client, deaf_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_transport, "CONNECT_SECONDS", 0.05)
        with pytest.raises(httpx2.ConnectTimeout):
            client.get(f"http://127.0.0.1:{deaf_port}")

    @pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
    def test_a_header_cannot_hold_another(
        self, client: httpx2.Client, server: ModelServer, value: str
    ) -> None:
        with pytest.raises(httpx2.LocalProtocolError):
            client.get(server.url, headers={"Authorization": value})
        assert not server.requests

    def test_a_body_of_unknown_length_is_not_sent(
        self, client: httpx2.Client, server: ModelServer
    ) -> None:
        with pytest.raises(httpx2.LocalProtocolError):
            client.post(server.url, content=iter([b"a"]))

    @pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http:///x"])
    def test_only_http_is_spoken(self, client: httpx2.Client, url: str) -> None:
        with pytest.raises(httpx2.UnsupportedProtocol):
            client.get(url)


def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def addressed(port: int) -> tuple[Any, ...]:
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port whose queue is full: connecting to it takes for ever."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        yield int(address[1])
        for sock in waiting:
            sock.close()
