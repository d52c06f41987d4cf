"""Conversations as OpenAI's export of ChatGPT holds them, in `conversations.json`.

Nobody documents the format; this is what such files hold. `mapping` is a tree of nodes by id, each
with its `parent` and perhaps a `message`; `current_node` is the end of the branch that was shown.
System prompts, tools and what was hidden are nodes like the others. An answer that used tools is a
chain of messages: here it is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chatapp.chat.importing.drafts import Draft, Line, Unfit, moment
from chatapp.events import Reasoning, Text
from chatapp.models import now
from chatapp.parts import Part, fold, length

_FENCE = "```"
_PICTURE = "[picture]"
_LONGEST_NAME = 200
_LONGEST_CHAIN = 500
_MOST_WORDS = 32_000_000
"""Code points of all answers together."""


@dataclass(slots=True)
class _Node:
    """A node that people see, or thoughts. `parent` is the nearest such node above it."""

    id: str
    role: str
    parts: tuple[Part, ...]
    model: str | None
    at: datetime | None
    parent: _Node | None = None
    children: list[_Node] = field(default_factory=list)


def is_one(value: dict[str, Any]) -> bool:
    """Whether it is a conversation of ChatGPT's."""
    return isinstance(value.get("mapping"), dict)


def read(value: dict[str, Any]) -> Draft:
    """Reads a conversation with all its branches. Raises `Unfit`."""
    mapping = value["mapping"]
    nodes = _nodes(mapping)
    began = moment(_time(value.get("create_time")), now())
    ordered = _ordered(nodes, _words(value.get("current_node")), mapping)
    lines = tuple(_lines(ordered, began))
    id = _words(value.get("conversation_id")) or _words(value.get("id"))
    return Draft(
        f"chatgpt/{id[:_LONGEST_NAME]}",
        " ".join(_words(value.get("title")).split())[:_LONGEST_NAME],
        began,
        moment(_time(value.get("update_time")), began),
        lines,
        {"archived": value.get("is_archived") is True},
    )


def _nodes(mapping: dict[str, Any]) -> list[_Node]:
    """What people see of it, each after the one above it."""
    made: dict[str, _Node | None] = {}
    for id in mapping:
        for each in _unmade(mapping, id, made):
            found = mapping[each]
            node = _node(each, found) if isinstance(found, dict) else None
            above = made.get(_parent(found))
            made[each] = node or above
            if node and above:
                node.parent = above
                above.children.append(node)
    seen = {each.id: each for each in made.values() if each}
    return [seen[id] for id in made if id in seen]


def _unmade(mapping: dict[str, Any], id: str, made: dict[str, _Node | None]) -> list[str]:
    """A node and those above it that are still to be made, the highest first."""
    way: dict[str, None] = {}
    while id in mapping and id not in made:
        if id in way:
            raise Unfit("Its messages follow one another in a circle.")
        way[id] = None
        id = _parent(mapping[id])
    return list(way)[::-1]


def _parent(node: Any) -> str:
    return _words(node.get("parent")) if isinstance(node, dict) else ""


def _node(id: str, found: dict[str, Any]) -> _Node | None:
    message = found.get("message")
    if not isinstance(message, dict):
        return None
    role = _words(_member(message, "author").get("role"))
    metadata = _member(message, "metadata")
    hidden = metadata.get("is_visually_hidden_from_conversation") is True
    if hidden or role not in ("user", "assistant") or message.get("recipient", "all") != "all":
        return None
    parts = tuple(_parts(_member(message, "content")))
    if not parts:
        return None
    model = _words(metadata.get("model_slug"))[:_LONGEST_NAME] or None
    return _Node(id, role, parts, model, _time(message.get("create_time")))


def _parts(content: dict[str, Any]) -> Iterator[Part]:
    """What a message says, by the kind of its content."""
    kind = content.get("content_type")
    text = _words(content.get("text"))
    pieces = content.get("parts")
    if kind in ("text", "multimodal_text") and isinstance(pieces, list):
        words = "\n\n".join(filter(None, map(_piece, pieces)))
        yield from [Text(words)] if words.strip() else []
    elif kind == "code" and text:
        language = _words(content.get("language"))
        known = language if language.isalnum() and language != "unknown" else ""
        yield Text(f"{_FENCE}{known}\n{text}\n{_FENCE}")
    elif kind == "thoughts":
        yield from _thoughts(content.get("thoughts"))
    elif kind == "tether_quote" and text:
        yield Text("\n".join(f"> {line}" for line in text.splitlines()))
    elif (
        kind not in ("reasoning_recap", "user_editable_context", "model_editable_context") and text
    ):
        yield Text(text)


