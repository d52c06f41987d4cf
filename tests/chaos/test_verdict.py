"""What chaos would find: each thing that can be wrong with an answer is told from a good one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from tests.chaos.verdict import Answer, Outcome
from tests.support.door import Door
from tests.support.numbered import Script
from tests.support.numbered_model import Call
from tests.support.numbered_model import Outcome as Ending
from tests.support.reader import Reader

SCRIPT = Script("a", words=40)
PIECES = SCRIPT.pieces()
TEXT = SCRIPT.text
MIDDLE = len(PIECES) // 2


def a_reader(heard: str, status: str = "complete", length: int = len(TEXT)) -> Reader:
    """One that was told this, and of an end."""
    end = {"status": status, "text_length": length}
    return Reader(Door(0, {}), Random(1), "m", heard, "end", end)


def a_call(outcome: Ending = Ending.SAID) -> Call:
    """A model that said all of it, a piece each tenth of a second."""
    call = Call(SCRIPT, said=PIECES)
    length = 0
    for number, piece in enumerate(PIECES):
        length += len(piece)
        call.moments.append((length, number / 10))
    call.end(outcome)
    return call


def an_answer(*readers: Reader, status: str = "complete", text: str = TEXT) -> Answer:
    """An answer with nothing wrong but its readers, maybe: the first of them is well."""
    shown = {"status": status, "text": text}
    well = a_reader(text, status, len(text))
    return Answer("a", [a_call()], [well, *readers], shown, questions=1, seals=1)


def words_of(answer: Answer) -> str:
    """What is found to be wrong."""
    return "; ".join(answer.faults())


def test_nothing_is_wrong_with_a_good_answer() -> None:
    assert an_answer(a_reader(TEXT)).faults() == []


def test_a_piece_that_is_told_twice_is_found() -> None:
    doubled = "".join(PIECES[: MIDDLE + 1] + PIECES[MIDDLE:])
    answer = an_answer(a_reader(doubled))
    assert (answer.doubled, answer.missing, answer.hung) == (1, 0, 0)
    assert "1 have something twice" in words_of(answer)


@pytest.mark.parametrize("left_out", [0, MIDDLE, len(PIECES) - 1])
def test_a_piece_that_is_not_told_is_found(left_out: int) -> None:
    gap = "".join(PIECES[:left_out] + PIECES[left_out + 1 :])
    answer = an_answer(a_reader(gap))
    assert (answer.doubled, answer.missing, answer.hung) == (0, 1, 0)
    assert words_of(answer) == "a: 1 lack something"


def test_pieces_that_change_places_are_found() -> None:
    first, second = PIECES[MIDDLE : MIDDLE + 2]
    mixed = [*PIECES[:MIDDLE], second, first, *PIECES[MIDDLE + 2 :]]
    assert words_of(an_answer(a_reader("".join(mixed)))) == "a: 1 lack something"


def test_a_reader_that_hears_no_end_is_found() -> None:
    answer = an_answer(replace(a_reader(TEXT), end=None))
    assert (answer.doubled, answer.missing, answer.hung) == (0, 0, 1)
    assert words_of(answer) == "a: 1 hung"


def test_a_reader_that_hears_of_another_end_is_found() -> None:
    assert "readers were told of" in words_of(an_answer(a_reader(TEXT, "failed")))


def test_only_what_was_interrupted_may_be_taken_back() -> None:
    kept = "".join(PIECES[:-4])
    ahead = a_reader("".join(PIECES[:-1]), "interrupted", len(kept))
    answer = an_answer(ahead, status="interrupted", text=kept)
    assert answer.faults() == []
    assert answer.taken_back == len("".join(PIECES[-4:-1]))
    assert answer.lost == pytest.approx(0.2)
    ahead = a_reader("".join(PIECES[:-1]), "stopped", len(kept))
    answer = replace(an_answer(ahead, status="stopped", text=kept), stopped=True)
    assert "taken back" in words_of(answer)


def test_an_answer_that_loses_more_than_a_tick_is_told() -> None:
    kept = "".join(PIECES[:10])
    ahead = a_reader("".join(PIECES[:20]), "interrupted", len(kept))
    answer = an_answer(ahead, status="interrupted", text=kept)
    assert an_outcome(answer).late == ["a: lost 0.90 s"]
    assert an_outcome(an_answer()).late == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (an_answer(status="streaming"), "status streaming"),
        (an_answer(status="failed"), "failed without a cause"),
        (an_answer(status="stopped"), "stopped by nobody"),
        (an_answer(text=TEXT[:-1]), "complete without all of it"),
        (an_answer(text=TEXT[1:]), "stored what the model did not say"),
        (replace(an_answer(), questions=2), "asked 2 times"),
        (replace(an_answer(), seals=2), "sealed 2 times"),
        (replace(an_answer(), calls=[a_call(), a_call()]), "2 calls"),
    ],
)
def test_what_is_stored_is_compared_with_what_happened(answer: Answer, words: str) -> None:
    assert words in words_of(answer)


def test_a_failure_has_its_cause_in_the_model() -> None:
    assert replace(an_answer(status="failed"), calls=[a_call(Ending.CUT)]).faults() == []


def an_outcome(*answers: Answer, left_behind: tuple[str, ...] = ()) -> Outcome:
    """A run with these answers."""
    return Outcome("redis", 1, 2.0, list(answers), Counter(deaths=3), list(left_behind))


def test_a_run_adds_up_its_answers() -> None:
    bad = an_answer(replace(a_reader(TEXT), end=None), a_reader(TEXT[1:]))
    outcome = an_outcome(an_answer(), bad, left_behind=("3 rows of Run",))
    row = outcome.as_json()
    assert outcome.wrong == ["a: 1 hung", "a: 1 lack something", "3 rows of Run"]
    assert (row["hung"], row["missing"], row["doubled"], row["wrong"]) == (1, 1, 0, 3)
    assert (row["answers"], row["readers"], row["complete"], row["faults"]) == (2, 4, 2, 3)
