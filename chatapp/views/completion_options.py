"""A Chat Completions request as input and fields of the Responses API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chatapp.errors import BadRequest

_NOT_SERVED = ("stop", "logprobs", "top_logprobs", "functions", "function_call")
"""Fields that change an answer, and that the Responses API does not have, or tells otherwise."""

_TRANSLATED = ("messages", "tools", "tool_choice", "response_format", "verbosity")
_WITHOUT_PLACE = ("reasoning_effort", "seed", "frequency_penalty", "presence_penalty", "logit_bias")
_LEFT_OUT = frozenset((*_NOT_SERVED, *_TRANSLATED, *_WITHOUT_PLACE))


def response_fields(options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, with the messages as items; what both APIs call the same, and what is new, as it
    came. Raises `BadRequest` for what cannot be asked for there."""
    for name in _NOT_SERVED:
        if options.get(name):
            raise BadRequest(f"The model's server here does not know {name}.", param=name)
    fields = {name: value for name, value in options.items() if name not in _LEFT_OUT}
    fields["input"] = list(_items(options["messages"]))
    if options.get("tools"):
        fields["tools"] = [_tool(tool) for tool in _list(options, "tools")]
    if choice := options.get("tool_choice"):
        fields["tool_choice"] = _choice(choice)
    if text := dict(_text(options)):
        fields["text"] = text
    if effort := options.get("reasoning_effort"):
        fields["reasoning"] = {"effort": effort}
    return fields


def _items(messages: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for message in messages:
        words = _words(message.get("content"))
        if message["role"] == "tool":
            id = message.get("tool_call_id")
            yield {"type": "function_call_output", "call_id": id, "output": words}
            continue
        if words:
            yield {"role": message["role"], "content": words}
        for call in _list(message, "tool_calls"):
            yield _call(call)


def _list(members: Mapping[str, Any], name: str) -> list[Any]:
    value = members.get(name) or []
    if not isinstance(value, list):
        raise BadRequest(f"{name}: this must be a list.", param=name)
    return value


def _words(content: Any) -> str:
    if not isinstance(content, list):
        return content or ""
    return "".join(part.get("text") or part.get("refusal") or "" for part in content)


def _call(call: Any) -> dict[str, Any]:
    try:
        function = call["function"]
        name, arguments = function["name"], function["arguments"]
        return {
            "type": "function_call",
            "call_id": call["id"],
            "name": name,
            "arguments": arguments,
        }
    except (KeyError, TypeError):
        words = "messages: a tool call needs an id, and the name and arguments of its function."
        raise BadRequest(words, param="messages") from None


def _tool(tool: Any) -> dict[str, Any]:
    """A function; there they are strict unless they say that they are not."""
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict):
        raise BadRequest("The model's server here knows functions alone.", param="tools")
    return {"type": "function", "strict": False, **function}


def _choice(choice: Any) -> Any:
    function = choice.get("function") if isinstance(choice, dict) else None
    return {"type": "function", **function} if isinstance(function, dict) else choice


def _text(options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if verbosity := options.get("verbosity"):
        yield "verbosity", verbosity
    form = options.get("response_format")
    if isinstance(form, dict):
        schema = form.get("json_schema")
        named = schema if isinstance(schema, dict) else {}
        yield "format", {"type": form.get("type"), **named}
