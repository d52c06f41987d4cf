"""Refusals and failures on `/v1`, in the shape and with the statuses that OpenAI's clients know."""

from __future__ import annotations

from flask import Response

from chatapp.dialects._openai import describe, refusal, status_of
from chatapp.events import Error
from chatapp.views.shapes import reply

PREFIX = "/v1/"

RETRY_AFTER = "1"
"""Seconds after which a failure may be over."""

_STATUSES = {422: 400}
_CODES = {"unauthenticated": "invalid_api_key", "rate_limited": "rate_limit_exceeded"}


def refuse(status: int, code: str, words: str, param: str | None = None) -> Response:
    """A request that is not served."""
    status = _STATUSES.get(status, status)
    return reply({"error": refusal(status, words, _CODES.get(code, code), param)}, status)


def failure(error: Error) -> Response:
    """An answer that failed before its first word."""
    status = status_of(error)
    response = reply({"error": describe(error)}, status)
    if status in (429, 503):
        response.headers["Retry-After"] = RETRY_AFTER
    return response
