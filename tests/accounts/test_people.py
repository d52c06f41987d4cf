"""Accounts: one for each address, however it is written."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from chatapp.accounts import people
from chatapp.accounts.passwords import is_outdated, matches
from chatapp.chat.services import Services
from chatapp.errors import Conflict, NotFound, Unprocessable
from chatapp.models import Database, User
from tests.support.together import together

PASSWORD = "correct horse"


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def kept(database: Database, email: str) -> User:
    with Session(database.engine) as session:
        return session.scalars(select(User).where(User.email == email)).one()


def test_an_account_is_made_changed_and_promoted(database: Database) -> None:
    people.create(database, "root@example.org", PASSWORD)
    id = people.create(database, " Ann@Example.ORG ", PASSWORD)
    made = kept(database, "ann@example.org")
    assert (made.id, made.is_admin, made.is_guest) == (id, False, False)
    assert matches(made.password_hash or "", PASSWORD)
    people.promote(database, "ANN@example.org")
    people.set_password(database, "ann@EXAMPLE.org", "another password")
    changed = kept(database, "ann@example.org")
    assert changed.is_admin
    assert matches(changed.password_hash or "", "another password")
    assert not matches(changed.password_hash or "", PASSWORD)


def test_an_outdated_hash_is_renewed_when_it_is_used(database: Database) -> None:
    people.create(database, "ann@example.org", PASSWORD)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    outdated = update(User).values(password_hash=cheap)
    database.write(lambda connection: connection.execute(outdated))
    assert people.recognise(database, "ann@example.org", "another password") is None
    assert kept(database, "ann@example.org").password_hash == cheap
    assert people.recognise(database, "Ann@example.org", PASSWORD)
    assert not is_outdated(kept(database, "ann@example.org").password_hash or "")


def test_an_address_has_one_account(database: Database) -> None:
    people.create(database, "ann@example.org", PASSWORD)
    with pytest.raises(Conflict, match="ann@"):
        people.create(database, "ANN@example.org", "another password")
    assert matches(kept(database, "ann@example.org").password_hash or "", PASSWORD)


def test_the_very_first_account_is_an_administrators(database: Database) -> None:
    people.create(database, "ann@example.org", PASSWORD)
    people.create(database, "bob@example.org", PASSWORD)
    people.create(database, "eve@example.org", PASSWORD, admin=True)
    with Session(database.engine) as session:
        admins = [(person.email, person.is_admin) for person in people.everybody(session)]
    assert admins == [
        ("ann@example.org", True),
        ("bob@example.org", False),
        ("eve@example.org", True),
    ]


def test_of_many_at_once_one_is_the_first(database: Database, cheap_passwords: None) -> None:
    together(5, lambda number: people.create(database, f"{number}@example.org", PASSWORD))
    with Session(database.engine) as session:
        assert sum(person.is_admin for person in people.everybody(session)) == 1


def test_who_is_not_there_cannot_be_changed(database: Database) -> None:
    with pytest.raises(NotFound, match="eve@"):
        people.promote(database, "eve@example.org")
    with pytest.raises(NotFound, match="eve@"):
        people.set_password(database, "eve@example.org", PASSWORD)


@pytest.mark.parametrize(
    "email", ["a@b.c", "ann+tag@x.example", "ännchen@höhle.example", "a@localhost"]
)
def test_addresses_are_addresses(email: str) -> None:
    assert people.normalize(email) == email


def test_addresses_that_look_the_same_are_the_same() -> None:
    assert people.normalize(" A\u0308NN@exa\u0308mple.org ") == "\xe4nn@ex\xe4mple.org"
    for unseen in ("\u200b", "\u202e", "\u2066", "\xad", "\ufeff", "\U000e0041"):
        with pytest.raises(Unprocessable):
            people.normalize(f"a{unseen}nn@example.org")


@pytest.mark.parametrize(
    "email",
    [
        *("", "ann", "@x.example", "ann@", "ann@x", "ann@.example", "ann@x..example", "ann@x."),
        *(
            "a b@x.example",
            "a@b@x.example",
            "ann@x.example\0",
            "a\nb@x.example",
            "\ud800@x.example",
        ),
        *("a" * 65 + "@x.example", "a@" + "x" * 250 + ".example"),
    ],
)
def test_what_is_no_address_is_refused_in_one_line(email: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        people.normalize(email)
    assert str(refused.value).isprintable()


@given(st.text())
def test_an_address_is_the_same_however_often_it_is_normalised(text: str) -> None:
    try:
        address = people.normalize(f"{text}@example.org")
    except Unprocessable:
        return
    assert people.normalize(address) == address
    assert address == address.strip().lower()
