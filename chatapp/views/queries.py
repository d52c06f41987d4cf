"""What clients may say in an address, and how it is read."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from chatapp.errors import BadRequest, TooLarge, Unprocessable
from chatapp.views import services
from chatapp.views.bodies import not_blank, storable

LONGEST_PAGE = 200
_DIGITS = re.compile(r"[0-9]{1,9}")


def _plain_number(text: object) -> object:
    """The text. Raises `ValueError` for what is not digits alone, such as a sign or a blank."""
    if isinstance(text, str) and not _DIGITS.fullmatch(text):
        raise ValueError("must be a number")
    return text


Limit = Annotated[int, Field(ge=1, le=LONGEST_PAGE), BeforeValidator(_plain_number)]
Cursor = Annotated[str, Field(description="`next` of the page before")]


class Query(BaseModel):
    """The query of an address; unknown parameters are ignored."""

    model_config = ConfigDict(extra="ignore")


class ConversationsQuery(Query):
    """Which conversations to list."""

    query: Annotated[str, Field(description="words in titles and messages")] = ""
    after: Cursor = ""
    limit: Limit = 50
    archived: Annotated[
        bool | None,
        Field(description="those alone, or the others; a search finds both where it is missing"),
    ] = None


class AssistantsQuery(Query):
    """Which assistants to list."""

    after: Cursor = ""
    limit: Limit = 50


class PromptsQuery(Query):
    """Which saved prompts to list."""

    after: Cursor = ""
    limit: Limit = 50


class DocumentsQuery(Query):
    """Which documents to list."""

    query: Annotated[str, Field(max_length=200, description="words in titles and names")] = ""
    after: Cursor = ""
    limit: Limit = 50


class PassagesQuery(Query):
    """What to look for, and how many documents to find it in."""

    query: Annotated[str, Field(description="a question, or words")]
    limit: Annotated[int, Field(ge=1, le=50), BeforeValidator(_plain_number)] = 5


class MessagesQuery(Query):
    """Which messages to list: all, or the last `limit` before a cursor."""

    before: Cursor = ""
    limit: Limit | None = None


class ExportQuery(Query):
    """In which form a conversation is wanted; Markdown has one way through its branches."""

    as_: Annotated[
        Literal["json", "markdown"], Field(alias="as", description="all branches, or one to read")
    ] = "json"
    message_id: Annotated[
        str | None, Field(description="where Markdown ends; at the newest where it is missing")
    ] = None


class EventsQuery(Query):
    """How long to listen."""

    limit: Annotated[
        Annotated[int, Field(ge=1), BeforeValidator(_plain_number)] | None,
        Field(description="closes after so many messages"),
    ] = None


class PromptQuery(Query):
    """Which answer to follow."""

    chat_id: Annotated[str, Field(alias="chatId", description="from `POST /api/users`")]
    after: Annotated[str, Field(description="the last `id:` that was read")] = ""


class CoachQuery(Query):
    """What somebody asks the coach, and who they are."""

    input: Annotated[str, Field(description="the question")]
    token: Annotated[str, Field(description="a personal token or a ticket")] = ""


class RoomQuery(Query):
    """What somebody asks, and in which room."""

    message: Annotated[str, Field(description="the question")]
    room: Annotated[
        str, Field(alias="chatRoomId", description="a conversation; a new one where it is missing")
    ] = ""


class ResponseQuery(Query):
    """How a client wants to see a response, and from where on."""

    stream: bool = False
    starting_after: Annotated[
        Annotated[int, Field(ge=0), BeforeValidator(_plain_number)] | None,
        Field(description="the `sequence_number` that was read last"),
    ] = None


class InputItemsQuery(Query):
    """Which items to list."""

    limit: Annotated[int, Field(ge=1, le=100), BeforeValidator(_plain_number)] = 20
    order: Literal["asc", "desc"] = "desc"
    after: Annotated[str, Field(description="the id of the item before")] = ""


Q = TypeVar("Q", bound=Query)


def read_query(query: type[Q]) -> Q:
    """Reads the address's query. Raises `BadRequest` in words that name the first wrong part."""
    try:
        return query.model_validate(request.args.to_dict())
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        words = first["msg"].removeprefix("Value error, ")
        raise BadRequest(f"{first['loc'][0]}: {words}.") from None


def required_words(name: str, missing: str) -> str:
    """A question in the address. Raises `BadRequest` with the words `missing` where there is none,
    `TooLarge` and `Unprocessable`."""
    words = request.args.get(name, "")
    if not words:
        raise BadRequest(missing)
    check_length(name, words)
    try:
        return not_blank(storable(words))
    except ValueError as error:
        raise Unprocessable(f"{name}: {error}.", param=name) from None


def check_length(name: str, words: str) -> None:
    """Raises `TooLarge` for a question that is longer than the setting allows."""
    longest = services().settings.max_message_chars
    if len(words) > longest:
        raise TooLarge(f"{name}: at most {longest:,} characters, this has {len(words):,}.")
