"""Signing up, in and out, by the forms of the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from chatapp.accounts import people
from chatapp.accounts.founding import setup_code
from chatapp.accounts.passwords import matches
from chatapp.chat.services import Services
from chatapp.models import BrowserSession, Conversation, Failure, Message, Run, User, now
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.visitor import ELSEWHERE, PASSWORD, Visitor, trouble

pytestmark = pytest.mark.usefixtures("cheap_passwords")

ANN, BOB = "ann@example.org", "bob@example.org"
HOST = "chat.example.org"


class Clock:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self._now = now()

    def __call__(self) -> datetime:
        return self._now

    def pass_by(self, seconds: int) -> None:
        """Lets time pass."""
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    """Opens another browser; somewhere else in the world unless an address is named."""

    def begin(address: str = ELSEWHERE, host: str = HOST, **headers: str) -> Visitor:
        return Visitor(app.test_client(), address, host, headers)

    return begin


@pytest.fixture
def ann(services: Services, visit: Callable[..., Visitor]) -> Visitor:
    """Somebody with an account, who has not signed in yet."""
    people.create(services.database, "root@example.org", PASSWORD)
    people.create(services.database, ANN, PASSWORD)
    return visit()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time by which attempts are counted; it stands still unless it is put forward."""
    clock = Clock()
    monkeypatch.setattr("chatapp.accounts.throttle.now", clock)
    return clock


def user(services: Services, email: str) -> User:
    with Session(services.database.engine) as session:
        return session.scalars(select(User).where(User.email == email)).one()


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("chatapp", domain=HOST)
    assert found is not None
    return found.value


# Signing up


def test_who_signs_up_is_signed_in(ann: Visitor) -> None:
    response = ann.sign_up("  New@Example.ORG ")
    assert (response.status_code, response.location) == (303, "/")
    assert ann.name == "new@example.org"


def test_what_somebody_says_of_themselves_is_kept(ann: Visitor, services: Services) -> None:
    said = {"name": " Ada  Lovelace ", "age": "36", "gender": "female"}
    ann.sign_up(BOB, **said, interests="engines, , poetry ,")
    kept = user(services, BOB)
    assert (kept.name, kept.age, kept.gender) == ("Ada Lovelace", 36, "female")
    assert kept.interests == ["engines", "poetry"]
    ann.sign_up("eve@example.org", name="", age=" ", interests=",")
    kept = user(services, "eve@example.org")
    assert (kept.name, kept.age, kept.gender, kept.interests) == (None, None, None, [])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "nobody"}, "not an e-mail address"),
        ({"email": ""}, "not an e-mail address"),
        ({"password": "short"}, "8 to 1000"),
        ({"password": "x" * 1001}, "1000"),
        ({"email": "a\0@example.org"}, "NUL"),
        ({"age": "old"}, "age"),
        ({"age": "151"}, "age"),
        ({"name": "x" * 201}, "name"),
        ({"interests": ",".join("abc" * 30)}, "interests"),
    ],
)
def test_what_cannot_be_is_told_in_the_form(
    ann: Visitor, services: Services, fields: dict[str, str], words: str
) -> None:
    response = ann.send("/signup", **{"email": BOB, "password": PASSWORD} | fields)
    assert response.status_code == 422
    assert words in trouble(response)
    assert 'action="/signup"' in response.text
    assert PASSWORD not in response.text
    assert count_rows(services.database, User) == [2]


def test_an_address_has_one_account(ann: Visitor, services: Services) -> None:
    response = ann.sign_up(ANN, "another password")
    assert response.status_code == 409
    assert ANN in trouble(response)
    assert ann.name is None
    assert people.recognise(services.database, ANN, PASSWORD)


@pytest.mark.parametrize("settings", [{"CHATAPP_SIGNUP": "0"}])
def test_nobody_signs_up_where_that_is_closed(ann: Visitor, services: Services) -> None:
    assert ann.get("/signup").status_code == 403
    assert ann.send("/signup", "/login", email=BOB, password=PASSWORD).status_code == 403
    assert "/signup" not in ann.get("/login").text + ann.get("/").text
    assert count_rows(services.database, User) == [2]


# The first account


def test_the_first_account_made_at_the_machine_is_an_administrators(
    visit: Callable[..., Visitor], services: Services
) -> None:
    here = visit("127.0.0.1", "localhost:8000")
    assert 'name="code"' not in here.get("/signup").text
    assert here.sign_up(ANN).status_code == 303
    assert user(services, ANN).is_admin
    assert visit("127.0.0.1", "localhost:8000").sign_up(BOB).status_code == 303
    assert not user(services, BOB).is_admin


