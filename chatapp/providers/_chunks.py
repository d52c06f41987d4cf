"""A chunk of a streamed chat completion: the fields that are needed, of any type."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from chatapp.providers._reading import parse, pick

FIRST = (0, None, "0")
"""What the first of several choices has for its index."""


class Delta(msgspec.Struct):
    """What a choice gained."""

    content: Any = None
    reasoning: Any = None
    reasoning_content: Any = None
    refusal: Any = None
    tool_calls: Any = None
    function_call: Any = None
    extra_content: Any = None
    annotations: Any = None


class Choice(msgspec.Struct):
    """One of the answers that were asked for; Azure sends some without a delta."""

    index: Any = 0
    delta: Delta | None = None
    logprobs: Any = None
    finish_reason: Any = None


class Chunk(msgspec.Struct):
    """One message of the stream."""

    choices: list[Choice] | None = None
    usage: Any = None
    error: Any = None
    citations: Any = None
    search_results: Any = None


class _Words(msgspec.Struct):
    """A delta of nothing but words."""

    content: str | None = None
    reasoning: Literal[""] | None = None
    reasoning_content: Literal[""] | None = None
    refusal: Literal[""] | None = None
    tool_calls: tuple[()] | None = None
    function_call: None = None
    extra_content: None = None
    annotations: tuple[()] | None = None


class _OnlyChoice(msgspec.Struct):
    delta: _Words
    index: Literal[0] = 0
    logprobs: None = None
    finish_reason: None = None


class _Plain(msgspec.Struct):
    """A chunk that says nothing else: what may not be there is null or empty."""

    choices: tuple[_OnlyChoice]
    usage: None = None
    error: None = None
    citations: None = None
    search_results: None = None


_decode_plain = msgspec.json.Decoder(_Plain).decode
_decode = msgspec.json.Decoder(Chunk).decode


def words_alone(data: str) -> str | None:
    """The words of a chunk that says nothing else, as nearly all do; None for any other."""
    try:
        return _decode_plain(data).choices[0].delta.content or ""
    except (msgspec.DecodeError, RecursionError):
        return None


def decode(data: str) -> Chunk:
    """Reads a chunk; what has another shape is left out. Raises `ProviderError` without JSON."""
    try:
        return _decode(data)
    except (msgspec.DecodeError, RecursionError):
        return _read(parse(data))


def _read(value: Any) -> Chunk:
    chunk = pick(Chunk, value)
    choices: Any = chunk.choices
    if choices is not None:
        found = choices if isinstance(choices, list) else []
        chunk.choices = [_read_choice(choice) for choice in found]
    return chunk


def _read_choice(value: Any) -> Choice:
    choice = pick(Choice, value)
    choice.delta = pick(Delta, choice.delta)
    return choice
