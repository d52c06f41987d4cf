"""What the form of an assistant sends, how it is read, and how it is shown again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from flask import request

from chatapp.chat.personas import Persona
from chatapp.views import services
from chatapp.views.bodies import NewAssistantBody, check_lengths, validate
from chatapp.views.language import gettext as _

_DECIMAL = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as somebody filled it in; opening questions stand one to a line."""

    name: str = ""
    letter: str = ""
    colour: str = "teal"
    description: str = ""
    instructions: str = ""
    model: str = ""
    temperature: str = ""
    opening_questions: str = ""
    use_documents: bool = True
    shared: bool = False
    document_ids: tuple[str, ...] = ()


def of(persona: Persona) -> Draft:
    """The form of an assistant as it is."""
    return Draft(
        name=persona.name,
        letter=persona.letter,
        colour=persona.colour,
        description=persona.description,
        instructions=persona.instructions,
        model=persona.model or "",
        temperature="" if persona.temperature is None else f"{persona.temperature:g}",
        opening_questions="\n".join(persona.opening_questions),
        use_documents=persona.use_documents,
        shared=persona.shared,
        document_ids=persona.document_ids,
    )


def copy_of(persona: Persona) -> Draft:
    """The form of a new one that begins as another, for its owner alone."""
    return replace(
        of(persona), name=_("%(name)s (copy)") % {"name": persona.name[:70]}, shared=False
    )


def sent() -> Draft:
    """The form as it was sent; browsers send line ends as CRLF."""
    words = ("name", "letter", "colour", "description", "instructions", "model", "temperature")
    fields = {name: request.form.get(name, "").replace("\r\n", "\n") for name in words}
    return Draft(
        **fields,
        opening_questions=request.form.get("opening_questions", ""),
        use_documents="use_documents" in request.form,
        shared="shared" in request.form,
        document_ids=tuple(request.form.getlist("document_ids")),
    )


def values(draft: Draft) -> dict[str, Any]:
    """What the draft says, as columns. Raises `TooLarge` and `Unprocessable`."""
    lines = draft.opening_questions.splitlines()
    fields: dict[str, Any] = {
        "name": draft.name,
        "letter": draft.letter.strip() or draft.name.strip()[:1].upper(),
        "colour": draft.colour,
        "description": draft.description,
        "instructions": draft.instructions.strip(),
        "model": draft.model or None,
        "temperature": _number(draft.temperature.strip()),
        "use_documents": draft.use_documents,
        "document_ids": list(draft.document_ids),
        "opening_questions": [line for line in lines if line.strip()],
        "shared": draft.shared,
    }
    check_lengths(fields, services().settings.max_message_chars)
    return validate(NewAssistantBody, fields).given


def _number(text: str) -> float | str | None:
    if not _DECIMAL.fullmatch(text):
        return text or None
    return float(text.replace(",", "."))
