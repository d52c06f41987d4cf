"""A fake model that says the next word only after the reader has confirmed the last one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Semaphore, Thread

from bench.script import Behaviour, script
from tests.support.processes import bound

_PATIENCE = 60.0


class GatedModel:
    """The model's server on `port`; `behaviour` is its only model."""

    port: int

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._confirmed = Semaphore(1)
        self._closed = Event()

    def confirm(self) -> None:
        """The reader has the last word: the next one may be said."""
        self._confirmed.release()

    def close(self) -> None:
        """Lets an answer go that waits for its reader."""
        self._closed.set()
        self.confirm()

    def steps(self) -> Iterator[bytes]:
        """The pieces of the answer, each when it may be sent, paced as the behaviour says."""
        answer = script(self.behaviour, usage=True)
        yield answer.head
        for step in answer.steps:
            if not self._confirmed.acquire(timeout=_PATIENCE):
                return
            if self._closed.wait(1 / self.behaviour.rate):
                return
            yield step


@contextmanager
def gated_model(behaviour: Behaviour) -> Iterator[GatedModel]:
    """Serves the model for as long as the block lasts."""
    model = GatedModel(behaviour)
    server = bound(lambda port: ThreadingHTTPServer(("127.0.0.1", port), _handler(model)))
    model.port = server.server_port
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield model
    finally:
        model.close()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(model: GatedModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            listed = {"object": "list", "data": [{"id": model.behaviour.model, "object": "model"}]}
            body = json.dumps(listed).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.close_connection = True
            with suppress(ConnectionError):
                for step in model.steps():
                    self.wfile.write(step)

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    return Handler
