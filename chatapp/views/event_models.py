"""What the events of our streams hold, as models for the document."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from chatapp.views.operations import Stream
from chatapp.views.replies import Described, Reply, Source


class StartEvent(Reply):
    """The answer has a name. Not said again to a reader that comes back with a cursor."""

    type: Literal["start"]
    message_id: str
    conversation_id: str
    question_id: str | None
    model: str


class ContentEvent(Reply):
    """`event: message`: a piece of the text; `refusal` where the model declines."""

    type: Literal["content"]
    content: str
    refusal: bool = False


class ReasoningEvent(Reply):
    """A piece of what the model thinks before it answers."""

    type: Literal["reasoning"]
    content: str


class SourcesEvent(Reply):
    """What the answer rests on."""

    type: Literal["sources"]
    sources: list[Source]


class ToolCallEvent(Reply):
    """A call of a tool: `arguments` is a piece of its JSON."""

    type: Literal["tool_call"]
    index: int
    id: str
    name: str
    arguments: str


class UsageEvent(Reply):
    """Tokens that the model counted."""

    type: Literal["usage"]
    input_tokens: int
    output_tokens: int


class ErrorEvent(Reply):
    """Why the answer failed, in words for a person."""

    type: Literal["error"]
    code: str
    error: str
    retryable: bool


class EndEvent(Reply):
    """Always last. A stream that closes without it was cut: ask again with the last `id:`."""

    type: Literal["end"]
    status: Literal["complete", "stopped", "failed", "interrupted"]
    finish_reason: str | None
    text_length: int = Field(description="code points of all text")


class WelcomeNotice(Reply):
    """The first message of the feed."""

    sender: Literal["Server"]
    message: str


class SyncNotice(Reply):
    """Fetch anew what you show: something may have been missed."""

    type: Literal["sync"]


class ConversationNotice(Reply):
    """A conversation changed."""

    type: Literal["conversation.created", "conversation.updated", "conversation.deleted"]
    conversation_id: str


class MessageNotice(Reply):
    """An answer begins or ends."""

    type: Literal["message.started", "message.ended"]
    conversation_id: str
    message_id: str
    status: str


class DocumentNotice(Reply):
    """A document was added, read, changed or deleted."""

    type: Literal["document.updated"]
    document_id: str
    state: Literal["queued", "indexing", "ready", "failed", "deleted"]


class PromptFrame(Reply):
    """A piece of the text."""

    prompt: str


class CoachFrame(Reply):
    """A piece of the advice; the last one is `[DONE]`."""

    content: str


class CoachTrouble(Reply):
    """The last frame, where there was trouble."""

    error: str


class RoomBeginning(Reply):
    """The first frame."""

    class Data(Reply):
        """Words for a person."""

        message: str

    event: Literal["start"]
    data: Data


class RoomEnd(Reply):
    """`event: end`: the last frame."""

    type: Literal["end"]


class RoomTrouble(Reply):
    """`event: error`: the last frame, where there was trouble."""

    error: str


class UIMessageChunk(Described):
    """A piece of a message as the AI SDK keeps it."""

    model_config = ConfigDict(extra="allow")

    type: str


ROOM_EVENTS = Stream(events=(RoomBeginning, ContentEvent, SourcesEvent, RoomEnd, RoomTrouble))
"""An answer in a chat room."""

ANSWER = Stream(
    events=(
        StartEvent,
        ContentEvent,
        ReasoningEvent,
        SourcesEvent,
        ToolCallEvent,
        UsageEvent,
        ErrorEvent,
        EndEvent,
    ),
    resumable=True,
)
"""An answer while it is being written."""

NOTICES = Stream(
    events=(WelcomeNotice, SyncNotice, ConversationNotice, MessageNotice, DocumentNotice)
)
"""A person's own live feed."""
