"""Who may call which address: one row for each route and method, and what each caller gets.

A new route needs a row. Its `kind` says who may call it; where none of the kinds fits, make one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

CALLERS = (
    "nobody", "guest", "other", "owner", "admin",
    "forged", "expired_session",
    "whole_token", "chat_token", "admin_token", "revoked_token", "expired_token", "ticket",
)  # fmt: skip
"""`forged` is the owner's cookie without a CSRF token; the tokens are the owner's, too, but one.
The ticket is the owner's, for an address that is not called."""

TOKENS = ("whole_token", "chat_token", "admin_token")

OK = 0
"""Stands for the row's own `ok`."""

Kind = Mapping[str, int]


_UNKNOWN = ("nobody", "expired_session", "revoked_token", "expired_token")


def kind(refused: int, **others: int) -> Kind:
    """What callers get: `OK`, but `refused` where there is no valid credential.

    `forged` is told `OK` for safe methods in any case.
    """
    assert set(others) <= set(CALLERS)
    bad = dict.fromkeys((*_UNKNOWN, "ticket"), refused)
    return MappingProxyType(dict.fromkeys(CALLERS, OK) | bad | {"forged": 403} | others)


EVERYBODY = kind(OK, forged=OK)
"""Nobody is asked who they are."""

VISITORS = kind(OK, revoked_token=401, expired_token=401, ticket=401)
"""For everybody; only a token that is not valid is refused. Who asks as nobody becomes a guest."""

NEWCOMERS = kind(OK, revoked_token=401, expired_token=401, ticket=401, chat_token=403)
"""The same, but a token must reach all."""

STRANGERS = kind(
    OK, revoked_token=401, expired_token=401, ticket=401,
    **dict.fromkeys(("other", "owner", "admin", "whole_token", "chat_token", "admin_token"), 303),
)  # fmt: skip
"""Pages that lead to an account; who has one is led on."""

ENTRY = kind(
    OK, nobody=403, revoked_token=401, expired_token=401, ticket=401, **dict.fromkeys(TOKENS, 403)
)
"""Forms that nobody needs to be signed in for: no token fills them in, and each must be shown."""

BROWSERS = kind(OK, revoked_token=401, expired_token=401, ticket=401, **dict.fromkeys(TOKENS, 403))
"""Everybody who is there by way of a browser. (Here no provider was configured.)"""

SIGNED_IN = kind(401)
"""Guests and accounts, by cookie or by any token."""

ACCOUNTS = kind(401, guest=401)
"""The same without guests."""

WHOLE = kind(401, chat_token=403)
"""The same, but a token for chats alone does not reach."""

ACCOUNT_WHOLE = kind(401, guest=403, chat_token=403)
"""The same without guests."""

ADDED = kind(401, chat_token=403, whole_token=200, admin_token=200)
"""The same, where their owners have added before what the tokens add."""

BROWSER = kind(401, guest=403, whole_token=403, chat_token=403, admin_token=403)
"""Accounts in their browsers: what no token may do."""

BROWSER_OF_ANYBODY = kind(401, **dict.fromkeys(TOKENS, 403))
"""The same, and guests."""

OWN_BROWSER = kind(401, guest=404, other=404, admin=404, **dict.fromkeys(TOKENS, 403))
"""What belongs to the owner, who needs a browser for it."""
_BY_COOKIE = dict.fromkeys(("guest", "other", "owner", "admin", "forged"), 401)
PROGRAMS = kind(401, **_BY_COOKIE)
"""Programs, by a personal token."""

OWN_PROGRAM = kind(401, **_BY_COOKIE, admin_token=404)
"""What belongs to the owner, whose programs alone reach it."""

ADMINISTRATOR = kind(
    401, guest=403, other=403, owner=403, whole_token=403, chat_token=403, admin_token=403
)
"""Administrators in their browsers: not even their own tokens."""

OWN = kind(401, guest=404, other=404, admin=404, admin_token=404)
"""What belongs to the owner is there for the owner alone: an administrator is anybody else."""

OWN_WHOLE = kind(401, guest=404, other=404, admin=404, admin_token=404, chat_token=403)
"""The same, but a token for chats alone does not reach."""

OWN_OF_ACCOUNT = kind(401, guest=403, other=404, admin=404, admin_token=404, chat_token=403)
"""The same, and nothing for guests."""


