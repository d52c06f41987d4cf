"""Streams over HTTP: their headers, and how a client goes on from a cursor."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from chatapp.events import Finish
from tests.conftest import Api
from tests.support.replies import problem
from tests.support.scripted import Scripted
from tests.support.streams import read, words
from tests.support.talk import Talk


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def follow(talk: Talk, id: str, after: str = "", header: str = "", **query: str) -> TestResponse:
    """Follows an answer from a cursor, which the address or the header names."""
    headers = {"Last-Event-ID": header} if header else {}
    if after:
        query["after"] = after
    path = f"/api/messages/{id}/stream"
    return talk.api.get(path, headers=headers, query_string=query, buffered=False)


def test_every_stream_has_the_headers_that_keep_it_flowing(talk: Talk) -> None:
    stream = talk.api.ask(talk.id, "Why?")
    talk.model.asked().finish("ok")
    first = stream.data
    id = read(first)[0].data["message_id"]
    replayed = follow(talk, id)
    for response in (stream, replayed):
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-cache, no-transform"
        assert response.headers["X-Accel-Buffering"] == "no"
        assert "Content-Length" not in response.headers
    assert replayed.data == first


def test_accept_is_read_as_clients_write_it(talk: Talk) -> None:
    talk.ask("Why?", client_id="one")
    body = {"content": "Why?", "client_id": "one"}
    for accept in (
        *("text/event-stream", "TEXT/Event-Stream", "text/event-stream, */*;q=0.1"),
        "application/json, text/event-stream",
    ):
        response = talk.api.post(talk.path, body, headers={"Accept": accept})
        assert response.mimetype == "text/event-stream"
    for accept in ("*/*", "application/json", "text/html", ""):
        response = talk.api.post(talk.path, body, headers={"Accept": accept})
        assert response.mimetype == "application/json"


def test_any_cursor_of_an_ended_answer_gives_exactly_the_rest(talk: Talk) -> None:
    id = talk.ask("Why?", "Be", "cause ", "🙂.", Finish("stop"))
    whole = "Because 🙂."
    for offset in range(len(whole) + 1):
        events = read(follow(talk, id, after=f"0.{offset}").data)
        assert words(events) == whole[offset:]
        assert events[-1].name == "end"
        assert [event.name for event in events].count("start") == 0
    for event in read(follow(talk, id).data)[:-1]:
        rest = read(follow(talk, id, after=event.id).data)
        assert rest[-1].name == "end"


def test_the_header_wins_over_the_address(talk: Talk) -> None:
    id = talk.ask("Why?", "Because.", Finish("stop"))
    assert words(read(follow(talk, id, after="0.0", header="0.7").data)) == "."


def test_a_cursor_past_an_ended_answer_gets_the_end_at_once(talk: Talk) -> None:
    id = talk.ask()
    for cursor in ("0.9999", "7.0", "999999999.999999999"):
        assert [event.name for event in read(follow(talk, id, after=cursor).data)] == ["end"]


def test_who_has_the_end_is_told_to_stop_for_good(talk: Talk) -> None:
    id = talk.ask()
    cursor = read(follow(talk, id).data)[-1].id
    for response in (follow(talk, id, after=cursor), follow(talk, id, header=cursor)):
        assert (response.status_code, response.data) == (204, b"")


def test_a_cursor_that_cannot_be_is_refused(talk: Talk) -> None:
    id = talk.ask()
    for cursor in (
        *("x", "0", "0.", ".0", "-1.0", "0.-1", "0.0.0", "1e3.0", "0,0", "0.0 ", "End", "٣.٣"),
        *("9" * 10 + ".0", "0." + "9" * 5000, "0.0\0", "\ufffd", "' OR 1=1"),
    ):
        problem(follow(talk, id, after=cursor), 400, "invalid_request")
    for cursor in ("x", "0", "\xff", "0.0\x7f"):
        problem(follow(talk, id, header=cursor), 400, "invalid_request")
    assert follow(talk, id, after="x", header="0.0").status_code == 200


def test_a_question_cannot_be_followed(talk: Talk) -> None:
    talk.ask()
    problem(follow(talk, talk.messages()[0]["id"]), 409, "conflict")


def test_every_reader_of_a_running_answer_gets_all_of_it(talk: Talk) -> None:
    first = talk.api.ask(talk.id, "Why?")
    asked = talk.model.asked()
    heard = iter(first.iter_encoded())
    head = next(heard)
    asked.say("Half")
    head += next(heard)
    id = read(head)[0].data["message_id"]
    second, third = follow(talk, id), follow(talk, id, after="0.2")
    asked.finish(" and half.")
    assert words(read(head + b"".join(heard))) == "Half and half."
    assert words(read(second.data)) == "Half and half."
    assert words(read(third.data)) == "lf and half."


def test_leaving_is_not_stopping(talk: Talk) -> None:
    stream = talk.api.ask(talk.id, "Why?")
    asked = talk.model.asked()
    heard = iter(stream.iter_encoded())
    id = read(next(heard))[0].data["message_id"]
    stream.close()
    again = follow(talk, id)
    asked.finish("Because.")
    assert words(read(again.data)) == "Because."


def test_the_words_alone_can_be_had(talk: Talk) -> None:
    id = talk.ask("Why?", "Because ", "ä.", Finish("stop"))
    response = follow(talk, id, **{"as": "text"})
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.data == "Because ä.".encode()
    assert follow(talk, id, **{"as": "typed"}).data == follow(talk, id).data


def test_a_format_that_is_not_spoken_is_refused(talk: Talk) -> None:
    id = talk.ask()
    for name in ("", "sse", "TYPED", "\0", "x" * 5000):
        assert "typed" in problem(follow(talk, id, **{"as": name}), 400, "invalid_request")


def test_the_head_of_a_stream_can_be_had_alone(talk: Talk) -> None:
    id = talk.ask()
    response = talk.api.call("HEAD", f"/api/messages/{id}/stream")
    assert (response.status_code, response.data) == (200, b"")
    assert response.mimetype == "text/event-stream"
