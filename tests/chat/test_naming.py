"""A model finds better words for a title, once the first answer is there."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from chatapp import create_app, greenlets
from chatapp.chat import naming
from chatapp.chat.services import Services
from chatapp.config import load
from chatapp.errors import ProviderError
from chatapp.events import Finish, Reasoning, Text
from chatapp.models import ChangeRow
from tests.conftest import Api, make_person
from tests.support.ending import end
from tests.support.model_server import DONE, Answer, ModelServer, Request, chat, frame
from tests.support.patience import until
from tests.support.pending import Asking
from tests.support.replies import value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.talk import Talk
from tests.support.visitor import Visitor


@pytest.fixture
def settings() -> dict[str, str]:
    return {"OPENAI_API_KEY": "none", "CHATAPP_TITLE_MODEL": "tiny"}


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def title(talk: Talk) -> str:
    return str(value(talk.api.get(f"/api/conversations/{talk.id}"))["title"])


def rename(talk: Talk, title: str) -> None:
    value(talk.api.call("PATCH", f"/api/conversations/{talk.id}", json={"title": title}))


def fail(talk: Talk) -> str:
    """Asks in vain; the id of the answer."""
    stream = talk.api.ask(talk.id, "First?")
    talk.model.asked().fail(ProviderError("provider_error", "No."))
    assert b"failed" in stream.data
    return str(talk.messages()[-1]["id"])


def test_the_title_is_found_when_the_answer_has_ended(
    talk: Talk, model: Scripted, services: Services
) -> None:
    talk.ask("Why is\nthe sky blue?", "Because of Rayleigh.", Finish("stop"))
    assert title(talk) == "Why is"
    asked = model.asked()
    assert asked.prompt.model == "tiny"
    (turn,) = asked.prompt.turns
    assert "Why is\nthe sky blue?" in turn.content
    assert "Because of Rayleigh." in turn.content
    before = count_rows(services.database, ChangeRow)
    asked.finish(Reasoning("Hm."), '  "Blue sky."\n')
    until(lambda: title(talk) == "Blue sky")
    assert count_rows(services.database, ChangeRow) == [before[0] + 1]


def test_a_long_talk_is_told_from_its_beginning(talk: Talk, model: Scripted) -> None:
    talk.ask("q" * 9_000, "a" * 9_000, Finish("stop"))
    (turn,) = model.asked().prompt.turns
    assert turn.content.count("q") < 2_100
    assert len(turn.content) < 5_000


def test_only_the_first_answer_asks(talk: Talk, model: Scripted) -> None:
    answer = talk.ask("First?")
    model.asked().finish("Colours")
    until(lambda: title(talk) == "Colours")
    talk.ask("Second?")
    talk.again("regenerate", answer)
    talk.ask("First?", parent_id=None)
    assert model.is_idle


def test_the_first_whole_answer_may_be_a_second_attempt(talk: Talk, model: Scripted) -> None:
    answer = fail(talk)
    talk.again("regenerate", answer)
    model.asked().finish("Colours")
    until(lambda: title(talk) == "Colours")


def test_an_answer_that_broke_off_is_not_named_until_it_is_continued(
    talk: Talk, model: Scripted
) -> None:
    stream = talk.api.ask(talk.id, "First?")
    asked = model.asked()
    asked.say("Red ")
    until(lambda: talk.messages()[-1]["text"] == "Red ")
    answer = str(talk.messages()[-1]["id"])
    assert talk.api.post(f"/api/messages/{answer}/stop").status_code == 202
    assert b"stopped" in stream.data
    talk.again("continue", answer, "and blue.", Finish("stop"))
    (turn,) = model.asked().prompt.turns
    assert "Red and blue." in turn.content


def test_a_title_that_a_person_gave_stays(talk: Talk, model: Scripted) -> None:
    talk.ask("First?")
    asked = model.asked()
    rename(talk, "Mine")
    asked.finish("Colours")
    until(lambda: asked.closed)
    other = Talk(talk.api, model, title="First?")
    other.ask("First?")
    talk.ask("Second?")
    assert model.is_idle
    assert (title(talk), title(other)) == ("Mine", "First?")


def test_a_title_that_a_person_gives_in_mid_answer_stays(talk: Talk, model: Scripted) -> None:
    stream = talk.api.ask(talk.id, "First?")
    asked = model.asked()
    asked.say("Red.")
    rename(talk, "Mine")
    asked.finish()
    assert b"complete" in stream.data
    talk.ask("Second?")
    assert model.is_idle
    assert title(talk) == "Mine"


def test_a_deleted_conversation_is_let_go(talk: Talk, model: Scripted, services: Services) -> None:
    talk.ask("First?")
    asked = model.asked()
    assert talk.api.call("DELETE", f"/api/conversations/{talk.id}").status_code == 204
    before = count_rows(services.database, ChangeRow)
    asked.finish("Colours")
    until(lambda: asked.closed)
    Talk(talk.api, model, title="Another").ask("Why?")  # a write behind that of a title
    assert count_rows(services.database, ChangeRow)[0] <= before[0] + 3


def test_what_was_brought_in_keeps_its_title(talk: Talk, model: Scripted, other: Api) -> None:
    fail(talk)
    file = talk.api.get(f"/api/conversations/{talk.id}/export").data
    sent = {"file": (BytesIO(file), "chat.json")}
    assert value(other.call("POST", "/api/imports", data=sent))["imported"] == 1
    (item,) = value(other.get("/api/conversations"))["items"]
    question, *_ = value(other.get(f"/api/conversations/{item['id']}/messages"))["items"]
    accept = {"Accept": "text/event-stream"}
    path = f"/api/messages/{question['id']}/regenerate"
    stream = other.post(path, {}, headers=accept, buffered=False)
    model.asked().finish("Because.")
    assert b"complete" in stream.data
    Talk(other, model, title="Another").ask("Why?")
    assert model.is_idle


@pytest.mark.parametrize("words", ["", "\n", "...", "x" * 81, "“”"])
def test_nonsense_leaves_the_first_line_and_is_told_once(
    talk: Talk, model: Scripted, caplog: pytest.LogCaptureFixture, words: str
) -> None:
    with caplog.at_level(logging.WARNING, "chatapp.chat.naming"):
        for each in (talk, Talk(talk.api, model)):
            each.ask("First?")
            asked = model.asked()
            asked.finish(words)
            until(lambda asked=asked: asked.closed)  # type: ignore[misc]
            each.ask("Second?")
            assert title(each) == "First?"
        until(lambda: bool(caplog.records))
    assert len(caplog.records) == 1
    assert "stay the first line" in caplog.text


def test_a_reply_that_was_cut_or_declined_is_no_title(
    talk: Talk, model: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    talk.ask("First?")
    cut = model.asked()
    cut.say("The colour of", Finish("length"))
    cut.end()
    until(lambda: "what it says is no title" in caplog.text)
    other = Talk(talk.api, model)
    other.ask("First?")
    declined = model.asked()
    declined.finish(Text("I cannot help.", refusal=True))
    until(lambda: declined.closed)
    other.ask("Second?")
    assert (title(talk), title(other)) == ("First?", "First?")


def test_a_failure_leaves_the_first_line(
    talk: Talk, model: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    talk.ask("First?")
    model.asked().fail(ProviderError("model_not_found", "There is no such model."))
    until(lambda: "There is no such model." in caplog.text)
    assert title(talk) == "First?"


def test_a_database_that_is_away_leaves_the_first_line(
    talk: Talk,
    model: Scripted,
    services: Services,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*args: Any, **named: Any) -> None:
        raise OperationalError("UPDATE", {}, Exception("away"))

    talk.ask("First?")
    asked = model.asked()
    with monkeypatch.context() as patched:
        patched.setattr(services.database, "write", away)
        asked.finish("Colours")
        until(lambda: "the database is away" in caplog.text)
    assert title(talk) == "First?"


def test_a_machine_without_threads_to_spare_answers_all_the_same(
    talk: Talk,
    model: Scripted,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin = greenlets.begin

    def refuse(work: Any, name: str) -> None:
        if name.startswith("title-"):
            raise RuntimeError("can't start new thread")
        begin(work, name)

    monkeypatch.setattr(greenlets, "begin", refuse)
    answer = talk.ask("First?")
    assert talk.message(answer)["status"] == "complete"
    assert "can't start new thread" in caplog.text


def test_a_model_that_never_ends_is_stopped(
    talk: Talk,
    model: Scripted,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(naming, "PATIENCE", 0.0)
    talk.ask("First?")
    asked = model.asked()
    asked.say("Col")
    until(lambda: asked.closed)
    until(lambda: "it takes longer than 0 seconds" in caplog.text)
    assert title(talk) == "First?"


@pytest.fixture
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "AT_ONCE", 1)


@pytest.mark.usefixtures("one_place")
def test_titles_wait_for_a_place_and_answers_do_not(talk: Talk, model: Scripted) -> None:
    talk.ask("First?")
    asked = model.asked()
    other = Talk(talk.api, model)
    other.ask("Another?")
    talk.ask("Second?")
    assert model.is_idle
    asked.finish("One")
    model.asked().finish("Two")
    until(lambda: (title(talk), title(other)) == ("One", "Two"))


def test_guests_ask_for_no_title(app: Flask, model: Scripted) -> None:
    guest = Visitor(app.test_client())
    sent = guest.send("/", content="Why?", client_id="1")
    model.asked().finish("Because.")
    guest.get(sent.location).get_data()
    assert model.is_idle


def test_programs_that_bring_their_own_prompt_ask_for_no_title(api: Api, model: Scripted) -> None:
    body = {"model": "scripted", "input": "Why?", "stream": True}
    asking = Asking(api, "/v1/responses", body)
    model.asked().finish("Because.")
    assert b"response.completed" in asking.response().data
    assert model.is_idle


def test_a_model_that_finds_no_titles_is_not_asked(tmp_path: Path) -> None:
    for provider in ("offline", "ai-client"):
        values = {"CHATAPP_INSTANCE": str(tmp_path), "CHATAPP_PROVIDER": provider}
        values |= {"CHATAPP_TITLE_MODEL": "tiny", "CHATAPP_AI_CLIENT_URL": "http://127.0.0.1:9/"}
        made: Services = create_app(load(values)).extensions["chatapp"]
        assert made.naming is None
        made.database.dispose()


def completed(words: str) -> tuple[bytes, ...]:
    """The end of a response that said this."""
    said = {"type": "response.output_text.delta", "delta": words}
    done = {"type": "response.completed", "response": {"id": "r", "status": "completed"}}
    return tuple(frame(each, str(each["type"])) for each in (said, done))


@pytest.mark.parametrize("provider", ["openai", "openai-responses"])
def test_a_real_server_is_asked_behind_the_seal(
    tmp_path: Path, sqlite_template: Path, provider: str
) -> None:
    named = Event()

    def say(words: str) -> tuple[bytes, ...]:
        return (chat(words, finish="stop"), DONE) if provider == "openai" else completed(words)

    def answer(request: Request) -> Answer:
        if request.json()["model"] == "tiny":
            return Answer.sse(named, *say("**Blue sky**"))
        return Answer.sse(*say("Because."))

    (tmp_path / "chatapp.db").write_bytes(sqlite_template.read_bytes())
    with ModelServer() as server:
        server.answers_by(answer)
        values = {"CHATAPP_INSTANCE": str(tmp_path), "SECRET_KEY": "tests"}
        values |= {"OPENAI_BASE_URL": server.base_url, "CHATAPP_MODEL": "m"}
        values |= {"CHATAPP_TITLE_MODEL": "tiny", "CHATAPP_PROVIDER": provider}
        app = create_app(load(values))
        try:
            ann = make_person(app, app.extensions["chatapp"], "ann@example.org")
            id = ann.conversation()
            assert b"Because." in ann.ask(id, "Why is the sky blue?").data
            path = f"/api/conversations/{id}"
            assert value(ann.get(path))["title"] == "Why is the sky blue?"
            named.set()
            until(lambda: value(ann.get(path))["title"] == "Blue sky")
        finally:
            end(app)
            app.extensions["chatapp"].provider.close()
        targets = {request.target for request in server.requests}
        assert targets == {"/v1/chat/completions" if provider == "openai" else "/v1/responses"}
