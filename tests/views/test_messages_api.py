"""The native API: messages shown, stopped, rated, answered again and continued."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chatapp.errors import ProviderError
from chatapp.events import Finish, Reasoning, Source, Sources, Text, Usage
from tests.conftest import Api
from tests.support.replies import problem, value
from tests.support.scripted import Scripted
from tests.support.streams import read, words
from tests.support.talk import Talk

MEMBERS = [
    *("id", "conversation_id", "parent_id", "position", "role", "status", "text", "html"),
    *("parts", "sources", "usage", "model", "finish_reason", "continues", "feedback", "error"),
    *("attachments", "client_id", "created_at", "completed_at"),
]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
SOURCE = Source("d1", "HR Policy", "the passage", None, "hr/policy.md", 1)
SOURCE_JSON = {
    "id": "d1",
    "title": "HR Policy",
    "content": "the passage",
    "url": None,
    "document_name": "hr/policy.md",
    "position": 1,
}


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


class TestAsking:
    """POST /api/conversations/<id>/messages"""

    def test_what_is_not_theirs_is_not_there_whatever_else_is_wrong(
        self, talk: Talk, api: Api, other: Api
    ) -> None:
        talk.ask("Why?", client_id="one")
        bodies = ({"content": "Why?"}, {"content": " "}, {"content": "Why?", "client_id": "one"}, 5)
        for id in (other.conversation(), "none", "%00", "é"):
            for body in bodies:
                answer = api.post(f"/api/conversations/{id}/messages", body)
                problem(answer, 404, "not_found")

    def test_a_deleted_conversation_takes_no_question_again(self, talk: Talk, api: Api) -> None:
        talk.ask("Why?", client_id="one")
        assert api.call("DELETE", f"/api/conversations/{talk.id}").status_code == 204
        answer = api.post(talk.path, {"content": "Why?", "client_id": "one"})
        problem(answer, 404, "not_found")


class TestShowing:
    """GET /api/messages/<id>"""

    def test_a_question_has_these_members_and_no_others(self, talk: Talk) -> None:
        talk.ask("Why?", client_id="one")
        question, _ = talk.messages()
        assert list(question) == MEMBERS
        assert talk.message(question["id"]) == question
        for name in ("created_at", "completed_at"):
            assert TIME.fullmatch(question.pop(name))
        assert question == dict.fromkeys(question) | {
            "id": question["id"],
            "conversation_id": talk.id,
            "position": 1,
            "role": "user",
            "status": "complete",
            "text": "Why?",
            "parts": [{"type": "text", "text": "Why?"}],
            "sources": [],
            "attachments": [],
            "client_id": "one",
        }

    def test_an_answer_has_the_same_members(self, talk: Talk) -> None:
        said = (Sources((SOURCE,)), Reasoning("Hm."), "Be", "cause *x*.", Usage(12, 80))
        id = talk.ask("Why?", *said, Finish("stop"), client_id="one")
        question, answer = talk.messages()
        assert list(answer) == MEMBERS
        assert talk.message(id) == answer
        for name in ("created_at", "completed_at"):
            assert TIME.fullmatch(answer.pop(name))
        assert answer == {
            "id": id,
            "conversation_id": talk.id,
            "parent_id": question["id"],
            "position": 2,
            "role": "assistant",
            "status": "complete",
            "text": "Because *x*.",
            "html": "<p>Because <em>x</em>.</p>\n",
            "parts": [
                {"type": "sources", "sources": [SOURCE_JSON]},
                {"type": "reasoning", "text": "Hm."},
                {"type": "text", "text": "Because *x*."},
            ],
            "sources": [SOURCE_JSON],
            "usage": {"input_tokens": 12, "output_tokens": 80},
            "model": "scripted",
            "finish_reason": "stop",
            "continues": None,
            "feedback": None,
            "error": None,
            "attachments": [],
            "client_id": "one",
        }

    def test_a_running_answer_shows_what_it_has(self, talk: Talk) -> None:
        stream = talk.api.ask(talk.id, "Why?")
        asked = talk.model.asked()
        answer = talk.messages()[1]
        assert (answer["status"], answer["text"], answer["html"]) == ("pending", "", None)
        heard = iter(stream.iter_encoded())
        next(heard)
        asked.say("Half")
        assert b"Half" in next(heard)
        for shown in (talk.message(answer["id"]), talk.messages()[1]):
            assert (shown["status"], shown["text"]) == ("streaming", "Half")
            assert shown["completed_at"] is None
        asked.finish(" and half.")
        assert b'"status":"complete"' in b"".join(heard)
        assert talk.message(answer["id"])["text"] == "Half and half."

    def test_a_failed_answer_keeps_its_words_and_says_why(self, talk: Talk) -> None:
        stream = talk.api.ask(talk.id, "Why?")
        asked = talk.model.asked()
        asked.say("Half")
        asked.fail(ProviderError("rate_limited", "Too many. Wait a little.", retryable=True))
        events = read(stream.data)
        answer = talk.messages()[1]
        assert (answer["status"], answer["text"]) == ("failed", "Half")
        said = {"code": "rate_limited", "error": "Too many. Wait a little.", "retryable": True}
        assert answer["error"] == said
        assert [event.name for event in events] == ["start", "message", "error", "end"]
        assert events[2].data == {"type": "error", **said}

    def test_a_refusal_is_text_with_a_mark(self, talk: Talk) -> None:
        id = talk.ask("Why?", Text("I must not.", refusal=True), Finish("stop"))
        answer = talk.message(id)
        assert answer["text"] == "I must not."
        assert answer["parts"] == [{"type": "text", "text": "I must not.", "refusal": True}]


class TestStopping:
    """POST /api/messages/<id>/stop"""

    def test_a_running_answer_ends_at_once_with_its_words(self, talk: Talk) -> None:
        stream = talk.api.ask(talk.id, "Why?")
        asked = talk.model.asked()
        heard = iter(stream.iter_encoded())
        next(heard)
        asked.say("Half")
        assert b"Half" in next(heard)
        id = talk.messages()[1]["id"]
        for _ in range(2):
            response = talk.api.post(f"/api/messages/{id}/stop")
            assert (response.status_code, response.data) == (202, b"")
        assert b'"status":"stopped"' in b"".join(heard)
        assert asked.call.cancelled
        answer = talk.message(id)
        assert (answer["status"], answer["text"]) == ("stopped", "Half")
        assert (answer["finish_reason"], answer["error"]) == (None, None)

    def test_an_answer_can_be_stopped_before_its_first_word(self, talk: Talk) -> None:
        stream = talk.api.ask(talk.id, "Why?")
        id = talk.messages()[1]["id"]
        assert talk.api.post(f"/api/messages/{id}/stop").status_code == 202
        assert [event.name for event in read(stream.data)] == ["start", "end"]
        assert talk.message(id)["status"] == "stopped"

    def test_what_has_ended_stays_as_it_is(self, talk: Talk) -> None:
        talk.ask()
        before = talk.messages()
        for message in before:
            assert talk.api.post(f"/api/messages/{message['id']}/stop").status_code == 202
        assert talk.messages() == before


class TestFeedback:
    """POST /api/messages/<id>/feedback"""

    def rate(self, talk: Talk, id: str, **body: object) -> Any:
        response = talk.api.post(f"/api/messages/{id}/feedback", body)
        assert (response.status_code, response.data) == (204, b"")
        return talk.message(id)["feedback"]

    def test_what_a_person_thinks_is_kept_and_replaced(self, talk: Talk) -> None:
        id = talk.ask()
        for said in (
            {"rating": "good", "comment": "Thanks 🙂"},
            {"rating": "bad", "comment": None},
            {"rating": None, "comment": "x" * 4000},
        ):
            assert self.rate(talk, id, **said) == said
        assert self.rate(talk, id, rating="bad") == {"rating": "bad", "comment": None}
        assert self.rate(talk, id, rating=None) is None

    def test_what_cannot_be_is_refused_and_nothing_kept(self, talk: Talk) -> None:
        id = talk.ask()
        for body in (
            *({}, {"comment": "x"}, {"rating": "fine"}, {"rating": 1}, {"rating": True}),
            *({"rating": "good", "comment": 1}, {"rating": "good", "comment": "x" * 4001}),
            *({"rating": "good", "comment": "\0"}, {"rating": "good", "comment": "\ud800"}),
        ):
            path = f"/api/messages/{id}/feedback"
            problem(talk.api.post(path, body), 422, "invalid_value")
        assert talk.message(id)["feedback"] is None


class TestRegenerating:
    """POST /api/messages/<id>/regenerate"""

    def test_another_answer_stands_beside_the_first(self, talk: Talk) -> None:
        first = talk.ask("Why?", "One.", Finish("stop"))
        before = talk.messages()
        second = talk.again("regenerate", first, "Two.", Finish("stop"))
        third = talk.again("regenerate", before[0]["id"], "Three.", Finish("stop"))
        found = talk.messages()
        assert found[:2] == before
        assert [message["id"] for message in found[1:]] == [first, second, third]
        assert [message["text"] for message in found[1:]] == ["One.", "Two.", "Three."]
        assert {message["parent_id"] for message in found[1:]} == {before[0]["id"]}
        assert [message["position"] for message in found] == [1, 2, 3, 4]
        assert all(message["continues"] is None for message in found)
        assert talk.turns == [("user", "Why?")]

    def test_who_waits_gets_the_message(self, talk: Talk) -> None:
        first = talk.ask()
        talk.again("regenerate", first, "Two.", Finish("stop"), client_id="one")
        again = talk.api.post(f"/api/messages/{first}/regenerate", {"client_id": "one"})
        assert value(again, 200)["text"] == "Two."

    def test_an_earlier_question_is_answered_with_what_came_before_it(self, talk: Talk) -> None:
        talk.ask("one", "1", Finish("stop"))
        second = talk.ask("two", "2", Finish("stop"))
        talk.ask("three", "3", Finish("stop"))
        talk.again("regenerate", second, "two!", Finish("stop"))
        assert talk.turns == [("user", "one"), ("assistant", "1"), ("user", "two")]


class TestContinuing:
    """POST /api/messages/<id>/continue"""

    def broken_off(self, talk: Talk, how: str) -> str:
        """The id of an answer that ended after `Half`."""
        if how == "length":
            return talk.ask("Why?", "Half", Finish("length"))
        stream = talk.api.ask(talk.id, "Why?")
        asked = talk.model.asked()
        heard = iter(stream.iter_encoded())
        next(heard)
        asked.say("Half")
        assert b"Half" in next(heard)
        id = str(talk.messages()[1]["id"])
        if how == "stopped":
            talk.api.post(f"/api/messages/{id}/stop")
        else:
            asked.fail(ProviderError("provider_error", "It broke."))
        assert f'"status":"{how}"'.encode() in b"".join(heard)
        return id

    @pytest.mark.parametrize("how", ["length", "stopped", "failed"])
    def test_the_new_answer_begins_with_the_old_parts(self, talk: Talk, how: str) -> None:
        first = self.broken_off(talk, how)
        before = talk.messages()
        path = f"/api/messages/{first}/continue"
        accept = {"Accept": "text/event-stream"}
        stream = talk.api.post(path, {}, headers=accept, buffered=False)
        asked = talk.model.asked()
        asked.finish(" and half.")
        events = read(stream.data)
        assert words(events) == "Half and half."
        assert events[-1].data["text_length"] == len("Half and half.")
        found = talk.messages()
        assert found[:2] == before
        answer = found[2]
        assert answer["text"] == "Half and half."
        assert answer["parts"] == [{"type": "text", "text": "Half and half."}]
        assert (answer["continues"], answer["parent_id"]) == (first, before[0]["id"])
        assert (answer["position"], answer["status"]) == (3, "complete")
        turns = [(turn.role, turn.content) for turn in asked.prompt.turns]
        assert turns[:2] == [("user", "Why?"), ("assistant", "Half")]
        assert (turns[2][0], len(turns)) == ("user", 3)
        assert (asked.prompt.begun, asked.prompt.question) == ("Half", "Why?")

    def test_sources_and_reasoning_are_taken_along_once(self, talk: Talk) -> None:
        begun = (Sources((SOURCE,)), Reasoning("Hm."), "Half")
        first = talk.ask("Why?", *begun, Finish("length"))
        second = talk.again("continue", first, " more", Finish("length"))
        third = talk.again("continue", second, " and more.", Finish("stop"))
        answer = talk.message(third)
        assert answer["parts"] == [
            *talk.message(first)["parts"][:2],
            {"type": "text", "text": "Half more and more."},
        ]
        assert (answer["sources"], answer["continues"]) == ([SOURCE_JSON], second)
        assert talk.message(second)["text"] == "Half more"

    def test_what_broke_off_without_a_word_is_asked_again(self, talk: Talk) -> None:
        first = talk.ask("Why?", Finish("length"))
        second = talk.again("continue", first, "Because.", Finish("stop"))
        assert talk.message(second)["text"] == "Because."
        assert talk.turns == [("user", "Why?")]

    def test_what_is_whole_or_running_or_a_question_cannot_be_continued(self, talk: Talk) -> None:
        whole = talk.ask()
        unnamed = talk.ask("And?", "It ended cleanly.", Finish(None))
        talk.api.ask(talk.id, "Why?")
        talk.model.asked()
        question, running = (message["id"] for message in talk.messages()[-2:])
        for id in (whole, unnamed, question, running):
            problem(talk.api.post(f"/api/messages/{id}/continue"), 409, "conflict")
        assert len(talk.messages()) == 6
        assert talk.model.is_idle
