"""curl over the native API."""

from __future__ import annotations

import json
from collections.abc import Generator

from tests.clients.python.native import STREAM, Answer, messages
from tests.clients.python.programs import output
from tests.clients.python.told import serve

HEADERS = STREAM | {"Content-Type": "application/json"}


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer."""
    answer = Answer()
    sent = [word for pair in HEADERS.items() for word in ("-H", ": ".join(pair))]
    body = json.dumps({"content": question})
    held = ""
    try:
        for piece in output(["curl", "-sSN", "--fail", *sent, "-d", body, messages()]):
            *lines, held = (held + piece).split("\n")
            for line in lines:
                if line.startswith("data: "):
                    yield answer.hear(line.removeprefix("data: "))
    except GeneratorExit:
        answer.stop()
        raise


serve(ask)
