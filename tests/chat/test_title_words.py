"""What a model says when it is asked for a title, and the title that is made of it."""

from __future__ import annotations

import pytest

from chatapp.chat.title_words import tidy


@pytest.mark.parametrize(
    ("reply", "title"),
    [
        ("Blue sky", "Blue sky"),
        ("  **Blue  sky**\t", "Blue sky"),
        ("# Title: “Blue sky”.", "Blue sky"),
        ('*Judul: "Langit biru"*', "Langit biru"),
        ("1. Blue sky", "Blue sky"),
        ("\n\n'Langit biru'\n\nIs that good?", "Langit biru"),
        ('Here is a title:\n\n> "Blue sky."', "Blue sky"),
        ("```text\nBlue sky\n```", "Blue sky"),
        ("<think>Hm.\nThe sky?</think>\nBlue sky", "Blue sky"),
        ("Why `sky_blue` is *not* [blue](https://a.example)", "Why sky_blue is not blue"),
        ("Blue \u202esky\0\u2028", "Blue sky"),
        ("青い空。", "青い空"),
        ("「青い空」", "青い空"),
        ("And then …", "And then …"),
        ("Don't panic", "Don't panic"),
        ("“Don’t panic”", "Don’t panic"),
        ('"Blue" and "grey"', '"Blue" and "grey"'),
        ("C# and 2 * 3 * 4", "C# and 2 * 3 * 4"),
        ("__init__ in Python", "__init__ in Python"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_reply_becomes_a_title(reply: str, title: str) -> None:
    assert tidy(reply) == title


@pytest.mark.parametrize(
    "reply",
    [
        *("", "\n \n", "...", "- — -", "“”", "***", "Title:", "```\n```"),
        *("x" * 81, "<think>The sky", '{"title": "Blue sky"}'),
        *("`" * 4_000, "[" * 399, "*a" * 199, "#" * 399),
    ],
)
def test_what_is_no_title_becomes_none(reply: str) -> None:
    assert tidy(reply) == ""
