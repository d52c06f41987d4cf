"""Links by which anybody reads a conversation: made, read, renewed and withdrawn."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from chatapp.accounts import people
from chatapp.chat import trunks
from chatapp.chat.services import Services
from chatapp.events import Finish, Reasoning, Source, Sources
from chatapp.models import User, now
from tests.conftest import Api
from tests.support.multipart import form
from tests.support.pictures import png
from tests.support.replies import items, value
from tests.support.scripted import Scripted
from tests.support.talk import Talk
from tests.support.visitor import PASSWORD, Visitor, trouble

pytestmark = pytest.mark.usefixtures("cheap_passwords")

PRIVATE = Source("d1", "HR Policy", "Thirty days.", None, "hr/secret.md", 1, passage_id=7)
PUBLIC = Source("w1", "", "A page.", "https://example.org/a", None, 2)
ROBBED = Source("w2", "Bad", "A page.", "javascript:alert(1)", None, 3)


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model, title="Leave")


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """Somebody without an account or a cookie."""
    return app.test_client()


@pytest.fixture
def ann(app: Flask, services: Services) -> Visitor:
    """Somebody who is signed in by a browser."""
    people.create(services.database, "root@example.org", PASSWORD)
    people.create(services.database, "eve@example.org", PASSWORD)
    ann = Visitor(app.test_client())
    assert ann.sign_in("eve@example.org").status_code == 303
    return ann


def share(talk: Talk, status: int = 201, **body: object) -> str:
    """The path of the link."""
    made = value(talk.api.post(f"/api/conversations/{talk.id}/share", body), status)
    assert made["conversation_id"] == talk.id
    return "/" + str(made["url"]).split("/", 3)[3]


def begin(visitor: Visitor, model: Scripted) -> str:
    """A conversation of a browser's; its address."""
    sent = visitor.send("/", content="Why?", client_id="1")
    model.asked().finish("Because.")
    visitor.get(sent.location).get_data()
    return str(sent.location).partition("?")[0]


def test_anybody_reads_what_was_shared(talk: Talk, reader: FlaskClient) -> None:
    talk.ask("Why <b>?", "**Because**", Finish("stop"))
    page = reader.get(share(talk))
    assert page.status_code == 200
    assert "Leave" in page.text
    assert "Why &lt;b&gt;?" in page.text
    assert "<strong>Because</strong>" in page.text


def test_pictures_of_what_is_shared_are_shown_and_no_others(
    talk: Talk, api: Api, reader: FlaskClient
) -> None:
    sent = api.call("POST", "/api/images", **form(("me.png", png(grey=1)), ("b.png", png(grey=2))))
    shown, later = (each["id"] for each in value(sent, 201)["items"])
    made = value(api.post("/api/documents", {"title": "Secret", "content": "Thirty."}), 202)
    talk.ask("What is this?", image_ids=[shown], document_ids=[made["id"]])
    path = share(talk)
    talk.ask("And this?", image_ids=[later])
    page = reader.get(path).text
    assert f'<img src="{path}/images/{shown}" alt="Picture 1"' in page
    assert not [each for each in ("me.png", "b.png", made["id"], later) if each in page]
    picture = reader.get(f"{path}/images/{shown}")
    assert (picture.status_code, picture.data) == (200, png(grey=1))
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert "noindex" in picture.headers["X-Robots-Tag"]
    assert "Content-Disposition" not in picture.headers
    for none in (later, "unknown", made["id"], "x" * 40, "\0"):
        assert reader.get(f"{path}/images/{none}").status_code == 404
    assert reader.get(f"/images/{shown}").status_code != 200
    share(talk, 200)
    assert reader.get(f"{path}/images/{later}").data == png(grey=2)
    api.call("DELETE", f"/api/conversations/{talk.id}/share")
    assert reader.get(f"{path}/images/{shown}").status_code == 404


