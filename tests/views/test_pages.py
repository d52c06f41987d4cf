"""The pages and their forms, as a browser without scripts sends them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from chatapp.chat.services import Services
from chatapp.models import Conversation, Message, User
from tests.support.scripted import Asked, Scripted
from tests.support.streams import read, words

STREAM = {"Accept": "text/event-stream"}


@dataclass
class Visitor:
    """A browser: it keeps cookies, and sends the tokens of the forms it was shown."""

    client: FlaskClient
    model: Scripted

    def get(self, path: str) -> TestResponse:
        """Opens a page."""
        return self.client.get(path)

    def post(self, path: str, *, script: bool = False, **fields: str) -> TestResponse:
        """Sends a form, as a `script` does or as the browser itself."""
        found = re.search(r'name="csrf-token" content="([^"]*)"', self.get("/").text)
        token = found[1] if found else ""
        data = {"csrf_token": token} | fields
        return self.client.post(path, data=data, headers=STREAM if script else {}, buffered=True)

    def ask(self, content: str, answer: str, path: str = "/") -> str:
        """Asks and is answered; the address that shows it."""
        response = self.post(path, content=content, client_id=uuid4().hex)
        assert response.status_code == 303, response.text
        assert answer in self.answered(response, self.model.asked(), answer)
        return response.location.partition("?")[0]

    def answered(self, sent: TestResponse, asked: Asked, answer: str) -> str:
        """Lets the model answer what was sent; the page that shows it once it is stored."""
        asked.finish(answer)
        self.get(sent.location).get_data()  # the stream, to its end
        return unescape(self.get(sent.location).text)


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """SQLite alone: pages have no SQL of their own."""
    shutil.copy(sqlite_template, tmp_path / "chatapp.db")
    return f"sqlite:///{tmp_path / 'chatapp.db'}"


@pytest.fixture
def visitor(app: Flask, model: Scripted) -> Visitor:
    return Visitor(app.test_client(), model)


def count(services: Services, table: type) -> int:
    counted = select(func.count()).select_from(table)
    return services.database.read(lambda connection: connection.scalar(counted)) or 0


def message_id(page: str) -> str:
    return str(re.findall(r'<chat-answer[^>]* data-id="(\w+)"', page)[-1])


def question_id(page: str) -> str:
    return str(re.findall(r'<chat-question[^>]* data-id="(\w+)"', page)[-1])


def test_the_first_question_makes_a_guest_and_a_conversation(
    visitor: Visitor, services: Services
) -> None:
    assert visitor.get("/").status_code == 200
    assert count(services, User) == 0
    address = visitor.ask("Why?", "Because.")
    page = visitor.get(address).text
    assert "Why?" in page
    assert "<p>Because.</p>" in page
    assert count(services, User) == 1


def test_a_form_leads_to_the_page_that_streams(visitor: Visitor) -> None:
    response = visitor.post("/", content="Why?", client_id="1")
    assert re.fullmatch(r"/c/\w+\?stream=1#m-\w+", response.location)
    asked = visitor.model.asked()
    packed = {"Accept-Encoding": "gzip"}  # which would hold words back
    path = response.location.partition("#")[0]
    stream = visitor.client.get(path, headers=packed, buffered=False)
    pieces = stream.iter_encoded()
    head = next(pieces).decode()
    assert "Why?" in head
    assert "</html>" not in head
    asked.finish("Be", "cause <b>.")
    rest = b"".join(pieces).decode()
    assert "Because &lt;b&gt;." in rest
    assert rest.rstrip().endswith("</html>")
    assert stream.headers["X-Accel-Buffering"] == "no"


def test_the_same_form_twice_asks_once(visitor: Visitor, services: Services) -> None:
    first = visitor.post("/", content="Why?", client_id="same")
    second = visitor.post("/", content="Why?", client_id="same")
    assert first.location == second.location
    visitor.answered(first, visitor.model.asked(), "Because.")
    assert count(services, Message) == 2


def test_a_script_gets_the_native_stream_from_the_same_form(visitor: Visitor) -> None:
    visitor.get("/")
    response = visitor.client.post(
        "/", data={"content": "Why?", "client_id": "1"}, headers=STREAM, buffered=False
    )
    assert response.mimetype == "text/event-stream"
    assert "Set-Cookie" in response.headers
    visitor.model.asked().finish("Because.")
    heard = read(b"".join(response.iter_encoded()))
    assert heard[0].name == "start"
    assert words(heard) == "Because."
    assert visitor.get(f"/c/{heard[0].data['conversation_id']}").status_code == 200


def test_line_ends_of_a_form_are_one_character(visitor: Visitor) -> None:
    sent = visitor.post("/", content="a\r\nb", client_id="1")
    asked = visitor.model.asked()
    assert asked.prompt.question == "a\nb"
    visitor.answered(sent, asked, "c")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"content": ""}, 422),
        ({"content": " \r\n\t"}, 422),
        ({"content": "a\0b"}, 422),
        ({"content": "x" * 32_001}, 413),
        ({"content": "x" * 900_000}, 413),
        ({"content": "a", "client_id": "x" * 129}, 422),
        ({"content": "a", "model": "not-offered"}, 422),
    ],
)
def test_bad_input_is_a_page_and_stores_nothing(
    visitor: Visitor, services: Services, fields: dict[str, str], status: int
) -> None:
    response = visitor.client.post("/", data=fields)
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert f">{status} " in response.text
    assert 'href="/"' in response.text
    assert count(services, Conversation) == count(services, Message) == 0


def test_bad_input_makes_no_guest(visitor: Visitor, services: Services) -> None:
    visitor.post("/", content=" ")
    assert count(services, User) == 0


def test_bad_input_of_a_script_is_a_problem(visitor: Visitor) -> None:
    response = visitor.post("/", script=True, content=" ")
    assert response.mimetype == "application/problem+json"
    assert response.json is not None
    assert response.json["status"] == 422


def test_a_form_without_its_token_is_refused(visitor: Visitor, services: Services) -> None:
    visitor.ask("Why?", "Because.")
    response = visitor.client.post("/", data={"content": "And?"}, headers=STREAM)
    assert response.status_code == 403
    assert response.json is not None
    assert response.json["code"] == "csrf_failed"
    assert count(services, Message) == 2


@pytest.mark.parametrize("settings", [{"CHATAPP_GUESTS": "0"}])
def test_nobody_may_ask_where_guests_may_not(visitor: Visitor, services: Services) -> None:
    assert visitor.post("/", content=" ").status_code == 401
    assert visitor.post("/", content="Why?").status_code == 401
    assert count(services, User) == 0


def test_what_belongs_to_someone_else_is_not_there(app: Flask, visitor: Visitor) -> None:
    address = visitor.ask("Why?", "Because.")
    page = visitor.get(address).text
    stranger = Visitor(app.test_client(), visitor.model)
    stranger.ask("Mine?", "Yours.")
    answer, question = message_id(page), question_id(page)
    for path in (address, f"/m/{answer}", f"/m/{question}/edit"):
        assert stranger.get(path).status_code == 404
    posts = [address, *(f"{address}/{act}" for act in ("rename", "delete"))]
    posts += [f"/m/{answer}/{act}" for act in ("stop", "regenerate", "continue", "feedback")]
    for path in posts:
        assert stranger.post(path, content="x", title="x", rating="good").status_code == 404
    assert "Because." in visitor.get(address).text


def test_an_edited_question_is_a_branch(visitor: Visitor) -> None:
    address = visitor.ask("One?", "1")
    visitor.ask("Two?", "2", address)
    editor = visitor.get(f"/m/{question_id(visitor.get(address).text)}/edit").text
    parent_id = re.findall(r'name="parent_id" value="(\w+)"', editor)[0]
    assert "Two?</textarea>" in editor
    sent = visitor.post(address, content="Three?", parent_id=parent_id)
    asked = visitor.model.asked()
    assert [turn.content for turn in asked.prompt.turns] == ["One?", "1", "Three?"]
    page = visitor.answered(sent, asked, "3")
    assert re.findall(r'data-part="words">(\w+\?)<', page) == ["One?", "Three?"]


def test_the_first_question_can_be_edited_too(visitor: Visitor) -> None:
    address = visitor.ask("One?", "1")
    sent = visitor.post(address, content="Zero?", parent_id="")
    asked = visitor.model.asked()
    assert [turn.content for turn in asked.prompt.turns] == ["Zero?"]
    visitor.answered(sent, asked, "0")


def test_a_title_is_changed_and_shown_as_text(visitor: Visitor) -> None:
    address = visitor.ask("Why?", "Because.")
    assert visitor.post(f"{address}/rename", title="  <b>Reasons</b> ").status_code == 303
    page = visitor.get(address).text
    assert "<b>Reasons" not in page
    assert "&lt;b&gt;Reasons&lt;/b&gt;" in page


@pytest.mark.parametrize("title", ["", " ", "x" * 201, "a\0b"])
def test_a_title_must_be_one(visitor: Visitor, title: str) -> None:
    address = visitor.ask("Why?", "Because.")
    assert visitor.post(f"{address}/rename", title=title).status_code == 422
    assert "<title>Why?" in visitor.get(address).text


def test_a_deleted_conversation_is_gone(visitor: Visitor) -> None:
    address = visitor.ask("Why?", "Because.")
    id = address.rpartition("/")[2]
    assert visitor.post(f"{address}/delete").location == f"/?deleted={id}"
    assert visitor.get(address).status_code == 404
    assert "Why?" not in visitor.get("/list").text


def test_a_rating_is_kept_and_taken_back(visitor: Visitor) -> None:
    address = visitor.ask("Why?", "Because.")
    path = f"/m/{message_id(visitor.get(address).text)}/feedback"
    visitor.post(path, rating="good")
    assert 'data-rating="good" aria-pressed="true"' in visitor.get(address).text
    visitor.post(path, rating="")
    assert 'aria-pressed="true"' not in visitor.get(address).text
    assert visitor.post(path, rating="great").status_code == 422


def test_a_message_alone_is_a_piece_of_a_page(visitor: Visitor) -> None:
    page = visitor.get(visitor.ask("Why?", "Because.")).text
    piece = visitor.get(f"/m/{message_id(page)}").text
    assert piece.lstrip().startswith("<chat-answer")
    assert "<p>Because.</p>" in piece
    question = visitor.get(f"/m/{question_id(page)}").text
    assert question.lstrip().startswith("<chat-question")
    assert visitor.get(f"/m/{message_id(page)}/edit").status_code == 404


def test_the_list_is_searched(visitor: Visitor) -> None:
    visitor.ask("Name a colour.", "Vermilion.")
    visitor.ask("Name a fruit.", "Apple.")
    listed = re.compile(r'href="/c/\w+"[^>]*>([^<]+)<')
    assert listed.findall(visitor.get("/").text) == ["Name a fruit.", "Name a colour."]
    assert listed.findall(visitor.get("/?q=vermil").text) == ["Name a colour."]
    assert "Nothing found" in visitor.get("/?q=%3Cb%3E").text


def test_a_page_runs_only_files_of_ours(visitor: Visitor) -> None:
    response = visitor.get(visitor.ask("Why?", "Because."))
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", response.text)
    hosts = re.findall(r' (?:src|href|action)="(?!/|#)([^"]*)"', response.text)
    assert hosts == []


def test_an_error_page_names_its_status_and_a_way_out(visitor: Visitor) -> None:
    response = visitor.get("/nowhere")
    assert response.status_code == 404
    assert ">404 Not Found<" in response.text
    assert 'href="/"' in response.text


def test_static_files_are_kept_for_ever_at_their_own_address(visitor: Visitor) -> None:
    address = re.findall(r'<script type="module" src="([^"]*)"', visitor.get("/").text)[0]
    response = visitor.get(address)
    response.close()
    assert response.status_code == 200
    assert response.mimetype in ("text/javascript", "application/javascript")
    assert "immutable" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers


def test_another_edition_is_served_but_not_kept(visitor: Visitor) -> None:
    response = visitor.get("/static/0123456789abcdef/js/app.js")
    response.close()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../wsgi.py", "%2e%2e/wsgi.py", "js/none.js", "js"])
def test_nothing_else_is_served(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/static/0123456789abcdef/{name}").status_code == 404
