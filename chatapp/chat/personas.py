"""Personas: how a model is to answer, whether somebody made the assistant or it comes with us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

Colour: TypeAlias = Literal["slate", "teal", "green", "amber", "rose", "violet"]

COLOURS: tuple[Colour, ...] = get_args(Colour)
"""On which the letter of a picture stands; the style sheets say what they look like."""


@dataclass(frozen=True, slots=True)
class Persona:
    """An assistant. Nobody owns those that come with us, and they have no times.

    Without `document_ids` it answers from all that the person may read who asks.
    """

    id: str
    name: str
    letter: str = ""
    colour: str = COLOURS[0]
    description: str = ""
    instructions: str = ""
    model: str | None = None
    temperature: float | None = None
    use_documents: bool = True
    document_ids: tuple[str, ...] = ()
    opening_questions: tuple[str, ...] = ()
    shared: bool = True
    user_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def ready_made(self) -> bool:
        """Whether it comes with us, so that nobody may change it."""
        return self.user_id is None


NOBODY = Persona("", "")
"""Who answers where no assistant was chosen."""


def of(row: Any) -> Persona:
    """The persona of a stored assistant, a row with all columns of its table."""
    values: dict[str, Any] = row._asdict()
    for name in ("document_ids", "opening_questions"):
        values[name] = tuple(values[name])
    return Persona(**values)
