"""Items of the Responses API in the words of others: turns, messages of a chat, items anew."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from chatapp.errors import BadRequest
from chatapp.prompt import Role, Turn

Item: TypeAlias = Mapping[str, Any]

INSTRUCTING = ("system", "developer")
_KNOWN = ("message", "function_call", "function_call_output", "reasoning")
_OURS = ("id", "status")


def turns(instructions: str | None, items: Iterable[Item]) -> Iterator[Turn]:
    """The words, for providers that know nothing else."""
    if instructions:
        yield Turn("system", instructions)
    for item in items:
        words = text_of(item.get("content"))
        if kind_of(item) == "message" and words:
            yield Turn(_role(item["role"]), words)


def chat_messages(instructions: str | None, items: Iterable[Item]) -> list[dict[str, Any]]:
    """The same as messages of Chat Completions. Raises `BadRequest` for what has no place there.

    What an assistant says and calls one after the other is one message; thoughts are left out.
    """
    messages: list[dict[str, Any]] = []
    if instructions:
        messages.append({"role": "system", "content": instructions})
    for item in items:
        match kind_of(item):
            case "message":
                messages.append({"role": _role(item["role"]), "content": text_of(item["content"])})
            case "function_call":
                _speaking(messages).setdefault("tool_calls", []).append(_chat_call(item))
            case "function_call_output":
                answer = {"tool_call_id": item["call_id"], "content": _output(item.get("output"))}
                messages.append({"role": "tool", **answer})
            case "reasoning":
                pass
            case kind:
                raise BadRequest(f"The model's server here knows no {kind!r} items.", param="input")
    return messages


def response_items(items: Iterable[Item]) -> list[Item]:
    """The same for another server of the Responses API, which knows nothing of ids made here.

    Thoughts are told again only in the encrypted form that such a server once made of them.
    """
    return [
        {name: value for name, value in item.items() if name not in _OURS}
        for item in items
        if kind_of(item) != "reasoning" or item.get("encrypted_content")
    ]


def kind_of(item: Item) -> str:
    """The type of an item; a message may leave it out."""
    return str(item.get("type", "message"))


def text_of(content: Any) -> str:
    """The words of a message."""
    if not isinstance(content, list):
        return content or ""
    return "".join(part.get("text", part.get("refusal", "")) for part in content)


def _role(role: str) -> Role:
    """Most servers know no `developer`; those that do take `system` for the same."""
    return "system" if role in INSTRUCTING else "assistant" if role == "assistant" else "user"


def _speaking(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The message in which the assistant is speaking just now."""
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    return messages[-1]


def _chat_call(item: Item) -> dict[str, Any]:
    function = {"name": item["name"], "arguments": item["arguments"]}
    return {"id": item["call_id"], "type": "function", "function": function}


def _output(output: Any) -> str:
    """What a function gave: text, or a list of parts."""
    if isinstance(output, list) and all("text" in part for part in output):
        return text_of(output)
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
