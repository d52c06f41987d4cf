"""Conversations and messages as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import Response
from sqlalchemy.orm import Session

from chatapp import sse
from chatapp.chat.answers import snapshot
from chatapp.chat.personas import Persona
from chatapp.chat.services import Services
from chatapp.models import Conversation, Message
from chatapp.models.paging import Page
from chatapp.parts import source_to_json, sources_of, text_of, to_json
from chatapp.views import language

T = TypeVar("T")


def reply(value: object, status: int = 200) -> Response:
    """JSON as every part of the API writes it."""
    return Response(sse.encode_json(value), status, mimetype="application/json")


def listing(page: Page[T], show: Callable[[T], dict[str, Any]]) -> Response:
    """A piece of a list."""
    return reply({"items": [show(item) for item in page.items], "next": page.next})


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation."""
    names = (
        *("id", "title", "assistant_id", "model", "instructions", "temperature", "document_ids"),
        *("pinned", "archived"),
    )
    shown = {name: getattr(conversation, name) for name in names}
    shown["created_at"] = time(conversation.created_at)
    shown["updated_at"] = time(conversation.updated_at)
    return shown


def assistant_json(person_id: str, assistant: Persona) -> dict[str, Any]:
    """An assistant, as a person sees it."""
    return {
        "id": assistant.id,
        "name": assistant.name,
        "letter": assistant.letter,
        "colour": assistant.colour,
        "description": assistant.description,
        "instructions": assistant.instructions,
        "model": assistant.model,
        "temperature": assistant.temperature,
        "use_documents": assistant.use_documents,
        "document_ids": assistant.document_ids,
        "opening_questions": assistant.opening_questions,
        "shared": assistant.shared,
        "mine": assistant.user_id == person_id,
        "ready_made": assistant.ready_made,
        "created_at": time(assistant.created_at),
        "updated_at": time(assistant.updated_at),
    }


def prompt_json(prompt: Any) -> dict[str, Any]:
    """A saved prompt, as `chat.saved_prompts` gives it."""
    shown = {name: getattr(prompt, name) for name in ("id", "title", "content")}
    return shown | {"created_at": time(prompt.created_at), "updated_at": time(prompt.updated_at)}


def document_json(document: Any) -> dict[str, Any]:
    """A document, as `knowledge.documents` gives it."""
    names = ("id", "name", "title", "media_type", "size", "state", "error", "shared")
    shown = {name: getattr(document, name) for name in names}
    shown["error"] = language.tell(document.error or "") or None
    shown["created_at"] = time(document.created_at)
    return shown


def image_json(image: Any) -> dict[str, Any]:
    """A picture that was kept, as `chat.images` gives it."""
    names = ("id", "name", "media_type", "size", "width", "height")
    shown = {name: getattr(image, name) for name in names}
    return shown | {"created_at": time(image.created_at)}


def message_json(services: Services, session: Session, message: Message) -> dict[str, Any]:
    """A message as it is at this moment, also while it is being written."""
    now = snapshot(services, session, message)
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "parent_id": message.parent_id,
        "position": message.position,
        "role": message.role,
        "status": now.status,
        "text": text_of(now.parts),
        "html": message.html,
        "parts": [to_json(part) for part in now.parts],
        "sources": [source_to_json(source) for source in sources_of(now.parts)],
        "usage": _usage(message),
        "model": message.model,
        "finish_reason": message.finish_reason,
        "continues": message.continues,
        "feedback": {"rating": message.rating, "comment": message.comment}
        if message.rating or message.comment
        else None,
        "error": message.error,
        "attachments": message.attachments or [],
        "client_id": message.client_id,
        "created_at": time(message.created_at),
        "completed_at": time(message.completed_at),
    }


def _usage(message: Message) -> dict[str, int] | None:
    if message.input_tokens is None:
        return None
    return {"input_tokens": message.input_tokens, "output_tokens": message.output_tokens or 0}


def time(moment: datetime | None) -> str | None:
    """RFC 3339, in UTC."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
