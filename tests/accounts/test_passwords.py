"""Passwords: kept as Argon2id hashes, and recognised."""

from __future__ import annotations

import pytest

from chatapp.accounts.passwords import LONGEST, SHORTEST, make_hash, matches
from chatapp.errors import Unprocessable


def test_a_hash_is_argon2id_and_never_the_same_twice() -> None:
    first, second = make_hash("correct horse"), make_hash("correct horse")
    assert first.startswith("$argon2id$")
    assert first != second
    assert matches(first, "correct horse")
    assert matches(second, "correct horse")


@pytest.mark.parametrize("wrong", ["", "correct hors", "Correct horse", "correct horse ", "\ud800"])
def test_another_password_does_not_match(wrong: str) -> None:
    assert not matches(make_hash("correct horse"), wrong)


@pytest.mark.parametrize("kept", ["", "x", "$argon2id$v=19$m=65536,t=3,p=4$AAAA", "correct horse"])
def test_nothing_matches_what_is_no_hash(kept: str) -> None:
    assert not matches(kept, "correct horse")


@pytest.mark.parametrize(
    "password", ["ä" * SHORTEST, "🙂" * SHORTEST, " " * SHORTEST, "x" * LONGEST]
)
def test_any_text_of_the_right_length_can_be_a_password(password: str) -> None:
    assert matches(make_hash(password), password)


@pytest.mark.parametrize(
    "password", ["", "x" * (SHORTEST - 1), "x" * (LONGEST + 1), "\ud800" * SHORTEST]
)
def test_what_cannot_be_a_password_is_refused(password: str) -> None:
    with pytest.raises(Unprocessable, match="password"):
        make_hash(password)
