"""Sending: stored once, run once, in one order, however often and by however many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.events import Finish
from chatapp.models import Message, Run
from tests.conftest import Api
from tests.support.replies import problem, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.streams import read, words
from tests.support.talk import Talk
from tests.support.together import together


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def apart(api: Api) -> Api:
    """The same person in another browser: a client serves one thread."""
    return Api(api.client.application.test_client(), api.headers, api.user_id)


def test_question_and_answer_are_stored_in_order(talk: Talk) -> None:
    talk.ask("Why?", "Because", " of it.", Finish("stop"))
    question, answer = talk.messages()
    assert (question["role"], question["text"], question["position"]) == ("user", "Why?", 1)
    assert (answer["role"], answer["text"], answer["position"]) == (
        "assistant",
        "Because of it.",
        2,
    )
    assert (question["parent_id"], answer["parent_id"]) == (None, question["id"])


def test_a_question_follows_the_highest_position_unless_it_says_otherwise(talk: Talk) -> None:
    first = talk.ask("one")
    second = talk.ask("two")
    third = talk.ask("three", parent_id=first)
    talk.ask("four", parent_id=None)
    fifth = talk.again("regenerate", second)
    talk.ask("six")
    found = talk.messages()
    assert [message["position"] for message in found] == list(range(1, 12))
    asked = [message for message in found if message["role"] == "user"]
    assert [question["parent_id"] for question in asked] == [None, first, first, None, fifth]
    assert third != second


def test_an_unknown_parent_stores_nothing(talk: Talk, other: Api) -> None:
    foreign = Talk(other, talk.model).ask()
    elsewhere = Talk(talk.api, talk.model).ask()
    for parent_id in ("nothing", foreign, elsewhere, "aä", "x" * 128):
        refused = talk.api.post(talk.path, {"content": "Why?", "parent_id": parent_id})
        assert "parent_id" in problem(refused, 422, "invalid_value")
    assert talk.messages() == []
    assert value(talk.api.get(f"/api/conversations/{talk.id}"))["title"] == ""
    assert talk.model.is_idle


def test_who_waits_gets_the_message_whatever_its_status(talk: Talk) -> None:
    def answer() -> None:
        asked = talk.model.asked()
        asked.say("Half")
        asked.fail(RuntimeError("a fault"))

    with ThreadPoolExecutor(1) as thread:
        answering = thread.submit(answer)
        message = value(talk.api.post(talk.path, {"content": "Why?"}), 201)
        answering.result()
    assert (message["status"], message["text"]) == ("failed", "Half")
    assert message["error"]["retryable"] is True


def test_the_same_send_again_gets_the_same_answer(talk: Talk) -> None:
    id = talk.ask("Once?", "Once.", Finish("stop"), client_id="one")
    again = talk.api.post(talk.path, {"content": "Once?", "client_id": "one"})
    assert value(again, 200) == talk.message(id)
    stream = read(talk.api.ask(talk.id, "Once?", client_id="one").data)
    assert stream[0].data["message_id"] == id
    assert words(stream) == "Once."
    assert len(talk.messages()) == 2
    assert talk.model.is_idle


@pytest.mark.parametrize(
    "changed",
    [
        {"content": "Twice?"},
        {"model": "m"},
        {"temperature": 1},
        {"instructions": "Be brief."},
        {"parent_id": None},
    ],
)
def test_a_client_id_with_other_content_is_a_conflict(
    talk: Talk, changed: dict[str, object]
) -> None:
    sent = {"content": "Once?", "client_id": "one"}
    talk.ask(**sent)
    problem(talk.api.post(talk.path, sent | changed), 409, "conflict")
    assert len(talk.messages()) == 2
    assert talk.model.is_idle


def test_a_client_id_is_one_persons_in_all_conversations(talk: Talk, other: Api) -> None:
    sent = {"content": "Once?", "client_id": "one"}
    talk.ask(**sent)
    Talk(other, talk.model).ask(**sent)
    elsewhere = Talk(talk.api, talk.model)
    problem(talk.api.post(elsewhere.path, sent), 409, "conflict")
    assert elsewhere.messages() == []


def test_a_client_id_is_free_again_once_its_conversation_is_gone(talk: Talk) -> None:
    talk.ask("Once?", client_id="one")
    assert talk.api.call("DELETE", f"/api/conversations/{talk.id}").status_code == 204
    Talk(talk.api, talk.model).ask("Once?", client_id="one")


@pytest.mark.parametrize("verb", ["regenerate", "continue"])
def test_regenerate_and_continue_know_their_client_ids(talk: Talk, verb: str) -> None:
    id = talk.ask("Why?", "Half", Finish("length"), client_id="one")
    path = f"/api/messages/{id}/{verb}"
    another = talk.again(verb, id, "More.", Finish("stop"), client_id="two")
    again = talk.api.post(path, {"client_id": "two"})
    assert value(again, 200) == talk.message(another)
    wrong_verb = {"regenerate": "continue", "continue": "regenerate"}[verb]
    for wrong, body in (
        (path, {"client_id": "one"}),
        (path, {"client_id": "two", "temperature": 1}),
        (path, {"client_id": "two", "model": "m"}),
        (f"/api/messages/{id}/{wrong_verb}", {"client_id": "two"}),
        (f"/api/messages/{another}/{verb}", {"client_id": "two"}),
        (talk.path, {"content": "Why?", "client_id": "two"}),
    ):
        problem(talk.api.post(wrong, body), 409, "conflict")
    assert len(talk.messages()) == 3
    assert talk.model.is_idle


@pytest.mark.parametrize("verb", ["ask", "regenerate", "continue"])
def test_one_send_makes_one_run_however_often_it_comes(talk: Talk, verb: str) -> None:
    path, body = talk.path, {"content": "Once?", "client_id": "one"}
    if verb != "ask":
        path = f"/api/messages/{talk.ask('Why?', 'Half', Finish('length'))}/{verb}"
        body = {"client_id": "one"}
    before = len(talk.messages())

    def send(number: int) -> TestResponse | None:
        if number == 0:
            talk.model.asked().finish(" Once.")
            return None
        return apart(talk.api).post(path, body)

    sent = [response for response in together(9, send) if response]
    assert sorted(response.status_code for response in sent) == [200] * 7 + [201]
    assert len({response.data for response in sent}) == 1
    assert talk.model.is_idle
    assert len(talk.messages()) == before + (2 if verb == "ask" else 1)


def test_sends_at_once_get_places_of_their_own(talk: Talk) -> None:
    def send(number: int) -> int:
        stream = apart(talk.api).ask(talk.id, f"{number}?", parent_id=None)
        talk.model.asked().finish("ok")
        return len(read(stream.data))

    together(4, send)
    found = talk.messages()
    assert [message["position"] for message in found] == list(range(1, 9))
    assert [message["role"] for message in found] == ["user", "assistant"] * 4


class TestManySends:
    """More at once than there are connections to the database."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "100"}

    def test_they_do_not_wait_for_each_other(
        self, api: Api, model: Scripted, services: Services
    ) -> None:
        ids = [api.conversation() for _ in range(30)]

        def send(number: int) -> int:
            stream = apart(api).ask(ids[number], "Why?")
            model.asked().finish("ok")
            return len(read(stream.data))

        together(30, send)
        assert count_rows(services.database, Message, Run) == [60, 0]


