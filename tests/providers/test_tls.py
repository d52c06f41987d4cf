"""TLS to the model's server, by the standard library and the system's trust."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.model_server import CERTIFICATE, Answer, ModelServer


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(tls=True) as server:
        yield server


@pytest.fixture
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.mark.usefixtures("_trusted")
def test_each_piece_arrives_as_it_is_sent(client: httpx2.Client, server: ModelServer) -> None:
    gate = threading.Event()
    server.answers(Answer((b"a", gate, b"b")))
    with client.stream("GET", server.url) as response:
        body = response.extensions["body"]
        assert body.read() == b"a"
        gate.set()
        assert body.read() == b"b"
        assert body.read() == b""


@pytest.mark.usefixtures("_trusted")
def test_a_large_body_goes_both_ways(client: httpx2.Client, server: ModelServer) -> None:
    large = bytes(range(256)) * 4096 * 4
    server.answers(Answer((large,), framing="length"))
    assert client.post(server.url, content=large).content == large
    assert server.requests[0].body == large


@pytest.mark.usefixtures("_trusted")
def test_a_connection_serves_many_requests(client: httpx2.Client, server: ModelServer) -> None:
    server.answers(Answer((b"a",)))
    for _ in range(5):
        assert client.get(server.url).content == b"a"
    assert server.connections == 1


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_an_end_without_farewell_is_a_cut(
    client: httpx2.Client, server: ModelServer, framing: str
) -> None:
    headers = {"Content-Length": "99"} if framing == "length" else {}
    server.answers(Answer((b"a",), 200, headers, framing, "cut"))  # type: ignore[arg-type]
    with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
        client.get(server.url)


def test_a_stranger_is_not_trusted(client: httpx2.Client, server: ModelServer) -> None:
    with pytest.raises(httpx2.ConnectError) as caught:
        client.get(server.url)
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
    assert not server.requests


@pytest.mark.usefixtures("_trusted")
def test_another_name_is_not_trusted(
    client: httpx2.Client, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address])
    assert client.get("https://localhost").status_code == 200
    with pytest.raises(httpx2.ConnectError) as caught:
        client.get("https://model.invalid")
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


@pytest.mark.usefixtures("_trusted")
def test_what_is_no_tls_is_an_error(client: httpx2.Client) -> None:
    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(httpx2.ConnectError) as caught:
            client.get(f"https://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(20)
    assert isinstance(caught.value.__cause__, ssl.SSLError)
