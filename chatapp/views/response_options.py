"""The fields of a Responses request beside its input, as fields of the provider's own API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatapp.errors import BadRequest

_ASKED = ("input", "instructions", "previous_response_id", "conversation", "prompt")
_ANSWERED_HERE = ("background", "store", "stream", "stream_options", "metadata")
_TOLD_ANYWAY = ("model", "temperature", "max_output_tokens")
OURS = frozenset((*_ASKED, *_ANSWERED_HERE, *_TOLD_ANYWAY))
"""Fields that are not passed on as they are."""

_TRANSLATED = ("tools", "tool_choice", "text", "reasoning", "top_logprobs", "include")
_UNKNOWN_TO_CHAT = ("truncation", "max_tool_calls", "context_management")
_NOT_FOR_CHAT = OURS.union(_TRANSLATED, _UNKNOWN_TO_CHAT)

LOGPROBS = "message.output_text.logprobs"
"""What `include` calls the chances of tokens."""


def response_options(raw: Mapping[str, Any]) -> dict[str, Any]:
    """All of them as they came, for a provider of the same API."""
    return {name: value for name, value in raw.items() if name not in OURS}


def chat_options(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The same for Chat Completions; what both APIs call the same, and what is new, as it came.

    Raises `BadRequest` for what cannot be asked for there.
    """
    options = {name: value for name, value in raw.items() if name not in _NOT_FOR_CHAT}
    if raw.get("tools"):
        options["tools"] = [_chat_tool(tool) for tool in raw["tools"]]
        if raw.get("tool_choice"):
            options["tool_choice"] = _chat_choice(raw["tool_choice"])
    else:  # Chat Completions refuses these without tools
        options.pop("parallel_tool_calls", None)
    options |= _chat_text(raw.get("text") or {})
    if effort := (raw.get("reasoning") or {}).get("effort"):
        options["reasoning_effort"] = effort
    if raw.get("top_logprobs") or LOGPROBS in (raw.get("include") or ()):
        options |= {"logprobs": True, "top_logprobs": raw.get("top_logprobs") or 0}
    return options


def check_plain(raw: Mapping[str, Any]) -> None:
    """Raises `BadRequest` for what a provider cannot do that knows words alone."""
    form = (raw.get("text") or {}).get("format") or {"type": "text"}
    wanted = {
        "tools": raw.get("tools") and raw.get("tool_choice") != "none",
        "text.format": form.get("type") != "text",
        "top_logprobs": raw.get("top_logprobs"),
    }
    for name, value in wanted.items():
        if value:
            raise BadRequest(f"The model's server here does not know {name}.", param=name)


def _chat_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    if tool.get("type") != "function":
        words = f"The model's server here knows functions, and no {tool.get('type')!r}."
        raise BadRequest(words, param="tools")
    function = {name: value for name, value in tool.items() if name != "type"}
    return {"type": "function", "function": function}


def _chat_choice(choice: Any) -> Any:
    if isinstance(choice, str):
        return choice
    if choice.get("type") != "function":
        words = f"The model's server here knows no {choice.get('type')!r}."
        raise BadRequest(words, param="tool_choice")
    return {"type": "function", "function": {"name": choice.get("name")}}


def _chat_text(text: Mapping[str, Any]) -> dict[str, Any]:
    """How the text is to be."""
    options = {"verbosity": text["verbosity"]} if text.get("verbosity") else {}
    form = text.get("format") or {"type": "text"}
    match form.get("type"):
        case "text":
            return options
        case "json_schema":
            schema = {name: value for name, value in form.items() if name != "type"}
            return options | {"response_format": {"type": "json_schema", "json_schema": schema}}
        case _:
            return options | {"response_format": form}
