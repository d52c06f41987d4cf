"""The profile: what a model is told of a person."""

from __future__ import annotations

import pytest

from chatapp.accounts import profile
from chatapp.chat.services import Services
from chatapp.errors import Unauthenticated

ANN: dict[str, object] = {
    "name": "Ann Example",
    "age": 34,
    "gender": "woman",
    "interests": ["chess", "long  walks"],
    "locale": "en-GB",
}
NOBODY: dict[str, object] = {
    "name": None,
    "age": None,
    "gender": None,
    "interests": [],
    "locale": None,
}


def test_everything_is_told_in_its_order() -> None:
    assert profile.introduce(ANN, ("locale", "interests", "gender", "age", "name")) == (
        "User Info:\nName: Ann\nAge: 34\nGender: woman\nInterests: chess, long walks\n"
        "Language: en-GB"
    )


@pytest.mark.parametrize("field", profile.FIELDS)
def test_a_field_that_is_not_allowed_is_not_told(field: str) -> None:
    others = [name for name in profile.FIELDS if name != field]
    told = profile.introduce(ANN, others) or ""
    alone = profile.introduce(ANN, [field]) or ""
    assert len(told.splitlines()) == 1 + len(others)
    assert alone.splitlines()[1] not in told


def test_where_nothing_is_known_nothing_is_told() -> None:
    assert profile.introduce(NOBODY, profile.FIELDS) is None
    assert profile.introduce(ANN, ()) is None
    assert profile.introduce(ANN | {"name": " "}, ["name"]) is None


def test_an_age_of_zero_is_an_age() -> None:
    assert profile.introduce(NOBODY | {"age": 0}, ["age"]) == "User Info:\nAge: 0"


def test_a_field_cannot_pass_for_another_one() -> None:
    told = profile.introduce(ANN | {"gender": "woman\nAge: 99"}, ["gender"])
    assert told == "User Info:\nGender: woman Age: 99"


def test_who_is_gone_has_no_profile(services: Services) -> None:
    with pytest.raises(Unauthenticated):
        profile.change(services.database, "nobody", {"name": "Ann"})
