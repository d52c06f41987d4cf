"""A response of OpenAI's Responses API, at one moment.

https://platform.openai.com/docs/api-reference/responses/object
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatapp.dialects._openai import describe
from chatapp.dialects._output import Output
from chatapp.events import INTERRUPTED, Error, FinishReason, Status, Usage
from chatapp.parts import source_to_json

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True, slots=True)
class Head:
    """What a response is from its beginning on. Times are in seconds since 1970.

    `settings` are the members that repeat the request; `completed` is None while it is written.
    """

    message_id: str
    model: str
    created: int
    settings: Mapping[str, Any]
    completed: int | None = None

    @property
    def id(self) -> str:
        """The id of the response."""
        return f"resp_{self.message_id}"


@dataclass(frozen=True, slots=True)
class State:
    """How far a response has come, or how it ended, in the words of `events`."""

    status: Status
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    error: Error | None = None

    @property
    def running(self) -> bool:
        """Whether it is being written."""
        return self.status in ("pending", "streaming")

    @property
    def told(self) -> str:
        """The status as clients know it."""
        match self.status:
            case "pending" | "streaming":
                return "in_progress"
            case "complete":
                return "incomplete" if self._reason else "completed"
            case "stopped":
                return "cancelled"
            case _:
                return "failed"

    @property
    def members(self) -> dict[str, Any]:
        """What a response says of it."""
        interrupted = INTERRUPTED if self.status == "interrupted" else None
        failure = self.error or interrupted
        error = describe(failure) if failure else None
        return {
            "status": self.told,
            "error": error and {"code": error["code"], "message": error["message"]},
            "incomplete_details": {"reason": self._reason} if self._reason else None,
            "usage": _tokens(self.usage) if self.usage else None,
        }

    @property
    def _reason(self) -> str | None:
        if self.status != "complete":
            return None
        return _INCOMPLETE.get(self.finish_reason or "")


def response(head: Head, state: State, output: Output) -> dict[str, Any]:
    """The whole object, with the items that there are by now."""
    sources = [source_to_json(source) for source in output.sources]
    return {
        "id": head.id,
        "object": "response",
        "created_at": head.created,
        **state.members,
        "completed_at": head.completed if state.told == "completed" else None,
        "model": head.model,
        "output": output.items("in_progress" if state.running else "incomplete"),
        **head.settings,
        **({"sources": sources} if sources else {}),
    }


def _tokens(usage: Usage) -> dict[str, Any]:
    """The details are not known here, and clients count on numbers."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
