"""The event model: what a model says, and what a reader hears.

Events are of two kinds. *Appends* (`Text`, `Reasoning`, `ToolCall`, `Sources`) make an answer
grow, and every reader gets each of them exactly once, by cursor. *Statements* (`Start`, `Usage`,
`Error`, `End`) tell a fact about the answer: saying one twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

FinishReason: TypeAlias = Literal["stop", "length", "content_filter", "tool_calls"]
Ending: TypeAlias = Literal["complete", "stopped", "failed", "interrupted"]
Status: TypeAlias = Literal["pending", "streaming"] | Ending

ENDINGS: frozenset[str] = frozenset({"complete", "stopped", "failed", "interrupted"})

DocumentState: TypeAlias = Literal["queued", "indexing", "ready", "failed"]

ChangeKind: TypeAlias = Literal[
    "conversation.created",
    "conversation.updated",
    "conversation.deleted",
    "message.started",
    "message.ended",
    "document.updated",
    "access.ended",
]
"""The last one tells that a way in has ended, a session, a token, or all that somebody had: whoever
listens is asked again whether they may. Clients never hear it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words that people read; `refusal` where the model declines in a field of its own."""

    content: str
    refusal: bool = False


@dataclass(frozen=True, slots=True)
class ScoredText(Text):
    """Words with the chances of their tokens, as the provider tells them. They are not stored."""

    logprobs: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What a model thinks before it answers."""

    content: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A piece of a call that the model asks for; `arguments` is a delta of its JSON text.

    `index` counts the calls of one answer from 0; `id` and `name` are repeated on every piece.
    """

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that an answer rests on; `position` counts from 1, as `[1]` in the text does.

    `passage_id` and `score` (from 0 to 1, how well it fits the question) belong to a passage of a
    document that is kept here.
    """

    id: str
    title: str
    content: str
    url: str | None = None
    document_name: str | None = None
    position: int = 1
    passage_id: int | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """The passages an answer rests on."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """The answer exists; its words follow."""

    message_id: str
    conversation_id: str
    question_id: str | None
    model: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the whole call, as the provider counts them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The provider says why the model stopped. Providers alone send it; readers get `End`."""

    reason: FinishReason | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A place from which any process can let the provider go on; all before it has been said.

    Readers never see it.
    """

    token: str


@dataclass(frozen=True, slots=True)
class Error:
    """Why an answer failed, in words for a person."""

    code: str
    error: str
    retryable: bool


INTERRUPTED = Error(
    "unavailable", "The server had to end before the answer was complete. Try again.", True
)
"""For clients that know no interrupted answers."""


@dataclass(frozen=True, slots=True)
class End:
    """The last event of every stream; `text_length` counts code points of all text parts."""

    status: Ending
    finish_reason: FinishReason | None
    text_length: int


Append: TypeAlias = Text | Reasoning | ToolCall | Sources
Event: TypeAlias = Start | Append | Usage | Error | End
ProviderEvent: TypeAlias = Append | Usage | Finish | Mark


@dataclass(frozen=True, slots=True)
class Change:
    """Something of a person's own is not as it was: what their other tabs and devices are told.

    `message_id` and `status` belong to the kinds that tell of a message, the last two to what tells
    of a document, which is in no conversation.
    """

    kind: ChangeKind
    conversation_id: str
    message_id: str | None = None
    status: Status | None = None
    document_id: str | None = None
    state: DocumentState | Literal["deleted"] | None = None


@dataclass(frozen=True, slots=True)
class Sync:
    """Any number of changes may have been missed: the client fetches anew what it shows."""


Notice: TypeAlias = Change | Sync
