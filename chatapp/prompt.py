"""What is asked of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from chatapp.events import Source

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation as the model sees it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A whole question to a model: instructions and history are `turns`, oldest first.

    The last turn is the question. Where an answer goes on from one that broke off, `begun` is the
    text it begins with, and two more turns stand behind the question: that text, and the request
    to go on. `passages` are the sources found for the question, numbered from 1. `options` are
    further fields of the provider's request body, passed on as they are: they win over what the
    provider would write itself.
    """

    model: str
    turns: tuple[Turn, ...]
    conversation_id: str = ""
    user_id: str = ""
    passages: tuple[Source, ...] = ()
    begun: str = ""
    temperature: float | None = None
    max_output_tokens: int | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def question(self) -> str:
        """The last words of the person."""
        turns = self.turns[:-2] if self.begun else self.turns
        return next((turn.content for turn in reversed(turns) if turn.role == "user"), "")
