"""Conversations are found in a file however it is cut, and whatever stands around them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatapp.chat.importing import pieces
from chatapp.chat.importing.pieces import NotConversations, split

HARD = [{"a": '"]}\\{['}, {"b": [{"c": {}}, []]}, {"é\\": "\\\\"}]
WAYS = {
    "list": json.dumps(HARD),
    "account": json.dumps({"note": "conversations", "documents": [{"x": [1]}], "n": {},
                           "conversations": HARD}),
    "spaced": "\ufeff \n" + json.dumps(HARD, indent=3, ensure_ascii=False) + "\n",
}  # fmt: skip


def found(text: str | bytes, size: int = 1000) -> list[Any]:
    raw = text.encode() if isinstance(text, str) else text
    chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
    return [None if each is None else json.loads(each) for each in split(chunks)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("way", WAYS)
def test_each_conversation_is_found(way: str, size: int) -> None:
    assert found(WAYS[way], size) == HARD


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_an_object_may_be_one_itself(size: int) -> None:
    one = {"title": "conversations", "messages": [{"text": "]}"}]}
    assert found(json.dumps(one), size) == [one]


def test_what_is_too_large_is_left_out_and_the_others_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pieces, "LARGEST", 50)
    assert found(json.dumps([{"a": "x" * 60}, {"b": 1}]), 7) == [None, {"b": 1}]
    assert found(json.dumps({"documents": ["x" * 60], "conversations": [{"b": 1}]})) == [{"b": 1}]


@pytest.mark.parametrize("text", ["[]", "[1, 2]", '{"conversations": []}', "[[{}]]"])
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    assert [each for each in found(text) if each and "conversations" not in each] == []


@pytest.mark.parametrize(
    "text", ["", "words", '"a"', "[{}", '[{"a": "', '{"a": [}', "]", "[]]]", b"\xff\xfe[\x00"]
)
def test_what_is_no_list_of_conversations_is_refused(text: str | bytes) -> None:
    with pytest.raises(NotConversations):
        found(text)
