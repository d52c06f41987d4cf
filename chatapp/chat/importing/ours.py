"""Our own conversations, as an export holds them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from chatapp.chat.importing.drafts import Draft, Line, Unfit, moment
from chatapp.events import ENDINGS, Text
from chatapp.models import now
from chatapp.parts import Part, from_json

Number: TypeAlias = Annotated[int, Meta(ge=0, le=2_147_483_647)]
Name: TypeAlias = Annotated[str, Meta(max_length=200)]
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]

_KEPT = ("model", "instructions", "temperature", "use_documents", "pinned", "archived")
_REASONS = ("stop", "length", "content_filter", "tool_calls")


class _Text(Struct, tag_field="type", tag="text"):
    text: str
    refusal: bool = False


class _Reasoning(Struct, tag_field="type", tag="reasoning"):
    text: str


class _Source(Struct):
    id: Name
    title: str
    content: str
    url: str | None = None
    document_name: str | None = None
    position: Number = 1
    passage_id: Number | None = None
    score: float | None = None


class _Sources(Struct, tag_field="type", tag="sources"):
    sources: list[_Source]


class _ToolCall(Struct, tag_field="type", tag="tool_call"):
    index: Number
    id: str
    name: str
    arguments: str


class _Error(Struct):
    code: Annotated[str, Meta(max_length=64)]
    error: str
    retryable: bool = False


class _Attachment(Struct):
    kind: str
    id: str
    name: str


class _Message(Struct):
    id: str
    role: Literal["user", "assistant"]
    parent_id: str | None = None
    status: str = "complete"
    text: str = ""
    parts: list[_Text | _Reasoning | _Sources | _ToolCall] = []
    model: Name | None = None
    input_tokens: Number | None = None
    output_tokens: Number | None = None
    finish_reason: str | None = None
    continues: str | None = None
    error: _Error | None = None
    attachments: list[_Attachment] | None = None
    rating: Literal["good", "bad"] | None = None
    comment: Annotated[str, Meta(max_length=4000)] | None = None
    created_at: Moment | None = None
    first_token_at: Moment | None = None
    completed_at: Moment | None = None


class _Conversation(Struct):
    id: Name
    messages: list[_Message]
    title: Name = ""
    model: Name | None = None
    instructions: str | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    assistant_id: str | None = None
    document_ids: list[str] = []
    use_documents: bool | None = None
    pinned: bool = False
    archived: bool = False
    created_at: Moment | None = None
    updated_at: Moment | None = None
    kept_until: datetime | None = None


def is_private(value: dict[str, Any]) -> bool:
    """Whether a program keeps it for itself, or it was deleted: nobody is shown it."""
    return value.get("kept_until") is not None


def read(value: dict[str, Any]) -> Draft:
    """Reads a conversation. Raises `Unfit`."""
    try:
        found = msgspec.convert(value, _Conversation)
    except msgspec.ValidationError as error:
        raise Unfit(f"It is not what an export holds: {error}.") from None
    began = moment(found.created_at, now())
    return Draft(
        f"chatapp/{found.id}",
        found.title,
        began,
        moment(found.updated_at, began),
        tuple(_lines(found.messages, began)),
        {name: getattr(found, name) for name in _KEPT}
        | {"assistant_id": found.assistant_id, "document_ids": found.document_ids},
    )


def _lines(messages: list[_Message], began: datetime) -> list[Line]:
    known: set[str] = set()
    lines = []
    for number, message in enumerate(messages, 1):
        if message.id in known:
            raise Unfit(f"Message {number} has the id of another one.")
        for name in ("parent_id", "continues"):
            if (getattr(message, name) or message.id) not in known | {message.id}:
                raise Unfit(f"Message {number} follows one that does not stand before it.")
        if message.id in (message.parent_id, message.continues):
            raise Unfit(f"Message {number} follows itself.")
        known.add(message.id)
        lines.append(_line(message, began))
    return lines


def _line(message: _Message, began: datetime) -> Line:
    said = moment(message.created_at, began)
    answer = message.role == "assistant"
    values = {name: getattr(message, name) for name in ("rating", "comment", "first_token_at")}
    values |= {name: getattr(message, name) for name in ("input_tokens", "output_tokens")}
    values["model"] = message.model
    values["attachments"] = msgspec.to_builtins(message.attachments or [])
    reason = message.finish_reason
    values["finish_reason"] = reason if reason in _REASONS else None
    values["error"] = msgspec.to_builtins(message.error) if message.error else None
    values["completed_at"] = moment(message.completed_at, said).astimezone(UTC)
    return Line(
        message.id,
        message.parent_id,
        message.role,
        _parts(message),
        said,
        message.status if message.status in ENDINGS else "interrupted",
        message.continues if answer else None,
        values,
    )


def _parts(message: _Message) -> tuple[Part, ...]:
    if not message.parts and message.text:
        return (Text(message.text),)
    return tuple(from_json(msgspec.to_builtins(part)) for part in message.parts)
