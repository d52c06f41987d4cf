"""What a person can ask for, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from chatapp.live.answer import LiveAnswer
from chatapp.prompt import Prompt, Turn

LATEST = ""
"""The parent of a question that follows the message with the highest position."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person sends. `parent_id` None begins a branch at the root.

    `turns`, oldest first, take the place of what the conversation holds before the question;
    `prompt` that of all that a model would be told. `memory` bounds how many earlier messages it
    hears. `about` is said by the person ahead of them, in the place of their introduction. A new
    conversation is with the assistant. `document_ids` and `image_ids` are documents and
    pictures that come with the question.
    """

    content: str
    parent_id: str | None = LATEST
    client_id: str | None = None
    model: str | None = None
    temperature: float | None = None
    instructions: str | None = None
    turns: tuple[Turn, ...] | None = None
    prompt: Prompt | None = None
    memory: int | None = None
    about: str | None = None
    assistant_id: str | None = None
    document_ids: Sequence[str] = ()
    image_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """The wish for another answer to a question that was asked before."""

    client_id: str | None = None
    model: str | None = None
    temperature: float | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The answer of a send; without a live one where the same send had been made before."""

    conversation_id: str
    message_id: str
    answer: LiveAnswer | None = None

    @property
    def repeated(self) -> bool:
        """Whether the answer was there already."""
        return self.answer is None


def digest(*said: object) -> str:
    """Tells one send from another that uses the same `client_id`."""
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()
