"""The settings of a person, by the forms of their page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from chatapp.accounts import people, tokens
from chatapp.chat.services import Services
from chatapp.models import (
    BrowserSession,
    Conversation,
    LinkedIdentity,
    Message,
    Run,
    Token,
    User,
    now,
)
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.visitor import PASSWORD, Visitor, trouble

pytestmark = pytest.mark.usefixtures("cheap_passwords")

ANN = "ann@example.org"
ANOTHER = "battery staple"


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    """Opens another browser."""

    def begin(**headers: str) -> Visitor:
        return Visitor(app.test_client(), headers=headers)

    return begin


@pytest.fixture
def ann(services: Services, visit: Callable[..., Visitor]) -> Visitor:
    """Somebody who is signed in."""
    people.create(services.database, "root@example.org", PASSWORD)
    people.create(services.database, ANN, PASSWORD)
    ann = visit()
    assert ann.sign_in(ANN).status_code == 303
    return ann


@pytest.fixture
def guest(visit: Callable[..., Visitor], model: Scripted) -> Visitor:
    """A guest who has been answered."""
    guest = visit()
    sent = guest.send("/", content="Why?", client_id="1")
    model.asked().finish("Because.")
    guest.get(sent.location).get_data()
    return guest


def change(services: Services, statement: object) -> None:
    services.database.write(lambda connection: connection.execute(statement))  # type: ignore[call-overload]


# Password


def test_a_new_password_ends_all_other_sessions(
    ann: Visitor, visit: Callable[..., Visitor], services: Services
) -> None:
    elsewhere = visit()
    elsewhere.sign_in(ANN)
    changed = ann.send("/settings/password", "/settings", current=PASSWORD, password=ANOTHER)
    assert changed.status_code == 303
    assert "is changed" in ann.get(changed.location).text
    assert (ann.name, elsewhere.name) == (ANN, None)
    assert count_rows(services.database, BrowserSession) == [1]
    assert people.recognise(services.database, ANN, ANOTHER)
    assert people.recognise(services.database, ANN, PASSWORD) is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"current": "wrong password", "password": ANOTHER}, 403),
        ({"password": ANOTHER}, 403),
        ({"current": PASSWORD, "password": "short"}, 422),
        ({"current": PASSWORD}, 422),
        ({"current": PASSWORD, "password": "a\0" * 8}, 422),
    ],
)
def test_a_password_stays_where_the_form_is_wrong(
    ann: Visitor, services: Services, fields: dict[str, str], status: int
) -> None:
    refused = ann.send("/settings/password", "/settings", **fields)
    assert refused.status_code == status
    assert trouble(refused)
    assert people.recognise(services.database, ANN, PASSWORD)
    assert ann.name == ANN


def test_a_stolen_session_does_not_guess_the_password(ann: Visitor) -> None:
    def guess() -> int:
        fields = {"current": "wrong password", "password": ANOTHER}
        return ann.send("/settings/password", "/settings", **fields).status_code

    codes = [guess() for _ in range(11)]
    assert codes == [403] * 10 + [429]


def test_who_has_no_password_is_believed_right_after_signing_in(
    ann: Visitor, services: Services
) -> None:
    change(services, update(User).values(password_hash=None))
    long_ago = now() - timedelta(minutes=16)
    change(services, update(BrowserSession).values(created_at=long_ago))
    refused = ann.send("/settings/password", "/settings", password=ANOTHER)
    assert refused.status_code == 403
    assert "Sign out and in again" in trouble(refused)
    change(services, update(BrowserSession).values(created_at=now()))
    assert ann.send("/settings/password", "/settings", password=ANOTHER).status_code == 303
    assert people.recognise(services.database, ANN, ANOTHER)


# Browsers


def test_browsers_are_listed_and_signed_out(ann: Visitor, visit: Callable[..., Visitor]) -> None:
    phone = visit(**{"User-Agent": "Mozilla/5.0 (iPhone) Version/18 Safari/604"})
    phone.sign_in(ANN)
    page = ann.get("/settings").text
    assert "Safari on iPhone" in page
    assert page.count("this one") == 1
    (end,) = re.findall(r'action="(/settings/browsers/\w+/end)"', page)
    assert ann.send(end, "/settings").location == "/settings?saved=browsers#browsers"
    assert (ann.name, phone.name) == (ANN, None)
    assert ann.send(end, "/settings").status_code == 404


def test_a_page_gives_no_cookie_away(ann: Visitor, services: Services) -> None:
    with ann.client.session_transaction(base_url="http://localhost/") as session:
        assert session["sid"] not in ann.get("/settings").text


# Tokens


def test_a_token_is_shown_once_and_revoked(ann: Visitor, services: Services) -> None:
    made = ann.send("/settings/tokens", "/settings", name=" my  laptop", scope="all", days="30")
    (token,) = re.findall(r"chat_[\w-]{43}", made.text)
    assert made.headers["Cache-Control"] == "no-store"
    assert tokens.recognise(services.database, token).scope == "all"
    page = ann.get("/settings").text
    assert token not in page
    assert "my laptop" in page
    (revoke,) = re.findall(r'action="(/settings/tokens/\w+/revoke)"', page)
    assert ann.send(revoke, "/settings").status_code == 303
    assert count_rows(services.database, Token) == [0]


@pytest.mark.parametrize(
    "fields",
    [{}, {"name": " "}, {"name": "a", "scope": "admin"}, {"name": "a", "days": "0"}]
    + [{"name": "a", "days": days} for days in ("x", "3651", "-1", "9" * 30)],
)
def test_a_token_that_cannot_be_is_told_in_the_form(
    ann: Visitor, services: Services, fields: dict[str, str]
) -> None:
    refused = ann.send("/settings/tokens", "/settings", **fields)
    assert refused.status_code == 422
    assert trouble(refused)
    assert count_rows(services.database, Token) == [0]


# Export


def test_an_export_holds_all_and_opens_nothing(
    guest: Visitor, model: Scripted, services: Services
) -> None:
    guest.sign_up(ANN, name="Ann")
    guest.send("/settings/tokens", "/settings", name="laptop")
    (user_id,) = services.database.read(lambda c: c.scalars(User.__table__.select()).all())
    linked = insert(LinkedIdentity).values(issuer="https://id.example", subject="7")
    change(services, linked.values(user_id=user_id))
    response = guest.get("/settings/export")
    assert response.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(
        r'attachment; filename="chatapp-\d{4}-\d\d-\d\d\.json"',
        response.headers["Content-Disposition"],
    )
    exported = json.loads(response.data)
    assert (exported["account"]["email"], exported["account"]["name"]) == (ANN, "Ann")
    assert [each["name"] for each in exported["tokens"]] == ["laptop"]
    assert [each["subject"] for each in exported["identities"]] == ["7"]
    assert len(exported["browsers"]) == 1
    (conversation,) = exported["conversations"]
    assert [(each["role"], each["text"]) for each in conversation["messages"]] == [
        ("user", "Why?"),
        ("assistant", "Because."),
    ]
    with guest.client.session_transaction(base_url="http://localhost/") as session:
        assert session["sid"] not in response.text
    assert "argon2" not in response.text
    assert "digest" not in response.text


# Deletion


def test_an_account_goes_with_everything_in_it(
    ann: Visitor, visit: Callable[..., Visitor], model: Scripted, services: Services
) -> None:
    elsewhere = visit()
    elsewhere.sign_in(ANN)
    ann.send("/", content="Why?", client_id="1")
    asked = model.asked()
    ann.send("/settings/tokens", "/settings", name="laptop")
    deleted = ann.send("/settings/delete", "/settings", current=PASSWORD, sure="1")
    assert (deleted.status_code, deleted.location) == (303, "/")
    assert deleted.headers["Clear-Site-Data"] == '"cache"'
    tables = (Conversation, Message, Run, BrowserSession, Token)
    assert count_rows(services.database, User, *tables) == [1, 0, 0, 0, 0, 0]
    assert asked.call.cancelled
    assert ann.name is elsewhere.name is None
    assert people.recognise(services.database, ANN, PASSWORD) is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"current": PASSWORD}, 422),
        ({"sure": "1"}, 403),
        ({"sure": "1", "current": "wrong password"}, 403),
        ({"sure": "1", "current": "\0"}, 422),
    ],
)
def test_an_account_stays_unless_it_is_really_they(
    ann: Visitor, services: Services, fields: dict[str, str], status: int
) -> None:
    refused = ann.send("/settings/delete", "/settings", **fields)
    assert refused.status_code == status
    assert trouble(refused)
    assert ann.name == ANN


def test_a_guest_sees_and_deletes_what_there_is(guest: Visitor, services: Services) -> None:
    page = unescape(guest.get("/settings").text)
    assert "You are a guest" in page
    assert "/settings/password" not in page
    assert len(json.loads(guest.get("/settings/export").data)["conversations"]) == 1
    assert guest.send("/settings/delete", "/settings", sure="1").status_code == 303
    assert count_rows(services.database, User, Conversation, Message) == [0, 0, 0]
    assert guest.get("/settings").status_code == 401


# Garbage

fields = st.sampled_from(["current", "password", "name", "scope", "days", "sure"])
words = st.text(max_size=40) | st.sampled_from(["\0", "x" * 2000, "1", "all"])
places = st.sampled_from(
    ["password", "tokens", "delete", "browsers/x/end", "tokens/x/revoke", "browsers/%00/end"]
)


@given(given_fields=st.dictionaries(fields, words), place=places)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_form_holds_is_answered(
    ann: Visitor, services: Services, given_fields: dict[str, str], place: str
) -> None:
    kept = {name: text.encode("utf-8", "replace").decode() for name, text in given_fields.items()}
    response = ann.send(f"/settings/{place}", "/settings", **kept)
    assert response.status_code in (200, 403, 404, 409, 422, 429)
    assert ann.name == ANN
