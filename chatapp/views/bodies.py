"""What clients may send, and how it is read."""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal, TypeVar

from flask import request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from chatapp.chat.personas import Colour
from chatapp.errors import BadRequest, TooLarge, Unprocessable, UnsupportedMediaType

ENVELOPE = 64 * 1024
"""Bytes of JSON around a message."""

WHOLE_CHAT = 8 * 1024 * 1024
"""Bytes of a body that brings its conversation along."""

LANGUAGE_TAG = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
"""The shape of RFC 5646."""

BYTES_PER_CHARACTER = 12
"""The longest form of one code point in JSON: two escapes of six bytes."""


_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what stands around a name."""


def storable(text: str) -> str:
    """The text. Raises `ValueError` where no database could keep it."""
    if "\0" in text:
        raise ValueError("must not contain the NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must not contain half of a surrogate pair") from None
    return text


def not_blank(text: str) -> str:
    """The text. Raises `ValueError` where nobody could read anything."""
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _distinct(ids: list[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _one_line(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", storable(text)).split())


def _line(text: str) -> str:
    return not_blank(_one_line(text))


Words = Annotated[str, AfterValidator(storable)]
Name = Annotated[str, Field(max_length=200), AfterValidator(_line)]
Phrase = Annotated[str, Field(max_length=100), AfterValidator(_line)]
Term = Annotated[str, Field(max_length=50), AfterValidator(_line)]
Id = Annotated[str, Field(min_length=1, max_length=32), AfterValidator(storable)]
DocumentIds = Annotated[list[Id], Field(max_length=500), AfterValidator(_distinct)]
ClientId = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(storable)]
ModelId = Annotated[str, Field(max_length=200), AfterValidator(storable)]
ProfileField = Literal["name", "age", "gender", "interests", "locale"]
Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Letter = Annotated[str, Field(max_length=2), AfterValidator(_line)]
Temperature = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]


class Body(BaseModel):
    """A JSON body: types are strict, unknown fields ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")

    @property
    def given(self) -> dict[str, object]:
        """The fields that the client sent."""
        return self.model_dump(include=self.model_fields_set)


class ConversationBody(Body):
    """A conversation to make or to change."""

    title: Annotated[Words, Field(max_length=200)] | None = None
    assistant_id: Id | None = None
    model: ModelId | None = None
    instructions: Words | None = None
    temperature: Temperature | None = None
    document_ids: DocumentIds | None = None


class ConversationChangeBody(ConversationBody):
    """What is to be another with a conversation; null neither pins nor archives."""

    pinned: bool | None = None
    archived: bool | None = None

    @property
    def changes(self) -> dict[str, object]:
        """The fields to change; a title and a choice of documents are emptied, never missing."""
        given = self.given
        for name, empty in (("title", ""), ("document_ids", [])):
            if name in given and given[name] is None:
                given[name] = empty
        for name in ("pinned", "archived"):
            if name in given and given[name] is None:
                del given[name]
        return given


class NewConversationBody(ConversationBody):
    """A conversation to make; the same `client_id` again finds the one that was made."""

    client_id: ClientId | None = None


class ShareBody(Body):
    """Up to which message a conversation is shared; where it is missing, up to the newest."""

    message_id: Id | None = None


class AssistantBody(Body):
    """An assistant to change. No `document_ids` stand for all that whoever asks may read."""

    name: Annotated[str, Field(max_length=80), AfterValidator(_line)] = ""
    letter: Letter = ""
    colour: Colour = "teal"
    description: Line = ""
    instructions: Words = ""
    model: ModelId | None = None
    temperature: Temperature | None = None
    use_documents: bool = True
    document_ids: DocumentIds = []
    opening_questions: Annotated[list[Name], Field(max_length=6)] = []
    shared: bool = False


class NewAssistantBody(AssistantBody):
    """An assistant to make; its letter is the first one of its name, where none is given."""

    name: Annotated[str, Field(max_length=80), AfterValidator(_line)]


class MessageBody(Body):
    """A question; the conversation rests from then on on the documents that come with it."""

    content: Annotated[Words, AfterValidator(not_blank)]
    client_id: ClientId | None = None
    parent_id: Id | None = None
    model: ModelId | None = None
    temperature: Temperature | None = None
    instructions: Words | None = None
    document_ids: Annotated[DocumentIds, Field(max_length=20)] = []
    image_ids: Annotated[DocumentIds, Field(max_length=20)] = []


class FirstMessageBody(MessageBody):
    """A question that may begin a conversation, with an assistant."""

    assistant_id: Id | None = None


