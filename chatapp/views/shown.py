"""Conversations and messages as templates show them: plain values, nothing left to decide."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from markupsafe import Markup, escape

from chatapp.chat.answers import Snapshot
from chatapp.chat.finding import marked
from chatapp.chat.personas import Persona
from chatapp.events import ENDINGS, Reasoning, Source
from chatapp.models import Conversation, Message
from chatapp.parts import Parts, sources_of, text_of
from chatapp.views.figures import Figures, measure
from chatapp.views.language import tell

UNNAMED = "New chat"
LONG_QUESTION = 600
"""Code points from which a question is set in smaller type."""

STARTERS = (
    "What can you do?",
    "How do I connect a model?",
    "Does it work without JavaScript?",
)


def make_client_id() -> str:
    """Names one send, so that sending a form twice asks once."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Item:
    """A conversation in the list."""

    id: str
    title: str
    current: bool = False
    answering: bool = False
    pinned: bool = False
    archived: bool = False
    query: str = ""
    context: str = ""

    def mark(self, text: str) -> Markup:
        """The text with what was sought marked in it."""
        pieces = (
            Markup("<mark>{}</mark>").format(piece) if found else escape(piece)
            for piece, found in marked(text, self.query)
        )
        return Markup("").join(pieces)

    @property
    def marks(self) -> str:
        """What its menu depends on."""
        return " ".join(name for name in ("pinned", "archived") if getattr(self, name))


@dataclass(frozen=True, slots=True)
class Deleted:
    """A conversation that can be brought back."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Day:
    """What changed on one day, or within one longer time."""

    name: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class ConversationList:
    """A piece of the list beside a chat.

    `address` is where this piece can be had anew, `older` the page with the next one.
    """

    days: Sequence[Day] = ()
    query: str = ""
    address: str = "/list"
    older: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a question; `kind` is that of `chat.attaching`. Whoever may not see
    the rest reads it `below` a link."""

    kind: str = "document"
    id: str = ""
    name: str = ""
    width: int = 0
    height: int = 0
    below: str = ""

    @property
    def address(self) -> str:
        """Where it can be read."""
        return f"{self.below}/{self.kind}s/{self.id}"

    @property
    def field(self) -> str:
        """What a form calls the ids of such files."""
        return f"{self.kind}_ids"


@dataclass(frozen=True, slots=True)
class Versions:
    """What a person can have in the place of a message: where each is shown. It is the one at
    `index` itself."""

    index: int
    addresses: Sequence[str]

    @property
    def number(self) -> int:
        """Which one it is, counted from one."""
        return self.index + 1

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.addresses)

    @property
    def previous(self) -> str:
        """Where the one before it is shown; empty for the first one."""
        return self.addresses[self.index - 1] if self.index else ""

    @property
    def next(self) -> str:
        """Where the one behind it is shown; empty for the last one."""
        return self.addresses[self.number] if self.number < self.count else ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `parent_id` is empty for the first one."""

    id: str = ""
    parent_id: str = ""
    text: str = ""
    attachments: Sequence[Attachment] = ()
    versions: Versions | None = None
    role: str = "user"

    @property
    def long(self) -> bool:
        """Whether it is rather a document than a question."""
        return len(self.text) > LONG_QUESTION


@dataclass(frozen=True, slots=True)
class Cited:
    """What an answer rests on. `address` leads to it, to another site where it is `foreign`."""

    number: int
    title: str
    place: str
    words: str
    address: str = ""
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class ClientIds:
    """One name for each thing that can be sent from an answer."""

    regenerate: str = field(default_factory=make_client_id)
    continue_: str = field(default_factory=make_client_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `html` is made by our own sanitizer.

    `slot` marks where the words go while the page itself streams them. `ending` names what a
    person must know about how it ended, in one word for the template. `may_choose` says that
    other models may answer as well.
    """

    id: str = ""
    conversation_id: str = ""
    state: str = "pending"
    model: str = ""
    cursor: str = ""
    text: str = ""
    html: str = ""
    slot: str = ""
    reasoning: str = ""
    sources: Sequence[Cited] = ()
    error: str = ""
    ending: str = ""
    can_retry: bool = False
    can_continue: bool = False
    may_choose: bool = False
    rating: str | None = None
    comment: str = ""
    figures: Figures | None = None
    versions: Versions | None = None
    client_ids: ClientIds = field(default_factory=ClientIds)
    role: str = "assistant"

    @property
    def running(self) -> bool:
        """Whether words are still to come."""
        return self.state not in ENDINGS


@dataclass(frozen=True, slots=True)
class Choices:
    """The models that may answer again; `model` did so last."""

    id: str
    models: Sequence[str]
    model: str
    back: str
    client_id: str = field(default_factory=make_client_id)


