"""The native events as names and JSON, which several dialects wrap."""

from __future__ import annotations

from typing import Any

from chatapp.events import (
    End,
    Error,
    Event,
    Reasoning,
    Sources,
    Start,
    Text,
    ToolCall,
    Usage,
)
from chatapp.parts import source_to_json


def describe(event: Event) -> tuple[str, dict[str, Any]]:
    """The name of an event on the wire, and its JSON with `type` first."""
    match event:
        case Text(content, refusal):
            payload = {"type": "content", "content": content}
            return "message", payload | {"refusal": True} if refusal else payload
        case Reasoning(content):
            return "reasoning", {"type": "reasoning", "content": content}
        case Sources(sources):
            return "sources", {
                "type": "sources",
                "sources": [source_to_json(each) for each in sources],
            }
        case ToolCall(index, id, name, arguments):
            call = {"index": index, "id": id, "name": name, "arguments": arguments}
            return "tool_call", {"type": "tool_call", **call}
        case Start() | Usage() | Error() | End():
            name = type(event).__name__.lower()
            members = {field: getattr(event, field) for field in event.__dataclass_fields__}
            return name, {"type": name, **members}
