"""What `useChat` sends, and how it is read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from chatapp.errors import TooLarge, Unprocessable
from chatapp.prompt import Turn
from chatapp.views import services
from chatapp.views.bodies import (
    WHOLE_CHAT,
    Body,
    ModelId,
    Temperature,
    Words,
    check_storable,
    receive,
    validate,
)

Key = Annotated[Words, Field(min_length=1, max_length=120)]
"""An id that the client made up."""


class UIMessage(Body):
    """A message as the AI SDK keeps it; of its parts, text is read."""

    id: Annotated[Words, Field(max_length=200)] = ""
    role: Literal["system", "user", "assistant"]
    parts: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """The words."""
        said = (part.get("text") for part in self.parts if part.get("type") == "text")
        return "".join(words for words in said if isinstance(words, str))

    @property
    def has_files(self) -> bool:
        """Whether something is attached that no model is told of here."""
        return any(part.get("type") == "file" for part in self.parts)


class ChatRequest(Body):
    """A chat with its history, or its last message alone; `trigger` says what is wanted."""

    id: Key
    messages: list[UIMessage] | None = None
    message: UIMessage | None = None
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    message_id: Annotated[Words | None, Field(alias="messageId", max_length=200)] = None
    model: ModelId | None = None
    temperature: Temperature | None = None
    instructions: Words | None = None

    @model_validator(mode="after")
    def _has_a_message(self) -> ChatRequest:
        if not self.message and not self.messages:
            raise ValueError("messages: must hold at least one")
        return self

    @property
    def said(self) -> list[UIMessage]:
        """The messages, the question last."""
        return [self.message] if self.message else list(self.messages or ())

    @property
    def question(self) -> UIMessage:
        """The last message."""
        return self.said[-1]

    @property
    def answered(self) -> str | None:
        """The id of the last answer before the question."""
        before = (each.id for each in reversed(self.said[:-1]) if each.role == "assistant")
        return next(before, None)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was said before the question, for a model."""
        return tuple(Turn(each.role, each.text) for each in self.said[:-1] if each.text)

    @property
    def begins(self) -> bool:
        """Whether the question takes the place of the first one."""
        return self.message is None and len(self.said) == 1 and self.message_id is not None


def read_chat() -> ChatRequest:
    """Reads the request. Raises what `bodies.read` raises."""
    value = receive(WHOLE_CHAT)
    check_storable(value)
    body = validate(ChatRequest, value)
    _check_question(body.question)
    return body


def _check_question(question: UIMessage) -> None:
    longest = services().settings.max_message_chars
    if len(question.text) > longest:
        words = f"A message may have {longest:,} characters, this one has {len(question.text):,}."
        raise TooLarge(words)
    if question.role != "user":
        raise Unprocessable("messages: the last one must be the user's.")
    if question.has_files:
        raise Unprocessable("messages: files cannot be read here. Send text alone.")
    if not question.text.strip():
        raise Unprocessable("messages: the last one must not be blank.")
