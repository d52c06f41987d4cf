"""Texts in passages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.knowledge.passages import LONGEST, SMALL, TARGET, split

SENTENCE = "Everybody who works here may take leave. "
PARAGRAPH = (SENTENCE * 10).strip()

LINES = st.sampled_from(
    [
        "", "", "# One", "## Two", "### Three", "####### Seven", "Title\n=====", "Under\n-----",
        "```", "~~~python", "code = 1", "| a | b |", "|---|---|", "a | b", "--- | ---",
        "- item", "  more of it", "1. first", "* * *", "The rules:", SENTENCE, PARAGRAPH,
        "word " * 400, "x" * 3_000, "有給休暇は二十日です。" * 200, "\t", "\r", "👋 \u2028 words",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES, max_size=40).map("\n".join)


def contents(text: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in split(text)]


def shown(text: str) -> list[tuple[str, str]]:
    return [(piece.heading, text[piece.start : piece.end]) for piece in split(text)]


@given(TEXTS)
def test_passages_follow_one_another_and_are_never_blank(text: str) -> None:
    last = 0
    for piece in split(text):
        assert last <= piece.start < piece.end <= len(text)
        content = text[piece.start : piece.end]
        assert content == content.strip()
        assert len(content) <= LONGEST + TARGET
        last = piece.end


@given(TEXTS)
def test_every_word_is_in_a_passage_or_above_one(text: str) -> None:
    found = " ".join(f"{heading} {content}" for heading, content in shown(text))
    assert set(re.findall(r"\w{1,20}", text)) <= set(re.findall(r"\w{1,20}", found))


@given(st.text(max_size=500))
def test_any_text_can_be_split(text: str) -> None:
    assert bool(split(text)) == bool(text.strip())


def test_each_passage_says_the_headings_above_it() -> None:
    text = f"# Leave\n\n{PARAGRAPH}\n\n## Annual\n\n{PARAGRAPH}\n\n### Part-time\n\n{PARAGRAPH}"
    text += f"\n\n## Sick `days`\n\n{PARAGRAPH}\n\nTravel\n======\n\n{PARAGRAPH}"
    assert [piece.heading for piece in split(text)] == [
        "Leave",
        "Leave › Annual",
        "Leave › Annual › Part-time",
        "Leave › Sick days",
        "Travel",
    ]
    assert set(contents(text)) == {PARAGRAPH}


def test_small_sections_are_joined_below_what_they_share() -> None:
    text = "# FAQ\n\n## Can I?\n\nYes.\n\n## May I?\n\nNo.\n\n## Big\n\n" + SENTENCE * 20
    assert shown(text) == [
        ("FAQ", "## Can I?\n\nYes.\n\n## May I?\n\nNo."),
        ("FAQ › Big", (SENTENCE * 20).strip()),
    ]


def test_a_small_section_beside_a_big_one_keeps_its_heading() -> None:
    text = f"# Rules\n\n## Small\n\nA word.\n\n## Big\n\n{PARAGRAPH}"
    assert [piece.heading for piece in split(text)] == ["Rules › Small", "Rules › Big"]


def test_no_passage_is_a_heading_alone() -> None:
    text = f"# Above\n\n## Empty\n\n## Full\n\n{PARAGRAPH}\n\n## Last"
    assert shown(text) == [
        ("Above", f"## Empty\n\n## Full\n\n{PARAGRAPH}\n\n## Last"),
    ]


def test_headings_are_what_is_found_of_a_text_of_headings() -> None:
    assert shown("# One\n\n# Two") == [("", "# One\n\n# Two")]
    assert shown("# One") == [("One", "# One")]


@pytest.mark.parametrize(
    "block",
    [
        "```python\n" + "\n\n".join(f"# line {n}" for n in range(200)) + "\n```",
        "| day | hours |\n|---|---|\n" + "\n".join(f"| {n} | 8 |" for n in range(200)),
        "day | hours\n--- | ---\n" + "\n".join(f"{n} | 8" for n in range(200)),
    ],
    ids=["code", "table", "table without edges"],
)
def test_code_and_tables_stay_whole(block: str) -> None:
    assert TARGET < len(block) < LONGEST
    assert [found for found in contents(f"{PARAGRAPH}\n\n{block}\n\n{PARAGRAPH}") if block in found]


def test_a_table_that_is_too_long_is_broken_between_its_rows() -> None:
    rows = [f"| row {n} | {'x' * 30} |" for n in range(500)]
    assert [line for found in contents("\n".join(rows)) for line in found.split("\n")] == rows


def test_a_list_stays_with_the_words_that_lead_to_it() -> None:
    items = "\n".join(f"- {SENTENCE}" for _ in range(20))
    text = f"{PARAGRAPH}\n\nThis is what you bring:\n\n{items}"
    assert contents(text)[-1].startswith("This is what you bring:\n\n- Everybody")


def test_a_list_goes_on_after_a_blank_line() -> None:
    text = "- one\n\n  more of it\n\n- two\n\n" + PARAGRAPH
    assert contents(text)[0].startswith("- one\n\n  more of it\n\n- two")


def test_long_paragraphs_are_broken_between_sentences() -> None:
    found = contents(SENTENCE * 200)
    assert all(each.endswith("leave.") and len(each) <= TARGET for each in found[:-1])


def test_a_fence_that_is_never_closed_hides_the_headings_below_it() -> None:
    assert shown("# Code\n\n```\n# no heading\n\nwords") == [
        ("Code", "```\n# no heading\n\nwords"),
    ]


def test_words_between_backticks_are_no_fence() -> None:
    text = f"```one``` is code\n\n# Heading\n\n{PARAGRAPH}"
    assert split(text)[-1].heading == "Heading"


@pytest.mark.parametrize(
    "text",
    [
        "word " * 200_000,
        "a" * 1_000_000,
        "# heading\n" * 50_000,
        "".join(f"{'#' * (n % 6 + 1)} heading {n}\n\n" for n in range(50_000)),
        "```\n" * 50_001,
        "a:\n\n" * 50_000,
        ". " * 200_000,
        "a\n-\n" * 50_000,
        " " * 1_000_000 + "x",
    ],
    ids=["words", "line", "headings", "levels", "fences", "leads", "ends", "underlines", "blank"],
)
def test_whatever_comes_is_cut_into_passages_of_a_bounded_size(text: str) -> None:
    pieces = split(text)
    assert pieces
    assert all(piece.end - piece.start <= LONGEST + SMALL for piece in pieces)