def test_elsewhere_the_first_account_takes_the_setup_code(
    visit: Callable[..., Visitor], services: Services
) -> None:
    there = visit()
    assert 'name="code"' in there.get("/signup").text
    for wrong in ({}, {"code": ""}, {"code": "AAAA-AAAA-AAAA"}):
        response = there.sign_up(ANN, **wrong)
        assert response.status_code == 403
        assert "setup code" in trouble(response)
    assert count_rows(services.database, User) == [0]
    typed = setup_code("tests").lower().replace("-", " ")
    assert there.sign_up(ANN, code=typed).status_code == 303
    assert user(services, ANN).is_admin
    assert 'name="code"' not in visit().get("/signup").text
    visit().sign_up(BOB, code=typed)
    assert not user(services, BOB).is_admin


def test_the_setup_code_cannot_be_tried_for_ever(
    visit: Callable[..., Visitor], clock: Clock
) -> None:
    there = visit()
    codes = [there.sign_up(ANN, code=str(number)).status_code for number in range(6)]
    assert codes == [403] * 5 + [429]
    refused = there.sign_up(ANN, code=setup_code("tests"))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "forged",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "::1"},
        {"Via": "1.1 proxy"},
        {"Origin": "https://chat.example.org"},
        {"Origin": "null"},
        {"Origin": "http://[bad"},
    ],
)
def test_who_comes_through_a_proxy_is_not_at_the_machine(
    visit: Callable[..., Visitor], forged: dict[str, str], services: Services
) -> None:
    assert visit("127.0.0.1", "localhost", **forged).sign_up(ANN).status_code == 403
    assert count_rows(services.database, User) == [0]


@pytest.mark.parametrize("settings", [{"CHATAPP_TRUSTED_PROXIES": "1"}])
def test_a_trusted_proxy_tells_who_is_at_the_machine(
    visit: Callable[..., Visitor], services: Services
) -> None:
    forged = {"X-Forwarded-For": "127.0.0.1, 203.0.113.7"}
    assert visit("127.0.0.1", "localhost", **forged).sign_up(ANN).status_code == 403
    assert (
        visit("127.0.0.1", "localhost", **{"X-Forwarded-For": "127.0.0.1"}).sign_up(ANN).status_code
        == 303
    )
    assert user(services, ANN).is_admin


# Signing in and out


def test_signing_in_leads_where_somebody_wanted_to(ann: Visitor) -> None:
    response = ann.send("/login", "/login?next=/c/1%3Fx=2", email=ANN, password=PASSWORD)
    assert response.location == "/"
    response = ann.sign_in(ANN, next="/c/1?stream=1")
    assert response.location == "/c/1?stream=1"
    assert ann.get("/login?next=/c/2").location == "/c/2"


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:1",
    ],
)
def test_signing_in_leads_nowhere_else(ann: Visitor, next: str) -> None:
    assert ann.sign_in(ANN, next=next).location == "/"


def test_who_is_refused_for_being_nobody_is_led_to_the_sign_in(ann: Visitor) -> None:
    refused = ann.get("/c/0123456789abcdef?stream=1")
    assert refused.status_code == 401
    assert 'href="/login?next=%2Fc%2F0123456789abcdef%3Fstream%3D1"' in refused.text


def test_a_known_and_an_unknown_address_get_the_same_answer(ann: Visitor) -> None:
    known = ann.sign_in(ANN, "wrong password")
    unknown = ann.sign_in("nobody@example.org", "wrong password")
    silly = ann.sign_in("nobody", "wrong password")

    def plain(page: str, email: str) -> str:
        return re.sub(r'csrf_token" value="[^"]*"', "", page.replace(f'value="{email}"', ""))

    assert known.status_code == unknown.status_code == silly.status_code == 403
    assert plain(known.text, ANN) == plain(unknown.text, "nobody@example.org")
    assert plain(known.text, ANN) == plain(silly.text, "nobody")


