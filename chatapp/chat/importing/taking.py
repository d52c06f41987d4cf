"""Taking in all conversations of a file, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from chatapp.chat.access import Person
from chatapp.chat.importing import chatgpt, drafts, ours, storing
from chatapp.chat.importing.drafts import Draft, Unfit
from chatapp.chat.importing.files import documents
from chatapp.chat.importing.pieces import LARGEST, NotConversations, split
from chatapp.greenlets import give_way
from chatapp.models import Database

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one conversation, by its `number` in the file. `trouble` is empty for one that
    is there; it was there before where it is `known`. Number 0 stands for the file itself."""

    number: int
    title: str
    known: bool = False
    trouble: str = ""


def take(database: Database, person: Person, file: IO[bytes], largest: int) -> Iterator[Taken]:
    """Stores what a file of at most `largest` bytes holds, and closes it; each conversation is
    stored when it is told of, and stays whatever comes after it.

    Raises `Unauthenticated` where the person is gone.
    """
    with file:
        yield from _take_all(database, person, file, largest)


def _take_all(database: Database, person: Person, file: IO[bytes], largest: int) -> Iterator[Taken]:
    number = 0
    try:
        for document in documents(file, largest):
            for text in split(document):
                give_way()
                number += 1
                taken = _take(database, person, number, text)
                if taken:
                    yield taken
    except NotConversations as error:
        yield Taken(0, "", trouble=str(error))
        return
    if not number:
        yield Taken(0, "", trouble="There are no conversations in this file.")


def _take(database: Database, person: Person, number: int, text: bytes | None) -> Taken | None:
    """One of them; None for what nobody is shown anyway."""
    title = ""
    try:
        value = _parse(text)
        found = value.get("title")
        title = " ".join(found.replace("\0", " ").split())[:200] if isinstance(found, str) else ""
        if ours.is_private(value):
            return None
        drafts.check_words(value)
        draft = _read(value)
        drafts.check(draft)
    except Unfit as error:
        return Taken(number, title, trouble=str(error))
    return Taken(number, draft.title, known=not storing.store(database, person, draft))


def _parse(text: bytes | None) -> dict[str, Any]:
    if text is None:
        raise Unfit(f"It is larger than {LARGEST // (1024 * 1024)} MB.")
    try:
        value = msgspec.json.decode(text)
    except RecursionError:
        raise Unfit("It is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        if _SURROGATE.search(text):
            raise Unfit("It is no JSON, or holds half of a surrogate pair.") from None
        raise Unfit("It is no JSON.") from None
    return value  # type: ignore[no-any-return]  # it begins with a brace


def _read(value: dict[str, Any]) -> Draft:
    if chatgpt.is_one(value):
        return chatgpt.read(value)
    if isinstance(value.get("messages"), list):
        return ours.read(value)
    raise Unfit("It is no conversation that is known here.")
