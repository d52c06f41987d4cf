"""What is asked of every client: four answers, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import accumulate
from threading import Event
from typing import Protocol

from tests.clients.program import Ended
from tests.support.model_server import DONE, Answer, ModelServer, chat

PIECES = (
    "Ça va? ",
    "日本語です。",
    "👩‍👩‍👧",
    "\u2028",
    "<b>&amp;</b> ",
    "\n\n```python\nprint('é')\n```",
    "\n\tdone.",
)
"""None ends a line: a program of the command line ends the last one by itself."""

WORDS = "".join(PIECES)
PATIENCE = 20.0
TROUBLE = {"error": {"message": "too long", "code": "context_length_exceeded"}}


class Asking(Protocol):
    """A client that is told what to ask."""

    def ask(self, question: str, *, stop: bool = False) -> None:
        """Lets it ask; with `stop` it stops after the first words."""

    def hear(self, patience: float) -> str | Ended:
        """The next words, or how it ended; `silence` after so many seconds."""


@dataclass(frozen=True)
class Verdict:
    """What a client does; all of it is promised."""

    text_equal: bool
    one_by_one: bool
    error_seen: bool
    stop_frees: bool

    @property
    def missing(self) -> list[str]:
        """What it does not do."""
        return [field.name for field in fields(self) if not getattr(self, field.name)]


def examine(client: Asking, model: ModelServer, stored: Callable[[], str] | None = None) -> Verdict:
    """Asks through the client, with a model that plays along. `stored` is the text of the newest
    answer, where they are kept."""
    text_equal, one_by_one = _read(client, model)
    text_equal = text_equal and (stored is None or stored() == WORDS)
    return Verdict(text_equal, one_by_one, _fail(client, model), _stop(client, model))


def _read(client: Asking, model: ModelServer) -> tuple[bool, bool]:
    """Whether the whole text arrives, and each piece before the next one is made."""
    gates = [Event() for _ in PIECES]
    script = [
        step for gate, piece in zip(gates, PIECES, strict=True) for step in (gate, chat(piece))
    ]
    last = Event()
    model.answers(Answer.sse(*script, last, chat(finish="stop"), DONE))
    client.ask("Read?")
    heard, one_by_one = "", True
    for gate, expected in zip(gates, accumulate(PIECES), strict=True):
        gate.set()
        while one_by_one and len(heard) < len(expected):
            told = client.hear(PATIENCE)
            one_by_one = isinstance(told, str)
            heard += told if isinstance(told, str) else ""
    last.set()
    rest, end = _to_the_end(client)
    return (heard + rest, end.how) == (WORDS, "end"), one_by_one


def _fail(client: Asking, model: ModelServer) -> bool:
    """Whether failures are errors: before the first word, and in the middle of the answer."""
    model.answers(Answer.json(TROUBLE, 400))
    client.ask("Refuse?")
    _, before = _to_the_end(client)
    model.answers(Answer.sse(chat("Once"), ending="cut"))
    client.ask("Fail?")
    heard, after = _to_the_end(client)
    return (before.how, heard, after.how) == ("error", "Once", "error")


def _stop(client: Asking, model: ModelServer) -> bool:
    """Whether a client that stops ends the call to the model, and not only its own reading."""
    model.answers(Answer.sse(chat("Once"), ending="hold"))
    before = len(model.requests)
    client.ask("Stop?", stop=True)
    _, end = _to_the_end(client)
    return end.how == "stopped" and model.requests[before].client_left.wait(PATIENCE)


def _to_the_end(client: Asking) -> tuple[str, Ended]:
    heard = ""
    while isinstance(told := client.hear(PATIENCE), str):
        heard += told
    return heard, told
