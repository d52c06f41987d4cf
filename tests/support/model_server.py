"""A real HTTP server on loopback that plays a model's server as a test tells it to.

    with ModelServer() as server:
        gate = threading.Event()
        server.answers(Answer.sse(chat("Hel"), gate, chat("lo", finish="stop"), DONE))
        …  # a client of http://…: server.url; the base URL of the SDK: server.base_url
        gate.set()
        assert server.requests[0].json()["model"] == "m"
        assert server.requests[0].client_left.wait(5)

A script consists of bytes to send, of seconds to sleep, and of events to wait for. Answers are
given in order, and the last one again and again.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

from tests.support.processes import bound

PATIENCE = 20.0
"""Seconds after which what did not happen never will."""

_POLL_SECONDS = 0.01

Step: TypeAlias = bytes | float | threading.Event

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Certificate and key of `localhost` and 127.0.0.1, its own authority; valid for a century."""

DONE = b"data: [DONE]\n\n"


def frame(value: object, event: str = "") -> bytes:
    """A server-sent event with this JSON, or this text."""
    data = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return (f"event: {event}\n" if event else "").encode() + f"data: {data}\n\n".encode()


def chat(content: str | None = None, *, finish: str | None = None, **delta: Any) -> bytes:
    """A chunk of a chat completion."""
    if content is not None:
        delta["content"] = content
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return frame({"id": "c", "object": "chat.completion.chunk", "choices": [choice]})


def usage(given: int, made: int) -> bytes:
    """The chunk that tells the tokens."""
    return frame({"choices": [], "usage": {"prompt_tokens": given, "completion_tokens": made}})


def cut(data: bytes, size: int) -> list[bytes]:
    """The data in pieces of this size."""
    return [data[i : i + size] for i in range(0, len(data), size)]


@dataclass(frozen=True)
class Answer:
    """One response. `ending` is what comes after the script.

    `clean` ends the body as its framing asks, `cut` closes the connection without that, `reset`
    lets the client hear an error, `hold` says nothing more until the client leaves. With `raw`
    the script is all that goes over the wire, head included, and the connection closes after it.
    """

    script: Sequence[Step] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    framing: Literal["chunked", "length", "close"] = "chunked"
    ending: Literal["clean", "cut", "reset", "hold"] = "clean"
    raw: bool = False

    @classmethod
    def sse(cls, *script: Step, **options: Any) -> Self:
        """An event stream."""
        return cls(script, headers={"Content-Type": "text/event-stream"}, **options)

    @classmethod
    def json(cls, value: object, status: int = 200, **headers: str) -> Self:
        """A JSON document, or an error that is one; `Retry_After="1"` makes a header."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        named["Content-Type"] = "application/json"
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return cls((body,), status, named, "length")


@dataclass
class Request:
    """What a client asked, and what became of it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    client_left: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class ModelServer:
    """The server; a context manager that ends with all of its threads and connections."""

    def __init__(self, *, tls: bool = False, port: int | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._arrived = threading.Condition()
        self._choose = _in_order((Answer(),))
        self._tls = _tls_context() if tls else None
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = _listen(port) if port else bound(_listen)
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL would be."""
        return f"{self.url}/v1"

    def answers(self, *answers: Answer) -> None:
        """Gives these answers, the last one for ever."""
        self._choose = _in_order(answers)

    def answers_by(self, choose: Callable[[Request], Answer]) -> None:
        """Lets a function choose the answer to each request."""
        self._choose = choose

    def wait_for_request(self, count: int = 1) -> Request:
        """The request number `count`, counted from 1, once it has come. Raises `TimeoutError`."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, PATIENCE):
                raise TimeoutError(f"{len(self.requests)} of {count} requests came")
            return self.requests[count - 1]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        self._listener.close()

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            if _readable(self._listener, _POLL_SECONDS):
                client, _ = self._listener.accept()
                self.connections += 1
                self._start(self._serve, client, self.connections)

    def _serve(self, client: socket.socket, number: int) -> None:
        with client, suppress(OSError, _Left):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(PATIENCE)
            if self._tls:
                client = self._tls.wrap_socket(client, server_side=True)
            with client:
                self._converse(client, number)

    def _converse(self, client: socket.socket, number: int) -> None:
        """Reads requests and answers them, until one side has enough."""
        more = True
        while more:
            request = self._receive(client, number)
            with self._arrived:
                self.requests.append(request)
                self._arrived.notify_all()
            try:
                more = self._reply(client, request)
            except (OSError, _Left):
                request.client_left.set()
                raise
            finally:
                request.answered.set()

    def _receive(self, client: socket.socket, number: int) -> Request:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._read(client)
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += self._read(client)
        method, target, _ = first.split(" ", 2)
        return Request(method, target, headers, body, number)

    def _read(self, client: socket.socket) -> bytes:
        client.settimeout(_POLL_SECONDS)
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                data = client.recv(65536)
                client.settimeout(PATIENCE)
                if data:
                    return data
                break
        raise _Left

    def _reply(self, client: socket.socket, request: Request) -> bool:
        """Plays the answer; says whether the connection may serve another request."""
        answer = self._choose(request)
        if not answer.raw:
            client.sendall(_head(answer))
        for step in answer.script:
            self._play(client, step, chunked=answer.framing == "chunked" and not answer.raw)
        return self._end(client, answer)

    def _play(self, client: socket.socket, step: Step, *, chunked: bool) -> None:
        match step:
            case threading.Event():
                self._wait(client, step)
            case bytes():
                client.sendall(b"%x\r\n%b\r\n" % (len(step), step) if chunked else step)
            case _:
                self._stopping.wait(step)

    def _end(self, client: socket.socket, answer: Answer) -> bool:
        match answer.ending:
            case "hold":
                self._wait(client, threading.Event())
            case "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "clean" if not answer.raw:
                if answer.framing == "chunked":
                    client.sendall(b"0\r\n\r\n")
                return answer.framing != "close"
        return False

    def _wait(self, client: socket.socket, gate: threading.Event) -> None:
        """Waits for the gate. Raises `_Left` where the client closes first, or the test ends."""
        while not gate.wait(_POLL_SECONDS):
            if self._stopping.is_set() or _is_gone(client):
                raise _Left


class _Left(Exception):
    """The client is gone, or the server is to end."""


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def _in_order(answers: Sequence[Answer]) -> Callable[[Request], Answer]:
    remaining = iter(answers)
    return lambda request: next(remaining, answers[-1])


def _head(answer: Answer) -> bytes:
    headers = dict(answer.headers)
    match answer.framing:
        case "chunked":
            headers["Transfer-Encoding"] = "chunked"
        case "length":
            size = sum(len(step) for step in answer.script if isinstance(step, bytes))
            headers.setdefault("Content-Length", str(size))
    lines = [f"HTTP/1.1 {answer.status} Answer", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _readable(sock: socket.socket, seconds: float) -> bool:
    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


def _is_gone(client: socket.socket) -> bool:
    """Whether the client has closed; it sends nothing while it waits for its answer."""
    try:
        # The plain socket's method: a TLS socket cannot peek.
        return _readable(client, 0) and not socket.socket.recv(client, 1, socket.MSG_PEEK)
    except OSError:
        return True


def _tls_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context
