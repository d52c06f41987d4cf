"""A light HTTP/1.1 transport behind an httpx2 client: plain sockets, httptools, a pool.

httpx2's own transport parses in Python and wraps every chunk several times; a streamed answer is
thousands of tiny chunks. This one adds a `recv` and a parser in C. Its sockets are cooperative
where gevent has patched the standard library, and work as well under real threads.

Reads of an `interruptible` request have no timeout: whoever made it watches the clock and cuts
the connection from outside. A `shutdown` wakes a blocked thread, which a `close` would not.

It is one long file, since none of its parts means anything without the others.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from errno import EALREADY, EINPROGRESS
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

import httpx2
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from chatapp import greenlets

CONNECT_SECONDS = 5.0
"""For the connection and the TLS handshake together, once the name is resolved."""

IDLE_SECONDS = 60.0
"""A connection that was idle for longer is not used again."""

MAX_IDLE = 100
"""Idle connections kept for one origin."""

DRAIN_SECONDS = 0.25
"""How long a reader that has all it wants waits for the end of the body."""

OVERHEAD_LIMIT = 64 * 1024
"""Bytes that may come without any body among them: headers, trailers, chunk extensions."""

_READ_SIZE = 16 * 1024
_READABLE = 1

Close = Callable[[], None]
OnCancel = Callable[[Close], None]

_on_cancel: ContextVar[OnCancel | None] = ContextVar("on_cancel", default=None)


@contextmanager
def interruptible(on_cancel: OnCancel) -> Iterator[None]:
    """Requests sent within leave with `on_cancel` what cuts their connection at once.

    What is left works in every phase until the response is read or closed; later it does nothing.
    """
    token = _on_cancel.set(on_cancel)
    try:
        yield
    finally:
        _on_cancel.reset(token)


def trace(request: httpx2.Request) -> None:
    """A request hook that makes httpx2's own transport interruptible, if it keeps nothing alive."""
    on_cancel = _on_cancel.get()
    if not on_cancel:
        return
    interrupt = Interrupt()
    on_cancel(interrupt)

    def guard(event: str, info: dict[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            interrupt.guard(info["return_value"].get_extra_info("socket"))

    request.extensions["trace"] = guard


class Transport(httpx2.BaseTransport):
    """Sends requests over pooled connections; threads may share it.

    `response.extensions["body"]` is the `Body`, for readers who want no layers above it.
    """

    def __init__(self) -> None:
        self._idle: dict[Origin, deque[tuple[float, socket.socket]]] = {}
        self._tls: ssl.SSLContext | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request and reads the head of the response. Raises httpx2's errors.

        A connection that was used before and closes before a byte of the response came is
        replaced by a new one, once.
        """
        origin, message = _origin(request.url), _serialize(request)
        interrupt, on_cancel = Interrupt(), _on_cancel.get()
        if on_cancel:
            on_cancel(interrupt)
        timeout = None if on_cancel else request.extensions.get("timeout", {}).get("read")
        sock = self._reuse(origin)
        if sock:
            exchange = Exchange(sock, interrupt, timeout)
            try:
                return self._respond(origin, exchange, message)
            except (httpx2.NetworkError, httpx2.ProtocolError):
                if exchange.heard or interrupt.cut:
                    raise
        sock = self._connect(origin, interrupt)
        return self._respond(origin, Exchange(sock, interrupt, timeout), message)

    def close(self) -> None:
        """Closes the idle connections."""
        for connections in self._idle.values():
            while connections:
                connections.pop()[1].close()

    def tls(self) -> ssl.SSLContext:
        """The context of all connections; the first call takes some 20 ms."""
        if self._tls is None:
            context = ssl.create_default_context()
            context.set_alpn_protocols(["http/1.1"])
            self._tls = context
        return self._tls

    def _respond(self, origin: Origin, exchange: Exchange, message: bytes) -> httpx2.Response:
        try:
            exchange.send(message)
            exchange.read_head()
        except BaseException:
            exchange.close()
            raise
        body = Body(exchange, lambda sock: self._keep(origin, sock))
        return httpx2.Response(
            exchange.status, headers=exchange.headers, stream=body, extensions={"body": body}
        )

    def _connect(self, origin: Origin, interrupt: Interrupt) -> socket.socket:
        try:
            addresses = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
            deadline = monotonic() + CONNECT_SECONDS
            sock = _reach(addresses, deadline, interrupt)
            if origin.scheme == "http":
                return sock
            return _secure(sock, self.tls(), origin.host, deadline, interrupt)
        except TimeoutError as error:
            raise httpx2.ConnectTimeout("Connecting took too long.") from error
        except OSError as error:
            raise httpx2.ConnectError(str(error)) from error

    def _reuse(self, origin: Origin) -> socket.socket | None:
        connections = self._idle.setdefault(origin, deque())
        with suppress(IndexError):  # there is none, or another thread was faster
            while True:
                since, sock = connections.pop()
                if monotonic() - since < IDLE_SECONDS and _is_quiet(sock):
                    return sock
                sock.close()
        return None

    def _keep(self, origin: Origin, sock: socket.socket) -> None:
        connections = self._idle[origin]
        connections.append((monotonic(), sock))
        if len(connections) > MAX_IDLE:
            with suppress(IndexError):
                connections.popleft()[1].close()


class Body(httpx2.SyncByteStream):
    """The body of a response, as it comes."""

    def __init__(self, exchange: Exchange, keep: Callable[[socket.socket], None]) -> None:
        self._exchange = exchange
        self._keep = keep
        self._closed = False

    def read(self) -> bytes:
        """The bytes that come next; none at the proper end. Raises httpx2's errors."""
        exchange = self._exchange
        pieces = exchange.pieces
        try:
            while not pieces:
                if exchange.complete:
                    self.close()
                    return b""
                if self._closed:
                    raise httpx2.StreamClosed
                exchange.receive()
        except BaseException:
            self.close()
            raise
        if len(pieces) == 1:
            return pieces.pop()
        data = b"".join(pieces)
        pieces.clear()
        return data

    def drain(self) -> None:
        """Waits shortly for the end, so that the connection can be used again, and closes."""
        exchange = self._exchange
        deadline = monotonic() + DRAIN_SECONDS
        with suppress(httpx2.TransportError):
            while not (exchange.complete or self._closed) and monotonic() < deadline:
                exchange.limit(DRAIN_SECONDS)
                exchange.receive()
                exchange.pieces.clear()
        exchange.pieces.clear()
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read():
            yield data

    def close(self) -> None:
        """Lets go of the connection; closes it where the body has not ended."""
        if not self._closed:
            self._closed = True
            sock = self._exchange.release()
            if sock:
                self._keep(sock)


class Exchange:
    """A request and its response on one socket; the parser calls its `on_…` methods."""

    def __init__(self, sock: socket.socket, interrupt: Interrupt, timeout: float | None) -> None:
        interrupt.guard(sock)
        sock.settimeout(timeout)
        self.socket = sock
        self._arrivals = Arrivals(sock) if timeout is None and _is_plain(sock) else None
        self.interrupt = interrupt
        self.heard = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces: list[bytes] = []
        self.on_body = self.pieces.append
        self.complete = False
        self._begun = False  # the head of the final response is there
        self._keeps_alive = False
        self._until_close = False
        self._overhead = 0
        self._parser = HttpResponseParser(self)
        # What servers written by hand get wrong, and every other client forgives.
        self._parser.set_dangerous_leniencies(
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
            lenient_chunked_length=True,
        )

    def send(self, message: bytes) -> None:
        """Sends the request, as far as it goes: a server may answer before it has read all."""
        with suppress(OSError):
            self.socket.sendall(message)

    def read_head(self) -> None:
        """Reads until the headers are there; 1xx responses are passed over."""
        while not self._begun:
            self.receive()

    def limit(self, seconds: float) -> None:
        """Lets no further read take longer."""
        self._await_no_more()
        self.socket.settimeout(seconds)

    def receive(self) -> None:
        """Reads once from the socket. Raises httpx2's errors."""
        try:
            if self._arrivals:
                self._arrivals.wait()
            data = self.socket.recv(_READ_SIZE)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("The server was silent for too long.") from error
        except OSError as error:
            raise httpx2.ReadError(str(error)) from error
        if not data:
            self._end()
            return
        self.heard = True
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._refuse(error)
        self._overhead = 0 if self.pieces else self._overhead + len(data)
        if self._overhead > OVERHEAD_LIMIT:
            raise httpx2.RemoteProtocolError("The headers of the response are too large.")

    def close(self) -> None:
        """Closes the connection."""
        self.interrupt.release()
        self._let_go()
        self.socket.close()

    def release(self) -> socket.socket | None:
        """The socket, where it can serve another request; else closes it."""
        if self.complete and self._keeps_alive and self.interrupt.release():
            self._let_go()
            return self.socket
        self.close()
        return None

    def on_message_begin(self) -> None:
        """A response begins: a 1xx, the final one, or one nobody asked for."""
        if self._begun:
            self._keeps_alive = False
        else:
            self.headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keeps a header; trailers are of no interest."""
        if not self._begun:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Takes the status of the final response and how its body ends."""
        status = self._parser.get_status_code()
        if status < 200 or self._begun:
            return
        self.status = status
        self._begun = True
        self._keeps_alive = self._parser.should_keep_alive()
        self._until_close = status not in (204, 304) and not _is_framed(self.headers)

    def on_message_complete(self) -> None:
        """The final response is complete, or a 1xx."""
        self.complete = self._begun

    def _end(self) -> None:
        if self.interrupt.cut or not self._until_close:
            raise httpx2.RemoteProtocolError("The connection closed before the response ended.")
        self.complete = True

    def _refuse(self, error: Exception) -> None:
        if not self.complete:
            raise httpx2.RemoteProtocolError(f"Not a proper HTTP response: {error}") from error
        self._keeps_alive = False

    def _let_go(self) -> None:
        del self._parser, self.on_body  # the parser and this object hold each other
        self._await_no_more()

    def _await_no_more(self) -> None:
        if self._arrivals:
            self._arrivals.end()
            self._arrivals = None


class Arrivals:
    """Waits under gevent for bytes of a socket that carries a stream.

    A `recv` of gevent's asks the kernel in vain first, each time. The loop asks the kernel for
    nothing when a watcher stops and starts again before it next waits, as this one nearly always
    does.
    """

    def __init__(self, sock: socket.socket) -> None:
        hub: Any = sys.modules["gevent"].get_hub()
        self._watcher = hub.loop.io(sock.fileno(), _READABLE)
        self.wait: Callable[[], None] = partial(hub.wait, self._watcher)
        """Returns when there is something to read, or the end of it."""

    def end(self) -> None:
        """The socket may be closed then, or used by others."""
        self._watcher.close()


class Interrupt:
    """Cuts the socket that a request is using, and every one it turns to afterwards."""

    def __init__(self) -> None:
        self.cut = False
        self._lock = Lock()
        self._socket: socket.socket | None = None

    def __call__(self) -> None:
        """Cuts; from any thread, at any time."""
        with self._lock:
            self.cut = True
            self._shut_down()

    def guard(self, sock: socket.socket) -> None:
        """This socket is the one to cut from now on."""
        with self._lock:
            self._socket = sock
            if self.cut:
                self._shut_down()

    def check(self) -> None:
        """Raises `ConnectionAbortedError` where it was cut."""
        if self.cut:
            raise ConnectionAbortedError("The call was cancelled.")

    def release(self) -> bool:
        """Leaves the socket alone from now on; False where it was cut before."""
        with self._lock:
            self._socket = None
            return not self.cut

    def _shut_down(self) -> None:
        if self._socket:
            with suppress(OSError):
                # Not the TLS socket's own method, which pulls the TLS state away from under a
                # thread that is reading.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Origin(NamedTuple):
    """Whom a connection goes to."""

    scheme: str
    host: str
    port: int


def _origin(url: httpx2.URL) -> Origin:
    if url.scheme not in ("http", "https") or not url.host:
        raise httpx2.UnsupportedProtocol("The address must begin with http:// or https://.")
    port = url.port or (443 if url.scheme == "https" else 80)
    return Origin(url.scheme, url.raw_host.decode("ascii"), port)


def _serialize(request: httpx2.Request) -> bytes:
    """The request as it goes over the wire, body included."""
    if "transfer-encoding" in request.headers:
        raise httpx2.LocalProtocolError("Only bodies of known length can be sent.")
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%b: %b" % header for header in request.headers.raw]
    if any(b"\n" in line or b"\r" in line or b"\0" in line for line in lines):
        raise httpx2.LocalProtocolError("A header holds a character that cannot be sent.")
    return b"\r\n".join([*lines, b"", request.read()])


def _is_framed(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a body says itself where it ends."""
    for name, value in headers:
        match name.lower():
            case b"content-length":
                return True
            case b"transfer-encoding":
                return value.lower().endswith(b"chunked")
    return False


def _is_plain(sock: socket.socket) -> bool:
    """Whether greenlets read a socket of which the loop knows all: TLS keeps bytes to itself."""
    return greenlets.in_use() and not isinstance(sock, ssl.SSLSocket)


def _is_quiet(sock: socket.socket) -> bool:
    """Whether an idle connection is open and silent; bytes or an end make it useless."""
    try:
        sock.settimeout(0)
        socket.socket.recv(sock, 1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _reach(addresses: list[Any], deadline: float, interrupt: Interrupt) -> socket.socket:
    """Connects to the first address that answers; each gets its share of the time left."""
    failure = OSError("The name has no address.")
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            share = (deadline - monotonic()) / (len(addresses) - tried)
            _connect(sock, address, share, interrupt)
            return sock
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
    raise failure


def _connect(sock: socket.socket, address: Any, seconds: float, interrupt: Interrupt) -> None:
    """Connects by hand: gevent's `connect` would start over when the socket is shut down."""
    interrupt.guard(sock)
    interrupt.check()
    sock.setblocking(False)
    code = sock.connect_ex(address)
    if code == EINPROGRESS:
        code = sock.connect_ex(address)  # a server on this machine has accepted by now
    interrupt.check()
    if code == EALREADY:
        waiting = select.poll()
        waiting.register(sock, select.POLLOUT)
        if not waiting.poll(max(seconds, 0) * 1000):
            raise TimeoutError
        interrupt.check()
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _secure(
    sock: socket.socket, tls: ssl.SSLContext, host: str, deadline: float, interrupt: Interrupt
) -> socket.socket:
    """Shakes hands. An end without TLS's own farewell will be an error: it may be a cut."""
    try:
        secured = tls.wrap_socket(
            sock, server_hostname=host, do_handshake_on_connect=False, suppress_ragged_eofs=False
        )
    except BaseException:
        sock.close()
        raise
    try:
        interrupt.guard(secured)
        secured.settimeout(max(deadline - monotonic(), 0.001))
        secured.do_handshake()
    except BaseException:
        secured.close()
        raise
    return secured
