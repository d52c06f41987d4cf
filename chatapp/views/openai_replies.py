"""What `/v1` answers, as models: the document is made of them, and tests hold replies to them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from chatapp.views.operations import Stream
from chatapp.views.replies import Described


class _Open(Described):
    """JSON with these members at least."""

    model_config = ConfigDict(extra="allow")


class OpenAIError(_Open):
    """Why a request is refused, or an answer failed."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIFailure(Described):
    """The body of every response that is an error."""

    error: OpenAIError


class Model(_Open):
    """A model that people may choose."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(_Open):
    """All of them, the default first."""

    object: Literal["list"]
    data: list[Model]


class ChatCompletion(_Open):
    """A whole answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]


class ChatCompletionChunk(_Open):
    """A piece of an answer."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[dict[str, Any]]


class OpenAIResponse(_Open):
    """A response as it is now."""

    id: str
    object: Literal["response"]
    created_at: int
    status: Literal["in_progress", "completed", "incomplete", "cancelled", "failed"]
    error: dict[str, Any] | None
    model: str
    output: list[dict[str, Any]]
    usage: dict[str, Any] | None


class ResponseEvent(_Open):
    """Something that is new of a response; the last has all of it."""

    type: str
    sequence_number: int


class DeletedResponse(Described):
    """A response that is gone."""

    id: str
    object: Literal["response"]
    deleted: Literal[True]


class InputItems(Described):
    """What a response was asked with."""

    object: Literal["list"]
    data: list[dict[str, Any]]
    first_id: str | None
    last_id: str | None
    has_more: bool


CHUNKS = (ChatCompletionChunk, OpenAIFailure)
"""What a stream of chunks holds, before it says that it is over."""

DONE = "[DONE]"

RESPONSE = Stream(events=(ResponseEvent,), farewell=DONE)
"""A response as it grows."""
