"""A load client: opens many streams at once, checks every word of each, and times them.

    python -m bench.load < plan.json

reads a `Plan` and prints a `Report`, both JSON. One process, one epoll loop.
"""

from __future__ import annotations

import gc
import socket
import sys
from collections import Counter, deque
from collections.abc import Sequence
from select import EPOLLIN, EPOLLOUT, epoll
from time import monotonic, process_time

import msgspec

from bench.reader import Dialect, Flaw, Reader
from bench.script import WORD_LENGTH, text

_GAP, _DELAY = 250.0, 1000.0
"""Milliseconds between words, and before the first and behind the last, that pass as real time."""


class Ask(msgspec.Struct, frozen=True):
    """One request: a POST whose body is JSON, or without a body a GET."""

    path: str
    body: str = ""
    headers: dict[str, str] = {}


class Plan(msgspec.Struct, frozen=True):
    """What to ask of whom: `deltas` per answer, `rate` a second, starts spread over `ramp` seconds.

    With `ramp` null one stream follows the other.
    """

    port: int
    dialect: Dialect
    deltas: int
    rate: float
    asks: list[Ask]
    ramp: float | None = 0.0
    timeout: float = 60.0


class Times(msgspec.Struct, frozen=True):
    """Milliseconds; null where nothing was measured."""

    p50: float | None
    p99: float | None
    max: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """The quantiles of what was measured."""
        ranked = sorted(seconds)
        p50, p99, most = (_quantile(ranked, share) for share in (0.5, 0.99, 1.0))
        return cls(p50, p99, most)


class Report(msgspec.Struct, frozen=True):
    """What came of a plan; `gap` lies between deltas, `end_lag` behind the last one's due time."""

    streams: int
    complete: int
    failures: dict[str, int]
    deltas: int
    first: Times
    gap: Times
    end_lag: Times
    seconds: float
    cpu_s: float

    @property
    def in_real_time(self) -> bool:
        """Whether nobody who reads along would notice that others do."""
        times = (self.gap.p99, _GAP), (self.first.p99, _DELAY), (self.end_lag.p99, _DELAY)
        in_time = all(time is not None and time < most for time, most in times)
        return in_time and not self.failures


class Stream:
    """One connection, its answer and its times."""

    __slots__ = ("begun", "first", "last", "reader", "request", "sock")

    def __init__(self, sock: socket.socket, request: bytes, reader: Reader) -> None:
        self.sock = sock
        self.request = request
        self.reader = reader
        self.begun = monotonic()
        self.first = self.last = 0.0


class Load:
    """Carries out one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._expected = text(plan.deltas)
        self._poll = epoll()
        self._open: dict[int, Stream] = {}
        self._waiting = deque(enumerate(plan.asks))
        self._failures: Counter[str] = Counter()
        self._characters = 0
        self._first: list[float] = []
        self._gaps: list[float] = []
        self._lags: list[float] = []

    def run(self) -> Report:
        """Asks, reads to the end, and reports."""
        begun = monotonic()
        while self._waiting or self._open:
            self._start_due(begun)
            for fd, events in self._poll.poll(self._pause(begun), 512):
                self._wake(self._open[fd], events)
            self._expire()
        return self._report(monotonic() - begun)

    def _start_at(self, index: int, begun: float) -> float:
        if self._plan.ramp is None:
            return float("inf") if self._open else begun
        return begun + self._plan.ramp * index / len(self._plan.asks)

    def _pause(self, begun: float) -> float:
        if not self._waiting:
            return 0.5
        return min(max(self._start_at(self._waiting[0][0], begun) - monotonic(), 0), 0.5)

    def _start_due(self, begun: float) -> None:
        while self._waiting and self._start_at(self._waiting[0][0], begun) <= monotonic():
            self._start(self._waiting.popleft()[1])

    def _start(self, ask: Ask) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = Reader(self._plan.dialect, self._expected)
        self._open[sock.fileno()] = Stream(sock, _request(self._plan.port, ask), reader)
        sock.connect_ex(("127.0.0.1", self._plan.port))
        self._poll.register(sock.fileno(), EPOLLIN | EPOLLOUT)

    def _wake(self, stream: Stream, events: int) -> None:
        try:
            if stream.request:
                self._send(stream)
            elif events:
                self._read(stream)
        except Flaw as flaw:
            self._end(stream, str(flaw))
        except (ValueError, msgspec.DecodeError):
            self._end(stream, "unreadable")
        except OSError as error:
            self._end(stream, type(error).__name__)

    def _send(self, stream: Stream) -> None:
        stream.request = stream.request[stream.sock.send(stream.request) :]
        if not stream.request:
            self._poll.modify(stream.sock.fileno(), EPOLLIN)

    def _read(self, stream: Stream) -> None:
        received = stream.sock.recv(65536)
        reader = stream.reader
        before = reader.position
        if received:
            reader.feed(received)
        else:
            reader.close()
        if reader.position > before:
            self._time(stream, monotonic())
        if reader.closed:
            self._lag(stream, monotonic())
            self._end(stream)

    def _time(self, stream: Stream, now: float) -> None:
        if stream.first:
            self._gaps.append(now - stream.last)
        else:
            stream.first = now
            self._first.append(now - stream.begun)
        stream.last = now

    def _lag(self, stream: Stream, now: float) -> None:
        due = stream.first + (self._plan.deltas - 1) / self._plan.rate
        self._lags.append(now - due)

    def _end(self, stream: Stream, failure: str = "") -> None:
        del self._open[stream.sock.fileno()]
        stream.sock.close()
        self._characters += stream.reader.position
        if failure:
            self._failures[failure] += 1

    def _expire(self) -> None:
        limit = monotonic() - self._plan.timeout
        oldest = next(iter(self._open.values()), None)
        while oldest and oldest.begun < limit:
            self._end(oldest, "timeout")
            oldest = next(iter(self._open.values()), None)

    def _report(self, seconds: float) -> Report:
        streams = len(self._plan.asks)
        return Report(
            streams=streams,
            complete=streams - self._failures.total(),
            failures=dict(self._failures),
            deltas=self._characters // WORD_LENGTH,
            first=Times.of(self._first),
            gap=Times.of(self._gaps),
            end_lag=Times.of(self._lags),
            seconds=round(seconds, 2),
            cpu_s=round(process_time(), 2),
        )


def _quantile(ranked: Sequence[float], share: float) -> float | None:
    if not ranked:
        return None
    return round(ranked[min(int(len(ranked) * share), len(ranked) - 1)] * 1000, 2)


def _request(port: int, ask: Ask) -> bytes:
    body = ask.body.encode()
    headers = {"Host": f"127.0.0.1:{port}"} | ask.headers
    if body:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    method = "POST" if body else "GET"
    return f"{method} {ask.path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def main() -> None:
    """Reads the plan from standard input, prints the report."""
    gc.disable()  # nothing here refers to itself, and a pass over a thousand streams takes long
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    print(msgspec.json.encode(Load(plan).run()).decode())


if __name__ == "__main__":
    main()
