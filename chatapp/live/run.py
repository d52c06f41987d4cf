"""A run: one call to a model, from its first byte to the seal of the answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeAlias

from chatapp.errors import ProviderDisconnected, ProviderError
from chatapp.events import (
    Append,
    End,
    Ending,
    Error,
    Finish,
    FinishReason,
    Mark,
    ProviderEvent,
    Text,
    ToolCall,
    Usage,
)
from chatapp.live.answer import Closing, LiveAnswer
from chatapp.live.call import Call
from chatapp.live.fitting import fit, is_fit
from chatapp.live.store.base import Gain, Seal
from chatapp.parts import length

log = logging.getLogger(__name__)

Source: TypeAlias = Callable[[Call], Iterator[ProviderEvent]]
"""Where the words come from: a provider with its prompt."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a model may be silent, in seconds, and how long an answer may grow.

    `max_answer_chars` counts the text; what is not text may grow as much beside it.
    """

    first_token_timeout: float = 60.0
    idle_timeout: float = 60.0
    max_answer_chars: int = 400_000


TIMED_OUT = Error(
    "provider_timeout", "The model's server said nothing for too long. Try again.", retryable=True
)
BROKEN = Error(
    "provider_error",
    "Something went wrong while the answer was written. Try again.",
    retryable=True,
)
SILENT = Error(
    "provider_error", "The model's server ended without an answer. Try again.", retryable=True
)


class Run:
    """Pulls what a provider says into a live answer, and says how that ended.

    `finish` is called once, by whoever ends the answer: the run itself, or one who stops it.
    `mark` is how many appends stand before the place from which another process could go on, and
    the token of that place, or no token.
    """

    def __init__(
        self,
        answer: LiveAnswer,
        source: Source,
        limits: Limits,
        finish: Callable[[Run, Seal], None],
        mark: str = "",
    ) -> None:
        self.answer = answer
        self.message_id = answer.start.message_id
        self.call = Call(limits.first_token_timeout, limits.idle_timeout)
        self._given = len(answer.parts)
        self._borders = [self._given]
        self.mark = (self._given, mark)
        self._source = source
        self._longest = limits.max_answer_chars
        self._aside = 0
        self._finish = finish
        self._reason: FinishReason | None = None
        self._named = False
        self._usage: Usage | None = None

    def __call__(self) -> None:
        """Runs to the end; nothing that a provider does gets out of here."""
        error = None
        try:
            self._pull()
        except ProviderDisconnected as broken:
            error = None if self._named else _explain(broken)
        except ProviderError as refused:
            error = _explain(refused)
        except Exception:
            log.exception("the answer %s broke off", self.message_id)
            error = BROKEN
        except BaseException:  # this very thread is being ended, as gevent does with greenlets
            self.end("interrupted")
        self._conclude(error)

    def end(self, status: Ending) -> None:
        """Ends the answer from outside, with all that has arrived, and the call to the model."""
        first = self.answer.freeze()
        if status == "stopped":
            self.call.stop()
        self.call.cancel()
        if first:
            self._finish(self, self._seal(status, None))

    def leave(self) -> bool:
        """Ends the call without an end of the answer, so that another process goes on with it.

        False where nobody could, or where the answer has ended.
        """
        if not self.mark[1] or not self.answer.freeze():
            return False
        self.call.cancel()
        return True

    @property
    def keepable(self) -> tuple[int, str]:
        """How many appends a store may keep, and the mark behind them."""
        count, token = self.mark
        return (count, token) if token else (len(self.answer.parts), "")

    def expire(self) -> None:
        """Ends the answer because the model's server was silent for too long.

        Whether the provider hears of it or not: some calls cannot be ended before they connect.
        """
        self.call.expire()
        self._conclude(None)

    def gain(self) -> Gain:
        """What the answer gained since it was kept last, and anew what may not have been kept.

        What was given before keeps its form, so that a store that has it knows it again.
        """
        count, mark = self.keepable
        if count > self._borders[-1]:
            self._borders.append(count)
        pieces = (self.answer.parts.segments(*between) for between in pairwise(self._borders))
        segments = tuple(chain.from_iterable(pieces))
        first = self._borders[0] == self._given < count
        return Gain(self.message_id, segments, first, mark)

    def keep(self) -> None:
        """The last gain is kept."""
        del self._borders[:-1]

    def _pull(self) -> None:
        events = self._source(self.call)
        try:
            for event in events:
                if not (self._say(event) if type(event) is Text else self._take(event)):
                    return
        finally:
            close = getattr(events, "close", None)
            if close:
                close()

    def _take(self, event: ProviderEvent) -> bool:
        match event:
            case Text():
                return self._say(event)
            case Usage():
                self._usage = event
            case Finish(reason):
                self._named, self._reason = True, reason
                self.call.finishing()
            case Mark(token):
                self.mark = (len(self.answer.parts), token)
            case _:
                return self._append_aside(fit(event))
        return True

    def _say(self, text: Text) -> bool:
        if not is_fit(text.content):
            text = fit(text)
        said = self.answer.parts.text_length
        if said + len(text.content) <= self._longest:
            return self.answer.append(text)
        self.answer.append(Text(text.content[: self._longest - said], text.refusal))
        return self._cut()

    def _append_aside(self, append: Append) -> bool:
        self._aside += length(append)
        return self.answer.append(append) if self._aside <= self._longest else self._cut()

    def _cut(self) -> bool:
        self._named, self._reason = True, "length"
        return False

    def _conclude(self, error: Error | None) -> None:
        if self.call.cancelled:  # whatever failed then was not the model's server
            error = TIMED_OUT if self.call.timed_out and not self._named else None
        if not error and not self._named and not self._said_something():
            error = SILENT
        if self.answer.freeze():
            self._finish(self, self._seal("failed" if error else "complete", error))

    def _said_something(self) -> bool:
        parts = self.answer.parts
        new = parts.between(self._given, len(parts))
        return any(isinstance(append, Text | ToolCall) for append, _ in new)

    def _seal(self, status: Ending, error: Error | None) -> Seal:
        parts = self.answer.parts
        reason = self._reason if status in ("complete", "failed") else None
        return Seal(
            self.message_id,
            parts.fold(),
            End(status, reason, parts.text_length),
            self._usage,
            error,
            self.answer.first_append_at,
        )


def closing_of(seal: Seal) -> Closing:
    """What readers are told at the end."""
    return tuple(event for event in (seal.usage, seal.error, seal.end) if event is not None)


def _explain(error: ProviderError) -> Error:
    return Error(error.code, error.words, error.retryable)
