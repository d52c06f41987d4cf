"""Answers that begin before anybody measures: others follow them."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection

import msgspec

from bench import seed, targets
from bench.script import Behaviour
from tests.support.instance import Instance


class _Start(msgspec.Struct):
    message_id: str


def begin(instance: Instance, port: int, count: int, behaviour: Behaviour) -> list[str]:
    """Sends so many questions and leaves; the ids of the answers, which are being written.

    Raises `RuntimeError` where one is refused.
    """
    conversations = seed.conversations(seed.database_of(instance), count)
    return [_begin(instance, port, each, behaviour) for each in conversations]


def _begin(instance: Instance, port: int, conversation: str, behaviour: Behaviour) -> str:
    headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
    path = f"/api/conversations/{conversation}/messages"
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", path, targets.send(behaviour), headers | instance.headers)
        response = connection.getresponse()
        for line in response:
            if line.startswith(b"data: "):
                return msgspec.json.decode(line[6:], type=_Start).message_id
    raise RuntimeError(f"no answer: {response.status}")