@dataclass(frozen=True)
class Row:
    """One method of one route: who may call it, and how it is called by somebody who may.

    `of` names the thing whose id takes the place of `<id>`, as `tests.support.callers` makes it.
    `ok` is the status of a call that is served; `send` goes to werkzeug's test client. `asks` marks
    a GET that asks a model: it has no HEAD. `accept` is what a caller says it reads.
    """

    kind: Kind
    ok: int = 200
    of: str = ""
    query: str = ""
    send: Mapping[str, Any] = field(default_factory=dict)
    asks: bool = False
    accept: str = "*/*"


def json(**fields: Any) -> Mapping[str, Any]:
    """A JSON body."""
    return {"json": fields}


def form(**fields: str) -> Mapping[str, Any]:
    """A form's fields."""
    return {"data": fields}


ENDLESS = ("/events",)
"""Streams that end only where `?limit=` says so."""

ARGUMENTS = {"digest": "0" * 16, "name": "icon.svg", "model": "scripted", "number": "1"}
"""What takes the place of what is no id in an address."""


def path_of(name: str, row: Row, ids: dict[str, str]) -> str:
    """Where a row's route is called."""
    known = ids | ARGUMENTS | {"id": ids.get(row.of, "")}
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known[found[1]], name.partition(" ")[2])
    return f"{path}?{row.query}" if row.query else path


CHAT = "conversation"

