"""The tree of messages, and the pieces of its branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.chat.branches import Place, Tree, piece


@dataclass(frozen=True)
class Node:
    """A message as the tree knows it."""

    id: str
    parent_id: str | None
    position: int
    status: str = "complete"


def grown(*edges: str) -> Tree:
    """A tree of messages like `a>b`, which says that `b` follows `a`; `>a` follows nothing."""
    parted = [edge.partition(">") for edge in edges]
    return Tree([Node(id, parent or None, at) for at, (parent, _, id) in enumerate(parted, 1)])


@pytest.fixture
def tree() -> Tree:
    """`q1` has the answers `a1` and `a2`, and was asked differently as `q2`."""
    return grown(">q1", "q1>a1", "a1>q3", "q3>a3", "q1>a2", ">q2", "q2>a4")


def test_the_newest_message_ends_the_branch(tree: Tree) -> None:
    assert tree.branch() == tree.branch("no such") == ["q2", "a4"]


def test_a_message_chooses_its_branch_to_the_end(tree: Tree) -> None:
    assert tree.branch("a1") == tree.branch("a3") == ["q1", "a1", "q3", "a3"]
    assert tree.branch("q1") == tree.branch("a2") == ["q1", "a2"]


def test_versions_follow_the_same_message(tree: Tree) -> None:
    assert tree.versions("a2") == ["a1", "a2"]
    assert tree.versions("q1") == ["q1", "q2"]
    assert tree.versions("q3") == ["q3"]


def test_no_messages_have_no_branch() -> None:
    assert grown().branch() == []
    assert not grown().elsewhere("a")


def test_a_message_whose_parent_is_gone_begins_a_branch() -> None:
    assert grown("gone>a", "a>b").branch() == ["a", "b"]


def test_messages_that_follow_each_other_in_a_circle_are_walked_once() -> None:
    assert sorted(grown("b>a", "a>b").branch()) == ["a", "b"]


@pytest.mark.parametrize(
    ("edges", "shown", "elsewhere"),
    [
        ([">q", "q>a", "a>q2", "q2>b"], "a", False),  # it went on
        ([">q", "q>a", "q>b"], "a", False),  # it was answered again
        ([">q", "q>a", ">r", "r>b", "b>s"], "a", False),  # it was asked differently, and went on
        ([">q", "q>a", "q>b", "a>c"], "b", True),  # the older answer was asked about
        ([">q", "q>a", ">r", "r>b", "q>c"], "b", True),  # the older question was answered again
        ([">q", "q>a"], "a", False),
        ([">q", "q>a"], "no such", False),
    ],
)
def test_only_an_older_branch_is_elsewhere(edges: list[str], shown: str, elsewhere: bool) -> None:
    assert grown(*edges).elsewhere(shown) is elsewhere


BRANCH = list("abcdefghij")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(), ("g", "ghij", None)),
        (Place(at="a"), (None, "abcd", "e")),
        (Place(at="e"), ("c", "defg", "h")),
        (Place(at="h"), ("f", "ghij", None)),
        (Place(before="g"), ("b", "cdef", "g")),
        (Place(before="c"), (None, "ab", "c")),
        (Place(before="a"), (None, "", "a")),
        (Place(since="e"), ("d", "efgh", "i")),
        (Place(since="j"), ("i", "j", None)),
        (Place(at="e", before="c"), (None, "ab", "c")),
        (Place(at="a", before="no such", since="no such"), (None, "abcd", "e")),
    ],
)
def test_a_piece_says_what_is_beside_it(
    place: Place, expected: tuple[str | None, str, str | None]
) -> None:
    before, ids, behind = expected
    found = piece(BRANCH, place, 4)
    assert "".join(found.ids) == ids
    assert found.later == behind
    assert found.earlier == (BRANCH[BRANCH.index(ids[0]) - 1] if before and ids else None)


def test_nothing_has_no_piece() -> None:
    assert not piece([], Place(at="a")).ids


@st.composite
def trees(draw: st.DrawFn) -> Sequence[Node]:
    count = draw(st.integers(1, 30))
    parents = [draw(st.none() | st.integers(0, at - 1)) if at else None for at in range(count)]
    return [
        Node(str(at), None if parent is None else str(parent), at)
        for at, parent in enumerate(parents)
    ]


@given(trees(), st.integers(1, 5))
def test_every_message_can_be_reached_and_pieces_add_up(nodes: Sequence[Node], length: int) -> None:
    tree = Tree(nodes)
    for node in nodes:
        branch = tree.branch(node.id)
        assert node.id in branch
        assert not tree.followed(branch[-1])
        assert node.id in tree.versions(node.id)
        assert node.id in piece(branch, Place(at=node.id), length).ids
        found = piece(branch, Place(), length)
        read = [*found.ids]
        while found.earlier:
            found = piece(branch, Place(before=found.ids[0]), length)
            read = [*found.ids, *read]
        assert read == branch
