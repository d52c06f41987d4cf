"""Administration, as a browser without scripts uses it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from chatapp.accounts import administration, audit, people, tokens
from chatapp.chat.services import Services
from chatapp.errors import Forbidden
from chatapp.models import (
    AuditEntry,
    BrowserSession,
    Conversation,
    Invitation,
    Token,
    User,
    make_id,
    now,
)
from tests.conftest import Api, make_person
from tests.support.browsing import Browsing, signed_in
from tests.support.nodes import node
from tests.support.replies import problem, value
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.together import together
from tests.support.visitor import PASSWORD, Visitor

ADMIN = "/admin"


@pytest.fixture
def root(app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "root@example.org", admin=True)


@pytest.fixture
def ann(app: Flask, services: Services) -> Browsing:
    return signed_in(app, services, "ann@example.org")


def listed(root: Browsing, address: str = ADMIN) -> list[str]:
    """The addresses that the page lists."""
    return re.findall(r"<strong>([^<]*@[^<]*)</strong>", unescape(root.get(address).text))


def do(root: Browsing, deed: str, person: Browsing | Api, **fields: object) -> int:
    """Does something about somebody; the status."""
    return root.post(f"{ADMIN}/people/{person.user_id}", deed=deed, **fields).status_code


def log(root: Browsing) -> list[str]:
    """What the log says, the newest first."""
    found = re.findall(r'<p class="row__words">(.*?)<br>', root.get(f"{ADMIN}/log").text, re.S)
    return [re.sub(r"<[^>]*>", "", unescape(entry)) for entry in found]


def insert_people(services: Services, *emails: str) -> None:
    rows = [{"id": make_id(), "email": email} for email in emails]
    services.database.write(lambda connection: connection.execute(insert(User), rows))


class TestPeople:
    """The list."""

    def test_accounts_are_listed_by_address_and_guests_are_not(
        self, app: Flask, services: Services, root: Browsing, ann: Browsing
    ) -> None:
        signed_in(app, services, None)
        assert listed(root) == ["ann@example.org", "root@example.org"]

    def test_a_search_finds_parts_of_addresses_as_they_are_written(
        self, services: Services, root: Browsing
    ) -> None:
        insert_people(services, "a_b@example.org", "axb@example.org", "ünal@example.org")
        assert listed(root, f"{ADMIN}?q=A_B") == ["a_b@example.org"]
        assert listed(root, f"{ADMIN}?q=%25") == []
        assert listed(root, f"{ADMIN}?q=%C3%9Cnal") == ["ünal@example.org"]
        assert listed(root, f"{ADMIN}?q=U%CC%88nal") == ["ünal@example.org"]
        assert "Nobody found for “&lt;b&gt;”" in root.get(f"{ADMIN}?q=<b>").text
        assert root.get(f"{ADMIN}?q=%00&after=%00").status_code == 200

    def test_a_long_list_has_pages(
        self, services: Services, root: Browsing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(administration, "PAGE", 2)
        insert_people(services, *(f"{letter}@example.org" for letter in "abcd"))
        seen, address = list[str](), ADMIN
        for _ in range(3):
            seen += listed(root, address)
            more = re.search(r'class="button" href="([^"]*)">More', root.get(address).text)
            address = unescape(more[1]) if more else ""
        assert seen == [f"{name}@example.org" for name in ("a", "b", "c", "d", "root")]
        assert address == ""

    def test_nothing_of_what_people_say_is_shown(
        self, services: Services, root: Browsing, ann: Browsing
    ) -> None:
        kept = insert(Conversation).values(user_id=ann.user_id, title="My secret")
        services.database.write(lambda connection: connection.execute(kept))
        pages = [ADMIN, f"{ADMIN}/invitations", f"{ADMIN}/log"]
        assert all("My secret" not in root.get(page).text for page in pages)


class TestDeeds:
    """What administrators do about people."""

    def test_promoting_and_demoting_is_done_at_once_and_written_down(
        self, root: Browsing, ann: Browsing
    ) -> None:
        assert ann.get(ADMIN).status_code == 403
        assert do(root, "promote", ann) == 303
        assert listed(ann) == ["ann@example.org", "root@example.org"]
        assert do(root, "demote", ann) == 303
        assert ann.get(ADMIN).status_code == 403
        assert log(root) == [
            "root@example.org took administration from ann@example.org",
            "root@example.org made an administrator of ann@example.org",
        ]

    def test_who_is_disabled_is_signed_out_everywhere_at_once(
        self, app: Flask, services: Services, root: Browsing, ann: Browsing
    ) -> None:
        token = tokens.create(services.database, ann.user_id, "laptop")
        bearer = {"Authorization": f"Bearer {token}"}
        path = {"path": "/events"}
        by_cookie = value(ann.call("POST", "/api/stream-tickets", path), 201)["ticket"]
        made = app.test_client().post("/api/stream-tickets", json=path, headers=bearer)
        by_token = value(made, 201)["ticket"]
        assert do(root, "disable", ann) == 303
        client = app.test_client()
        assert ann.get("/settings").status_code == 401
        problem(client.get("/api/me", headers=bearer), 401, "unauthenticated")
        for ticket in (by_cookie, by_token):
            assert client.get(f"/events?limit=1&ticket={ticket}").status_code == 401
        assert 'row__mark--over">disabled' in root.get(ADMIN).text
        assert do(root, "enable", ann) == 303
        assert client.get("/api/me", headers=bearer).status_code == 200
        assert ann.get("/settings").status_code == 401
        assert log(root) == [
            "root@example.org let in again ann@example.org",
            "root@example.org disabled ann@example.org",
        ]

    def test_who_is_disabled_cannot_sign_in(
        self, app: Flask, services: Services, root: Browsing
    ) -> None:
        id = people.create(services.database, "bob@example.org", PASSWORD)
        bob = Visitor(app.test_client())
        bob.send("/", content="Why?")
        administration.disable(services.database, ROOT, id)
        refused = bob.sign_in("bob@example.org")
        assert refused.status_code == 403
        assert "This account is disabled." in refused.text
        assert "This account is disabled." not in bob.sign_in("bob@example.org", "wrong").text
        assert bob.name == "Guest"  # nothing was merged, nobody signed out
        administration.enable(services.database, ROOT, id)
        assert bob.sign_in("bob@example.org").status_code == 303

    @pytest.mark.parametrize("deed", ["disable", "delete"])
    def test_what_is_written_for_them_stops_and_their_feed_ends(
        self, app: Flask, services: Services, root: Browsing, model: Scripted, deed: str
    ) -> None:
        bob = make_person(app, services, "bob@example.org")
        answer = bob.ask(bob.conversation(), "Why?")
        asked = model.asked()
        asked.say("Because")
        feed = bob.get("/events", buffered=False)
        ended = Thread(target=lambda: feed.data)
        ended.start()
        assert do(root, deed, bob, sure="1") == 303
        assert b'"status":"stopped"' in answer.data
        ended.join(10)
        assert not ended.is_alive()

    def test_a_feed_at_another_node_ends_too(
        self, root: Browsing, services: Services, ann: Browsing
    ) -> None:
        token = tokens.create(services.database, ann.user_id, "laptop")
        values = {
            "CHATAPP_INSTANCE": str(services.settings.instance),
            "DATABASE_URL": services.settings.database_url,
            "SECRET_KEY": "tests",
        }
        with node(values, Scripted()) as there:
            headers = {"Authorization": f"Bearer {token}"}
            feed = there.app.test_client().get("/events", headers=headers, buffered=False)
            ended = Thread(target=lambda: feed.data)
            ended.start()
            assert do(root, "disable", ann) == 303
            ended.join(10)
            assert not ended.is_alive()

    def test_deleting_takes_everything_along_and_must_be_meant(
        self, services: Services, root: Browsing, api: Api
    ) -> None:
        api.conversation()
        assert do(root, "delete", api) == 422
        assert do(root, "delete", api, sure="1") == 303
        assert count_rows(services.database, User, Conversation, Token) == [1, 0, 0]
        assert log(root) == ["root@example.org deleted ann@example.org"]

    def test_nobody_does_it_to_themselves(self, services: Services, root: Browsing) -> None:
        for deed in ("promote", "demote", "disable", "enable", "delete"):
            refused = root.post(f"{ADMIN}/people/{root.user_id}", deed=deed, sure="1")
            assert refused.status_code == 409
            assert "You cannot do this to yourself." in unescape(refused.text)
        assert count_rows(services.database, User, AuditEntry) == [1, 0]

    def test_what_is_not_there_or_makes_no_sense_is_refused(
        self, app: Flask, services: Services, root: Browsing, ann: Browsing
    ) -> None:
        guest = signed_in(app, services, None)
        for deed in ("disable", "delete"):
            assert do(root, deed, guest, sure="1") == 404
            for id in ("nothing", "%00", "%F0%9F%99%82"):
                path = f"{ADMIN}/people/{id}"
                assert root.post(path, deed=deed, sure="1").status_code == 404
        for deed in ("", "crown"):
            assert do(root, deed, ann) == 422
        assert count_rows(services.database, User, AuditEntry) == [3, 0]

    def test_the_search_is_kept(self, root: Browsing, ann: Browsing) -> None:
        path = f"{ADMIN}/people/{ann.user_id}?q=ann"
        assert root.post(path, deed="promote").location == "/admin?q=ann"


ROOT = administration.Actor("root", "root@example.org")


class TestLog:
    """The log of what administrators did."""

    def test_it_has_pages(
        self, services: Services, root: Browsing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chatapp.views.admin_page.ENTRIES", 2)

        def note(number: int) -> None:
            services.database.write(lambda c: audit.note(c, "root", "invited", str(number)))

        for number in range(3):
            note(number)
        assert log(root) == ["root invited 2", "root invited 1"]
        older = re.search(r'href="(/admin/log\?before=\d+)"', root.get(f"{ADMIN}/log").text)
        assert older
        assert "root</strong> invited <strong>0" in root.get(older[1]).text
        for garbage in ("x", "-1", "9" * 30, "%00"):
            assert root.get(f"{ADMIN}/log?before={garbage}").status_code == 200

    def test_entries_are_kept_for_a_year(self, services: Services) -> None:
        for days in (366, 364):
            services.database.write(lambda c: audit.note(c, "root", "invited", "Eve"))
            moved = update(AuditEntry).where(AuditEntry.at > now() - timedelta(days=1))
            moved = moved.values(at=now() - timedelta(days=days))
            services.database.write(lambda c, moved=moved: c.execute(moved))  # type: ignore[misc]
        services.database.write(lambda c: audit.note(c, "root", "invited", "Bob"))
        assert count_rows(services.database, AuditEntry) == [2]


class TestInvitations:
    """Links by which people sign up where others may not."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_SIGNUP": "0"}

    def invite(self, root: Browsing, **fields: object) -> str:
        """Makes an invitation; the path of its link."""
        page = root.post(f"{ADMIN}/invitations", **{"note": "Eve", **fields})
        assert page.status_code == 200, page.text
        assert page.headers["Cache-Control"] == "no-store"
        found = re.search(r"http://localhost(/signup\?invitation=[\w-]+)", page.text)
        assert found
        return found[1]

    def test_a_link_makes_one_account_and_no_other(
        self, app: Flask, services: Services, root: Browsing
    ) -> None:
        link = self.invite(root)
        assert link not in root.get(f"{ADMIN}/invitations").text
        eve, bob = Visitor(app.test_client()), Visitor(app.test_client())
        assert bob.get("/signup").status_code == 403
        code = link.partition("=")[2]
        fields = {"email": "eve@example.org", "password": PASSWORD, "invitation": code}
        assert f'name="invitation" value="{code}"' in eve.get(link).text
        assert eve.send("/signup", page=link, **fields).status_code == 303
        assert eve.name == "eve@example.org"
        assert bob.get(link).status_code == 403
        again = bob.send("/signup", page="/login", **fields | {"email": "bob@example.org"})
        assert again.status_code == 403
        assert count_rows(services.database, User) == [2]
        assert "by eve@example.org" in root.get(f"{ADMIN}/invitations").text
        assert log(root) == ["root@example.org invited Eve"]

    def test_of_many_who_use_it_at_once_one_gets_an_account(
        self, services: Services, root: Browsing, cheap_passwords: None
    ) -> None:
        code = self.invite(root).partition("=")[2]

        def join(number: int) -> bool:
            newcomer = people.Newcomer(f"{number}@example.org", PASSWORD, invitation=code)
            try:
                people.join(services.database, newcomer, founder=False)
            except Forbidden:
                return False
            return True

        assert together(5, join).count(True) == 1
        assert count_rows(services.database, User) == [2]

    def test_what_fails_does_not_use_it_up(self, app: Flask, root: Browsing) -> None:
        link = self.invite(root)
        fields = {"email": "eve@example.org", "invitation": link.partition("=")[2]}
        eve = Visitor(app.test_client())
        assert eve.send("/signup", page=link, password="short", **fields).status_code == 422
        taken = fields | {"email": "root@example.org"}
        assert eve.send("/signup", page=link, password=PASSWORD, **taken).status_code == 409
        assert eve.send("/signup", page=link, password=PASSWORD, **fields).status_code == 303

    def test_it_ends_by_time_and_by_hand(
        self, app: Flask, services: Services, root: Browsing
    ) -> None:
        link = self.invite(root, days="1")
        over = update(Invitation).values(expires_at=now() - timedelta(seconds=1))
        services.database.write(lambda connection: connection.execute(over))
        assert app.test_client().get(link).status_code == 403
        assert 'row__mark--over">expired' in root.get(f"{ADMIN}/invitations").text
        other = self.invite(root, note="Bob")
        wanted = select(Invitation.id).where(Invitation.note == "Bob")
        id = services.database.read(lambda connection: connection.scalar(wanted))
        path = f"{ADMIN}/invitations/{id}/revoke"
        assert root.post(path).status_code == 303
        assert root.post(path).status_code == 404
        assert app.test_client().get(other).status_code == 403
        assert log(root)[0] == "root@example.org took back the invitation for Bob"

    @pytest.mark.parametrize(
        "fields",
        [
            {"note": " "},
            {"note": "x" * 201},
            {"note": "a\0b"},
            {"days": "0"},
            {"days": "91"},
            {"days": "soon"},
        ],
    )
    def test_what_cannot_be_is_shown_again(
        self, services: Services, root: Browsing, fields: dict[str, str]
    ) -> None:
        response = root.post(f"{ADMIN}/invitations", **{"note": "Eve", **fields})
        assert response.status_code == 422
        assert re.search(rf'role="alert"><p>{next(iter(fields))}', response.text)
        assert count_rows(services.database, Invitation) == [0]

    def test_only_its_digest_is_kept(self, services: Services, root: Browsing) -> None:
        code = self.invite(root).partition("=")[2]
        kept = services.database.read(
            lambda connection: connection.execute(select(Invitation.__table__)).one()
        )
        assert code not in str(kept)
        assert count_rows(services.database, BrowserSession) == [1]


def test_where_everybody_may_sign_up_an_invitation_is_not_used_up(
    app: Flask, services: Services, root: Browsing
) -> None:
    assert "nobody needs an invitation" in root.get(f"{ADMIN}/invitations").text
    assert root.post(f"{ADMIN}/invitations", note="Eve").status_code == 200
    assert Visitor(app.test_client()).sign_up("bob@example.org").status_code == 303
    used = services.database.read(lambda c: c.scalar(select(Invitation.used_at)))
    assert used is None
