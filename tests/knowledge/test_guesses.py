"""Words that no document has, and what they are taken for."""

from __future__ import annotations

import pytest

from chatapp.knowledge.likeness import likest, parts
from chatapp.knowledge.search import Hit, Scope, Search
from chatapp.models import Database
from tests.knowledge.shelf import shelve

PASSWORDS = "# Signing in\n\nA password has fourteen letters. Passwords of others are theirs.\n"
APPLICATIONS = "# Fristen\n\nEine Bewerbung wird nach der Absage ein halbes Jahr aufbewahrt.\n"
PASTA = "# Pasta\n\nThe cook passes the paste to whoever likes it, on every passable day.\n"


def hits(database: Database, question: str, person_id: str) -> list[Hit]:
    return Search(database).find(question, Scope(person_id), 5)


@pytest.mark.parametrize("question", ["pasword", "passwrod", "Passswords?", "my paswords"])
def test_a_slip_of_the_keys_is_taken_for_what_was_meant(
    database: Database, ann: str, question: str
) -> None:
    shelve(database, ann, PASTA)
    id = shelve(database, ann, PASSWORDS)
    assert [hit.document_id for hit in hits(database, question, ann)] == [id]


@pytest.mark.parametrize("question", ["Bewerbungsunterlagen", "Initiativbewerbung"])
def test_a_compound_is_taken_for_its_part(database: Database, ann: str, question: str) -> None:
    id = shelve(database, ann, APPLICATIONS)
    assert [hit.document_id for hit in hits(database, question, ann)] == [id]


def test_a_guess_answers_less_than_the_word_itself(database: Database, ann: str) -> None:
    shelve(database, ann, PASSWORDS)
    (right,), (wrong,) = hits(database, "password", ann), hits(database, "pasword", ann)
    assert right.score == 1.0
    assert 0.4 < wrong.score < 0.8


def test_what_exists_is_taken_for_nothing_else(database: Database, ann: str) -> None:
    id = shelve(database, ann, PASTA)
    shelve(database, ann, PASSWORDS)
    assert [hit.document_id for hit in hits(database, "paste", ann)] == [id]


@pytest.mark.parametrize("question", ["zebra", "42%", "x_y", "pas", "passing", "password'; --"])
def test_what_is_like_nothing_finds_nothing_by_guessing(
    database: Database, ann: str, question: str
) -> None:
    shelve(database, ann, APPLICATIONS)
    assert hits(database, question, ann) == []


def test_only_the_likest_words_are_meant() -> None:
    known = ["password", "passport", "sword", "certificate"]
    assert list(likest("pasword", known)) == ["password"]
    assert likest("elephant", known) == {}


def test_a_word_of_some_letters_is_a_part_of_a_compound_and_shorter_ones_are_not() -> None:
    assert {"bewerbung", "unterlagen"} <= set(parts("bewerbungsunterlagen"))
    assert all(len(part) >= 5 for part in parts("bewerbungsunterlagen"))
    assert list(parts("short")) == []
