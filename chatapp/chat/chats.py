"""Chats by the ids that programs give them: what runs in one, and where a question belongs."""

from __future__ import annotations

import hashlib

from sqlalchemy import Select, or_, select

from chatapp.chat import history
from chatapp.chat.access import Person
from chatapp.chat.services import Services
from chatapp.models import Conversation, Message, Run, Send, as_id


def find(services: Services, person: Person, chat_id: str) -> str | None:
    """The person's conversation that has this id, or that was made for a chat of this id."""
    if "\0" in chat_id:
        return None
    wanted = select(Conversation.id).where(
        Conversation.user_id == person.id,
        Conversation.deleted_at.is_(None),
        or_(Conversation.id == as_id(chat_id), Conversation.client_id == _key(chat_id)),
    )
    return _first(services, wanted)


def open_chat(services: Services, person: Person, chat_id: str) -> str:
    """The same, and where there is none a new one."""
    known = find(services, person, chat_id)
    return known or history.create(services, person, {"client_id": _key(chat_id)})[0]


def running(services: Services, conversation_id: str) -> str | None:
    """The answer that is being written in a conversation; the newest of several."""
    wanted = select(Message.id).join(Run, Run.message_id == Message.id)
    theirs = wanted.where(Message.conversation_id == conversation_id)
    return _first(services, theirs.order_by(Message.position.desc()))


def answers(services: Services, conversation_id: str, message_id: str | None) -> bool:
    """Whether a message is an answer in a conversation."""
    wanted = select(Message.id).where(
        Message.id == as_id(message_id or ""),
        Message.conversation_id == conversation_id,
        Message.role == "assistant",
    )
    return _first(services, wanted) is not None


def answer_to(services: Services, person: Person, client_id: str) -> str | None:
    """The answer of a question that was asked with this `client_id`."""
    wanted = select(Send.answer_id).where(Send.user_id == person.id, Send.client_id == client_id)
    return _first(services, wanted)


def question_id(chat_id: str, message_id: str, words: str) -> str:
    """The `client_id` of a question: the same message of the same chat with the same words."""
    said = f"{chat_id}\0{message_id}\0{words}"
    return f"ai:{hashlib.sha256(said.encode()).hexdigest()[:48]}"


def _key(chat_id: str) -> str:
    return f"ai:{chat_id}"


def _first(services: Services, wanted: Select[str]) -> str | None:
    return services.database.read(lambda connection: connection.scalar(wanted.limit(1)))
