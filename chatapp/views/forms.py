"""What the forms of the pages send, and how it is read."""

from __future__ import annotations

import re

from flask import request

from chatapp.accounts.profile import FIELDS
from chatapp.chat.questions import Again, Question
from chatapp.errors import TooLarge, Unprocessable
from chatapp.views import services, uploads
from chatapp.views.bodies import (
    BYTES_PER_CHARACTER,
    ENVELOPE,
    AgainBody,
    ConversationBody,
    FeedbackBody,
    FirstMessageBody,
    NewPromptBody,
    ProfileBody,
    check_lengths,
    validate,
)

_NUMBER = re.compile(r"[0-9]{1,9}")


WITH_FILES = ("pages.ask_first", "pages.ask")
"""Forms that may bring files beside their fields."""


def limit() -> None:
    """Refuses what is larger than any form here, before it is read."""
    largest = ENVELOPE + BYTES_PER_CHARACTER * services().settings.max_message_chars
    request.max_content_length = request.max_form_memory_size = largest
    if (request.content_length or 0) > largest and request.endpoint in WITH_FILES:
        uploads.limit()


def question() -> Question:
    """A question. Raises `TooLarge` and `Unprocessable`.

    Browsers send line ends as CRLF. A `parent_id` that is there but empty begins at the root.
    """
    fields: dict[str, object] = {**_given("client_id", "model", "assistant_id")}
    fields["content"] = request.form.get("content", "").replace("\r\n", "\n")
    if "parent_id" in request.form:
        fields["parent_id"] = request.form["parent_id"] or None
    for name in ("document_ids", "image_ids"):
        if name in request.form:
            fields[name] = request.form.getlist(name)
    _check_length(str(fields["content"]))
    return Question(**validate(FirstMessageBody, fields).given)  # type: ignore[arg-type]


def again() -> Again:
    """The wish for another answer. Raises `Unprocessable`."""
    return Again(**validate(AgainBody, _given("client_id", "model")).given)  # type: ignore[arg-type]


def title() -> str:
    """A new title. Raises `Unprocessable`."""
    words = " ".join(request.form.get("title", "").split())
    if not words:
        raise Unprocessable("A title must not be blank.")
    return validate(ConversationBody, {"title": words}).title or ""


def rating() -> FeedbackBody:
    """What the person thinks of an answer: nothing, where they take it back with their comment.

    Raises `Unprocessable`.
    """
    rating = request.form.get("rating") or None
    comment = request.form.get("comment", "").replace("\r\n", "\n").strip()
    fields = {"rating": rating, "comment": comment or None}
    return validate(FeedbackBody, fields if rating else {"rating": None})


def profile() -> dict[str, object]:
    """The whole profile: what was left empty is forgotten. Raises `Unprocessable`."""
    words = {name: request.form.get(name, "").strip() for name in FIELDS}
    fields: dict[str, object] = {name: text or None for name, text in words.items()}
    if is_number(words["age"]):
        fields["age"] = int(words["age"])
    interests = re.split(r"[,\n]", words["interests"])
    fields["interests"] = [each for each in interests if each.strip()]
    fields["told"] = request.form.getlist("told")
    return validate(ProfileBody, fields).changes


def prompt() -> dict[str, str]:
    """A prompt to keep, as it was filled in; browsers send line ends as CRLF."""
    content = request.form.get("content", "").replace("\r\n", "\n")
    return {"title": request.form.get("title", ""), "content": content}


def valid_prompt(sent: dict[str, str]) -> dict[str, object]:
    """The same, as it is kept. Raises `TooLarge` and `Unprocessable`."""
    check_lengths(dict(sent), services().settings.max_message_chars)
    return validate(NewPromptBody, dict(sent)).given


def is_number(text: str) -> bool:
    """Whether it is one that fits a column."""
    return bool(_NUMBER.fullmatch(text))


def _given(*names: str) -> dict[str, str | None]:
    return {name: request.form[name] for name in names if request.form.get(name)}


def _check_length(content: str) -> None:
    longest = services().settings.max_message_chars
    if len(content) > longest:
        raise TooLarge(
            f"A message may have {longest:,} characters, this one has {len(content):,}. Shorten it."
        )
