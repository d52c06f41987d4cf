"""What became of an answer, for clients that wait for all of it."""

from __future__ import annotations

from dataclasses import dataclass

from chatapp.events import INTERRUPTED, End, Error, Usage
from chatapp.live.answer import LiveAnswer
from chatapp.parts import Part


@dataclass(frozen=True, slots=True)
class Outcome:
    """An ended answer; `error` where it failed or was interrupted."""

    parts: tuple[Part, ...]
    end: End
    usage: Usage | None = None
    error: Error | None = None


def outcome(answer: LiveAnswer) -> Outcome:
    """What became of an answer that has ended; one that another process goes on with is
    interrupted for whoever waits here."""
    end = End("interrupted", None, answer.parts.text_length)
    usage, error = None, None
    for event in answer.closing or ():
        match event:
            case End():
                end = event
            case Usage():
                usage = event
            case Error():
                error = event
    if end.status == "interrupted":
        error = error or INTERRUPTED
    return Outcome(answer.parts.fold(), end, usage, error)
