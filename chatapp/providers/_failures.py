"""What went wrong at the model's server, in words for a person.

The words never hold what the server said, which may quote a key or an address. That goes to the
log, with keys masked, and decides by rules which words are right.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from chatapp.errors import ProviderError
from chatapp.providers._echoes import without_echoes
from chatapp.providers._speech import fit

log = logging.getLogger(__name__)

_EXCERPT = 500
_READ = 4 * _EXCERPT
_SECRET = re.compile(r"(?i)(bearer\s+|\b(sk|pk|gsk|xai|key|pplx|hf)[-_]|\bAIza)[\w*.\-]{6,}")
_DATA_URL = re.compile(r"data:[\w/+.-]+;base64,[\w+/=]*")
_PARAMETER = re.compile(r"[a-z_][\w.\[\]]{0,60}")


class Advice(NamedTuple):
    """The names of the settings that a person should look at."""

    key: str = "OPENAI_API_KEY"
    address: str = "OPENAI_BASE_URL"
    model: str = "CHATAPP_MODEL"


OPENAI = Advice()


class Refused(ProviderError):
    """The server answered with an error. `said` holds its words, for code that can mend it."""

    def __init__(self, kind: Kind, words: str, said: str) -> None:
        super().__init__(kind.code, words, retryable=kind.retryable)
        self.said = said


class Kind(NamedTuple):
    """A kind of failure: our code for it, and the words, which may name settings."""

    code: str
    words: str
    retryable: bool = False

    def error(self, advice: Advice = OPENAI) -> ProviderError:
        """The error to raise where the server itself said nothing."""
        words = self.words.format(**advice._asdict(), later="in a moment", cause="")
        return ProviderError(self.code, words, retryable=self.retryable)


BAD_KEY = Kind("unauthenticated", "The model's server did not accept the API key. Check {key}.")
FORBIDDEN = Kind(
    "unauthenticated",
    "The API key may not use this model. Check {key} and what it is allowed to do.",
)
QUOTA = Kind(
    "rate_limited",
    "The account at the model's server has used up its quota. Check its plan and billing.",
)
BUSY = Kind(
    "rate_limited",
    "The model's server accepts no more requests at the moment. Try again {later}.",
    retryable=True,
)
TOO_LONG = Kind(
    "context_too_long",
    "The conversation is too long for this model. Start a new one, or shorten your message.",
)
FILTERED = Kind(
    "content_filtered", "The model's server refused this for its content. Put it in other words."
)
NO_MODEL = Kind(
    "model_not_found", "The model's server does not know this model. Check {model} and {address}."
)
INVALID = Kind(
    "invalid_request",
    "The model's server did not accept the request{cause}. Choose another model, or other options.",
)
UNAVAILABLE = Kind(
    "provider_unavailable",
    "The model's server is not available. Try again {later}.",
    retryable=True,
)
SLOW = Kind(
    "provider_timeout", "The model's server took too long to answer. Try again.", retryable=True
)
BROKEN = Kind("provider_error", "The model's server failed. Try again {later}.", retryable=True)
UNREADABLE = Kind(
    "provider_error", "The model's server sent something unreadable. Try again.", retryable=True
)
UNFINISHED = Kind(
    "provider_error",
    "The model's server ended the answer without saying that it is complete. Try again.",
    retryable=True,
)
UNREACHABLE = Kind(
    "provider_unavailable",
    "The model's server cannot be reached. Check that it is running, and {address}.",
    retryable=True,
)
NO_SUCH_NAME = Kind(
    "provider_unavailable",
    "The name of the model's server cannot be found. Check {address}.",
    retryable=True,
)
UNTRUSTED = Kind(
    "provider_unavailable",
    "The certificate of the model's server is not trusted. Check {address}, or name its authority "
    "in SSL_CERT_FILE.",
)
BAD_ADDRESS = Kind(
    "provider_unavailable", "The address of the model's server cannot be right. Check {address}."
)
UNSENDABLE_KEY = Kind(
    "unauthenticated", "The API key holds characters that cannot be sent. Check {key}."
)


class Rule(NamedTuple):
    """Which reports are of a kind: those with one of the statuses, if any, and such words."""

    kind: Kind
    statuses: tuple[int | None, ...] = ()
    words: str = ""

    def fits(self, report: Report) -> bool:
        """Whether the report is of this kind."""
        if self.statuses and report.status not in self.statuses:
            return False
        return bool(re.search(self.words, report.text, re.IGNORECASE))


RULES = (
    Rule(BAD_KEY, (401,)),
    Rule(
        BAD_KEY,
        (None, 400, 403),
        r"(incorrect|invalid|missing|bad|wrong|unknown|expired|no) api[ _-]?key"
        r"|api[ _-]?key (is )?(not|invalid|missing)|invalid_api_key|authentication_error",
    ),
    Rule(QUOTA, (402,)),
    Rule(QUOTA, (), r"insufficient_quota|insufficient balance|billing_hard_limit"),
    Rule(BUSY, (429,)),
    Rule(TOO_LONG, (413,)),
    Rule(
        TOO_LONG,
        (),
        r"context_length_exceeded|too_many_prompt_tokens|context (length|window|size|limit)"
        r"|(prompt|input) is too long|messages is too long|too many (input|prompt) tokens",
    ),
    Rule(FILTERED, (), r"content_filter|content_policy|content management policy|responsible_?ai"),
    Rule(FILTERED, (400, 403), r"\bmoderation\b|\bflagged\b"),
    Rule(UNAVAILABLE, (502, 503, 529)),
    Rule(SLOW, (408, 504)),
    Rule(BROKEN, tuple(range(500, 600))),
    Rule(NO_MODEL, (404,)),
    Rule(
        NO_MODEL,
        (),
        r"model_not_found|model_not_exist|model_decommissioned|no such model"
        r"|model\W.{0,120}(does not exist|not found)",
    ),
    Rule(FORBIDDEN, (403,)),
    Rule(INVALID, tuple(range(400, 500))),
    Rule(BUSY, (), r"rate.?limit|too many requests"),
    Rule(UNAVAILABLE, (), r"overloaded|unavailable|over capacity"),
    Rule(BROKEN),
)
"""The first that fits decides. Servers differ: a bad key is a 400 at xAI, a wrong model a 400 or
a 404, and an error inside a stream often has no status at all."""


@dataclass(frozen=True, slots=True)
class Report:
    """An error as the server tells it; `text` is all of it, on one line."""

    status: int | None
    text: str
    parameter: str = ""
    retry_after: float | None = None


def read(status: int | None, payload: object, retry_after: float | None = None) -> Report:
    """Reads an error of any shape: nested, flat, a list, JSON in a string, or plain text.

    `status` is that of the response; None inside a stream, where the error may name one.
    """
    if isinstance(payload, str | bytes):
        payload = unpack(payload)
    error = payload.get("error") or payload if isinstance(payload, dict) else payload
    members: dict[str, Any] = error if isinstance(error, dict) else {}
    parameter = str(members.get("param") or "")
    return Report(
        status or _status(members),
        fit(json.dumps(payload, ensure_ascii=False)),
        parameter if _PARAMETER.fullmatch(parameter) else "",
        retry_after,
    )


def refusal(report: Report, advice: Advice = OPENAI) -> Refused:
    """The error to raise for a report."""
    kind = next(rule.kind for rule in RULES if rule.fits(report))
    seconds = report.retry_after
    words = kind.words.format(
        **advice._asdict(),
        later=f"in {seconds:.0f} seconds" if seconds and seconds >= 1 else "in a moment",
        cause=f" (it objects to “{report.parameter}”)" if report.parameter else "",
    )
    return Refused(kind, words, report.text)


def told(payload: object, advice: Advice = OPENAI) -> Refused:
    """The error to raise for one that came inside a stream; what the server said is logged."""
    report = read(None, payload)
    note(report)
    return refusal(report, advice)


def note(report: Report, *secrets: str) -> None:
    """Writes what the server said to the log, with `secrets`, all that looks like one, and what it
    repeats of the prompt masked."""
    said = without_echoes(report.text[:_READ])
    for secret in filter(None, secrets):
        said = said.replace(secret, "…")
    said = _SECRET.sub("…", _DATA_URL.sub("…", said))[:_EXCERPT]
    log.warning("the model's server reported an error, status %s: %s", report.status, said)


def unpack(payload: str | bytes) -> object:
    """The JSON of a response, or its text where it is none."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return payload if isinstance(payload, str) else payload.decode("utf-8", "replace")


def _status(error: dict[str, Any]) -> int | None:
    """The HTTP status that an error inside a stream names, as a number or in digits."""
    for name in ("status_code", "status", "code"):
        digits = str(error.get(name))
        if len(digits) == 3 and digits.isdecimal() and 400 <= int(digits) <= 599:
            return int(digits)
    return None
