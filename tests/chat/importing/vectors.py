"""Conversations as ChatGPT's export holds them, made up."""

from __future__ import annotations

from typing import Any

BEGAN = 1_700_000_000.5


def node(
    id: str, parent: str | None, role: str = "", words: Any = "", **fields: Any
) -> tuple[str, dict[str, Any]]:
    """A node of the tree; without a role it has no message. `words` may be a whole content."""
    content = words if isinstance(words, dict) else {"content_type": "text", "parts": [words]}
    message = {
        "id": id,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": BEGAN + len(id),
        "content": content,
        "status": "finished_successfully",
        "weight": 1.0,
        "recipient": "all",
        "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
        **fields,
    }
    return id, {"id": id, "message": message if role else None, "parent": parent, "children": []}


def conversation(*nodes: tuple[str, dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """The tree of these nodes; the last one is shown."""
    return {
        "id": "c1",
        "conversation_id": "c1",
        "title": "Colours",
        "create_time": BEGAN,
        "update_time": BEGAN + 100,
        "mapping": dict(nodes),
        "current_node": nodes[-1][0] if nodes else None,
        "is_archived": False,
        **fields,
    }


COLOURS = conversation(
    node("root", None),
    node("system", "root", "system", "", metadata={"is_visually_hidden_from_conversation": True}),
    node("q1", "system", "user", "Name a colour."),
    node("a1", "q1", "assistant", "Red."),
    node("a2", "q1", "assistant", "**Blue**."),
    node("q2", "a1", "user", {"content_type": "multimodal_text", "parts": [
        {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}, "And this?",
    ]}),
    node("look", "q2", "assistant", "I will look."),
    node("think", "look", "assistant", {"content_type": "thoughts", "thoughts": [
        {"summary": "Colour", "content": "It is green."}]}),
    node("call", "think", "assistant", {"content_type": "code", "language": "python",
        "text": "look()"}, recipient="python"),
    node("tool", "call", "tool", {"content_type": "execution_output", "text": "green"}),
    node("a3", "tool", "assistant", "Green."),
)  # fmt: skip
"""A branch that was left, a picture, and an answer that thought and used a tool."""
