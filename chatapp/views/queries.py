"""What clients may say in an address, and how it is read."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from chatapp.errors import BadRequest

LONGEST_PAGE = 200
_DIGITS = re.compile(r"[0-9]{1,9}")


def _plain_number(text: object) -> object:
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


class MessagesQuery(Query):
    """Which messages to list: all, or the last `limit` before a cursor."""

    before: Cursor = ""
    limit: Limit | None = None


class EventsQuery(Query):
    """How long to listen."""

    limit: Annotated[
        Annotated[int, Field(ge=1), BeforeValidator(_plain_number)] | None,
        Field(description="closes after so many messages"),
    ] = None


Q = TypeVar("Q", bound=Query)


def read_query(query: type[Q]) -> Q:
    """Reads the address's query. Raises `BadRequest` in words that name the first wrong part."""
    try:
        return query.model_validate(request.args.to_dict())
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        words = first["msg"].removeprefix("Value error, ")
        raise BadRequest(f"{first['loc'][0]}: {words}.") from None
