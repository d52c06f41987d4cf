"""What a page shows of a conversation: a piece of one branch, and where the others are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from flask import g, request

from chatapp.chat import branches
from chatapp.chat.answers import snapshot
from chatapp.chat.branches import Node, Piece, Place, Tree
from chatapp.extensions import db
from chatapp.models import Conversation, Message, as_id
from chatapp.views import services, shown

Shown: TypeAlias = shown.Question | shown.Answer


@dataclass(frozen=True, slots=True)
class Branch:
    """A piece of a branch.

    `at` is the message that chose the branch, empty for the one that was written last; `last` ends
    the branch, on this piece or behind it. `newest` names the newest message of all, as pages tell
    what they know. `earlier` and `later` are the addresses of the pieces next to this one.
    """

    messages: Sequence[Message] = ()
    versions: Mapping[str, shown.Versions] = field(default_factory=dict)
    at: str = ""
    last: str = ""
    newest: str = ""
    earlier: str = ""
    later: str = ""


def is_known(conversation: Conversation, newest: str) -> bool:
    """Whether that is the newest message of all, as `<id>-<status>`."""
    return newest == _name(branches.newest(db.session.connection(), conversation.id))


def read(conversation: Conversation) -> Branch:
    """The piece that a request asks for.

    `?at=` chooses the branch and `?before=` or `?from=` the piece; else that is the end of the
    branch, or what is around the message `at`. A script that wants the end of any branch tells in
    `?last=` the last message it shows: without `at` it stays with that, where another tab went on
    with an older branch.
    """
    tree = branches.read(db.session.connection(), conversation.id)
    place = _place(tree)
    branch = tree.branch(place.at)
    piece = branches.piece(branch, Place() if "last" in request.args else place)
    last = branch[-1] if branch else ""
    return Branch(
        branches.load(db.session(), piece.ids),
        _versions(conversation.id, tree, piece.ids),
        place.at,
        last,
        _name(tree.newest),
        *_beside(conversation.id, place.at or last, piece),
    )


def present(branch: Branch, slot: str = "") -> list[Shown]:
    """Its messages as they are now, the last one with the `slot` that its words stream into."""
    last = len(branch.messages) - 1
    return [
        _present(message, branch.versions, slot if index == last else "")
        for index, message in enumerate(branch.messages)
    ]


def one(message: Message) -> Shown:
    """A message alone, as it is now."""
    tree = branches.read(db.session.connection(), message.conversation_id)
    return _present(message, _versions(message.conversation_id, tree, [message.id]))


def may_choose() -> bool:
    """Whether whoever reads the page may choose a model."""
    return g.identity is not None and not g.identity.guest


def _present(message: Message, all_of: Mapping[str, shown.Versions], slot: str = "") -> Shown:
    versions = all_of.get(message.id)
    if message.role == "user":
        return replace(shown.question(message), versions=versions)
    now = snapshot(services(), db.session(), message)
    chooses = may_choose() and services().catalogue.has_choice
    return replace(shown.answer(message, now, slot), versions=versions, may_choose=chooses)


def _place(tree: Tree) -> Place:
    asked = {name: as_id(request.args.get(name, "")) for name in ("at", "before", "from", "last")}
    at = asked["at"] if asked["at"] in tree else ""
    if not at and tree.elsewhere(asked["last"]):
        at = asked["last"]
    return Place(at, asked["before"], asked["from"])


def _name(newest: Node | None) -> str:
    return f"{newest.id}-{newest.status}" if newest else ""


def _versions(conversation_id: str, tree: Tree, ids: Sequence[str]) -> Mapping[str, shown.Versions]:
    """The versions of those messages that have any."""
    all_of = {id: tree.versions(id) for id in ids}
    hidden = branches.superseded(db.session.connection(), tree, all_of.values())
    made = {}
    for id, every in all_of.items():
        offered = [each for each in every if each == id or each not in hidden]
        if len(offered) > 1:
            addresses = [shown.place(conversation_id, each) for each in offered]
            made[id] = shown.Versions(offered.index(id), addresses)
    return made


def _beside(conversation_id: str, at: str, piece: Piece) -> tuple[str, str]:
    """The addresses of the pieces before and after one; at the near end of the earlier one."""

    def address(name: str, id: str, beside: str | None) -> str:
        return f"/c/{conversation_id}?at={at}&{name}={id}#m-{beside}" if beside else ""

    first = piece.ids[0] if piece.ids else ""
    return (
        address("before", first, piece.earlier),
        address("from", piece.later or "", piece.later),
    )
