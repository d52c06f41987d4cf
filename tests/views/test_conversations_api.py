"""The native API: conversations made, shown, changed and deleted."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest

from chatapp.chat.services import Services
from chatapp.events import Finish
from chatapp.models import Conversation, Message, Run, Segment, Send
from tests.conftest import Api
from tests.support.replies import items, problem, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.shelf import add_document
from tests.support.talk import Talk
from tests.support.together import together

CHATS = "/api/conversations"
MEMBERS = [
    *("id", "title", "assistant_id", "model", "instructions", "temperature", "document_ids"),
    *("pinned", "archived", "created_at", "updated_at"),
]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


class TestMaking:
    """POST /api/conversations"""

    def test_a_conversation_has_these_members_and_no_others(self, api: Api) -> None:
        made = value(api.post(CHATS, {}), 201)
        assert list(made) == MEMBERS
        for name in ("created_at", "updated_at"):
            assert TIME.fullmatch(made.pop(name))
        assert isinstance(made.pop("id"), str)
        assert made == {
            "title": "",
            "assistant_id": None,
            "model": None,
            "instructions": None,
            "temperature": None,
            "document_ids": [],
            "pinned": False,
            "archived": False,
        }

    def test_everything_can_be_given(self, api: Api, services: Services) -> None:
        given = {
            "title": "Über 🙂",
            "assistant_id": "handbook",
            "model": "m",
            "instructions": "Be brief.\nBe kind.",
            "temperature": 0.5,
            "document_ids": [add_document(services.database, api.user_id) for _ in range(2)],
        }
        made = value(api.post(CHATS, given), 201)
        assert given.items() <= made.items()
        assert value(api.get(f"{CHATS}/{made['id']}")) == made

    def test_the_body_may_be_missing(self, api: Api) -> None:
        assert api.call("POST", CHATS).status_code == 201
        assert api.call("POST", CHATS, data=b"").status_code == 201

    def test_null_is_the_same_as_nothing(self, api: Api) -> None:
        nothing = dict.fromkeys([*MEMBERS, "client_id"])
        made = value(api.post(CHATS, nothing), 201)
        assert (made["title"], made["document_ids"]) == ("", [])

    def test_unknown_members_are_ignored(self, api: Api) -> None:
        given = {"id": "mine", "user_id": "x", "digest": "x", "created_at": "x", "nonsense": [{}]}
        made = value(api.post(CHATS, given), 201)
        assert list(made) == MEMBERS
        assert made["id"] != "mine"

    def test_the_wire_is_compact_and_unescaped(self, api: Api) -> None:
        response = api.post(CHATS, {"title": "ä 🙂 \u2028 </script>"})
        assert b'{"id":"' in response.data
        assert ',"title":"ä 🙂 \\u2028 </script>","assistant_id":null,'.encode() in response.data


class TestClientId:
    """One creation, one conversation, however often it is sent."""

    def test_the_same_again_is_the_same_conversation(self, api: Api) -> None:
        given = {"client_id": "one", "title": "T", "temperature": 1}
        made = value(api.post(CHATS, given), 201)
        assert value(api.post(CHATS, given), 200) == made
        assert value(api.post(CHATS, dict(reversed(given.items()))), 200) == made
        assert items(api.get(CHATS)) == [made]

    def test_a_change_afterwards_makes_no_difference(self, api: Api) -> None:
        given = {"client_id": "one", "title": "T"}
        made = value(api.post(CHATS, given), 201)
        changed = value(api.call("PATCH", f"{CHATS}/{made['id']}", json={"title": "U"}))
        assert value(api.post(CHATS, given), 200) == changed

    def test_other_content_is_a_conflict(self, api: Api) -> None:
        made = value(api.post(CHATS, {"client_id": "one", "title": "T"}), 201)
        for other in ({}, {"title": "U"}, {"title": "T", "model": "m"}):
            problem(api.post(CHATS, {"client_id": "one", **other}), 409, "conflict")
        assert items(api.get(CHATS)) == [made]

    def test_it_is_one_persons(self, api: Api, other: Api) -> None:
        ids = {
            value(person.post(CHATS, {"client_id": "one"}), 201)["id"] for person in (api, other)
        }
        assert len(ids) == 2

    def test_many_at_once_make_one(self, api: Api) -> None:
        def make(_: int) -> tuple[int, str]:
            client = api.client.application.test_client()
            response = Api(client, api.headers, api.user_id).post(CHATS, {"client_id": "one"})
            return response.status_code, value(response, response.status_code)["id"]

        made = together(8, make)
        assert sorted(status for status, _ in made) == [200] * 7 + [201]
        assert len({id for _, id in made}) == 1


class TestChanging:
    """PATCH /api/conversations/<id>"""

    CHANGES: ClassVar[list[tuple[dict[str, object], dict[str, object]]]] = [
        ({"title": "New"}, {"title": "New"}),
        ({"title": None}, {"title": ""}),
        ({"title": "x" * 200}, {"title": "x" * 200}),
        ({"assistant_id": "editor"}, {"assistant_id": "editor"}),
        ({"assistant_id": None}, {"assistant_id": None}),
        ({"model": "m2"}, {"model": "m2"}),
        ({"model": None}, {"model": None}),
        ({"instructions": "Anders"}, {"instructions": "Anders"}),
        ({"instructions": None}, {"instructions": None}),
        ({"temperature": 2}, {"temperature": 2}),
        ({"temperature": 0}, {"temperature": 0}),
        ({"temperature": None}, {"temperature": None}),
        ({"document_ids": None}, {"document_ids": []}),
        ({"title": "A", "model": "B"}, {"title": "A", "model": "B"}),
    ]

    def test_what_is_given_changes_and_nothing_else(self, api: Api, services: Services) -> None:
        one, two = (add_document(services.database, api.user_id) for _ in range(2))
        words = {"title": "T", "assistant_id": "coach", "model": "m", "instructions": "I"}
        given = {**words, "temperature": 1, "document_ids": [one]}
        other = {"document_ids": [two, one]}
        for change, shown in (*self.CHANGES, (other, other)):
            made = value(api.post(CHATS, given), 201)
            path = f"{CHATS}/{made['id']}"
            changed = value(api.call("PATCH", path, json=change))
            assert value(api.get(path)) == changed
            assert changed["updated_at"] > made["updated_at"]
            assert changed | {"updated_at": None} == made | shown | {"updated_at": None}

    def test_documents_that_are_gone_meanwhile_may_be_given_back(
        self, api: Api, services: Services
    ) -> None:
        one, two = (add_document(services.database, api.user_id) for _ in range(2))
        made = value(api.post(CHATS, {"document_ids": [one, two]}), 201)
        assert api.call("DELETE", f"/api/documents/{one}").status_code == 204
        path = f"{CHATS}/{made['id']}"
        assert value(api.call("PATCH", path, json=made))["document_ids"] == [one, two]
        unknown = api.call("PATCH", path, json={"document_ids": [two, "f" * 24]})
        problem(unknown, 422, "invalid_value")

    def test_nothing_given_changes_nothing(self, api: Api) -> None:
        made = value(api.post(CHATS, {"title": "T"}), 201)
        for change in ({}, {"nonsense": 1, "id": "x", "user_id": "x"}):
            assert value(api.call("PATCH", f"{CHATS}/{made['id']}", json=change)) == made

    def test_a_body_is_needed(self, talk: Talk) -> None:
        path = f"{CHATS}/{talk.id}"
        problem(talk.api.call("PATCH", path), 415, "unsupported_media_type")

    def test_a_title_of_ones_own_is_kept(self, talk: Talk) -> None:
        talk.api.call("PATCH", f"{CHATS}/{talk.id}", json={"title": "Mine"})
        talk.ask("Why is the sky blue?")
        assert value(talk.api.get(f"{CHATS}/{talk.id}"))["title"] == "Mine"

    def test_the_first_question_gives_the_title(self, talk: Talk) -> None:
        talk.ask("\n  Why is\tthe sky   blue?\nI wonder.")
        talk.ask("And green?")
        assert value(talk.api.get(f"{CHATS}/{talk.id}"))["title"] == "Why is the sky blue?"


class TestDeleting:
    """DELETE /api/conversations/<id>"""

    def test_everything_in_it_goes(self, talk: Talk, services: Services) -> None:
        other = Talk(talk.api, talk.model)
        answers = []
        for each in (other, talk):
            answers.append(each.ask("Why?", "Half", Finish("length"), client_id=each.id))
            each.again("continue", answers[-1])
        response = talk.api.call("DELETE", f"{CHATS}/{talk.id}")
        assert (response.status_code, response.data) == (204, b"")
        problem(talk.api.get(f"{CHATS}/{talk.id}"), 404, "not_found")
        problem(talk.api.get(f"/api/messages/{answers[-1]}"), 404, "not_found")
        problem(talk.api.call("DELETE", f"{CHATS}/{talk.id}"), 404, "not_found")
        assert count_rows(services.database, Conversation, Message, Send, Run, Segment) == [
            1,
            3,
            1,
            0,
            0,
        ]
        assert len(other.messages()) == 3

    def test_running_answers_are_stopped_first(self, talk: Talk, services: Services) -> None:
        streams, runs = [], []
        for _ in range(3):
            streams.append(talk.api.ask(talk.id, "Why?", parent_id=None))
            runs.append(talk.model.asked())
        assert talk.api.call("DELETE", f"{CHATS}/{talk.id}").status_code == 204
        for stream, run in zip(streams, runs, strict=True):
            assert b'"status":"stopped"' in stream.data
            assert run.call.cancelled
        assert count_rows(services.database, Conversation, Message, Run, Segment) == [0, 0, 0, 0]


class TestListing:
    """GET /api/conversations"""

    def test_the_list_shows_what_each_shows(self, talk: Talk) -> None:
        talk.ask()
        shown: Any = value(talk.api.get(f"{CHATS}/{talk.id}"))
        assert value(talk.api.get(CHATS)) == {"items": [shown], "next": None}

    def test_nothing_is_an_empty_list(self, api: Api) -> None:
        assert api.get(CHATS).data == b'{"items":[],"next":null}'
