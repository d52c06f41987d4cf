"""Reads a streamed chat completion, in the dialects of some thirty servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chatapp.events import Finish, FinishReason, ProviderEvent, ScoredText, Text
from chatapp.providers._chunks import FIRST, Choice, Delta, decode, words_alone
from chatapp.providers._citations import Citations
from chatapp.providers._failures import OPENAI, told
from chatapp.providers._reading import parse
from chatapp.providers._speech import Speech, read_usage
from chatapp.providers._thoughts import Thoughts
from chatapp.providers._tool_calls import ToolCalls
from chatapp.sse import Message

_REASONS: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
}

_MISSES = 3
"""Chunks of more than words, after which a server is taken for one that always sends more."""


class ChatReader:
    """Reads the chunks of one answer; only the first of several choices.

    `reasoning_details` is left alone: it repeats, with structure, what `reasoning` says.
    """

    advice = OPENAI

    def __init__(self) -> None:
        self.ended = False
        self._speech = Speech()
        self._thoughts = Thoughts()
        self._calls = ToolCalls()
        self._citations = Citations()
        self._reason: object = None
        self._usage: object = None
        self._scores: list[Any] = []
        self._plain = _MISSES

    def read(self, message: Message) -> Iterable[ProviderEvent]:
        """The events of one chunk; an error may stand beside words. Raises `ProviderError`."""
        data = message.data
        if message.event == "error":
            raise told(data)
        if self._plain:
            words = words_alone(data)
            if words is not None:
                return self._speech.say(words)
            self._plain -= 1
        if data.startswith("[DONE]"):
            self.ended = True
            return ()
        return self._read(data)

    def rest(self) -> Iterator[ProviderEvent]:
        """What was kept for the end: halves of characters, sources and the usage."""
        yield from self._speech.think(self._thoughts.rest())
        yield from self._speech.rest()
        yield from self._citations.take()
        usage = read_usage(self._usage)
        if usage:
            yield usage

    def conclude(self) -> None:
        """Every clean end will do: some servers name no reason, and some send no `[DONE]`."""

    def _read(self, data: str) -> Iterator[ProviderEvent]:
        chunk = decode(data)
        self._usage = chunk.usage or self._usage  # some send it in every chunk, as a running sum
        if chunk.citations or chunk.search_results:
            self._citations.list(chunk.citations, chunk.search_results)
        for choice in chunk.choices or ():
            if choice.index in FIRST:
                yield from self._read_choice(choice)
        if chunk.error or self._reason == "error":
            raise told(chunk.error)
        if chunk.choices is None:
            _check(data)

    def _read_choice(self, choice: Choice) -> Iterator[ProviderEvent]:
        if choice.delta and not (choice.logprobs or self._scores):
            yield from self._read_delta(choice.delta)
        elif choice.delta:
            yield from self._read_scored(choice.delta, choice.logprobs)
        reason = choice.finish_reason
        if reason and reason != self._reason:  # some say it twice
            self._reason = reason
            if reason != "error":
                yield Finish(finish_reason(reason))

    def _read_scored(self, delta: Delta, scores: Any) -> Iterator[ProviderEvent]:
        """The words with their scores; those of a token without words wait for the next ones."""
        self._plain = 0  # scores wait for words
        for voice in ("content", "refusal") if isinstance(scores, dict) else ():
            found = scores.get(voice)
            self._scores += found if isinstance(found, list) else []
        for event in self._read_delta(delta):
            if isinstance(event, Text) and self._scores:
                yield ScoredText(event.content, event.refusal, tuple(self._scores))
                self._scores = []
            else:
                yield event

    def _read_delta(self, delta: Delta) -> Iterator[ProviderEvent]:
        thoughts = delta.reasoning or delta.reasoning_content  # never both: it would be doubled
        if type(thoughts) is str:
            yield from self._speech.think(thoughts)
        content = delta.content
        if content:
            if type(content) is not str:
                yield from self._read_parts(content)
            elif delta.extra_content or self._thoughts.open:
                yield from self._read_thoughts(content, delta.extra_content)
            else:
                yield from self._speech.say(content)
        if delta.annotations:
            self._citations.annotate(delta.annotations)
        if type(delta.refusal) is str:
            yield from self._speech.refuse(delta.refusal)
        if delta.tool_calls or delta.function_call:
            yield from self._read_calls(delta)

    def _read_thoughts(self, content: str, extra: Any) -> Iterator[ProviderEvent]:
        self._plain = 0  # what comes next may be a thought without being marked
        google = extra.get("google") if isinstance(extra, dict) else None
        marked = isinstance(google, dict) and google.get("thought") is True
        thought, words = self._thoughts.split(content, marked)
        yield from self._speech.think(thought)
        yield from self._speech.say(words)

    def _read_parts(self, content: Any) -> Iterator[ProviderEvent]:
        """Mistral's list of parts: `text`, and `thinking`, which is a list of `text` again."""
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, dict) and part.get("type") == "thinking":
                yield from self._speech.think(_words(part.get("thinking")))
            else:
                yield from self._speech.say(_words(part))

    def _read_calls(self, delta: Delta) -> Iterator[ProviderEvent]:
        pieces = delta.tool_calls if isinstance(delta.tool_calls, list) else []
        if isinstance(delta.function_call, dict):  # how a call looked before there were several
            pieces = [*pieces, {"index": 0, "function": delta.function_call}]
        for piece in pieces:
            if isinstance(piece, dict) and isinstance(function := piece.get("function"), dict):
                id, name = piece.get("id"), function.get("name")
                call = self._calls.find(piece.get("index"), id, name)
                event = call.piece(id, name, function.get("arguments"))
                if event:
                    yield event


def finish_reason(reason: object) -> FinishReason:
    """Ours for the server's; what is unknown, and some send whole sentences, is a stop."""
    return _REASONS.get(str(reason).lower(), "stop")


def _words(part: Any) -> str:
    if isinstance(part, list):
        return "".join(map(_words, part))
    if isinstance(part, dict):
        part = part.get("text")
    return part if isinstance(part, str) else ""


def _check(data: str) -> None:
    """Raises the error that a message without choices may be: vLLM's has no `error` member."""
    value = parse(data)
    if isinstance(value, dict) and value.get("object") == "error":
        raise told(value)
