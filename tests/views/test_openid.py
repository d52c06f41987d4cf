"""Signing in by way of an OpenID provider that runs in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from chatapp.accounts import people, tokens
from chatapp.chat.services import Services
from chatapp.models import BrowserSession, Conversation, LinkedIdentity, Token, User
from tests.support.openid_provider import provider, query_of, with_query
from tests.support.processes import Program, free_port
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.visitor import ELSEWHERE, HERE, PASSWORD, Visitor

pytestmark = pytest.mark.usefixtures("cheap_passwords")

ANN = "ann@example.org"
VOUCHED = {"email": ANN, "email_verified": True, "name": "Ann  Example"}


@dataclass(frozen=True)
class Provider:
    """The provider, and what a person does there."""

    port: int

    @property
    def issuer(self) -> str:
        """Its name."""
        return f"http://127.0.0.1:{self.port}"

    def knows(self, subject: str, **claims: object) -> None:
        """Lets it know somebody."""
        self._send("PUT", f"/users/{subject}", json.dumps(claims), "application/json")

    def lies(self, **document: object) -> None:
        """Lets its discovery document say something false; nothing makes it honest again."""
        self._send("POST", "/lie", json.dumps(document), "application/json")

    def agree(self, address: str, subject: str = "7", *, action: str = "") -> str:
        """Signs somebody in there; where the browser is sent back to."""
        where = urlsplit(address)
        assert where.netloc == f"127.0.0.1:{self.port}"
        form = f"sub={subject}&action={action}"
        kind = "application/x-www-form-urlencoded"
        return self._send("POST", f"{where.path}?{where.query}", form, kind)

    def _send(self, method: str, path: str, body: str, kind: str) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {"Content-Type": kind})
            response = connection.getresponse()
            assert response.status < 400, response.read()
            return response.headers.get("Location", "")
        finally:
            connection.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Program]:
    """The process of all tests."""
    with TemporaryDirectory() as folder, provider(Path(folder)) as program:
        yield program


@pytest.fixture
def there(running: Program) -> Iterator[Provider]:
    """The provider, which knows Ann by the name of 7."""
    there = Provider(running.port)
    there.knows("7", **VOUCHED)
    yield there
    there.lies()


@pytest.fixture
def settings(there: Provider) -> dict[str, str]:
    return {
        "OIDC_ISSUER": there.issuer,
        "OIDC_CLIENT_ID": "chatapp",
        "OIDC_CLIENT_SECRET": "secret",
        "OIDC_LABEL": "Example",
    }


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    """Opens another browser."""
    return lambda address=HERE: Visitor(app.test_client(), address)


@pytest.fixture
def ann(visit: Callable[..., Visitor], services: Services) -> Visitor:
    """A browser of a chat that has an administrator already."""
    people.create(services.database, "root@example.org", PASSWORD)
    return visit()


def leave(visitor: Visitor, next: str = "/") -> str:
    """Where the chat sends a browser to sign in."""
    response = visitor.get(f"/login/openid?next={next}")
    assert response.status_code == 303, response.text
    return response.location


def come_back(visitor: Visitor, address: str) -> int:
    return visitor.get(address.removeprefix("http://localhost")).status_code


def sign_in(visitor: Visitor, there: Provider, subject: str = "7") -> int:
    return come_back(visitor, there.agree(leave(visitor), subject))


def user(services: Services, email: str = ANN) -> User:
    with Session(services.database.engine) as session:
        return session.scalars(select(User).where(User.email == email)).one()


def test_the_form_offers_the_provider_by_its_name(ann: Visitor) -> None:
    for path in ("/login", "/signup"):
        page = ann.get(f"{path}?next=/c/1").text
        assert 'href="/login/openid?next=/c/1">Sign in with Example<' in page


def test_who_comes_for_the_first_time_gets_an_account(
    ann: Visitor, there: Provider, services: Services
) -> None:
    arrived = ann.get(there.agree(leave(ann, "/c/1%3Fstream=1")).removeprefix("http://localhost"))
    assert (arrived.status_code, arrived.location) == (303, "/c/1?stream=1")
    assert ann.name == ANN
    made = user(services)
    assert (made.name, made.password_hash, made.is_admin) == ("Ann Example", None, False)
    assert count_rows(services.database, User, LinkedIdentity) == [2, 1]
    assert people.recognise(services.database, ANN, "") is None


@pytest.mark.parametrize(
    ("said", "kept"), [("Ann\0 \n Example", "Ann Example"), ("\0 ", None), (7, None)]
)
def test_of_a_name_what_can_be_shown_is_kept(
    ann: Visitor, there: Provider, services: Services, said: object, kept: str | None
) -> None:
    there.knows("7", **VOUCHED | {"name": said})
    assert sign_in(ann, there) == 303
    assert user(services).name == kept


def test_an_identity_that_nobody_can_have_is_refused(ann: Visitor, there: Provider) -> None:
    for subject in ("7" * 256, "7\0"):
        there.knows(quote(subject), **VOUCHED)
        assert sign_in(ann, there, quote(subject)) == 503


def test_who_comes_again_is_the_same_whatever_the_address(
    ann: Visitor, visit: Callable[..., Visitor], there: Provider, services: Services
) -> None:
    sign_in(ann, there)
    there.knows("7", email="new@example.org", email_verified=False)
    again = visit()
    assert sign_in(again, there) == 303
    assert again.name == ANN
    assert count_rows(services.database, User, LinkedIdentity, BrowserSession) == [2, 1, 2]


def test_the_way_there_carries_state_nonce_and_challenge(ann: Visitor, there: Provider) -> None:
    asked = query_of(leave(ann))
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost/login/openid/callback"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    again = query_of(leave(ann))
    for name in ("state", "nonce", "code_challenge"):
        assert again[name] != asked[name]


def test_a_provider_that_vouches_opens_the_account_of_the_address(
    ann: Visitor, visit: Callable[..., Visitor], there: Provider, services: Services
) -> None:
    id = people.create(services.database, ANN, PASSWORD)
    tokens.create(services.database, id, "planted")
    before = visit()
    before.sign_in(ANN)
    assert sign_in(ann, there) == 303
    assert user(services).id == id
    assert (ann.name, before.name) == (ANN, None)
    assert people.recognise(services.database, ANN, PASSWORD) is None
    assert count_rows(services.database, LinkedIdentity, Token, BrowserSession) == [1, 0, 1]


@pytest.mark.parametrize("vouched", [{}, {"email_verified": False}, {"email_verified": "true"}])
def test_a_provider_that_does_not_vouch_opens_nobodys_account(
    ann: Visitor, there: Provider, services: Services, vouched: dict[str, object]
) -> None:
    people.create(services.database, ANN, PASSWORD)
    there.knows("8", email=ANN, **vouched)
    assert sign_in(ann, there, "8") == 409
    assert ann.name is None
    assert people.recognise(services.database, ANN, PASSWORD)
    assert count_rows(services.database, LinkedIdentity) == [0]


def test_an_address_that_changed_hands_there_opens_no_old_account(
    ann: Visitor, visit: Callable[..., Visitor], there: Provider, services: Services
) -> None:
    sign_in(ann, there)
    there.knows("9", **VOUCHED)
    heir = visit()
    assert sign_in(heir, there, "9") == 409
    assert heir.name is None
    assert count_rows(services.database, LinkedIdentity) == [1]


def test_a_guest_keeps_the_conversations(
    ann: Visitor, there: Provider, model: Scripted, services: Services
) -> None:
    ann.send("/", content="Why?", client_id="1")
    model.asked().finish("Because.")
    assert sign_in(ann, there) == 303
    assert "Why?" in ann.get("/").text
    ann.send("/logout", "/")
    ann.send("/", content="And now?", client_id="2")
    model.asked().finish("Now.")
    assert sign_in(ann, there) == 303
    assert count_rows(services.database, User, Conversation) == [2, 2]


def test_the_first_account_takes_the_machine(
    visit: Callable[..., Visitor], there: Provider, services: Services
) -> None:
    assert sign_in(visit(ELSEWHERE), there) == 403
    assert count_rows(services.database, User, LinkedIdentity) == [0, 0]
    assert sign_in(visit(), there) == 303
    assert user(services).is_admin


@pytest.mark.parametrize("address", [None, "", "no address", 7])
def test_an_account_needs_an_address(
    ann: Visitor, there: Provider, services: Services, address: object
) -> None:
    there.knows("10", email=address)
    assert sign_in(ann, there, "10") in (403, 422)
    assert count_rows(services.database, User, LinkedIdentity) == [1, 0]


class TestClosed:
    """Nobody signs up, and the provider knows the chat without a secret."""

    @pytest.fixture
    def settings(self, there: Provider) -> dict[str, str]:
        return {"OIDC_ISSUER": there.issuer, "OIDC_CLIENT_ID": "chatapp", "CHATAPP_SIGNUP": "0"}

    def test_only_those_with_an_account_come_in(
        self, ann: Visitor, there: Provider, services: Services
    ) -> None:
        assert sign_in(ann, there) == 403
        assert ann.name is None
        people.create(services.database, ANN, PASSWORD)
        assert sign_in(ann, there) == 303

    def test_a_provider_without_a_label_is_called_by_its_host(self, ann: Visitor) -> None:
        assert ">Sign in with 127.0.0.1<" in ann.get("/login").text


def test_a_wrong_nonce_is_refused(ann: Visitor, there: Provider) -> None:
    back = there.agree(with_query(leave(ann), nonce="another"))
    assert come_back(ann, back) == 403
    assert ann.name is None


def test_a_wrong_state_is_refused(ann: Visitor, there: Provider) -> None:
    back = there.agree(leave(ann))
    for state in ("another", "", "än", "\0"):
        assert come_back(ann, with_query(back, state=state)) == 403
    assert ann.name is None


def test_a_code_is_good_for_one_journey_of_one_browser(
    ann: Visitor, visit: Callable[..., Visitor], there: Provider
) -> None:
    back = there.agree(leave(ann))
    thief = visit()
    assert come_back(thief, back) == 403
    own = there.agree(leave(thief))
    stolen = with_query(own, code=query_of(back)["code"])
    assert come_back(thief, stolen) == 403
    assert thief.name is None
    assert come_back(ann, back) == 303
    ann.send("/logout", "/")
    assert come_back(ann, back) == 403


def test_a_code_that_is_no_good_is_refused(ann: Visitor, there: Provider) -> None:
    back = there.agree(leave(ann))
    assert come_back(ann, with_query(back, code="expired")) == 403
    assert come_back(ann, back) == 403


def test_a_person_who_says_no_is_told_so(ann: Visitor, there: Provider) -> None:
    leave(ann)
    page = ann.get("/login/openid/callback?error=access_denied&error_description=<b>no</b>")
    assert page.status_code == 403
    assert "Example did not sign you in" in page.text
    assert "<b>no" not in page.text


def test_several_tabs_sign_in_each_on_its_own(ann: Visitor, there: Provider) -> None:
    journeys = [leave(ann) for _ in range(4)]
    assert come_back(ann, there.agree(journeys[0])) == 403
    assert come_back(ann, there.agree(journeys[1])) == 303


def test_signing_in_renews_the_cookie(ann: Visitor, there: Provider, services: Services) -> None:
    back = there.agree(leave(ann))
    cookie = ann.client.get_cookie("chatapp")
    assert cookie is not None
    come_back(ann, back)
    renewed = ann.client.get_cookie("chatapp")
    ann.client.set_cookie("chatapp", cookie.value)
    assert ann.name is None
    assert renewed is not None
    ann.client.set_cookie("chatapp", renewed.value)
    assert ann.name == ANN
    assert count_rows(services.database, BrowserSession) == [1]


@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example", "/%5Cevil.example"])
def test_the_way_back_leads_nowhere_else(ann: Visitor, there: Provider, next: str) -> None:
    back = there.agree(leave(ann, next))
    assert ann.get(back.removeprefix("http://localhost")).location == "/"


def test_who_has_an_account_is_led_on(ann: Visitor, there: Provider) -> None:
    ann.sign_in("root@example.org")
    assert ann.get("/login/openid?next=/c/1").location == "/c/1"


def test_no_token_signs_in(ann: Visitor, services: Services) -> None:
    root = user(services, "root@example.org")
    token = tokens.create(services.database, root.id, "tests")
    ann.headers = {"Authorization": f"Bearer {token}"}
    assert ann.get("/login/openid").status_code == 403


class TestAway:
    @pytest.fixture
    def settings(self) -> dict[str, str]:
        issuer = f"http://127.0.0.1:{free_port()}"
        return {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "chatapp", "OIDC_LABEL": "Example"}

    def test_a_provider_that_is_away_is_a_page(self, ann: Visitor) -> None:
        page = ann.get("/login/openid")
        assert page.status_code == 503
        assert "Example cannot be reached" in page.text
        assert page.headers["Retry-After"]
        assert ann.sign_in("root@example.org").status_code == 303


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": None},
        {"body": []},
        {"body": "words"},
        {"body": {}},
    ],
)
def test_a_document_that_cannot_be_is_a_page_and_is_not_kept(
    ann: Visitor, there: Provider, document: dict[str, object]
) -> None:
    there.lies(**document)
    assert ann.get("/login/openid").status_code == 503
    there.lies()
    assert sign_in(ann, there) == 303


@pytest.mark.parametrize("algorithms", [["none"], ["HS256"], []])
def test_a_provider_in_whose_name_anybody_could_sign_is_refused(
    ann: Visitor, there: Provider, algorithms: list[str]
) -> None:
    there.lies(id_token_signing_alg_values_supported=algorithms)
    assert ann.get("/login/openid").status_code == 503


@given(
    asked=st.dictionaries(st.sampled_from(["state", "code", "error", "iss"]), st.text(max_size=30))
)
@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_back_is_answered(ann: Visitor, asked: dict[str, str]) -> None:
    kept = {name: text.encode("utf-8", "replace").decode() for name, text in asked.items()}
    response = ann.client.get("/login/openid/callback", query_string=kept)
    assert response.status_code == 403


class TestUnconfigured:
    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {}

    def test_there_is_no_way_to_a_provider(self, ann: Visitor) -> None:
        assert ann.get("/login/openid").status_code == 404
        assert ann.get("/login/openid/callback").status_code == 404
        assert "openid" not in ann.get("/login").text
