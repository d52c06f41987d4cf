"""A model's server that says what a test tells it, when the test tells it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

from tests.support.processes import bound

MODELS = ("small-model", "large-model")
_PATIENCE = 30.0
_GLANCE = 0.02


class Asked:
    """One question to the model, and the words that a test puts into its mouth."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.model: str = body["model"]
        self.turns = [(turn["role"], turn["content"]) for turn in body["messages"]]
        self._steps: Queue[bytes | None] = Queue()
        self._left = Event()

    @property
    def question(self) -> str:
        """What was asked last."""
        return str(self.turns[-1][1])

    def say(self, words: str) -> None:
        """Says something."""
        self._delta({"content": words})

    def think(self, words: str) -> None:
        """Thinks something."""
        self._delta({"reasoning_content": words})

    def finish(self, words: str = "", reason: str | None = "stop") -> None:
        """Says the last words and ends; without a reason it names no finish."""
        if words:
            self.say(words)
        if reason:
            self._delta({}, reason)
        self._steps.put(b"data: [DONE]\n\n")
        self._steps.put(None)

    def fail(self) -> None:
        """Says in the stream that something went wrong, and ends."""
        self._steps.put(b'data: {"error":{"message":"broken"}}\n\n')
        self._steps.put(None)

    def refuse(self, status: int, message: str, **headers: str) -> None:
        """Answers with an error in the place of a stream."""
        body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
        lines = {"Content-Type": "application/json", "Content-Length": str(len(body))} | headers
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._steps.put(f"HTTP/1.1 {status} Refused\r\n{head}\r\n".encode() + body)
        self._steps.put(None)

    def wait_until_left(self) -> None:
        """Returns once the server has closed its connection. Raises `TimeoutError`."""
        if not self._left.wait(_PATIENCE):
            raise TimeoutError("the connection to the model is still open")

    def serve(self, connection: socket.socket) -> None:
        """Writes what the test says, until it ends or nobody listens any more."""
        begun = False
        while not _is_closed(connection):
            with suppress(Empty):
                step = self._steps.get(timeout=_GLANCE)
                if step is None:
                    return
                if not begun and not step.startswith(b"HTTP/"):
                    connection.sendall(_HEAD)
                begun = True
                connection.sendall(step)
        self._left.set()

    def _delta(self, delta: dict[str, str], finish: str | None = None) -> None:
        chunk = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "model": self.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        self._steps.put(b"data: " + json.dumps(chunk).encode() + b"\n\n")


class Model:
    """The server; `asked` gives its questions one after the other."""

    port: int

    def __init__(self) -> None:
        self.questions: Queue[Asked] = Queue()

    def asked(self) -> Asked:
        """The next question; fails where none comes."""
        return self.questions.get(timeout=_PATIENCE)


@contextmanager
def serving() -> Iterator[Model]:
    """Serves the model for as long as the block lasts."""
    model = Model()
    server = bound(lambda port: ThreadingHTTPServer(("127.0.0.1", port), _handler(model)))
    server.daemon_threads = True
    model.port = server.server_port
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def _handler(model: Model) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            models = [{"id": id, "object": "model"} for id in MODELS]
            body = json.dumps({"object": "list", "data": models}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = Asked(body)
            model.questions.put(asked)
            self.close_connection = True
            with suppress(ConnectionError):
                asked.serve(self.connection)

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    return Handler