class AgainBody(Body):
    """Another answer, or the rest of one."""

    client_id: ClientId | None = None
    model: ModelId | None = None
    temperature: Temperature | None = None


class FeedbackBody(Body):
    """What a person thinks of an answer."""

    rating: Literal["good", "bad"] | None
    comment: Annotated[Words, Field(max_length=4000)] | None = None


class ProfileBody(Body):
    """What a person says of themselves, and which of it a model is told."""

    name: Name | None = None
    age: Annotated[int, Field(ge=0, le=150)] | None = None
    gender: Term | None = None
    interests: list[Phrase] | None = Field(None, max_length=50)
    locale: Annotated[str, Field(max_length=35, pattern=LANGUAGE_TAG)] | None = None
    told: list[ProfileField] | None = Field(None, max_length=50)

    @property
    def changes(self) -> dict[str, object]:
        """The fields to change; a list is emptied, never missing."""
        given = self.given
        for name in ("interests", "told"):
            if name in given:
                given[name] = list(dict.fromkeys(getattr(self, name) or ()))
        return given


class TokenBody(Body):
    """A personal token to make; without `days` it has no end."""

    name: Name
    scope: Literal["chat", "all"] = "all"
    days: Annotated[int, Field(ge=1, le=3650)] | None = None


class DocumentBody(Body):
    """A text to add as a document."""

    title: Name
    content: Annotated[Words, AfterValidator(not_blank)]
    shared: bool = False


class DocumentChangeBody(Body):
    """What is to be another with a document."""

    title: Name | None = None
    shared: bool | None = None

    @property
    def changes(self) -> dict[str, object]:
        """The fields to change; null leaves them as they are."""
        return {name: value for name, value in self.given.items() if value is not None}


class PromptBody(Body):
    """A saved prompt to change."""

    title: Annotated[str, Field(max_length=80), AfterValidator(_line)] = ""
    content: Annotated[Words, AfterValidator(not_blank)] = ""


class NewPromptBody(PromptBody):
    """Words to keep, under a title by which they are found."""

    title: Annotated[str, Field(max_length=80), AfterValidator(_line)]
    content: Annotated[Words, AfterValidator(not_blank)]


class TicketBody(Body):
    """The address of a stream that a ticket is to open."""

    path: Annotated[str, Field(max_length=200)]


B = TypeVar("B", bound=Body)


def read(body: type[B], *, longest: int, largest: int | None = None, optional: bool = False) -> B:
    """Reads the request's JSON as `body`; `longest` is the limit of a text in code points.

    `largest` is that of the whole body in bytes, where it holds more than one text. Raises
    `TooLarge`, `BadRequest`, `UnsupportedMediaType` and `Unprocessable`, in this order of size,
    JSON and values. An `optional` body may be missing.
    """
    largest = largest or ENVELOPE + BYTES_PER_CHARACTER * longest
    value = receive(largest, optional=optional)
    check_lengths(value, longest)
    return validate(body, value)


def receive(largest: int, *, optional: bool = False) -> dict[str, object]:
    """The request's JSON, of at most so many bytes. Raises what `read` raises, but for values."""
    request.max_content_length = largest
    raw = request.get_data(cache=False)
    if optional and not raw and not request.content_length:
        return {}
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON, with `Content-Type: application/json`.")
    return _parse(raw)


def _parse(raw: bytes) -> dict[str, object]:
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise Unprocessable("The body must be a JSON object.")
    return value


def _refuse_constant(name: str) -> None:
    """Python reads `NaN` and `Infinity`, which JSON does not know (RFC 8259)."""
    raise ValueError(name)


def validate(body: type[B], value: object) -> B:
    """Checks the values. Raises `Unprocessable` in words that name the first wrong field."""
    try:
        return body.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        words = first["msg"].removeprefix("Value error, ")
        told = f"{place}: {words}." if place else f"{words}."
        raise Unprocessable(told, param=place or None) from None


def check_storable(value: object) -> None:
    """Raises `Unprocessable` where JSON holds, at any depth, text that no database can keep."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                _check_text(text)
            case dict(members):
                waiting += [*members, *members.values()]
            case list(items):
                waiting += items


def _check_text(text: str) -> None:
    try:
        storable(text)
    except ValueError as error:
        raise Unprocessable(f"The body {error}.") from None


def check_lengths(value: dict[str, object], longest: int) -> None:
    """Raises `TooLarge` for a text of more than so many code points."""
    for name in ("content", "instructions", "prompt", "userInput"):
        text = value.get(name)
        if isinstance(text, str) and len(text) > longest:
            raise TooLarge(f"{name}: at most {longest:,} characters, this has {len(text):,}.")
