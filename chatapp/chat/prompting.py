"""What a model is told: instructions, the path of the conversation, and passages found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import Connection

from chatapp.chat.attaching import ids_of
from chatapp.chat.grounding import Ground, renumbered
from chatapp.chat.statements import ILLUSTRATED_PATH, PATH
from chatapp.events import ProviderEvent, Source, Sources
from chatapp.parts import Part, sources_of
from chatapp.prompt import Prompt, Role, Turn
from chatapp.providers.base import Call

CONTINUE = (
    "Your last answer broke off. Go on exactly where it ended, without repeating any of it "
    "and without any introduction."
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an answer is to be made, where the send or its conversation says so.

    `introduction` is what the person lets a model know of them. `document_ids` are the documents
    it may rest on, where it is to `use_documents` at all; None stands for all that the person may
    read.
    """

    model: str
    instructions: str | None = None
    temperature: float | None = None
    introduction: str | None = None
    document_ids: tuple[str, ...] | None = None
    use_documents: bool = True


def path(
    connection: Connection, message_id: str | None, limit: int, *, illustrated: bool = False
) -> list[Turn]:
    """The messages that lead to one, itself included, oldest first; at most `limit` of them.

    Of an `illustrated` conversation with the ids of the pictures that came with them.
    """
    if message_id is None or limit <= 0:
        return []
    found = {"message_id": message_id, "count": limit}
    rows = (ILLUSTRATED_PATH if illustrated else PATH).all(connection, found)
    rows = sorted(rows, key=lambda row: row.position)
    if not illustrated:
        return [Turn(_role(row.role), row.text) for row in rows if row.text]
    return [
        Turn(_role(row.role), row.text, ids_of("image", row.attachments or ()))
        for row in rows
        if row.text
    ]


def compose(wishes: Wishes, turns: list[Turn], begun: str = "") -> tuple[Turn, ...]:
    """The turns of a prompt. `begun` is the text that a new answer goes on from."""
    said = [words for words in (wishes.instructions, wishes.introduction) if words]
    head = [Turn("system", "\n\n".join(said))] if said else []
    tail = []
    if begun:
        tail = [Turn("assistant", begun), Turn("user", CONTINUE)]
    return (*head, *turns, *tail)


def _role(role: str) -> Role:
    return "assistant" if role == "assistant" else "user"


class Speaker(Protocol):
    """What is told a prompt, and answers."""

    def stream(self, prompt: Prompt, call: Call) -> Iterator[ProviderEvent]:
        """What it says, as `providers.base.Provider` does."""


def source(
    provider: Speaker, prompt: Prompt, ground: Ground, begun: Sequence[Part] = ()
) -> Callable[[Call], Iterator[ProviderEvent]]:
    """Where the words of an answer come from: first its sources, then what the model says.

    `begun` are the parts of an answer that it goes on from, the sources of which stay its own.
    """

    def stream(call: Call) -> Iterator[ProviderEvent]:
        sources = tuple(sources_of(begun)) if begun else found(call)
        return grounded(sources, call) if sources else provider.stream(prompt, call)

    def found(call: Call) -> tuple[Source, ...]:
        ground.wait(call)
        return ground.find(prompt)

    def grounded(sources: tuple[Source, ...], call: Call) -> Iterator[ProviderEvent]:
        if not begun:
            yield Sources(sources)
        passages = tuple(source for source in sources if source.passage_id is not None)
        said = provider.stream(replace(prompt, passages=passages), call)
        yield from renumbered(said, len(sources))

    return stream
