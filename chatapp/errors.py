"""Every error that chatapp raises on purpose.

ChatappError
├── SettingsError             a setting is wrong; the start stops
├── EventTooLarge             a server-sent event is larger than the decoder accepts
├── Unreadable                no text can be had from a file
├── RequestError              the client asked for something that cannot be
│   ├── BadRequest            400
│   ├── Unauthenticated       401
│   ├── Forbidden             403
│   ├── NotFound              404  also what belongs to someone else
│   ├── Conflict              409
│   ├── TooLarge              413
│   ├── UnsupportedMediaType  415
│   ├── Unprocessable         422
│   ├── RateLimited           429
│   └── Unavailable           503  draining, or the database is away
└── ProviderError             the model's server failed
    └── ProviderDisconnected  its connection broke off, or closed without an end
"""

from __future__ import annotations

from typing import ClassVar


class ChatappError(Exception):
    """The root of the tree; its text is fit for a person."""


class SettingsError(ChatappError):
    """One line that names the variable, its value and what is accepted."""


class EventTooLarge(ChatappError):
    """A server-sent event is longer than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"A server-sent event is longer than {limit:,} bytes.")


class Unreadable(ChatappError):
    """A file gives no text; the words say why, to whoever added it."""


class RequestError(ChatappError):
    """A request that cannot be served: `status` and `code` go into the answer.

    `param` is the field that is wrong, where it is one.
    """

    status: ClassVar[int]
    code: ClassVar[str]

    def __init__(self, words: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(words)
        self.reason = code or self.code
        self.param = param


class BadRequest(RequestError):
    """The request makes no sense as it is."""

    status = 400
    code = "invalid_request"


class Unauthenticated(RequestError):
    """Nobody is signed in, or the credential is not valid."""

    status = 401
    code = "unauthenticated"


class Forbidden(RequestError):
    """Signed in, but not allowed."""

    status = 403
    code = "forbidden"


class NotFound(RequestError):
    """It does not exist, or it is somebody else's."""

    status = 404
    code = "not_found"


class Conflict(RequestError):
    """It contradicts what is stored."""

    status = 409
    code = "conflict"


class TooLarge(RequestError):
    """The body, or a text in it, is too long."""

    status = 413
    code = "too_large"


class UnsupportedMediaType(RequestError):
    """The body is of a kind this address does not read."""

    status = 415
    code = "unsupported_media_type"


class Unprocessable(RequestError):
    """The body can be read, but a value in it is wrong."""

    status = 422
    code = "invalid_value"


class RateLimited(RequestError):
    """Too much at once; `retry_after` is in seconds."""

    status = 429
    code = "rate_limited"

    def __init__(self, words: str, *, retry_after: int = 1) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class Unavailable(RequestError):
    """Not now; `retry_after` is in seconds."""

    status = 503
    code = "unavailable"

    def __init__(self, words: str, *, retry_after: int = 2) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class ProviderError(ChatappError):
    """The model's server failed.

    `code` is one of `unauthenticated`, `rate_limited`, `context_too_long`, `content_filtered`,
    `model_not_found`, `provider_unavailable`, `provider_timeout`, `provider_error`,
    `invalid_request`. The text is for a person; what the server said stays in the log.
    """

    def __init__(self, code: str, words: str, *, retryable: bool = False) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.retryable = retryable


class ProviderDisconnected(ProviderError):
    """The connection to the model's server broke; harmless once a finish was named."""

    def __init__(self) -> None:
        super().__init__(
            "provider_unavailable",
            "The connection to the model's server broke off. Try again.",
            retryable=True,
        )
