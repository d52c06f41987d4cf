"""What gunicorn's worker and its log do in another way here."""

from __future__ import annotations

import ssl
from typing import Any

import gevent.socket
from gunicorn.glogging import Logger, SafeAtoms
from gunicorn.workers.ggevent import GeventWorker


class Client(gevent.socket.socket):
    """A client's connection, on which a word of an answer goes out in one call.

    gevent's own `sendall` first asks the kernel how large its buffer is, each time.
    """

    __slots__ = ()

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Sends all of it; what the buffer does not take at once is left to gevent."""
        sent = self.send(data, flags)
        if sent < len(data):
            super().sendall(memoryview(data)[sent:], flags)


class Worker(GeventWorker):  # type: ignore[misc]
    """gunicorn's gevent worker, whose clients are `Client`s where they speak no TLS."""

    def handle(self, listener: Any, client: Any, address: Any) -> None:
        """Serves one connection."""
        if not isinstance(client, ssl.SSLSocket):
            client = Client(client.family, client.type, client.proto, client.detach())
        super().handle(listener, client, address)


class OneLine(SafeAtoms):  # type: ignore[misc]  # gunicorn tells no types
    """What is said of a request. gunicorn decodes paths: `%0a` would begin a line of its own."""

    def __init__(self, atoms: dict[str, Any]) -> None:
        super().__init__(
            {
                name: said.encode("unicode_escape").decode() if isinstance(said, str) else said
                for name, said in atoms.items()
            }
        )


class Log(Logger):  # type: ignore[misc]
    """gunicorn's own, with one line for each request, whatever its address holds."""

    atoms_wrapper_class = OneLine