def test_who_reads_is_left_unknown_and_told_to_nobody(talk: Talk, reader: FlaskClient) -> None:
    talk.ask()
    page = reader.get(share(talk))
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert 'name="referrer" content="no-referrer"' in page.text
    assert "<form" not in page.text


def test_a_reader_learns_nothing_of_the_owner_or_their_documents(
    talk: Talk, reader: FlaskClient
) -> None:
    said = (Reasoning("Hm."), Sources((PRIVATE, PUBLIC, ROBBED)), "Thirty [1].", Finish("stop"))
    answer = talk.ask("How long?", *said)
    page = reader.get(share(talk)).text
    assert "HR Policy" in page
    assert "Thirty days." in page
    assert f'href="#source-{answer}-1"' in page
    assert 'href="https://example.org/a"' in page
    assert "Source 2" in page
    for hidden in ("secret.md", "ann@example.org", "Hm.", "/sources/1", "/documents", "javascript"):
        assert hidden not in page


def test_a_link_shows_what_was_there_until_it_is_renewed(talk: Talk, reader: FlaskClient) -> None:
    talk.ask("First?")
    path = share(talk)
    talk.ask("Second?")
    talk.api.call("PATCH", f"/api/conversations/{talk.id}", json={"title": "Private"})
    page = reader.get(path).text
    assert "First?" in page
    assert "Second?" not in page
    assert "Private" not in page
    assert share(talk, 200) == path
    page = reader.get(path).text
    assert "Second?" in page
    assert "Private" in page


def test_a_link_shows_one_way_through_the_branches(talk: Talk, reader: FlaskClient) -> None:
    first = talk.ask("Why?", "One.", Finish("stop"))
    talk.again("regenerate", first, "Two.", Finish("stop"))
    path = share(talk)
    assert "Two." in reader.get(path).text
    assert "One." not in reader.get(path).text
    share(talk, 200, message_id=first)
    assert "One." in reader.get(path).text
    assert "Two." not in reader.get(path).text


def test_a_long_conversation_is_shown_whole_and_in_order(
    talk: Talk, reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trunks, "AT_ONCE", 3)
    for number in range(4):
        talk.ask(f"Question {number}?")
    page = reader.get(share(talk)).text
    assert re.findall(r"Question \d", page) == [f"Question {n}" for n in range(4)]
    assert page.count("Because.") == 4
    assert page.rstrip().endswith("</html>")


def test_what_is_being_written_is_not_shared(
    talk: Talk, model: Scripted, reader: FlaskClient
) -> None:
    path = f"/api/conversations/{talk.id}/share"
    assert talk.api.post(path).status_code == 409
    talk.ask("First?")
    stream = talk.api.ask(talk.id, "Second?")
    asked = model.asked()
    page = reader.get(share(talk)).text
    assert "First?" in page
    assert "Second?" not in page
    asked.finish("Now.")
    assert stream.data


def test_a_message_of_another_conversation_shares_nothing(talk: Talk, other: Api) -> None:
    talk.ask()
    theirs = Talk(other, talk.model)
    answer = theirs.ask()
    path = f"/api/conversations/{talk.id}/share"
    assert talk.api.post(path, {"message_id": answer}).status_code == 422
    assert talk.api.post(path, {"message_id": "\0"}).status_code == 422


def test_a_withdrawn_link_leads_nowhere_and_a_new_one_is_another(
    talk: Talk, reader: FlaskClient
) -> None:
    talk.ask()
    path, of = share(talk), f"/api/conversations/{talk.id}/share"
    assert talk.api.call("DELETE", of).status_code == 204
    gone = reader.get(path)
    assert gone.status_code == 404
    assert "is not shared any more" in gone.text
    assert "noindex" in gone.headers["X-Robots-Tag"]
    assert talk.api.call("DELETE", of).status_code == 404
    assert talk.api.get(of).status_code == 404
    assert share(talk) != path
    assert reader.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/s/x", "/s/" + "A" * 24, "/s/%00", "/s/" + "%F0%9F%98%80" * 24])
