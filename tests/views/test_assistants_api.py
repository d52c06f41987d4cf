"""The API of assistants: who sees which, and what becomes of those that change."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from chatapp.chat import assistants
from chatapp.chat.personas import COLOURS
from chatapp.chat.ready_made import READY_MADE
from chatapp.chat.services import Services
from chatapp.models import Database
from tests.conftest import Api
from tests.support.replies import problem, value
from tests.support.shelf import add_assistant, add_document

ADDRESS = "/api/assistants"
INVALID = "invalid_value"
MEMBERS = [
    *("id", "name", "letter", "colour", "description", "instructions", "model", "temperature"),
    *("use_documents", "document_ids", "opening_questions", "shared", "mine", "ready_made"),
    *("created_at", "updated_at"),
]
WHOLE: dict[str, object] = {
    "name": "Ada Lovelace",
    "letter": "🙂",
    "colour": "violet",
    "description": "Counts.",
    "instructions": "Be exact.\nBe kind.",
    "model": "scripted",
    "temperature": 0.5,
    "use_documents": False,
    "opening_questions": ["What is a number?", "Why?"],
    "shared": True,
}

WRONG: dict[str, list[object]] = {
    "name": [None, 1, "", " \n", "x" * 81, "\0", "\ud800"],
    "letter": [None, 1, "", " ", "ABC", "\0"],
    "colour": [None, 1, "", "red", "TEAL"],
    "description": [None, 1, "x" * 201, "\0"],
    "instructions": [None, 1, ["a"], "a\0", "\udc00"],
    "model": [1, [], "x" * 201, "\0"],
    "temperature": ["1", -0.1, 2.1, True],
    "use_documents": [None, 1, "true"],
    "document_ids": [None, "d", [1], [""], ["x"] * 501, [["d"]]],
    "opening_questions": [None, "a", [""], ["a"] * 7, ["x" * 201]],
    "shared": [None, 0, "yes"],
}


@pytest.fixture
def settings() -> dict[str, str]:
    return {"CHATAPP_MODELS": "scripted,other"}


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


def make(api: Api, **fields: object) -> dict[str, Any]:
    made: dict[str, Any] = value(api.post(ADDRESS, {"name": "Ada", **fields}), 201)
    return made


def patch(api: Api, id: str, change: dict[str, object]) -> TestResponse:
    return api.call("PATCH", f"{ADDRESS}/{id}", json=change)


def names(api: Api, query: str = "") -> list[str]:
    return [each["name"] for each in value(api.get(f"{ADDRESS}{query}"))["items"]]


class TestMaking:
    """POST /api/assistants"""

    def test_a_name_is_enough(self, api: Api) -> None:
        made = make(api, name="  ada \n lovelace ")
        assert list(made) == MEMBERS
        plain: dict[str, object] = {
            "letter": "A",
            "colour": "teal",
            "description": "",
            "instructions": "",
        }
        plain |= {"model": None, "temperature": None, "use_documents": True}
        plain |= {"document_ids": [], "opening_questions": [], "shared": False}
        plain |= {"name": "ada lovelace", "mine": True, "ready_made": False}
        assert made.items() >= plain.items()

    def test_everything_can_be_given(self, api: Api, database: Database) -> None:
        ids = [add_document(database, api.user_id) for _ in range(2)]
        made = make(api, **WHOLE, document_ids=[*ids, ids[0]])
        assert made.items() >= (WHOLE | {"document_ids": ids}).items()
        assert value(api.get(f"{ADDRESS}/{made['id']}")) == made

    def test_a_wrong_value_is_refused_by_its_name(self, api: Api) -> None:
        id = make(api)["id"]
        for name, values in WRONG.items():
            for wrong in values:
                change: dict[str, object] = {name: wrong}
                for refused in (
                    api.post(ADDRESS, {"name": "Eve"} | change),
                    patch(api, id, change),
                ):
                    assert problem(refused, 422, "invalid_value").startswith(name), wrong
        assert names(api)[0] == "Ada"

    def test_a_model_that_is_not_offered_is_refused(self, api: Api) -> None:
        assert "mine" in problem(api.post(ADDRESS, {"name": "Eve", "model": "mine"}), 422, INVALID)
        assert "mine" in problem(patch(api, make(api)["id"], {"model": "mine"}), 422, INVALID)

    def test_documents_of_others_are_refused(
        self, api: Api, other: Api, database: Database
    ) -> None:
        theirs = [add_document(database, other.user_id)]
        refused = api.post(ADDRESS, {"name": "Eve", "document_ids": theirs})
        assert "document_ids" in problem(refused, 422, INVALID)
        assert "document_ids" in problem(
            patch(api, make(api)["id"], {"document_ids": theirs}), 422, INVALID
        )

    def test_instructions_are_as_long_as_a_message_at_most(self, api: Api) -> None:
        refused = api.post(ADDRESS, {"name": "Eve", "instructions": "x" * 32_001})
        assert problem(refused, 413, "too_large").startswith("instructions")
        make(api, instructions="🙂" * 32_000)

    def test_there_is_an_end_to_how_many(
        self, api: Api, other: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(assistants, "MOST", 2)
        make(api)
        make(api)
        problem(api.post(ADDRESS, {"name": "Eve"}), 409, "conflict")
        make(other)


class TestReading:
    """GET /api/assistants, GET /api/assistants/<id>"""

    def test_own_and_shared_ones_come_before_those_that_come_with_us(
        self, api: Api, other: Api
    ) -> None:
        for person, name, shared in (
            *((api, "own", False), (other, "private", False), (other, "shared", True)),
            (api, "own shared", True),
        ):
            make(person, name=name, shared=shared)
        ready = [each.name for each in READY_MADE.values()]
        assert names(api) == ["own shared", "shared", "own", *ready]
        assert names(other) == ["own shared", "shared", "private", *ready]

    @pytest.mark.parametrize("limit", range(1, 9))
    def test_pieces_join_to_the_whole(self, api: Api, limit: int) -> None:
        for name in ("a", "b", "c"):
            make(api, name=name)
        found: list[str] = []
        after = ""
        while after is not None:
            page = value(api.get(f"{ADDRESS}?limit={limit}&after={after}"))
            assert 1 <= len(page["items"]) <= limit
            found += [each["name"] for each in page["items"]]
            after = page["next"]
        assert found == names(api)
        assert len(found) == 8

    def test_a_cursor_that_cannot_be_is_refused(self, api: Api) -> None:
        for wrong in ("x", "ready-made-", "ready-made-x", "ready-made-9", "ready-made--1", "1-1"):
            problem(api.get(f"{ADDRESS}?after={wrong}"), 400, "invalid_request")

    def test_private_ones_of_others_do_not_exist(self, api: Api, other: Api) -> None:
        id = make(other)["id"]
        for wrong in (id, "unknown", "ä", "x" * 100):
            path = f"{ADDRESS}/{wrong}"
            problem(api.get(path), 404, "not_found")
            problem(api.call("PATCH", path, json={"name": "Eve"}), 404, "not_found")
            problem(api.call("DELETE", path), 404, "not_found")
        assert value(other.get(f"{ADDRESS}/{id}"))["name"] == "Ada"

    def test_shared_ones_are_seen_and_left_alone(self, api: Api, other: Api) -> None:
        made = make(other, shared=True)
        path = f"{ADDRESS}/{made['id']}"
        assert value(api.get(path)) == made | {"mine": False}
        problem(api.call("PATCH", path, json={"name": "Eve"}), 403, "forbidden")
        problem(api.call("DELETE", path), 403, "forbidden")
        assert value(other.get(path)) == made

    @pytest.mark.parametrize("id", READY_MADE)
    def test_ready_made_ones_are_nobodys_to_change(self, api: Api, id: str) -> None:
        path = f"{ADDRESS}/{id}"
        shown = value(api.get(path))
        assert (shown["ready_made"], shown["mine"], shown["created_at"]) == (True, False, None)
        for refused in (
            api.call("PATCH", path, json={"name": "Eve"}),
            api.call("DELETE", path),
        ):
            assert "Copy it" in problem(refused, 403, "forbidden")

    def test_one_that_comes_with_us_can_be_copied(self, api: Api) -> None:
        shown = value(api.get(f"{ADDRESS}/handbook"))
        copy = make(api, **dict(shown))
        same = set(MEMBERS) - {"id", "mine", "ready_made", "created_at", "updated_at"}
        assert {name: copy[name] for name in same} == {name: shown[name] for name in same}


class TestChanging:
    """PATCH and DELETE"""

    def test_what_is_given_changes_and_nothing_else(self, api: Api) -> None:
        made = make(api)
        changes: list[dict[str, object]] = [{name: WHOLE[name]} for name in WHOLE]
        changes.append({"model": None})
        for change in changes:
            before = value(api.get(f"{ADDRESS}/{made['id']}"))
            changed = value(patch(api, made["id"], change))
            assert changed | {"updated_at": None} == before | change | {"updated_at": None}
            assert changed["updated_at"] > before["updated_at"]
        assert value(patch(api, made["id"], {"nonsense": 1})) == changed

    def test_documents_that_are_gone_may_stay_named(self, api: Api, database: Database) -> None:
        id = add_assistant(database, api.user_id, document_ids=["gone"])
        value(patch(api, id, {"document_ids": ["gone"], "name": "Eve"}))
        problem(patch(api, id, {"document_ids": ["gone", "other"]}), 422, INVALID)

    def test_what_is_deleted_is_gone(self, api: Api) -> None:
        id = make(api)["id"]
        assert api.call("DELETE", f"{ADDRESS}/{id}").status_code == 204
        problem(api.call("DELETE", f"{ADDRESS}/{id}"), 404, "not_found")
        assert "Ada" not in names(api)


def test_a_guest_sees_them_and_makes_none(app: Flask, services: Services) -> None:
    client = app.test_client()
    assert client.post("/", data={"content": "Why?"}).status_code == 303
    assert [each["id"] for each in value(client.get(ADDRESS))["items"]] == list(READY_MADE)


def test_the_colours_are_those_of_the_pictures() -> None:
    assert {each.colour for each in READY_MADE.values()} <= set(COLOURS)
