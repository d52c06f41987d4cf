"""The line between browser and server, which a test can cut."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock, Thread

from tests.support.processes import bound


class Line:
    """Passes bytes on between `port` and the server behind it."""

    port: int

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.down = False
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def cut(self) -> None:
        """Breaks all connections off; new ones may be made unless the line is `down`."""
        with self._lock:
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def carry(self, near: socket.socket) -> None:
        """Serves one connection of the browser."""
        if self.down:
            return
        with socket.create_connection(("127.0.0.1", self.server_port)) as far:
            with self._lock:
                self._open |= {near, far}
            back = Thread(target=_pass_on, args=(far, near))
            back.start()
            _pass_on(near, far)
            back.join()
            with self._lock:
                self._open -= {near, far}


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


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