class TestLimit:
    """So many answers are written for one person at once, and no more."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MAX_STREAMS_PER_USER": "2"}

    def test_further_sends_are_refused_until_one_ends(
        self, api: Api, other: Api, model: Scripted
    ) -> None:
        ids = [api.conversation() for _ in range(3)]
        streams = [api.ask(id, "Why?", client_id=id) for id in ids[:2]]
        runs = [model.asked() for _ in streams]
        refused = api.ask(ids[2], "Why?", client_id=ids[2])
        problem(refused, 429, "rate_limited")
        assert int(refused.headers["Retry-After"]) >= 1
        assert value(api.get(f"/api/conversations/{ids[2]}/messages"))["items"] == []
        assert api.ask(ids[0], "Why?", client_id=ids[0]).status_code == 200  # it has its answer
        assert other.ask(other.conversation(), "Why?").status_code == 200
        runs[0].finish("ok")
        assert words(read(streams[0].data)) == "ok"
        assert api.ask(ids[2], "Why?", client_id=ids[2]).status_code == 200

    def test_regenerating_and_continuing_count_too(self, talk: Talk) -> None:
        answer = talk.ask("Why?", "Half", Finish("length"))
        for _ in range(2):
            talk.api.ask(talk.api.conversation(), "Why?")
        for verb in ("regenerate", "continue"):
            problem(talk.api.post(f"/api/messages/{answer}/{verb}"), 429, "rate_limited")
        assert len(talk.messages()) == 2

    def test_a_wrong_value_is_told_first(self, talk: Talk) -> None:
        for _ in range(2):
            talk.api.ask(talk.api.conversation(), "Why?")
        refused = talk.api.post(talk.path, {"content": "Why?", "parent_id": "nothing"})
        problem(refused, 422, "invalid_value")

    def test_a_burst_gets_no_more_than_the_limit(self, api: Api) -> None:
        ids = [api.conversation() for _ in range(10)]

        def send(number: int) -> int:
            return apart(api).ask(ids[number], "Why?").status_code

        assert sorted(together(10, send)) == [200] * 2 + [429] * 8
