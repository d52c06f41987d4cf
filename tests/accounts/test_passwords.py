"""Passwords: kept as Argon2id hashes, and recognised."""

from __future__ import annotations

import subprocess
import sys

import pytest
from argon2 import PasswordHasher

from chatapp.accounts.passwords import (
    LONGEST,
    SHORTEST,
    decoy,
    is_outdated,
    make_hash,
    matches,
)
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


APART = """
from gevent import monkey

monkey.patch_all()

import gevent

from chatapp.accounts.passwords import make_hash, matches

served = []


def serve():
    while True:
        served.append(1)
        gevent.sleep()


gevent.spawn(serve)
kept = make_hash("correct horse")
assert served, "nobody was served while the hash was made"
served.clear()
assert matches(kept, "correct horse")
assert served, "nobody was served while the password was verified"
"""


def test_greenlets_are_served_while_a_hash_is_made() -> None:
    done = subprocess.run([sys.executable, "-c", APART], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_outdated_hash_is_known() -> None:
    assert not is_outdated(make_hash("correct horse"))
    assert is_outdated(
        PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    )


def test_a_decoy_takes_as_much_as_any_hash_and_opens_nothing() -> None:
    def effort(kept: str) -> str:
        return kept.rsplit("$", 2)[0]

    assert effort(decoy()) == effort(make_hash("correct horse"))
    assert not matches(decoy(), "")
