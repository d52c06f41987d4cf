"""What the API answers, as models: the document is made of them, and tests hold replies to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from chatapp.chat.personas import Colour

Role = Literal["user", "assistant"]
Status = Literal["pending", "streaming", "complete", "stopped", "failed", "interrupted"]
Rating = Literal["good", "bad"]


class Described(BaseModel):
    """What the document describes. Nothing is built of it before somebody asks for that."""

    model_config = ConfigDict(defer_build=True)


class Reply(Described):
    """JSON with these members and no others."""

    model_config = ConfigDict(extra="forbid")


class Problem(Described):
    """Why a request is refused (RFC 9457). `code` is for programs, `detail` for people.

    Some addresses add members that their clients know.
    """

    model_config = ConfigDict(extra="allow")

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    code: str


class Conversation(Reply):
    """A conversation, and how the model is set up for it."""

    id: str
    title: str
    assistant_id: str | None
    model: str | None
    instructions: str | None
    temperature: float | None
    document_ids: list[str]
    pinned: bool
    archived: bool
    created_at: datetime
    updated_at: datetime


class ExportedConversation(Described):
    """A conversation with all its messages, as the export of an account has it."""

    model_config = ConfigDict(extra="allow")

    id: str
    title: str
    messages: list[dict[str, Any]]


class Refused(Reply):
    """A conversation of a file that was not taken in; number 0 stands for the file itself."""

    number: int
    title: str
    reason: str


class Import(Reply):
    """What became of a file: conversations that are new, that were there before, and the others."""

    imported: int
    known: int
    failed: list[Refused]


class Conversations(Reply):
    """A piece of the list, changed last first; `next` is the cursor of the next piece."""

    items: list[Conversation]
    next: str | None


class Share(Reply):
    """A link by which anybody reads a conversation, as it was at `updated_at`."""

    conversation_id: str
    url: str
    title: str
    created_at: datetime
    updated_at: datetime


class Shares(Reply):
    """All links of a person, those renewed last first."""

    items: list[Share]
    next: None


class Assistant(Reply):
    """A persona. `mine` tells that the person made it; what is `ready_made` nobody changes."""

    id: str
    name: str
    letter: str = Field(description="its picture, on `colour`")
    colour: Colour
    description: str
    instructions: str
    model: str | None
    temperature: float | None
    use_documents: bool
    document_ids: list[str] = Field(description="none for all that whoever asks may read")
    opening_questions: list[str]
    shared: bool
    mine: bool
    ready_made: bool
    created_at: datetime | None
    updated_at: datetime | None


class Assistants(Reply):
    """Own and shared ones, made last first, then those that come with the chat."""

    items: list[Assistant]
    next: str | None


class SavedPrompt(Reply):
    """Words that a person keeps, to ask with them again."""

    id: str
    title: str
    content: str
    created_at: datetime
    updated_at: datetime


class SavedPrompts(Reply):
    """A piece of the list, made last first; `next` is the cursor of the next piece."""

    items: list[SavedPrompt]
    next: str | None


class Document(Reply):
    """A file that answers can rest on; `error` says in words why it `failed`."""

    id: str
    name: str
    title: str
    media_type: str
    size: int
    state: Literal["queued", "indexing", "ready", "failed"]
    error: str | None
    shared: bool
    created_at: datetime


class Documents(Reply):
    """A piece of the list, the newest first; `next` is the cursor of the next piece."""

    items: list[Document]
    next: str | None


class AddedDocuments(RootModel[Documents | Document]):
    """A list where files were sent, one document where a text was."""

    model_config = ConfigDict(defer_build=True)


class FoundPassage(Reply):
    """The best passage of a document; `score`, from 0 to 1, says how well it answers."""

    document_id: str
    document_name: str
    title: str
    content: str
    score: float


class FoundPassages(Reply):
    """Passages of different documents, the best first."""

    items: list[FoundPassage]
    next: None


class Source(Reply):
    """A passage that an answer rests on."""

    id: str
    title: str
    content: str
    url: str | None
    document_name: str | None
    position: int
    passage_id: int | None = Field(None, description="with a document that is kept here")
    score: float | None = Field(None, description="how well the passage fits, from 0 to 1")


class TextPart(Reply):
    """What people read; `refusal` where the model declines."""

    type: Literal["text"]
    text: str
    refusal: bool = False


class ReasoningPart(Reply):
    """What the model thought before."""

    type: Literal["reasoning"]
    text: str


class SourcesPart(Reply):
    """What the answer rests on."""

    type: Literal["sources"]
    sources: list[Source]


class ToolCallPart(Reply):
    """A call of a tool; `arguments` is JSON as text."""

    type: Literal["tool_call"]
    index: int
    id: str
    name: str
    arguments: str


Part = Annotated[TextPart | ReasoningPart | SourcesPart | ToolCallPart, Field(discriminator="type")]


class Usage(Reply):
    """Tokens that the model counted."""

    input_tokens: int
    output_tokens: int


class Trouble(Reply):
    """Why an answer failed, in words for a person."""

    code: str
    error: str
    retryable: bool


class AnswerDocument(Reply):
    """An answer from a cursor on, told at once when it has ended."""

    id: str
    conversation_id: str
    parent_id: str | None
    model: str
    status: Status
    text: str
    parts: list[Part]
    sources: list[Source]
    usage: Usage | None
    finish_reason: str | None
    error: Trouble | None


class Feedback(Reply):
    """What the person thinks of an answer."""

    rating: Rating | None
    comment: str | None


class AttachedDocument(Reply):
    """A document that came with a question; it may be gone since."""

    kind: Literal["document"]
    id: str
    name: str


class AttachedImage(Reply):
    """A picture that came with a question: `GET /images/<id>` gives it. Sizes are in pixels."""

    kind: Literal["image"]
    id: str
    name: str
    media_type: str
    width: int
    height: int


Attachment = Annotated[AttachedDocument | AttachedImage, Field(discriminator="kind")]


class Image(Reply):
    """A picture that waits for its question; `size` is in bytes."""

    id: str
    name: str
    media_type: str
    size: int
    width: int
    height: int
    created_at: datetime


class Images(Reply):
    """Pictures that were kept, in their order."""

    items: list[Image]
    next: None


class Message(Reply):
    """A question or an answer as it is now. `parent_id` makes messages a tree."""

    id: str
    conversation_id: str
    parent_id: str | None
    position: int
    role: Role
    status: Status
    text: str
    html: str | None
    parts: list[Part]
    sources: list[Source]
    usage: Usage | None
    model: str | None
    finish_reason: str | None
    continues: str | None
    feedback: Feedback | None
    error: Trouble | None
    attachments: list[Attachment] = Field(description="files that came with a question")
    client_id: str | None
    created_at: datetime
    completed_at: datetime | None


class Messages(Reply):
    """Messages, oldest first; `next` is the cursor of those before."""

    items: list[Message]
    next: str | None


class OpenAPIDocument(Described):
    """An OpenAPI document."""

    model_config = ConfigDict(extra="allow")

    openapi: str
    paths: dict[str, Any]


class Me(Reply):
    """Who is asking. A guest has no `email`, and a program no `csrf_token`."""

    id: str
    email: str | None
    name: str | None
    age: int | None
    gender: str | None
    interests: list[str]
    locale: str | None
    told: list[str] = Field(description="the fields that a model is told")
    introduction: str | None = Field(description="the words in which a model is told")
    csrf_token: str | None


class Token(Reply):
    """A personal token, without what makes it one."""

    id: str
    name: str
    scope: Literal["chat", "all"]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Tokens(Reply):
    """All of a person's tokens."""

    items: list[Token]
    next: None


class NewToken(Token):
    """A token that was just made; `token` is shown this once."""

    token: str


class WholeAnswer(Reply):
    """An answer in plain text, all at once."""

    message: str
    model: str
    finish_reason: str | None
    usage: Usage | None


class ChatId(Reply):
    """By what an answer is followed."""

    chatId: str


class NewTicket(Reply):
    """A ticket, and the moment until which it has to be used."""

    ticket: str
    expires_at: datetime


class Ready(Reply):
    """Whether the process can do its work; `parts` says of each how it is."""

    ready: bool
    parts: dict[str, str]