def test_an_unknown_address_costs_as_much_as_a_known_one(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    def verify(kept: str, password: str) -> bool:
        verified.append(kept)
        return matches(kept, password)

    monkeypatch.setattr("chatapp.accounts.people.matches", verify)
    for email in (ANN, "nobody@example.org", "nobody"):
        ann.sign_in(email, "wrong password")
    effort = [kept.rpartition("$")[0].rpartition("$")[0] for kept in verified]
    assert len(effort) == 3
    assert len(set(effort)) == 1


def test_a_sign_in_that_a_new_password_overtakes_is_refused(
    ann: Visitor, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognise = people.recognise

    def overtaken(*known: Any) -> people.Recognised | None:
        found = recognise(*known)
        people.set_password(services.database, ANN, "another password")
        return found

    monkeypatch.setattr(people, "recognise", overtaken)
    refused = ann.sign_in(ANN)
    assert (refused.status_code, "was changed" in trouble(refused)) == (403, True)
    assert count_rows(services.database, BrowserSession) == [0]


def test_signing_in_renews_cookie_and_form_token(ann: Visitor, services: Services) -> None:
    ann.sign_in(ANN)
    token = re.findall(r'name="csrf_token" value="([^"]*)"', ann.get("/").text)[0]
    held = cookie(ann.client)
    again = {"csrf_token": token, "email": ANN, "password": PASSWORD}
    assert ann.post("/login", **again).status_code == 303
    assert ann.post("/login", **again).status_code == 403
    assert ann.name == ANN
    assert count_rows(services.database, BrowserSession) == [1]
    ann.client.set_cookie("chatapp", held, domain=HOST)
    assert ann.name is None


def test_signing_out_ends_the_session_for_good(ann: Visitor, services: Services) -> None:
    ann.sign_in(ANN)
    held = cookie(ann.client)
    response = ann.send("/logout", "/")
    assert response.status_code == 303
    assert response.headers["Clear-Site-Data"] == '"cache"'  # Back shows nothing of theirs
    assert ann.name is None
    ann.client.set_cookie("chatapp", held, domain=HOST)
    assert ann.name is None
    assert count_rows(services.database, BrowserSession) == [0]


@pytest.mark.parametrize("path", ["/login", "/signup", "/logout"])
def test_a_form_of_somebody_elses_page_is_refused(
    ann: Visitor, services: Services, path: str
) -> None:
    ann.sign_in(ANN)
    for fields in ({}, {"csrf_token": "forged"}):
        response = ann.post(path, email="root@example.org", password=PASSWORD, **fields)
        assert response.status_code == 403
    assert ann.name == ANN
    stranger = Visitor(ann.client.application.test_client())
    assert stranger.post(path, email=ANN, password=PASSWORD).status_code == 403
    assert count_rows(services.database, User, BrowserSession) == [2, 1]


def test_cookies_are_for_this_site_alone(ann: Visitor) -> None:
    header = ann.sign_in(ANN).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Secure" not in header


@pytest.mark.parametrize("settings", [{"CHATAPP_TRUSTED_PROXIES": "1"}])
def test_behind_https_cookies_go_by_https_alone(ann: Visitor) -> None:
    ann.headers = {"X-Forwarded-For": ELSEWHERE, "X-Forwarded-Proto": "https"}
    assert "; Secure" in ann.get("/login").headers["Set-Cookie"]


@pytest.mark.parametrize("settings", [{"CHATAPP_GUESTS": "0"}])
def test_without_guests_nobody_sees_the_sign_in(ann: Visitor) -> None:
    assert ann.get("/").location == "/login"
    ann.sign_in(ANN)
    assert ann.get("/").status_code == 200
    assert ann.send("/logout", "/").location == "/login"


# Guessing


def guess(visitor: Visitor, times: int) -> list[int]:
    return [visitor.sign_in(ANN, "wrong password").status_code for _ in range(times)]


def test_guessing_slows_down_and_locks_nobody_out(
    ann: Visitor, visit: Callable[..., Visitor], clock: Clock
) -> None:
    guesser = visit("198.51.100.9")
    assert guess(guesser, 6) == [403] * 5 + [429]
    refused = guesser.sign_in(ANN)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 1
    assert "Try again in 1 second." in trouble(refused)
    assert guesser.sign_in("root@example.org").status_code == 303
    assert ann.sign_in(ANN).status_code == 303


def test_a_browser_that_is_known_is_counted_by_itself(
    ann: Visitor, visit: Callable[..., Visitor], clock: Clock
) -> None:
    ann.sign_in(ANN)
    ann.send("/logout", "/")
    assert guess(visit(ann.address), 6)[-1] == 429
    assert ann.sign_in(ANN).status_code == 303


def test_a_browser_that_is_known_does_not_guess_for_ever(ann: Visitor, clock: Clock) -> None:
    ann.sign_in(ANN)
    ann.send("/logout", "/")
    assert guess(ann, 11) == [403] * 10 + [429]


def test_one_address_cannot_try_all_accounts(ann: Visitor, clock: Clock) -> None:
    codes = [ann.sign_in(f"{n}@example.org", "wrong password").status_code for n in range(32)]
    assert codes == [403] * 30 + [429] * 2


def test_the_wait_doubles_and_has_an_end(ann: Visitor, clock: Clock) -> None:
    guess(ann, 5)
    waits = []
    for _ in range(12):
        refused = ann.sign_in(ANN, "wrong password")
        waits.append(int(refused.headers["Retry-After"]))
        clock.pass_by(waits[-1])
        assert ann.sign_in(ANN, "wrong password").status_code == 403
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    clock.pass_by(900)
    assert ann.sign_in(ANN).status_code == 303


def test_right_passwords_count_for_nothing(ann: Visitor, services: Services) -> None:
    for _ in range(10):
        assert ann.sign_in(ANN).status_code == 303
        ann.client.delete_cookie("chatapp", domain=HOST)
    with Session(services.database.engine) as session:
        assert set(session.scalars(select(Failure.count))) <= {0}


# Guests


@pytest.fixture
def guest(visit: Callable[..., Visitor], model: Scripted, ann: Visitor) -> Visitor:
    """A guest whose first question is being answered."""
    guest = visit()
    assert guest.send("/", content="Why?", client_id="1").status_code == 303
    return guest


def test_a_guest_who_signs_up_keeps_the_conversations(
    guest: Visitor, model: Scripted, services: Services
) -> None:
    asked = model.asked()
    assert guest.sign_up(BOB).status_code == 303
    asked.finish("Because.")
    address = re.findall(r'href="(/c/\w+)"', guest.get("/").text)[0]
    guest.get(f"{address}?stream=1")
    assert "<p>Because.</p>" in guest.get(address).text
    assert guest.name == BOB
    assert count_rows(services.database, User, BrowserSession, Conversation) == [3, 1, 1]


def test_a_guest_who_signs_in_keeps_the_conversations(
    guest: Visitor, model: Scripted, services: Services
) -> None:
    asked = model.asked()
    assert guest.sign_in(ANN).status_code == 303
    asked.finish("Because.")
    address = re.findall(r'href="(/c/\w+)"', guest.get("/").text)[0]
    guest.get(f"{address}?stream=1")
    assert "<p>Because.</p>" in guest.get(address).text
    counts = count_rows(services.database, User, BrowserSession, Conversation, Message, Run)
    assert counts == [2, 1, 1, 2, 0]


def test_a_guests_old_cookie_opens_no_account(guest: Visitor, model: Scripted) -> None:
    planted = cookie(guest.client)
    guest.sign_up(BOB)
    thief = Visitor(guest.client.application.test_client(), ELSEWHERE, HOST)
    thief.client.set_cookie("chatapp", planted, domain=HOST)
    assert thief.name is None
    model.asked().finish("Because.")


def test_a_failed_sign_in_leaves_a_guest_a_guest(guest: Visitor, model: Scripted) -> None:
    guest.sign_in(ANN, "wrong password")
    assert guest.name == "Guest"
    assert "Why?" in guest.get("/").text
    model.asked().finish("Because.")


# Garbage


words = st.text(max_size=60) | st.sampled_from([ANN, PASSWORD, "\0", "\ud800", "x" * 2000, "//x"])
names = ["email", "password", "code", "name", "age", "gender", "interests", "next", "csrf_token"]


@given(
    fields=st.dictionaries(st.sampled_from(names), words),
    path=st.sampled_from(["/login", "/signup", "/logout"]),
    honest=st.booleans(),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_form_holds_is_answered(
    ann: Visitor, services: Services, fields: dict[str, str], path: str, honest: bool
) -> None:
    kept = {name: text.encode("utf-8", "replace").decode() for name, text in fields.items()}
    token = {"csrf_token": kept.pop("csrf_token", "")}
    response = ann.send(path, "/login", **kept) if honest else ann.post(path, **kept, **token)
    assert response.status_code in (303, 403, 409, 422, 429)
    if response.status_code == 303:
        ann.client.delete_cookie("chatapp", domain=HOST)