MATRIX: Mapping[str, Row] = {
    "GET /healthz": Row(EVERYBODY),
    "GET /readyz": Row(EVERYBODY),
    "GET /healthz/stream": Row(EVERYBODY),
    "GET /static/<digest>/<path:name>": Row(EVERYBODY),
    "GET /api/openapi.json": Row(EVERYBODY),
    "GET /api/docs": Row(EVERYBODY),
    "GET /": Row(VISITORS),
    "POST /": Row(VISITORS, 303, send=form(content="Why?")),
    "GET /list": Row(VISITORS),
    "GET /palette": Row(VISITORS),
    "GET /manifest.webmanifest": Row(VISITORS),
    "GET /worker.js": Row(VISITORS),
    "GET /c/<id>": Row(OWN, of=CHAT),
    "POST /c/<id>": Row(OWN, 303, CHAT, send=form(content="Why?")),
    "GET /c/<id>/messages": Row(OWN, of=CHAT),
    "POST /c/<id>/rename": Row(OWN, 303, CHAT, send=form(title="Other")),
    "POST /c/<id>/delete": Row(OWN, 303, CHAT),
    "POST /c/<id>/restore": Row(OWN, 303, CHAT),
    "POST /c/<id>/pin": Row(OWN, 303, CHAT),
    "POST /c/<id>/archive": Row(OWN, 303, CHAT),
    "GET /c/<id>/export": Row(OWN, of=CHAT),
    "GET /c/<id>/share": Row(OWN_WHOLE, of=CHAT),
    "POST /c/<id>/share": Row(OWN_OF_ACCOUNT, 303, CHAT),
    "POST /c/<id>/share/withdraw": Row(OWN_WHOLE, 303, CHAT),
    "GET /s/<id>": Row(EVERYBODY, of="link"),
    "GET /s/<id>/images/<image>": Row(EVERYBODY, of="link"),
    "GET /c/<id>/documents": Row(OWN, of=CHAT),
    "POST /c/<id>/documents": Row(OWN, 303, CHAT),
    "GET /choose-documents": Row(SIGNED_IN),
    "POST /choose-documents": Row(SIGNED_IN, 303),
    "GET /assistants": Row(NEWCOMERS),
    "POST /assistants": Row(ACCOUNT_WHOLE, 303, send=form(name="Ada", colour="teal")),
    "GET /assistants/new": Row(ACCOUNT_WHOLE),
    "GET /assistants/<id>/edit": Row(OWN_WHOLE, of="assistant"),
    "POST /assistants/<id>/edit": Row(
        OWN_WHOLE, 303, "assistant", send=form(name="Eve", colour="rose")
    ),
    "POST /assistants/<id>/delete": Row(OWN_WHOLE, 303, "assistant"),
    "GET /prompts": Row(NEWCOMERS),
    "POST /prompts": Row(NEWCOMERS, 303, send=form(title="Why", content="Why?")),
    "GET /prompts/new": Row(NEWCOMERS),
    "GET /prompts/<id>/edit": Row(OWN_WHOLE, of="prompt"),
    "POST /prompts/<id>/edit": Row(
        OWN_WHOLE, 303, "prompt", send=form(title="How", content="How?")
    ),
    "POST /prompts/<id>/delete": Row(OWN_WHOLE, 303, "prompt"),
    "GET /m/<id>": Row(OWN, of="answer"),
    "GET /m/<id>/sources/<int:number>": Row(OWN, 404, "answer"),
    "GET /m/<id>/edit": Row(OWN, of="question"),
    "GET /m/<id>/again": Row(OWN, of="answer"),
    "POST /m/<id>/stop": Row(OWN, 303, "answer"),
    "POST /m/<id>/regenerate": Row(OWN, 303, "answer"),
    "POST /m/<id>/continue": Row(OWN, 303, "answer"),
    "POST /m/<id>/feedback": Row(OWN, 303, "answer", send=form(rating="good")),
    "GET /login": Row(STRANGERS),
    "POST /login": Row(ENTRY, 403, send=form(email="ann@example.org", password="wrong")),
    "GET /signup": Row(STRANGERS),
    "POST /signup": Row(ENTRY, 422, send=form(email="nobody", password="correct horse")),
    "GET /login/openid": Row(BROWSERS, 404),
    "GET /login/openid/callback": Row(BROWSERS, 404),
    "POST /logout": Row(ENTRY, 303),
    "POST /language": Row(ENTRY, 303, send=form(language="id")),
    "POST /theme": Row(ENTRY, 303, send=form(theme="dark")),
    "GET /api/conversations": Row(SIGNED_IN),
    "POST /api/conversations": Row(SIGNED_IN, 201, send=json()),
    "GET /api/conversations/<id>": Row(OWN, of=CHAT),
    "PATCH /api/conversations/<id>": Row(OWN, of=CHAT, send=json(title="Other")),
    "DELETE /api/conversations/<id>": Row(OWN, 204, CHAT),
    "GET /api/conversations/<id>/messages": Row(OWN, of=CHAT),
    "POST /api/conversations/<id>/messages": Row(OWN, 201, CHAT, send=json(content="Why?")),
    "GET /api/conversations/<id>/export": Row(OWN, of=CHAT),
    "GET /api/conversations/<id>/share": Row(OWN_WHOLE, of=CHAT),
    "POST /api/conversations/<id>/share": Row(OWN_OF_ACCOUNT, 200, CHAT),
    "DELETE /api/conversations/<id>/share": Row(OWN_WHOLE, 204, CHAT),
    "GET /api/shares": Row(WHOLE),
    "POST /api/imports": Row(ACCOUNT_WHOLE, 415),
    "GET /api/assistants": Row(WHOLE),
    "POST /api/assistants": Row(ACCOUNT_WHOLE, 201, send=json(name="Ada")),
    "GET /api/assistants/<id>": Row(OWN_WHOLE, of="assistant"),
    "PATCH /api/assistants/<id>": Row(OWN_WHOLE, of="assistant", send=json(name="Eve")),
    "DELETE /api/assistants/<id>": Row(OWN_WHOLE, 204, "assistant"),
    "GET /api/prompts": Row(WHOLE),
    "POST /api/prompts": Row(WHOLE, 201, send=json(title="Why", content="Why?")),
    "GET /api/prompts/<id>": Row(OWN_WHOLE, of="prompt"),
    "PATCH /api/prompts/<id>": Row(OWN_WHOLE, of="prompt", send=json(title="How")),
    "DELETE /api/prompts/<id>": Row(OWN_WHOLE, 204, "prompt"),
    "GET /api/messages/<id>": Row(OWN, of="answer"),
    "GET /api/messages/<id>/stream": Row(OWN, of="answer"),
    "POST /api/messages/<id>/stop": Row(OWN, 202, "answer"),
    "POST /api/messages/<id>/feedback": Row(OWN, 204, "answer", send=json(rating="good")),
    "POST /api/messages/<id>/regenerate": Row(OWN, 201, "answer", send=json()),
    "POST /api/messages/<id>/continue": Row(OWN, 201, "answer", send=json()),
    "POST /api/chat": Row(VISITORS, send=json(userInput="Why?")),
    "POST /api/chat/stream": Row(VISITORS, send=json(userInput="Why?")),
    "POST /api/ai": Row(
        SIGNED_IN,
        send=json(
            id="chat", messages=[{"role": "user", "parts": [{"type": "text", "text": "Why?"}]}]
        ),
    ),
    "GET /api/ai/<id>/stream": Row(SIGNED_IN, 204, of=CHAT),
    "POST /api/users": Row(VISITORS, send=json(prompt="Why?")),
    "GET /api/users/stream": Row(EVERYBODY, 404, query="chatId=unknown"),
    "GET /api/coach/stream": Row(
        ACCOUNTS, query="input=Why", asks=True, accept="text/event-stream"
    ),
    "POST /api/chat-rooms/<id>/stream": Row(OWN, of=CHAT, send=form(message="Why?")),
    "GET /api/chat/stream": Row(
        SIGNED_IN, query="message=Why", asks=True, accept="text/event-stream"
    ),
    "GET /documents": Row(NEWCOMERS),
    "POST /documents": Row(NEWCOMERS, 422, send=form(shared="1")),
    "GET /documents/rows": Row(WHOLE),
    "POST /api/images": Row(SIGNED_IN, 415, send=json(name="a.png")),
    "GET /images/<id>": Row(OWN, of="image"),
    "POST /attachments": Row(NEWCOMERS, 422, send=form(shared="1")),
    "GET /documents/<id>": Row(OWN_WHOLE, of="document"),
    "GET /documents/<id>/file": Row(OWN_WHOLE, of="document"),
    "POST /documents/<id>/share": Row(OWN_WHOLE, 303, "document", send=form(shared="1")),
    "POST /documents/<id>/delete": Row(OWN_WHOLE, 303, "document"),
    "GET /api/documents": Row(WHOLE),
    "POST /api/documents": Row(ADDED, 202, send=json(title="Leave", content="Thirty days.")),
    "GET /api/documents/<id>": Row(OWN_WHOLE, of="document"),
    "PATCH /api/documents/<id>": Row(OWN_WHOLE, of="document", send=json(title="Other")),
    "DELETE /api/documents/<id>": Row(OWN_WHOLE, 204, "document"),
    "GET /api/passages": Row(WHOLE, query="query=leave"),
    "GET /api/me": Row(WHOLE),
    "PATCH /api/me": Row(WHOLE, send=json(name="Ann")),
    "GET /api/tokens": Row(WHOLE),
    "POST /api/tokens": Row(BROWSER, 201, send=json(name="laptop")),
    "DELETE /api/tokens/<id>": Row(OWN_WHOLE, 204, "token"),
    "POST /api/stream-tickets": Row(SIGNED_IN, 201, send=json(path="/events")),
    "GET /admin": Row(ADMINISTRATOR),
    "POST /admin/people/<id>": Row(ADMINISTRATOR, 303, "person", send=form(deed="promote")),
    "GET /admin/invitations": Row(ADMINISTRATOR),
    "POST /admin/invitations": Row(ADMINISTRATOR, send=form(note="Eve")),
    "POST /admin/invitations/<id>/revoke": Row(ADMINISTRATOR, 303, "invitation"),
    "GET /admin/log": Row(ADMINISTRATOR),
    "GET /profile": Row(WHOLE),
    "POST /profile": Row(WHOLE, 303, send=form(name="Ann")),
    "GET /settings": Row(BROWSER_OF_ANYBODY),
    "GET /settings/export": Row(BROWSER_OF_ANYBODY),
    "POST /settings/password": Row(BROWSER, 422, send=form(password="short")),
    "POST /settings/tokens": Row(BROWSER, send=form(name="laptop")),
    "POST /settings/tokens/<id>/revoke": Row(OWN_BROWSER, 303, "token"),
    "POST /settings/browsers/<id>/end": Row(OWN_BROWSER, 303, "session"),
    "POST /settings/import": Row(BROWSER, 415),
    "POST /settings/shares/<id>/withdraw": Row(OWN_BROWSER, 303, "share"),
    "POST /settings/delete": Row(BROWSER_OF_ANYBODY, 422),
    "GET /v1/models": Row(PROGRAMS),
    "GET /v1/models/<path:model>": Row(PROGRAMS),
    "POST /v1/chat/completions": Row(
        PROGRAMS, send=json(model="scripted", messages=[{"role": "user", "content": "Why?"}])
    ),
    "POST /v1/responses": Row(PROGRAMS, send=json(model="scripted", input="Why?")),
    "GET /v1/responses/<id>": Row(OWN_PROGRAM, of="response"),
    "DELETE /v1/responses/<id>": Row(OWN_PROGRAM, of="response"),
    "POST /v1/responses/<id>/cancel": Row(OWN_PROGRAM, of="response"),
    "GET /v1/responses/<id>/input_items": Row(OWN_PROGRAM, of="response"),
    "GET /hello": Row(VISITORS, asks=True, accept="text/event-stream"),
    "GET /events": Row(SIGNED_IN, query="limit=1"),
}
