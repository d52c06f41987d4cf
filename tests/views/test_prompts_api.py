"""The API of saved prompts: what is kept, for whom, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from chatapp.chat import saved_prompts
from chatapp.chat.services import Services
from chatapp.models import SavedPrompt
from tests.conftest import Api
from tests.support.replies import problem, value
from tests.support.rows import count_rows

ADDRESS = "/api/prompts"
SAVED = {"title": "Summary", "content": "Sum up {{text}}\nin three lines. 🙂"}
WRONG: dict[str, list[object]] = {
    "title": [None, 1, "", " \n", "x" * 81, "\0", "\ud800", ["a"]],
    "content": [None, 1, "", " \n", "a\0", "\udc00", {"a": 1}],
}


def save(api: Api, **fields: object) -> dict[str, Any]:
    saved: dict[str, Any] = value(api.post(ADDRESS, SAVED | fields), 201)
    return saved


def patch(api: Api, id: str, change: dict[str, object]) -> TestResponse:
    return api.call("PATCH", f"{ADDRESS}/{id}", json=change)


def titles(api: Api, query: str = "") -> list[str]:
    return [each["title"] for each in value(api.get(f"{ADDRESS}{query}"))["items"]]


def test_what_is_saved_is_there_as_it_was_written(api: Api) -> None:
    saved = save(api, title="  Sum \n up ")
    assert list(saved) == ["id", "title", "content", "created_at", "updated_at"]
    assert saved.items() >= {**SAVED, "title": "Sum up"}.items()
    assert value(api.get(f"{ADDRESS}/{saved['id']}")) == saved
    assert value(api.get(ADDRESS)) == {"items": [saved], "next": None}


def test_a_change_leaves_the_rest(api: Api) -> None:
    saved = save(api)
    changed = value(patch(api, saved["id"], {"title": "Short"}))
    assert (changed["title"], changed["content"]) == ("Short", SAVED["content"])
    assert changed["created_at"] == saved["created_at"]
    assert changed["updated_at"] > saved["updated_at"]
    assert value(patch(api, saved["id"], {})) == changed


def test_what_is_deleted_is_gone(api: Api) -> None:
    ids = [save(api, title=title)["id"] for title in ("one", "other")]
    assert api.call("DELETE", f"{ADDRESS}/{ids[0]}").status_code == 204
    problem(api.call("DELETE", f"{ADDRESS}/{ids[0]}"), 404, "not_found")
    problem(patch(api, ids[0], {"title": "New"}), 404, "not_found")
    assert titles(api) == ["other"]


def test_nobody_sees_or_touches_those_of_others(api: Api, other: Api, services: Services) -> None:
    id = save(api)["id"]
    assert titles(other) == []
    for refused in (
        other.get(f"{ADDRESS}/{id}"),
        patch(other, id, {"title": "Mine"}),
        other.call("DELETE", f"{ADDRESS}/{id}"),
    ):
        problem(refused, 404, "not_found")
    assert titles(api) == ["Summary"]
    assert count_rows(services.database, SavedPrompt) == [1]


def test_a_wrong_value_is_refused_by_its_name(api: Api) -> None:
    id = save(api)["id"]
    for name, values in WRONG.items():
        for wrong in values:
            change: dict[str, object] = {name: wrong}
            for refused in (api.post(ADDRESS, SAVED | change), patch(api, id, change)):
                assert problem(refused, 422, "invalid_value").startswith(name), wrong
    for missing in SAVED:
        rest = {name: words for name, words in SAVED.items() if name != missing}
        assert problem(api.post(ADDRESS, rest), 422, "invalid_value").startswith(missing)
    assert titles(api) == ["Summary"]


def test_it_is_as_long_as_a_message_at_most(api: Api) -> None:
    refused = api.post(ADDRESS, SAVED | {"content": "x" * 32_001})
    assert problem(refused, 413, "too_large").startswith("content")
    save(api, content="🙂" * 32_000)


def test_there_is_an_end_to_how_many(api: Api, other: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_prompts, "MOST", 2)
    for _ in range(2):
        save(api)
    problem(api.post(ADDRESS, SAVED), 409, "conflict")
    save(other)


@pytest.mark.parametrize("limit", range(1, 6))
def test_pieces_join_to_the_whole(api: Api, limit: int) -> None:
    for title in "abcd":
        save(api, title=title)
    found: list[str] = []
    after = ""
    while after is not None:
        page = value(api.get(f"{ADDRESS}?limit={limit}&after={after}"))
        assert 1 <= len(page["items"]) <= limit
        found += [each["title"] for each in page["items"]]
        after = page["next"]
    assert found == ["d", "c", "b", "a"]


@pytest.mark.parametrize("query", ["?limit=0", "?limit=201", "?after=nonsense"])
def test_a_wrong_piece_is_refused(api: Api, query: str) -> None:
    problem(api.get(ADDRESS + query), 400, "invalid_request")
