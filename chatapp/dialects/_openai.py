"""What the dialects of OpenAI's APIs share: their errors, as their clients know them.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from typing import Any

from chatapp.events import Error

_STATUSES = {
    "rate_limited": 429,
    "context_too_long": 400,
    "content_filtered": 400,
    "invalid_request": 400,
    "model_not_found": 404,
    "provider_unavailable": 503,
    "unavailable": 503,
    "provider_timeout": 504,
}
"""A key of ours that the model's server refuses is no fault of the client's: that is a 500, too."""

_CODES = {
    "rate_limited": "rate_limit_exceeded",
    "context_too_long": "context_length_exceeded",
    "content_filtered": "content_filter",
    "unauthenticated": "provider_error",
}


def status_of(error: Error) -> int:
    """The HTTP status of a failure that is known before the first byte."""
    return _STATUSES.get(error.code, 500)


def describe(error: Error) -> dict[str, Any]:
    """A failure of the model's server as the member `error`."""
    code = _CODES.get(error.code, error.code)
    return refusal(status_of(error), error.error, code)


def refusal(status: int, words: str, code: str | None, param: str | None = None) -> dict[str, Any]:
    """The member `error` of any response that is one."""
    kind = "invalid_request_error"
    if status == 429:
        kind = "rate_limit_error"
    elif status >= 500:
        kind = "server_error"
    return {"message": words, "type": kind, "param": param, "code": code}
