"""The messages of a conversation as the tree that they are: its branches, piece by piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, bindparam, literal_column, select
from sqlalchemy.orm import Session

from chatapp.models import Message
from chatapp.models.prepared import Prepared

PIECE = 40
"""Messages on a page at once. Twenty exchanges fill several screens, and take the server some
15 ms, of which the messages are half."""

_nodes = select(Message.id, Message.parent_id, Message.position, Message.status).where(
    Message.conversation_id == bindparam("conversation_id")
)
_NODES = Prepared(_nodes.order_by(Message.position))
"""What the tree is made of. These columns come before the words, which SQLite need not read."""

_NEWEST = Prepared(_nodes.order_by(Message.position.desc()).limit(literal_column("1")))


class Node(Protocol):
    """What the tree knows of a message."""

    @property
    def id(self) -> str:
        """The message."""

    @property
    def parent_id(self) -> str | None:
        """The message that it follows."""

    @property
    def position(self) -> int:
        """Its place in time."""

    @property
    def status(self) -> str:
        """How far an answer has come."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a branch: `before` a message, `since` one, or else around `at`."""

    at: str = ""
    before: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Messages in a row, and those next to them in the branch, where there are any."""

    ids: Sequence[str]
    earlier: str | None = None
    later: str | None = None


class Tree:
    """Messages and what they follow. A message whose parent is not there begins a branch."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        """`nodes` come oldest first."""
        self._nodes = {node.id: node for node in nodes}
        self._followers: dict[str | None, list[str]] = defaultdict(list)
        for node in nodes:
            self._followers[node.parent_id].append(node.id)
        self.newest = nodes[-1] if nodes else None

    def __contains__(self, id: object) -> bool:
        return id in self._nodes

    def path(self, id: str) -> list[str]:
        """The messages that lead to one, itself included, oldest first."""
        found: dict[str, None] = {}
        at: str | None = id
        while at in self._nodes and at not in found:
            found[at] = None
            at = self._nodes[at].parent_id
        return list(found)[::-1]

    def branch(self, at: str = "") -> list[str]:
        """The messages that lead to one and to the newest that followed it; without such a message,
        those that lead to the newest of all."""
        if self.newest is None:
            return []
        return self.path(self._last(at) if at in self._nodes else self.newest.id)

    def versions(self, id: str) -> list[str]:
        """The messages in whose place a person can have this one, itself included, oldest first."""
        return self._followers[self._nodes[id].parent_id]

    def followed(self, id: str) -> bool:
        """Whether anything was said after a message."""
        return id in self._followers

    def elsewhere(self, shown: str) -> bool:
        """Whether the newest message goes on a branch that had parted from that of `shown`, the
        last message of a page, before that was written: its reader is not the one who left it."""
        if self.newest is None or shown not in self._nodes:
            return False
        here = set(self.path(shown))
        parted = next((id for id in self.path(self.newest.id) if id not in here), shown)
        return self._nodes[parted].position < self._nodes[shown].position

    def _last(self, id: str) -> str:
        """The newest of the messages that followed one; itself where none did."""
        reached = {id}
        last = id
        for node in self._nodes.values():
            if node.parent_id in reached:
                reached.add(node.id)
                last = node.id
        return last


def read(connection: Connection, conversation_id: str) -> Tree:
    """The tree of a conversation."""
    return Tree(_NODES.all(connection, {"conversation_id": conversation_id}))


def newest(connection: Connection, conversation_id: str) -> Node | None:
    """The newest message of a conversation."""
    found: Node | None = _NEWEST.first(connection, {"conversation_id": conversation_id})
    return found


def load(session: Session, ids: Sequence[str]) -> list[Message]:
    """The messages themselves."""
    found = session.scalars(select(Message).where(Message.id.in_(ids)))
    by_id = {message.id: message for message in found}
    return [by_id[id] for id in ids]


def piece(branch: Sequence[str], place: Place, length: int = PIECE) -> Piece:
    """At most `length` messages of a branch at a place; its end where the branch has no such."""
    begin = _begin(branch, place, length)
    end = branch.index(place.before) if place.before in branch else begin + length
    return Piece(
        branch[begin:end],
        branch[begin - 1] if begin else None,
        branch[end] if end < len(branch) else None,
    )


def superseded(
    connection: Connection, tree: Tree, versions: Iterable[Collection[str]]
) -> frozenset[str]:
    """Those of the `versions` that nobody needs to choose: answers that broke off and were
    continued, which says their words again, unless something was asked about them."""
    ids = [id for each in versions if len(each) > 1 for id in each]
    if not ids:
        return frozenset()
    continued = connection.scalars(select(Message.continues).where(Message.id.in_(ids)))
    return frozenset(id for id in continued if id and not tree.followed(id))


def _begin(branch: Sequence[str], place: Place, length: int) -> int:
    last = max(len(branch) - length, 0)
    if place.before in branch:
        return max(branch.index(place.before) - length, 0)
    if place.since in branch:
        return branch.index(place.since)
    if place.at in branch:  # with some of what led to it
        return min(max(branch.index(place.at) - length // 4, 0), last)
    return last
