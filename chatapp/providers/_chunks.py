"""A chunk of a streamed chat completion: the fields that are needed, of any type."""

from __future__ import annotations

from typing import Any

import msgspec

from chatapp.providers._reading import parse, pick


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


_decode = msgspec.json.Decoder(Chunk).decode


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
