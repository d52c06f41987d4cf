"""Pieces of pages, which scripts fetch to keep what they show as it is stored."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Api
from tests.support.scripted import Scripted

LISTED = re.compile(r'href="/c/\w+"[^>]*>([^<]+)<')
MESSAGES = re.compile(r'<chat-(?:question|answer)[^>]* data-id="(\w+)"')


@pytest.fixture
def conversation(api: Api, model: Scripted) -> str:
    """A conversation with a question and an answer."""
    id = api.conversation()
    stream = api.ask(id, "Name a colour.")
    model.asked().finish("Red.")
    assert stream.data
    return id


def newest(api: Api, conversation: str) -> str:
    """The newest message, as a page names what it knows."""
    message = api.get(f"/api/conversations/{conversation}/messages").json["items"][-1]  # type: ignore[index]
    return f"{message['id']}-{message['status']}"


def test_the_list_comes_alone(api: Api, conversation: str) -> None:
    piece = api.get("/list").text
    assert piece.startswith("<div")
    assert LISTED.findall(piece) == ["Name a colour."]


def test_a_piece_of_the_list_says_where_it_can_be_had_anew(api: Api, conversation: str) -> None:
    assert 'data-address="/list"' in api.get("/list").text
    assert 'data-address="/list"' in api.get(f"/c/{conversation}").text
    found = api.get("/?q=a+%26+b").text
    assert 'data-address="/list?q=a+%26+b"' in found
    older = api.get("/list?after=1.000000-a").text
    assert 'data-address="/list?after=1.000000-a"' in older
    assert LISTED.findall(older) == []


def test_the_list_can_be_searched(api: Api, conversation: str) -> None:
    assert LISTED.findall(api.get("/list?q=red").text) == ["Name a colour."]
    assert "Nothing found" in api.get("/list?q=blue").text


def test_what_is_found_is_marked_in_its_line(api: Api, model: Scripted, conversation: str) -> None:
    stream = api.ask(conversation, "Is 1 < 2 & 2 > 1?")
    model.asked().finish("Of course: 1 < 2.")
    assert stream.data
    piece = api.get("/list?q=COURSE").text
    assert "Of <mark>course</mark>: 1 &lt; 2.</p>" in piece
    assert "1 <mark>&lt;</mark> 2" in api.get("/list?q=%3C").text
    assert "Name a <mark>colour</mark>." in api.get("/list?q=Colour").text
    assert "<mark>" not in api.get("/list").text


def test_nobody_has_an_empty_list(api: Api) -> None:
    response = api.client.get("/list")
    assert response.status_code == 200
    assert "will be listed here" in response.text


def test_a_conversation_that_is_being_answered_is_marked(
    api: Api, model: Scripted, conversation: str
) -> None:
    marks = re.compile(r'data-part="answering" title="Being answered" ?(hidden)?>')
    api.conversation()
    stream = api.ask(conversation, "And a fruit.")
    asked = model.asked()
    assert marks.findall(api.get("/list").text) == ["", "hidden"]
    asked.finish("Apple.")
    assert stream.data
    assert marks.findall(api.get("/list").text) == ["hidden", "hidden"]


def test_messages_come_alone_and_only_where_they_are_news(
    api: Api, model: Scripted, conversation: str
) -> None:
    address = f"/c/{conversation}/messages"
    known = newest(api, conversation)
    assert api.get(f"{address}?known={known}").status_code == 204
    whole = MESSAGES.findall(api.get(address).text)
    assert len(whole) == 2
    stream = api.ask(conversation, "And a fruit.")
    asked = model.asked()
    news = api.get(f"{address}?known={known}").text
    assert news.startswith("<div")
    assert "</html>" not in news
    assert MESSAGES.findall(news)[:2] == whole
    assert len(MESSAGES.findall(news)) == 4
    asked.finish("Apple.")
    assert stream.data
    assert api.get(f"{address}?known={newest(api, conversation)}").status_code == 204


def test_the_messages_are_those_of_the_newest_branch(
    api: Api, model: Scripted, conversation: str
) -> None:
    stream = api.ask(conversation, "Name a fruit.", parent_id=None)
    model.asked().finish("Apple.")
    assert stream.data
    news = api.get(f"/c/{conversation}/messages").text
    assert "Name a fruit." in news
    assert news.count("Name a colour.") == 1  # which is the title


def test_an_empty_conversation_has_no_messages(api: Api) -> None:
    response = api.get(f"/c/{api.conversation()}/messages")
    assert response.status_code == 200
    assert "<chat-" not in response.text


def test_the_messages_of_someone_else_are_not_there(other: Api, conversation: str) -> None:
    assert other.get(f"/c/{conversation}/messages").status_code == 404
    assert "Name a colour." not in other.get("/list").text