@dataclass(frozen=True, slots=True)
class Documents:
    """What answers may rest on, in words, and where that is chosen."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Composer:
    """The form that asks. What it asks follows the message `parent_id`, or nothing where that is
    empty and a question is being edited, whose `attachments` may stay. Files may have so
    many MB: `largest`, and be `pictures` where the model may take some.

    A new chat begins with the assistant `assistant_id`. Where an assistant answers, the model is
    the `preferred` one unless another is chosen.
    """

    action: str = "/"
    words: str = ""
    models: Sequence[str] = ()
    model: str = ""
    longest: int = 0
    editing: bool = False
    parent_id: str = ""
    back: str = "/"
    answering: bool = False
    assistant_id: str = ""
    preferred: str = ""
    documents: Documents | None = None
    attachments: Sequence[Attachment] = ()
    largest: int = 0
    pictures: bool = False
    focus: bool = True
    client_id: str = field(default_factory=make_client_id)


@dataclass(frozen=True, slots=True)
class Starter:
    """A question to begin with."""

    words: str
    client_id: str = field(default_factory=make_client_id)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who reads the page: nobody yet, a guest, or somebody with an address."""

    email: str | None = None
    guest: bool = False
    may_sign_up: bool = False


@dataclass(frozen=True, slots=True)
class Blank:
    """What the templates for scripts are made of."""

    question: Question = field(default_factory=Question)
    attachments: Sequence[Attachment] = (Attachment(), Attachment("image"))
    answer: Answer = field(default_factory=Answer)
    cited: Answer = field(default_factory=lambda: Answer(sources=(Cited(0, "-", "-", "-", "/"),)))


def item(conversation: Conversation, current: str | None, answering: Container[str]) -> Item:
    """A conversation for the list; `answering` are those whose answers are being written."""
    id = conversation.id
    return Item(
        id,
        conversation.title or tell(UNNAMED),
        id == current,
        id in answering,
        conversation.pinned,
        conversation.archived,
    )


def persona(assistant: Persona) -> Persona:
    """An assistant in the reader's language, where it comes with us; else as its owner wrote it."""
    if not assistant.ready_made:
        return assistant
    return replace(
        assistant,
        name=tell(assistant.name),
        description=tell(assistant.description),
        opening_questions=tuple(tell(each) for each in assistant.opening_questions),
    )


def question(message: Message) -> Question:
    """A question for the page."""
    return Question(
        message.id, message.parent_id or "", message.text, attachments(message.attachments or ())
    )


def attachments(kept: Sequence[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """The files of a question, as `chat.attaching` writes them."""
    names = ("kind", "id", "name", "width", "height")
    return tuple(
        Attachment(**{name: each[name] for name in names if name in each}) for each in kept
    )


def answer(message: Message, now: Snapshot, slot: str = "") -> Answer:
    """An answer for the page, as it is at this moment."""
    error = message.error or {}
    return Answer(
        id=message.id,
        conversation_id=message.conversation_id,
        state=now.status,
        model=message.model or "",
        cursor=str(Parts(now.parts).end),
        text=text_of(now.parts),
        html=Markup(message.html or ""),  # made by our own sanitizer
        slot=Markup(slot),
        reasoning="".join(part.content for part in now.parts if isinstance(part, Reasoning)),
        sources=tuple(_cited(message.id, source) for source in sources_of(now.parts)),
        error=str(error.get("error", "")),
        ending=_ending(message, now),
        can_retry=bool(error.get("retryable")),
        can_continue=_continuable(message, now),
        rating=message.rating,
        comment=message.comment or "",
        figures=measure(message, now) if now.status in ENDINGS else None,
    )


def choices(message: Message, models: Sequence[str]) -> Choices:
    """The models that may answer in the place of this answer."""
    return Choices(message.id, models, message.model or "", address(message))


def comment_address(message: Message) -> str:
    """Where the person can say why an answer is good or bad."""
    return f"/c/{message.conversation_id}?at={message.id}#comment-{message.id}"


def address(message: Message, *, stream: bool = False) -> str:
    """Where a message is shown, growing where it still does and a `stream` is wanted."""
    return place(message.conversation_id, message.id, "stream=1&" if stream else "")


def place(conversation_id: str, message_id: str, wishes: str = "") -> str:
    """The same by ids; `wishes` stand ahead in the query."""
    return f"/c/{conversation_id}?{wishes}at={message_id}#m-{message_id}"


def _cited(message_id: str, source: Source) -> Cited:
    place = source.document_name or ""
    known = Cited(source.position, source.title or place or source.id, place, source.content)
    if source.passage_id is not None:
        return replace(known, address=f"/m/{message_id}/sources/{source.position}")
    if source.url and is_web(source.url):
        return replace(known, address=source.url, foreign=True)
    return known


def is_web(address: str | None) -> bool:
    """Whether it leads to a page of the web, and runs nothing."""
    return bool(address) and str(address).startswith(("https://", "http://"))


def _ending(message: Message, now: Snapshot) -> str:
    if now.status in ("stopped", "interrupted"):
        return now.status
    if now.status != "complete":
        return ""
    if message.finish_reason in ("length", "content_filter", "tool_calls"):
        return message.finish_reason
    if not text_of(now.parts):
        return "empty"
    return "" if message.finish_reason else "unfinished"


def _continuable(message: Message, now: Snapshot) -> bool:
    begun = bool(text_of(now.parts))
    broken = now.status in ("stopped", "interrupted", "failed")
    return begun and (broken or message.finish_reason == "length")
