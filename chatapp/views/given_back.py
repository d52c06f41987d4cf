"""What was written in a form that could not be served: the page that says why gives it back."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import HTTPException

from chatapp.errors import Conflict, NotFound, Unprocessable
from chatapp.views import origins, services, shown

ASKING = ("pages.ask_first", "pages.ask")


def composer(status: int) -> shown.Composer | None:
    """The form again, with the words that were sent; None where nothing of the kind was.

    Where the conversation is gone, they begin another one. What another site's page sent is not
    shown as if the reader had written it.
    """
    if request.method != "POST" or request.endpoint not in ASKING or not origins.is_ours():
        return None
    fields = _fields()
    words = fields.get("content", "").replace("\0", "")
    if not words.strip():
        return None
    gone = status == NotFound.status
    model = fields.get("model", "")
    return shown.Composer(
        action="/" if gone else request.path,
        words=words,
        models=(model,) if model else (),
        model=model,
        longest=services().settings.max_message_chars,
        editing=fields.get("parent_id") == "" and not gone,  # the first question was being edited
        parent_id="" if gone else fields.get("parent_id", ""),
        back=request.path,
        assistant_id=fields.get("assistant_id", ""),
        focus=False,
        client_id=_client_id(status, fields),
    )


def _fields() -> dict[str, str]:
    """The form; empty where it was too large to be read."""
    try:
        return request.form.to_dict()
    except HTTPException:
        return {}


def _client_id(status: int, fields: dict[str, str]) -> str:
    """The name of before, so that what was heard all the same is not asked twice; another one where
    the name itself may be what is wrong."""
    wrong = status in (NotFound.status, Conflict.status, Unprocessable.status)
    return (not wrong and fields.get("client_id")) or shown.make_client_id()
