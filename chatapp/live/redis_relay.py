"""Redis between processes: what an answer gains here is read elsewhere some 20 ms later.

All processes write to and read from one stream
(https://redis.io/docs/latest/develop/data-types/streams/). An entry is what all answers of one
process gained in one beat, as MessagePack: `{message_id: [before, pieces, ended]}` with pieces
`[part, start, words]`. So an entry costs a reader little, however many answers it tells of, and
only what is wanted is unpacked.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from time import monotonic
from typing import Any

import msgspec
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from chatapp.events import Append, Text
from chatapp.live.relay import RECENT, Batch, RelayUnavailable
from chatapp.parts import Cursor, Segment, from_json, to_json

KEY = "chatapp:news"
KEPT = 10
"""Seconds for which an entry is kept, at least; who comes later finds the words in the store."""

_FIELD = b"news"
_BLOCK = 1000
_SOCKET_TIMEOUT = 5.0
_ENTRY = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])


class RedisRelay:
    """A relay over a Redis stream."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=_SOCKET_TIMEOUT,  # longer than a blocking read
            socket_connect_timeout=1.0,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 1),
        )
        self._oldest = 0
        self._place = ""
        self._read_at = float("-inf")
        self._recent: tuple[tuple[int, dict[str, msgspec.Raw]], ...] = ()

    def ping(self) -> None:
        """Asks for a sign of life."""
        self._call(self._redis.ping)

    def publish(self, batches: Iterable[Batch]) -> None:
        """Sends all batches as one entry, and drops those that are old."""
        entry = msgspec.msgpack.encode({batch.message_id: _pack(batch) for batch in batches})
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.xadd(KEY, {_FIELD: entry}, minid=self._oldest)
        pipeline.expire(KEY, KEPT)
        place, _ = self._call(pipeline.execute)
        self._oldest = max(0, _moment(place) - KEPT * 1000)

    def read(self, wanted: Callable[[], Container[str]]) -> list[Batch]:
        """One blocking read. After a pause it begins anew, as far back as `recent` goes."""
        began = self._read_at
        self._read_at = float("-inf")  # where this fails
        if monotonic() - began > RECENT:
            self._place, self._recent = self._a_little_ago(), ()
        found = self._call(self._redis.xread, {KEY: self._place}, block=_BLOCK)
        self._read_at = monotonic()
        return self._take(_entries(found), wanted)

    def recent(self, message_id: str) -> list[Batch]:
        """From memory."""
        return [
            _unpack(message_id, told[message_id]) for _, told in self._recent if message_id in told
        ]

    def close(self) -> None:
        """Closes the connections."""
        self._redis.close()

    def _take(
        self, entries: list[tuple[bytes, dict[bytes, bytes]]], wanted: Callable[[], Container[str]]
    ) -> list[Batch]:
        if not entries:
            return []
        came = [(_moment(place), _ENTRY.decode(fields[_FIELD])) for place, fields in entries]
        newest, self._place = came[-1][0], entries[-1][0].decode()
        kept = (each for each in self._recent if each[0] > newest - RECENT * 1000)
        self._recent = (*kept, *came)  # before `wanted` is asked: who comes now misses nothing
        those = wanted()
        told = (each for _, told in came for each in told.items())
        return [_unpack(id, packed) for id, packed in told if id in those]

    def _a_little_ago(self) -> str:
        """The place of an entry that came as long ago as `recent` goes, by the clock of Redis."""
        seconds, microseconds = self._call(self._redis.time)
        return str(int(seconds * 1000 + microseconds / 1000 - RECENT * 1000))

    def _call(self, command: Any, *words: Any, **options: Any) -> Any:
        try:
            return command(*words, **options)
        except (RedisError, OSError) as error:
            raise RelayUnavailable(str(error)) from error


def _entries(found: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries of the one stream that is read; RESP3 wraps them in one more list."""
    if not found:
        return []
    ((_, rows),) = found.items() if isinstance(found, dict) else found
    return rows[0] if isinstance(rows[0], list) else rows


def _moment(place: bytes) -> int:
    """When an entry came, by the clock of Redis, in milliseconds."""
    return int(place.partition(b"-")[0])


def _pack(batch: Batch) -> tuple[Any, ...]:
    pieces = [(each.part, each.start, _pack_piece(each.append)) for each in batch.segments]
    return batch.before, pieces, batch.ended


def _unpack(message_id: str, packed: msgspec.Raw) -> Batch:
    before, pieces, ended = msgspec.msgpack.decode(packed)
    segments = tuple(Segment(part, start, _unpack_piece(piece)) for part, start, piece in pieces)
    return Batch(message_id, Cursor(*before), segments, ended)


def _pack_piece(append: Append) -> str | dict[str, Any]:
    if type(append) is Text and not append.refusal:
        return append.content
    return to_json(append)


def _unpack_piece(piece: str | dict[str, Any]) -> Append:
    return Text(piece) if isinstance(piece, str) else from_json(piece)
