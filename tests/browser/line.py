"""The line between browser and server, which a test can watch and cut."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Condition, Thread

from tests.support.processes import bound

_REQUEST = re.compile(rb"[A-Z]+ (/[^ ?]*)[^ ]* HTTP/1.1\r\n")
_PATIENCE = 20.0


class Line:
    """Passes bytes on between `port` and the server behind it."""

    port: int

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.down = False
        self._open: set[socket.socket] = set()
        self._newest: dict[socket.socket, str] = {}
        self._requests: list[str] = []
        self._changed = Condition()

    def cut(self) -> None:
        """Breaks all connections off; new ones may be made unless the line is `down`."""
        with self._changed:
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def open(self, path: str) -> int:
        """How many of the browser's connections asked for this last."""
        return list(self._newest.values()).count(path)

    def requests(self, path: str) -> int:
        """How often this was asked for."""
        return self._requests.count(path)

    def wait_for(self, path: str, *, open: int, requests: int = 0) -> None:
        """Returns once so many connections are open for this, after at least so many requests.

        Raises `TimeoutError`.
        """

        def reached() -> bool:
            return self.open(path) == open and self.requests(path) >= requests

        with self._changed:
            if not self._changed.wait_for(reached, _PATIENCE):
                raise TimeoutError(f"{self.open(path)} of {self.requests(path)} are open")

    def carry(self, near: socket.socket) -> None:
        """Serves one connection of the browser."""
        if self.down:
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.server_port))
        except ConnectionRefusedError:
            return  # nobody is there: the browser's connection closes, too
        with far:
            with self._changed:
                self._open |= {near, far}
            back = Thread(target=_pass_on, args=(far, near))
            back.start()
            _pass_on(near, far, lambda piece: self._note(near, piece))
            self._forget(near)
            back.join()
            with self._changed:
                self._open -= {near, far}

    def _note(self, near: socket.socket, piece: bytes) -> None:
        asked = _REQUEST.match(piece)
        if asked is None:
            return
        with self._changed:
            self._newest[near] = asked[1].decode()
            self._requests.append(asked[1].decode())
            self._changed.notify_all()

    def _forget(self, near: socket.socket) -> None:
        with self._changed:
            self._newest.pop(near, None)
            self._changed.notify_all()


@contextmanager
def line_to(server_port: int) -> Iterator[Line]:
    """A line to the server, for as long as the block lasts."""
    line = Line(server_port)
    server = bound(lambda port: ThreadingTCPServer(("127.0.0.1", port), _handler(line)))
    server.daemon_threads = True
    line.port = server.server_address[1]
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield line
    finally:
        line.cut()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(line: Line) -> type[BaseRequestHandler]:
    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            line.carry(self.request)

    return Handler


def _pass_on(
    source: socket.socket,
    target: socket.socket,
    note: Callable[[bytes], None] = lambda piece: None,
) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            note(piece)
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
