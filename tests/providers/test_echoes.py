"""What a server's error repeats of the prompt, and what is left of that in the log."""

from __future__ import annotations

import json
from contextvars import copy_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.events import Source
from chatapp.prompt import Prompt, Turn
from chatapp.providers._echoes import BLOCK, MASK, remember, without_echoes

SECRET = 'My neighbour\'s name is Ada,\nand she owes me "forty" crowns.'


def logged(said: str, *texts: str, passage: str = "") -> str:
    """What is logged of an error while these texts are asked."""
    turns = tuple(Turn("user", text) for text in texts)
    passages = (Source("d", "t", passage),) if passage else ()

    def ask() -> str:
        remember(Prompt("m", turns, passages=passages))
        return without_echoes(said)

    return copy_context().run(ask)


@pytest.mark.parametrize(
    "said",
    [
        f"cannot read {SECRET}: too long",
        json.dumps({"detail": [{"loc": ["body"], "input": {"content": SECRET}}]}),
        json.dumps({"error": f"input was {SECRET[4:40]!r}"}),
        SECRET,
        SECRET * 3,
    ],
)
def test_what_was_asked_is_masked(said: str) -> None:
    kept = logged(said, "Hello?", SECRET)
    assert MASK in kept
    for words in ("neighbour", "Ada", "crowns", "forty"):
        assert words not in kept


def test_the_rest_is_kept() -> None:
    assert logged(f"bad input: {SECRET}; shorten it", SECRET) == f"bad input: {MASK}; shorten it"
    assert logged("no such model", SECRET) == "no such model"
    assert without_echoes("no such model") == "no such model"


def test_short_words_are_masked_as_a_whole() -> None:
    assert logged("you said: Who is Ada?", "Who is Ada?") == f"you said: {MASK}"
    assert logged("a b c", "b") == "a b c"


def test_passages_are_masked_too() -> None:
    assert "crowns" not in logged(f"too long: {SECRET}", "Why?", passage=f"It says: {SECRET}.")


words = st.text(max_size=80)


@given(before=words, behind=words, text=st.text(min_size=2 * BLOCK, max_size=200))
def test_no_long_run_of_a_text_is_left(before: str, behind: str, text: str) -> None:
    kept = logged(before + text + behind, text)
    runs = (text[start : start + 2 * BLOCK] for start in range(len(text) - 2 * BLOCK + 1))
    assert not [run for run in runs if run in kept and MASK not in run]
