"""A fake model server: paced answers in the shape of Chat Completions, at a few µs a delta.

    python -m bench.model_server PORT

The model's name is its behaviour (`bench.script`). `GET /stats` tells what was asked of it, and
how late it was itself. One process, one epoll loop, one write per event.
"""

from __future__ import annotations

import gc
import json
import socket
import sys
from select import EPOLLIN, EPOLLOUT, EPOLLRDHUP, epoll
from time import monotonic, process_time

from bench.script import Behaviour, Script, script, whole
from bench.wheel import Wheel

MODELS = ("fake-30tps-150tok", "fake-100tps-15tok", "fake-1000tps-5tok")
_LARGEST_REQUEST = 16_000_000


class Connection:
    """One client, and the answer it is being given."""

    __slots__ = ("due", "inbox", "outbox", "said", "script", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.inbox = b""
        self.outbox = b""
        self.script: Script | None = None
        self.said = 0
        self.due = 0.0


class Stats:
    """What the server did since it started."""

    def __init__(self) -> None:
        self.started = self.complete = self.left = self.deltas = 0
        self.latest = 0.0

    def as_json(self) -> bytes:
        """The counts; `left` are clients that went before the end.

        `late_ms` is the worst delay of a delta since this was last asked for.
        """
        late, self.latest = self.latest, 0.0
        return json.dumps(
            {
                "started": self.started,
                "complete": self.complete,
                "left": self.left,
                "active": self.started - self.complete - self.left,
                "deltas": self.deltas,
                "late_ms": round(late * 1000, 1),
                "cpu_s": round(process_time(), 3),
            }
        ).encode()


class ModelServer:
    """The loop: accepts, reads requests, and says each delta when it is due."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=4096)
        self._listener.setblocking(False)
        self._poll = epoll()
        self._poll.register(self._listener.fileno(), EPOLLIN)
        self._connections: dict[int, Connection] = {}
        self._wheel: Wheel[Connection] = Wheel()
        self._stats = Stats()

    def serve_forever(self) -> None:
        """Serves until the process is ended."""
        while True:
            for fd, events in self._poll.poll(self._wheel.wait(), 512):
                self._wake(fd, events)
            for connection in self._wheel.turn():
                self._step(connection)

    def _wake(self, fd: int, events: int) -> None:
        connection = self._connections.get(fd)
        if connection is None:
            self._accept()
        elif events & EPOLLOUT and not events & ~EPOLLOUT:
            self._send(connection, b"")
        else:
            self._read(connection)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections[sock.fileno()] = Connection(sock)
            self._poll.register(sock.fileno(), EPOLLIN | EPOLLRDHUP)

    def _read(self, connection: Connection) -> None:
        try:
            received = connection.sock.recv(65536)
        except BlockingIOError:
            return
        except ConnectionError:
            received = b""
        connection.inbox += received
        if not received or len(connection.inbox) > _LARGEST_REQUEST:
            self._drop(connection)
        elif connection.script is None:
            self._take_request(connection)

    def _take_request(self, connection: Connection) -> None:
        head, blank, rest = connection.inbox.partition(b"\r\n\r\n")
        length = _content_length(head)
        if not blank or len(rest) < length:
            return
        connection.inbox = rest[length:]
        self._answer(connection, head.split(b" ", 2)[:2], rest[:length])

    def _answer(self, connection: Connection, line: list[bytes], body: bytes) -> None:
        match line:
            case [b"POST", b"/v1/chat/completions"]:
                self._complete(connection, json.loads(body))
            case [b"GET", b"/v1/models"]:
                models = [{"id": name, "object": "model"} for name in MODELS]
                listed = json.dumps({"object": "list", "data": models})
                self._send(connection, _response(b"200 OK", listed.encode()))
            case [b"GET", b"/stats"]:
                self._send(connection, _response(b"200 OK", self._stats.as_json()))
            case _:
                self._send(connection, _response(b"404 Not Found", b'{"error":{"message":"?"}}'))

    def _complete(self, connection: Connection, request: dict[str, object]) -> None:
        behaviour = Behaviour.named(str(request.get("model")))
        if behaviour is None:
            refusal = b'{"error":{"message":"no such model","code":"model_not_found"}}'
            self._send(connection, _response(b"404 Not Found", refusal))
        elif not request.get("stream"):
            self._send(connection, _response(b"200 OK", whole(behaviour)))
        else:
            self._begin(connection, script(behaviour, bool(request.get("stream_options"))))

    def _begin(self, connection: Connection, answer: Script) -> None:
        self._stats.started += 1
        connection.script = answer
        connection.said = 0
        connection.due = monotonic() + answer.behaviour.first
        self._send(connection, answer.head)
        if answer.behaviour.first:
            self._wheel.put(connection, connection.due)
        else:
            self._step(connection)

    def _step(self, connection: Connection) -> None:
        answer = connection.script
        if answer is None:
            return
        self._stats.latest = max(self._stats.latest, monotonic() - connection.due)
        self._stats.deltas += 1
        self._send(connection, answer.steps[connection.said])
        connection.said += 1
        if connection.said == len(answer.steps):
            self._finish(connection)
        else:
            connection.due += 1 / answer.behaviour.rate
            self._wheel.put(connection, connection.due)

    def _finish(self, connection: Connection) -> None:
        if connection.script is not None:
            self._stats.complete += 1
            connection.script = None
            self._take_request(connection)

    def _send(self, connection: Connection, payload: bytes) -> None:
        payload = connection.outbox + payload
        try:
            sent = connection.sock.send(payload)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(connection)
            return
        if sent < len(payload) or connection.outbox:
            connection.outbox = payload[sent:]
            wanted = EPOLLIN | EPOLLRDHUP | (EPOLLOUT if connection.outbox else 0)
            self._poll.modify(connection.sock.fileno(), wanted)

    def _drop(self, connection: Connection) -> None:
        if connection.script is not None:
            self._stats.left += 1
            connection.script = None
        if self._connections.pop(connection.sock.fileno(), None):
            connection.sock.close()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _response(status: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        status,
        len(body),
        body,
    )


if __name__ == "__main__":
    gc.disable()  # nothing here refers to itself, and a pass over a thousand streams takes long
    ModelServer(int(sys.argv[1])).serve_forever()
