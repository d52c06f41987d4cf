"""Redis between processes: what an answer gains here is read elsewhere some 20 ms later.

Each running answer has a stream (https://redis.io/docs/latest/develop/data-types/streams/) whose
entries are what it gained between two cursors, from its beginning on.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from chatapp.live.relay import Batch, RelayUnavailable
from chatapp.parts import Cursor, Segment, from_json, to_json

KEY = "chatapp:answer:"
KEPT = 3600
"""Seconds for which a stream is kept while its answer runs; each entry renews them."""

KEPT_AFTER_END = 60
_BLOCK = 1000
_SOCKET_TIMEOUT = 5.0


class RedisRelay:
    """A relay over Redis Streams."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=_SOCKET_TIMEOUT,  # longer than a blocking read
            socket_connect_timeout=1.0,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 1),
        )
        self._wake_key = f"chatapp:wake:{secrets.token_hex(8)}"
        self._woken = "0"

    def ping(self) -> None:
        """Asks for a sign of life."""
        self._call(self._redis.ping)

    def publish(self, batches: Iterable[Batch]) -> None:
        """Sends all batches in one pipeline."""
        pipeline = self._redis.pipeline(transaction=False)
        for batch in batches:
            key = KEY + batch.message_id
            pipeline.xadd(key, {"batch": _encode(batch)})
            pipeline.expire(key, KEPT_AFTER_END if batch.ended else KEPT)
        self._call(pipeline.execute)

    def read(self, places: Mapping[str, str]) -> list[tuple[str, Batch]]:
        """What came behind the places, which are the ids of entries."""
        streams: dict[Any, Any] = {KEY + id: place for id, place in places.items()}
        streams[self._wake_key] = self._woken
        found: Any = self._call(self._redis.xread, streams, block=_BLOCK)
        entries = []
        for name, rows in found.items() if isinstance(found, dict) else found or ():
            for place, fields in _rows(rows):
                if name == self._wake_key.encode():
                    self._woken = place.decode()
                else:
                    id = name.decode().removeprefix(KEY)
                    entries.append((place.decode(), _decode(id, fields[b"batch"])))
        return entries

    def wake(self) -> None:
        """Ends a `read` of this process that waits."""
        self._call(self._redis.xadd, self._wake_key, {"": ""}, maxlen=1)
        self._call(self._redis.expire, self._wake_key, KEPT_AFTER_END)

    def close(self) -> None:
        """Closes the connections."""
        self._redis.close()

    def _call(self, command: Any, *words: Any, **options: Any) -> Any:
        try:
            return command(*words, **options)
        except (RedisError, OSError) as error:
            raise RelayUnavailable(str(error)) from error


def _rows(rows: Any) -> Any:
    """The entries of one stream; RESP3 wraps them in one more list."""
    return rows[0] if rows and isinstance(rows[0], list) else rows


def _encode(batch: Batch) -> bytes:
    segments = [(each.part, each.start, to_json(each.append)) for each in batch.segments]
    return msgspec.msgpack.encode((batch.before, segments, batch.ended))


def _decode(message_id: str, packed: bytes) -> Batch:
    before, segments, ended = msgspec.msgpack.decode(packed)
    pieces = tuple(Segment(part, start, from_json(each)) for part, start, each in segments)
    return Batch(message_id, Cursor(*before), pieces, ended)
