"""The fake model server, made to fail now and then: the model's name says how.

python -m bench.soak.model PORT
"""

from __future__ import annotations

import gc
import sys
from dataclasses import replace

from bench.model_server import Connection, ModelServer
from bench.script import Behaviour, Script, script

SAID = 20
"""Words before an answer goes wrong."""

_USUAL = script(Behaviour(25, 50), usage=True)
_NONSENSE = b"d\r\ndata: {oops\n\n\r\n"
_NO_CHUNK = b"what is this?\r\n"


def _begun(*then: bytes) -> Script:
    return replace(_USUAL, steps=(*_USUAL.steps[:SAID], *then))


def _refusal(status: bytes) -> bytes:
    body = b'{"error":{"message":"not now"}}'
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body)) + body


REFUSALS = {
    "refuses-429": _refusal(b"429 Too Many Requests"),
    "refuses-500": _refusal(b"500 Internal Server Error"),
    "says-nothing": _USUAL.head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n",
}
"""What is said at once, and nothing after it."""

BREAKS = {
    "breaks-off": _begun(),
    "talks-nonsense": _begun(_NONSENSE),
    "breaks-framing": _begun(_NO_CHUNK),
}
"""What is said before the connection closes."""

FAULTY = (*REFUSALS, *BREAKS)


class FaultyServer(ModelServer):
    """Serves the usual models as well."""

    def _complete(self, connection: Connection, request: dict[str, object]) -> None:
        name = str(request.get("model"))
        if name in REFUSALS:
            self._send(connection, REFUSALS[name])
        elif name in BREAKS:
            self._begin(connection, BREAKS[name])
        else:
            super()._complete(connection, request)

    def _finish(self, connection: Connection) -> None:
        breaks = any(connection.script is each for each in BREAKS.values())
        super()._finish(connection)
        if breaks:
            self._drop(connection)


if __name__ == "__main__":
    gc.disable()  # nothing here refers to itself, and half an hour is long
    FaultyServer(int(sys.argv[1])).serve_forever()
