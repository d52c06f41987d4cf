"""The arithmetic of the evaluation, its questions and its table."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench.evaluate import OURS
from bench.retrieval import page
from bench.retrieval.figures import Figures, by_language
from bench.retrieval.questions import Asked, Found, Question, load


def asked(
    found: list[str], expected: list[str], *, score: float = 0.9, language: str = "en"
) -> Asked:
    """A question that expects some documents, and what a search found, each with that score."""
    question = Question(language, "What?", tuple(expected))
    return Asked(question, tuple(Found(name, score) for name in found))


FIRST = asked(["a", "b"], ["a"])
THIRD = asked(["c", "b", "a"], ["a"])
SIXTH = asked(["b", "c", "d", "e", "f", "a"], ["a"])
NEVER = asked(["b"], ["a"])
NOTHING = asked([], ["a"])
SMALL_TALK = asked(["b"], [], score=0.2)
NEAR_MISS = asked(["b"], [], score=0.7)


@pytest.mark.parametrize(
    ("each", "rank"), [(FIRST, 1), (THIRD, 3), (SIXTH, 6), (NEVER, None), (NOTHING, None)]
)
def test_the_rank_is_the_place_of_the_document(each: Asked, rank: int | None) -> None:
    assert each.rank == rank


def test_any_of_the_expected_documents_will_do() -> None:
    assert asked(["c", "b", "a"], ["a", "b"]).rank == 2


def test_recall_counts_questions_and_mrr_their_places() -> None:
    figures = Figures.of([FIRST, THIRD, SIXTH, NEVER], threshold=0.5)
    assert (figures.answerable, figures.recall_1, figures.recall_5) == (4, 0.25, 0.5)
    assert figures.mrr == 0.375  # (1 + 1/3 + 1/6 + 0) / 4


def test_a_score_at_the_threshold_is_a_source() -> None:
    figures = Figures.of([FIRST, NOTHING, SMALL_TALK, NEAR_MISS], threshold=0.7)
    assert (figures.sourced, figures.unsourced) == (0.5, 0.5)


def test_questions_that_nothing_answers_do_not_change_recall() -> None:
    alone = Figures.of([FIRST, THIRD], threshold=0.5)
    beside = Figures.of([FIRST, THIRD, SMALL_TALK], threshold=0.5)
    assert (alone.recall_1, alone.mrr) == (beside.recall_1, beside.mrr)


def test_no_questions_have_no_figures() -> None:
    figures = Figures.of([], threshold=0.5)
    assert (figures.recall_1, figures.recall_5, figures.mrr) == (None, None, None)
    assert (figures.sourced, figures.unsourced) == (None, None)


def test_each_language_has_its_own_figures_and_all_come_last() -> None:
    german = asked(["b"], ["a"], language="de")
    figures = by_language([FIRST, german], threshold=0.5)
    assert list(figures) == ["de", "en", "all"]
    assert [each.recall_1 for each in figures.values()] == [0.0, 1.0, 0.5]


def test_the_table_takes_its_place_in_the_page() -> None:
    table = page.table({"SQLite": by_language([FIRST, SMALL_TALK], threshold=0.5)})
    assert "| SQLite | English | 1 | 1.000 | 1.000 | 1.000 | 1.000 | 1 | 1.000 |" in table
    around = f"before\n{page.BEGIN}\nold\n{page.END}\nafter"
    assert page.replaced(around, table) == f"before\n{page.BEGIN}\n\n{table}\n\n{page.END}\nafter"
    with pytest.raises(ValueError, match="lacks"):
        page.replaced("nothing here", table)


def test_a_question_for_a_document_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    file.write_bytes(msgspec.json.encode([Question("en", "What?", ("gone.md",))]))
    with pytest.raises(ValueError, match=r"gone\.md, which is not there"):
        load(file, tmp_path)


def test_our_own_set_is_large_enough_to_mean_something() -> None:
    questions = load(OURS / "questions.json", OURS / "documents")
    documents = list((OURS / "documents").rglob("*.md"))
    assert len(documents) >= 60
    assert len([each for each in questions if each.expected]) >= 48
    assert len([each for each in questions if not each.expected]) >= 12
    assert {each.language for each in questions} == {"en", "de", "id"}
    assert len({each.question for each in questions}) == len(questions)