def test_a_link_that_was_never_made_leads_nowhere(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_a_deleted_conversation_is_not_shared(talk: Talk, reader: FlaskClient) -> None:
    talk.ask()
    path = share(talk)
    form = {"csrf_token": ""}
    talk.api.post(f"/c/{talk.id}/delete", data=form)
    assert reader.get(path).status_code == 404
    talk.api.post(f"/c/{talk.id}/restore", data=form)
    assert reader.get(path).status_code == 200
    talk.api.call("DELETE", f"/api/conversations/{talk.id}")
    assert reader.get(path).status_code == 404


def test_who_was_let_go_shares_nothing(talk: Talk, reader: FlaskClient, services: Services) -> None:
    talk.ask()
    path = share(talk)
    let_go = update(User).where(User.id == talk.api.user_id).values(disabled_at=now())
    services.database.write(lambda connection: connection.execute(let_go))
    assert reader.get(path).status_code == 404


def test_links_are_listed_for_who_made_them(talk: Talk, other: Api) -> None:
    talk.ask()
    path = share(talk)
    (listed,) = items(talk.api.get("/api/shares"))
    assert (listed["title"], listed["url"]) == ("Leave", f"http://localhost{path}")
    assert items(other.get("/api/shares")) == []


def test_making_links_is_limited(talk: Talk) -> None:
    talk.ask()
    path = f"/api/conversations/{talk.id}/share"
    codes = {talk.api.post(path).status_code for _ in range(121)}
    assert codes == {201, 200, 429}


def test_a_browser_shares_by_forms(ann: Visitor, model: Scripted, reader: FlaskClient) -> None:
    path = f"{begin(ann, model)}/share"
    assert "Make a link" in ann.get(path).text
    made = ann.send(path)
    page = ann.get(made.location).text
    assert "The link is there." in page
    (address,) = re.findall(r'value="http://localhost(/s/[\w-]+)"', page)
    assert "Because." in reader.get(address).text
    assert "newest message" in ann.get(ann.send(path).location).text
    gone = ann.send(f"{path}/withdraw", path)
    assert "leads nowhere" in ann.get(gone.location).text
    assert reader.get(address).status_code == 404


def test_the_page_says_what_is_not_in_the_link_yet(ann: Visitor, model: Scripted) -> None:
    chat = begin(ann, model)
    ann.send(f"{chat}/share")
    sent = ann.send(chat, chat, content="And?", client_id="2")
    model.asked().finish("So.")
    ann.get(sent.location).get_data()
    assert "2 newer messages are not in it." in ann.get(f"{chat}/share").text


def test_a_link_is_withdrawn_in_the_settings(
    ann: Visitor, model: Scripted, reader: FlaskClient
) -> None:
    chat = begin(ann, model)
    ann.send(f"{chat}/share")
    page = ann.get("/settings").text
    (withdraw,) = re.findall(r'action="(/settings/shares/\w+/withdraw)"', page)
    (address,) = re.findall(r'href="(/s/[\w-]+)"', page)
    assert ann.send(withdraw, "/settings").location == "/settings?saved=links#links"
    assert reader.get(address).status_code == 404
    assert ann.send(withdraw, "/settings").status_code == 404


def test_guests_are_told_why_they_share_nothing(app: Flask, model: Scripted) -> None:
    guest = Visitor(app.test_client())
    path = f"{begin(guest, model)}/share"
    assert "Guests share nothing" in unescape(guest.get(path).text)
    assert guest.send(path, "/").status_code == 403


def test_nothing_is_shared_before_it_is_answered(ann: Visitor, model: Scripted, app: Flask) -> None:
    sent = ann.send("/", content="Why?", client_id="1")
    asked = model.asked()
    path = str(sent.location).partition("?")[0] + "/share"
    refused = ann.send(path)
    assert refused.status_code == 409
    assert "Nothing here is answered yet" in trouble(refused)
    asked.finish("Because.")
    ann.get(sent.location).get_data()
