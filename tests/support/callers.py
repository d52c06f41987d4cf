"""Everybody who may call: each by their own credential, and things that belong to the owner."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert

from chatapp.accounts import sessions, tickets, tokens
from chatapp.chat import sharing
from chatapp.chat.responses import KEPT
from chatapp.models import (
    Assistant,
    BrowserSession,
    Conversation,
    Database,
    Document,
    DocumentFile,
    DocumentText,
    Image,
    ImageFile,
    Invitation,
    Message,
    ResponseRow,
    SavedPrompt,
    Share,
    Token,
    User,
    make_id,
    now,
)

THINGS = (
    *("conversation", "question", "answer", "token", "session", "person", "invitation"),
    *("program", "response", "assistant", "document", "share", "image", "prompt"),
)
PROMPT = {"title": "Why", "content": "Why?"}
SHOWN = {"name": "a.png", "media_type": "image/png", "width": 1, "height": 1}
ASSISTANT = {"name": "Ada", "letter": "A", "colour": "teal"}
TOO_LONG_AGO = timedelta(days=400)


@dataclass(frozen=True)
class Caller:
    """A client, and what it shows with each request."""

    client: FlaskClient
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


class People:
    """The people of a test: an owner, and others. `call(name)` is somebody with a credential."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._database: Database = app.extensions["chatapp"].database
        self.owner = self._person("owner")
        self._other = self._person("other")
        self._guest = self._person()
        self._admin = self._person("admin", is_admin=True)

    def caller(self, name: str) -> Caller:
        """Somebody, as the table of the matrix names them."""
        make: Callable[[], Caller] = getattr(self, f"_call_as_{name}")
        return make()

    def belongings(self) -> dict[str, str]:
        """New things of the owner's, by what they are: their ids."""
        ids = {name: make_id() for name in THINGS}
        message = {"conversation_id": ids["conversation"], "text": "Half"}
        picture = {"kind": "image", "id": ids["image"], **SHOWN}
        question = message | {"id": ids["question"], "role": "user", "status": "complete"}
        answer = message | {"id": ids["answer"], "role": "assistant", "status": "stopped"}
        token = {"id": ids["token"], "name": "laptop"}
        invitation = {"id": ids["invitation"], "note": "Eve", "expires_at": now()}
        parts = [{"type": "text", "text": "Half"}]
        link = {"capability": secrets.token_urlsafe(sharing.BYTES), "title": "Half"}
        share = {"conversation_id": ids["conversation"], "message_id": ids["answer"]}
        rows: list[tuple[type, dict[str, Any]]] = [
            (Conversation, {"id": ids["conversation"], "user_id": self.owner}),
            (Message, question | {"position": 1, "attachments": [picture]}),
            (Token, token | {"user_id": self.owner, "digest": ids["token"]}),
            (BrowserSession, {"id": ids["session"], "user_id": self.owner}),
            (User, {"id": ids["person"], "email": f"{ids['person']}@example.org"}),
            (Share, share | link | {"id": ids["share"], "user_id": self.owner}),
            (Assistant, {"id": ids["assistant"], "user_id": self.owner, **ASSISTANT}),
            (SavedPrompt, {"id": ids["prompt"], "user_id": self.owner, **PROMPT}),
            (Invitation, invitation | {"digest": ids["invitation"]}),
            (Message, answer | {"position": 2, "parent_id": ids["question"], "parts": parts}),
            *self._response(ids["program"], answer | {"id": ids["response"], "parts": parts}),
        ]
        rows += _document(ids["document"], self.owner)
        rows += _image(ids["image"], self.owner, ids["conversation"])
        for model, values in rows:
            self._insert(model, **values)
        shown = {"session": sessions.handle(ids["session"]), "response": f"resp_{ids['response']}"}
        return ids | shown | {"link": link["capability"]}

    def _response(
        self, conversation_id: str, answer: dict[str, Any]
    ) -> list[tuple[type, dict[str, Any]]]:
        """What a program of the owner's keeps of an answer."""
        kept = {"id": conversation_id, "user_id": self.owner, "kept_until": now() + KEPT}
        asked = {"message_id": answer["id"], "input": [], "settings": {}}
        message = answer | {"conversation_id": conversation_id, "position": 1}
        return [(Conversation, kept), (Message, message), (ResponseRow, asked)]

    def _call_as_nobody(self) -> Caller:
        return Caller(self._app.test_client())

    def _call_as_guest(self) -> Caller:
        return self._browser(self._guest)

    def _call_as_other(self) -> Caller:
        return self._browser(self._other)

    def _call_as_owner(self) -> Caller:
        return self._browser(self.owner)

    def _call_as_admin(self) -> Caller:
        return self._browser(self._admin)

    def _call_as_forged(self) -> Caller:
        """The owner's browser, sending what another site's page made up: without a CSRF token."""
        return Caller(self._browser(self.owner).client)

    def _call_as_expired_session(self) -> Caller:
        return self._browser(self.owner, seen_at=now() - TOO_LONG_AGO)

    def _call_as_whole_token(self) -> Caller:
        return self._token(self.owner)

    def _call_as_chat_token(self) -> Caller:
        return self._token(self.owner, scope="chat")

    def _call_as_admin_token(self) -> Caller:
        return self._token(self._admin)

    def _call_as_revoked_token(self) -> Caller:
        return self._bearer("chat_" + secrets.token_urlsafe(32))

    def _call_as_expired_token(self) -> Caller:
        token = "chat_" + secrets.token_urlsafe(32)
        over = {"digest": tokens.digest(token), "expires_at": now() - timedelta(seconds=1)}
        self._insert(Token, user_id=self.owner, name="old", **over)
        return self._bearer(token)

    def _call_as_ticket(self) -> Caller:
        wish = tickets.Wish(self.owner, "/api/elsewhere")
        ticket, _ = tickets.issue(self._database, wish)
        return Caller(self._app.test_client(), query=f"ticket={ticket}")

    def _person(self, name: str = "", **values: object) -> str:
        id = make_id()
        email = f"{name}-{id}@example.org" if name else None
        self._insert(User, id=id, email=email, **values)
        return id

    def _browser(self, user_id: str, **values: object) -> Caller:
        client, session_id = self._app.test_client(), secrets.token_urlsafe(24)
        self._insert(BrowserSession, id=session_id, user_id=user_id, **values)
        with client.session_transaction() as session:
            session["sid"] = session_id
        page = client.get("/").text
        token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
        assert token, "the page has no CSRF token"
        return Caller(client, {"X-CSRFToken": token})

    def _token(self, user_id: str, scope: str = "all") -> Caller:
        return self._bearer(tokens.create(self._database, user_id, "tests", scope=scope))

    def _bearer(self, token: str) -> Caller:
        return Caller(self._app.test_client(), {"Authorization": f"Bearer {token}"})

    def _insert(self, model: type, **values: object) -> None:
        def store(connection: Connection) -> None:
            connection.execute(insert(model).values(**values))

        self._database.write(store)


def _image(id: str, user_id: str, conversation_id: str) -> list[tuple[type, dict[str, Any]]]:
    """A picture in a conversation."""
    whose = {"id": id, "user_id": user_id, "conversation_id": conversation_id}
    file = {"image_id": id, "content": b"Half"}
    return [(Image, SHOWN | whose | {"size": 4}), (ImageFile, file)]


def _document(id: str, user_id: str) -> list[tuple[type, dict[str, Any]]]:
    """A document that was read."""
    common = {"id": id, "user_id": user_id, "checksum": id, "size": 4, "state": "ready"}
    named = {"name": "a.txt", "title": "a", "media_type": "text/plain"}
    file = {"document_id": id, "content": b"Half"}
    words = {"document_id": id, "text": "Half"}
    return [(Document, common | named), (DocumentFile, file), (DocumentText, words)]
