"""Titles: the first line of the question that has words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.chat.titles import TITLE_LENGTH, title_of


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Why?", "Why?"),
        ("  Why \t is\u00a0this ?  ", "Why is this ?"),
        ("\n\r\n \nWhy?\nBecause.", "Why?"),
        ("one\u2028two", "one"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("🙂" * 60, "🙂" * 60),
        ("x" * 58 + " yz", "x" * 58 + "…"),
        (" \n ", ""),
        ("", ""),
    ],
)
def test_a_title_is_the_first_line_with_words(question: str, title: str) -> None:
    assert title_of(question) == title


@given(st.text())
def test_a_title_is_one_short_line(question: str) -> None:
    title = title_of(question)
    assert len(title) <= TITLE_LENGTH
    assert len(title.splitlines()) <= 1
    assert bool(title) == bool(question.strip())
