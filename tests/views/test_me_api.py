"""The native API: the person themselves."""

from __future__ import annotations

from tests.conftest import Api
from tests.support.replies import problem, value

ME = "/api/me"


def test_a_new_account_has_said_nothing_of_itself(api: Api) -> None:
    assert value(api.get(ME)) == {
        "id": api.user_id,
        "email": "ann@example.org",
        "name": None,
        "age": None,
        "gender": None,
        "interests": [],
        "locale": None,
        "told": [],
        "introduction": None,
        "csrf_token": None,
    }


def test_what_is_given_changes_and_nothing_else(api: Api, other: Api) -> None:
    given = {
        "name": "Ann 🙂",
        "age": 0,
        "gender": "woman",
        "interests": ["a", "ä" * 100],
        "locale": "de-CH",
    }
    before = value(api.get(ME))
    for name, said in given.items():
        before |= {name: said}
        assert value(api.call("PATCH", ME, json={name: said})) == before
    assert value(api.call("PATCH", ME, json={})) == before
    for name in given:
        before |= {name: [] if name == "interests" else None}
        assert value(api.call("PATCH", ME, json={name: None})) == before
    assert value(other.get(ME))["name"] is None


def test_who_one_is_cannot_be_changed(api: Api) -> None:
    wanted = {"id": "x", "email": "eve@example.org", "is_admin": True, "password_hash": "x"}
    before = value(api.get(ME))
    assert value(api.call("PATCH", ME, json=wanted)) == before


IMPOSSIBLE: list[dict[str, object]] = [
    {"name": "x" * 201},
    {"name": 1},
    {"name": "a\0"},
    {"age": -1},
    {"age": 151},
    {"age": 1.5},
    {"age": "7"},
    {"age": True},
    {"age": 10**30},
    {"gender": "x" * 51},
    {"interests": "cats"},
    {"interests": ["x"] * 51},
    {"interests": ["x" * 101]},
    {"interests": [1]},
    {"interests": [None]},
    {"interests": ["\ud800"]},
    {"locale": "x" * 36},
    {"locale": "en_GB"},
    {"locale": ""},
    {"name": " "},
    {"interests": [""]},
    {"told": ["email"]},
    {"told": ["name"] * 51},
    {"told": "name"},
    {"name": "Ann", "age": "7"},
]


def test_what_cannot_be_is_refused_and_nothing_kept(api: Api) -> None:
    before = value(api.get(ME))
    for change in IMPOSSIBLE:
        words = problem(api.call("PATCH", ME, json=change), 422, "invalid_value")
        assert words.startswith(list(change)[-1])
    assert value(api.get(ME)) == before


def test_what_a_model_is_told_is_shown_as_it_is_told(api: Api) -> None:
    said = {"name": " Ann  Example ", "interests": ["chess", "chess"], "told": ["name", "age"]}
    me = value(api.call("PATCH", ME, json=said))
    assert (me["name"], me["interests"], me["told"]) == ("Ann Example", ["chess"], ["name", "age"])
    assert me["introduction"] == "User Info:\nName: Ann"
    assert value(api.call("PATCH", ME, json={"told": None}))["introduction"] is None
