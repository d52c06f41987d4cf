"""The documents of the benchmark, what is asked of them, and the evaluation from end to end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from bench import evaluate
from bench.evaluate import OURS, Evaluation
from bench.load import Times
from bench.retrieval import invented, searches, uploads
from bench.retrieval.speeds import Beside, Figures, Indexing, Outcome, table
from chatapp.knowledge.passages import split

ENGLISH = OURS / "documents" / "en"


def test_invented_documents_are_the_same_each_time_and_differ_from_one_another() -> None:
    first, again = (list(invented.documents(ENGLISH, 3, seed=0)) for _ in range(2))
    assert first == again
    assert len({*first, *invented.documents(ENGLISH, 3, seed=1)}) == 6


def test_an_invented_document_has_about_a_passage_for_each_section() -> None:
    (text,) = invented.documents(ENGLISH, 1, seed=0)
    assert invented.SECTIONS <= len(split(text)) <= 1.5 * invented.SECTIONS


def test_every_kind_of_question_says_something() -> None:
    asked = searches.questions(OURS / "documents")
    assert [len(each) for each in asked.values()] == [searches.REPEATS] * 4
    assert all(question.strip() for each in asked.values() for question in each)


def test_each_search_is_timed_and_the_first_ones_are_not() -> None:
    heard: list[str] = []
    times = searches.times(heard.append, [str(number) for number in range(50)])
    assert len(heard) == 50 + searches.WARM_UP
    assert times.p50 is not None


def test_the_hostile_file_unpacks_to_two_hundred_times_its_size() -> None:
    (_, long), (_, bomb) = uploads.hostile()
    assert long.startswith(b"%PDF")
    assert len(bomb) * 200 < uploads.BOMB


def test_the_table_of_speeds_has_a_column_for_each_database() -> None:
    times = Times(1.5, 9.0, 12.0)
    figures = Figures(
        Indexing(10, 200, 0.25, 800),
        {"rare words": times},
        Beside(50, times, times, {}, 2, {"ready": 1, "failed": 1}, 3.0),
    )
    both = {"SQLite": figures, "PostgreSQL": figures}
    shown = table(Outcome(datetime(2026, 1, 1, tzinfo=UTC), {}, {}, 0.0, both))
    assert "|  | SQLite | PostgreSQL |" in shown
    assert "| a search: rare words | 1.5 ms, p99 9.0 ms | 1.5 ms, p99 9.0 ms |" in shown
    assert "| what became of these | 1 failed, 1 ready, within 3 s |" in shown


def test_the_evaluation_finds_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents, output = tmp_path / "documents", tmp_path / "out.json"
    (documents / "rules").mkdir(parents=True)
    (documents / "rules" / "leave.md").write_text("# Leave\n\nThirty days of vacation a year.\n")
    (documents / "travel.md").write_text("# Travel\n\nTrains are booked in second class.\n")
    questions = tmp_path / "questions.json"
    asked = [
        {"language": "en", "question": "how many vacation days", "expected": ["rules/leave.md"]},
        {"language": "en", "question": "vacation", "expected": ["travel.md"]},
        {"language": "en", "question": "who won the chess tournament?"},
    ]
    questions.write_text(json.dumps(asked))
    options = ("--documents", documents, "--questions", questions, "--output", output)
    assert evaluate.main([*map(str, options), "--database", "sqlite"]) == 0
    found = msgspec.json.decode(output.read_bytes(), type=Evaluation)
    figures = found.figures["SQLite"]["all"]
    assert (figures.recall_1, figures.recall_5, figures.unsourced) == (0.5, 0.5, 1.0)
    assert "not among five (SQLite): vacation" in capsys.readouterr().out


def test_a_database_that_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        evaluate.main(["--database", "oracle"])
    assert "no such database: oracle" in capsys.readouterr().err