def _piece(piece: Any) -> str:
    """A string, a picture that is not in the file, or a recording with its words."""
    if isinstance(piece, str):
        return piece
    if not isinstance(piece, dict):
        return ""
    if piece.get("content_type") == "image_asset_pointer":
        return _PICTURE
    return _words(piece.get("text"))


def _thoughts(thoughts: Any) -> Iterator[Part]:
    for each in thoughts if isinstance(thoughts, list) else ():
        words = _words(each.get("content")) if isinstance(each, dict) else ""
        if words:
            yield Reasoning(f"{words}\n\n")


def _ordered(nodes: list[_Node], current: str, mapping: dict[str, Any]) -> list[_Node]:
    """Parents before children, the older first, and the branch that was shown at the end."""
    seen = {node.id: node for node in nodes}
    while current in mapping and current not in seen:
        current = _parent(mapping[current])
    shown: set[str] = set()
    node = seen.get(current)
    while node:
        shown.add(node.id)
        node = node.parent
    waiting = _stack([node for node in nodes if node.parent is None], shown)
    ordered = []
    while waiting:
        ordered.append(waiting.pop())
        waiting += _stack(ordered[-1].children, shown)
    return ordered


def _stack(nodes: list[_Node], shown: set[str]) -> list[_Node]:
    """The older on top, and below all what was shown."""
    aside = _by_time(node for node in nodes if node.id not in shown)
    return [node for node in nodes if node.id in shown] + aside[::-1]


def _by_time(nodes: Iterable[_Node]) -> list[_Node]:
    first = datetime.min.replace(tzinfo=UTC)
    return sorted(nodes, key=lambda node: node.at or first)


def _lines(nodes: list[_Node], began: datetime) -> Iterator[Line]:
    """Questions as they are. An answer is the chain of messages that leads to a question, or to
    nothing. Raises `Unfit` where chains branch so often that they would be far too much."""
    said: dict[str, datetime] = {}
    size = 0
    for node in nodes:
        above = said.get(node.parent.id, began) if node.parent else began
        said[node.id] = at = moment(node.at, above)
        if node.role == "user":
            parent = node.parent.id if node.parent else None
            yield Line(node.id, parent, "user", node.parts, at)
        elif not node.children or any(child.role == "user" for child in node.children):
            chain, question = _chain(node)
            size += sum(length(part) for each in chain for part in each.parts)
            if size > _MOST_WORDS:
                raise Unfit("Its answers hold one another so often that they are too much.")
            yield _answer(chain, question, at)


def _chain(node: _Node) -> tuple[list[_Node], str | None]:
    """The messages of an answer, the first one first, and the question above them."""
    chain = [node]
    while chain[-1].parent and chain[-1].parent.role == "assistant":
        chain.append(chain[-1].parent)
        if len(chain) > _LONGEST_CHAIN:
            raise Unfit(f"An answer has more than {_LONGEST_CHAIN} pieces.")
    question = chain[-1].parent
    return chain[::-1], question.id if question else None


def _answer(chain: list[_Node], question: str | None, at: datetime) -> Line:
    parts = fold(_joined(each.parts for each in chain))
    values = {"model": chain[-1].model, "finish_reason": "stop", "completed_at": at}
    return Line(chain[-1].id, question, "assistant", parts, at, values=values)


def _joined(messages: Iterable[tuple[Part, ...]]) -> Iterator[Part]:
    """One after the other, with a blank line between words."""
    spoken = False
    for parts in messages:
        for part in parts:
            if isinstance(part, Text):
                yield Text("\n\n" + part.content) if spoken else part
                spoken = True
            else:
                yield part


def _time(value: Any) -> datetime | None:
    """Seconds since 1970, where they are a moment that anybody wrote at."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return found if found.year >= 1970 else None


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _member(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}
