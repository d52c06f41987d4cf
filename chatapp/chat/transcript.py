"""A conversation as a Markdown document, for people and for whatever reads Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from chatapp import sse
from chatapp.chat import trunks
from chatapp.errors import Unprocessable
from chatapp.events import ENDINGS, Source
from chatapp.live.store.database import stored_parts
from chatapp.models import Database
from chatapp.parts import Part, from_json, sources_of, text_of

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Labels:
    """What stands above the pieces, in the reader's language."""

    untitled: str = "Conversation"
    question: str = "Question"
    answer: str = "Answer"
    sources: str = "Sources"
    silence: str = "There was no answer."
    files: str = "Attached files"


@dataclass(frozen=True, slots=True)
class Head:
    """What a transcript begins with."""

    conversation_id: str
    title: str
    created_at: datetime
    updated_at: datetime


def transcribe(
    database: Database, head: Head, labels: Labels, message_id: str | None = None
) -> Iterator[bytes]:
    """The messages that lead to one, or to the newest; the document comes piece by piece.

    Raises `Unprocessable` at once for a message of another conversation.
    """
    steps = database.read(lambda c: trunks.trunk(c, head.conversation_id, message_id))
    if message_id and not steps:
        raise Unprocessable("message_id: there is no such message in this conversation.")
    return _pieces(database, head, labels, [step.id for step in steps])


def _pieces(database: Database, head: Head, labels: Labels, ids: list[str]) -> Iterator[bytes]:
    yield _front(head, labels).encode()
    for rows in trunks.read(database, ids):
        for row in rows:
            parts = _parts(database, row)
            said = _body(parts, labels) + _files(row, labels)
            yield f"\n{_heading(row, labels)}\n\n{said}".encode()


def _parts(database: Database, row: Row[Any]) -> tuple[Part, ...]:
    """As they are at this moment, also of an answer that is being written."""
    if row.status in ENDINGS:
        return tuple(from_json(part) for part in row.parts)
    return database.read(lambda connection: stored_parts(connection, row.id))


def _front(head: Head, labels: Labels) -> str:
    """A title in JSON is one in YAML, too: https://yaml.org/spec/1.2.2/#12-primer"""
    title = head.title or labels.untitled
    times = (_time(head.created_at), _time(head.updated_at))
    quoted = sse.encode_json(title).decode()
    return (
        f"---\ntitle: {quoted}\ndate: {times[0]}\nlastmod: {times[1]}\n---\n\n# {_escape(title)}\n"
    )


def _heading(row: Row[Any], labels: Labels) -> str:
    if row.role == "user":
        return f"## {labels.question}"
    return f"## {labels.answer}" + (f" ({_escape(row.model)})" if row.model else "")


def _body(parts: tuple[Part, ...], labels: Labels) -> str:
    text = text_of(parts).strip("\n")
    body = close(text) if text.strip() else f"*{labels.silence}*"
    sources = list(sources_of(parts))
    if sources:
        listed = "\n".join(_listed(source) for source in sources)
        body += f"\n\n**{labels.sources}**\n\n{listed}"
    return f"{body}\n"


def _files(row: Row[Any], labels: Labels) -> str:
    """The names of what came with a question, below its words."""
    names = [_escape(each["name"]) for each in row.attachments or ()]
    listed = "".join(f"- {name}\n" for name in names)
    return f"\n**{labels.files}**\n\n{listed}" if names else ""


def _listed(source: Source) -> str:
    """A numbered line, with the words below it as a quotation."""
    name = _escape(source.title or source.document_name or source.id)
    if source.url and source.url.startswith(_WEB):
        name = f"[{name}](<{source.url.translate(_IN_ADDRESS)}>)"
    elif source.document_name and source.title:
        name += f" ({_escape(source.document_name)})"
    quoted = "".join(f"\n   > {line}".rstrip() for line in source.content.splitlines())
    return f"{source.position}. {name}\n{quoted}\n"


_IN_ADDRESS = str.maketrans({"<": "%3C", ">": "%3E", "\n": "", "\r": ""})


def close(text: str) -> str:
    """The text with the fence closed that was left open in it, as of an answer that broke off.

    What follows would be code else: https://spec.commonmark.org/0.31.2/#fenced-code-blocks
    """
    open_fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if not found:
            continue
        fence, rest = found.groups()
        if not open_fence:
            open_fence = "" if fence[0] == "`" and "`" in rest else fence
        elif fence.startswith(open_fence) and not rest.strip():
            open_fence = ""
    return f"{text}\n{open_fence}" if open_fence else text


def _escape(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
