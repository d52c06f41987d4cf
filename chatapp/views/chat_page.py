"""The page of a chat: put together from what is stored, or with an answer growing in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from secrets import token_hex

from flask import Response, g, render_template, request
from markupsafe import Markup

from chatapp.accounts.identity import Identity
from chatapp.chat import answerer, assistants
from chatapp.chat.answers import open_answer
from chatapp.chat.personas import NOBODY, Persona
from chatapp.dialects.html import Html
from chatapp.events import ENDINGS
from chatapp.extensions import db
from chatapp.live.answer import LiveAnswer
from chatapp.live.follow import follow
from chatapp.models import Conversation, Message
from chatapp.views import branch, listed, services, shown
from chatapp.views.branch import Branch
from chatapp.views.language import current, ngettext, number, tell
from chatapp.views.language import gettext as _
from chatapp.views.streams import HEADERS

OFFERED = 7
"""Assistants on the page of a new chat."""


def render(conversation: Conversation) -> str:
    """The page as it is stored."""
    return _render_stored(conversation, branch.read(conversation))


def begin(assistant_id: str) -> str:
    """The page of a new chat, with an assistant where one is named. Raises `NotFound`."""
    if not assistant_id:
        return _render(None, Branch(), [], NOBODY)
    connection = db.session.connection()
    return _render(None, Branch(), [], assistants.find(connection, _reader(), assistant_id))


def stream(conversation: Conversation) -> Response | str:
    """The page with its last answer growing in it; as stored where no answer is being written."""
    shows = branch.read(conversation)
    if not shows.messages or shows.messages[-1].status in ENDINGS:
        return _render_stored(conversation, shows)
    growing = shows.messages[-1]
    slot = Markup(f"<!-- {token_hex(16)} -->")
    assistant = _assistant(conversation.assistant_id)
    page = _render(conversation, shows, branch.present(shows, slot), assistant)
    db.session.remove()  # nothing is held while the answer is opened and read
    live = open_answer(services(), growing)
    html = Html(shown.address(growing), _("Show the finished answer"), current().tell)
    return Response(_around(page.partition(slot), live, html), headers=HEADERS)


def choices(message: Message) -> shown.Choices:
    """The models that may answer once more."""
    return shown.choices(message, services().catalogue.offered())


def news(conversation: Conversation, known: str) -> Response | str:
    """A piece of its messages alone; 204 where the newest of all is `known`, as `<id>-<status>`,
    and its title the one that the request tells."""
    same = request.args.get("title", conversation.title) == conversation.title
    if known and same and branch.is_known(conversation, known):
        return Response(status=204)
    shows = branch.read(conversation)
    messages = branch.present(shows)
    title = conversation.title
    return render_template("messages/_piece.html", title=title, branch=shows, messages=messages)


def editor(message: Message) -> shown.Composer:
    """The form that asks a question differently."""
    return shown.Composer(
        action=f"/c/{message.conversation_id}",
        words=message.text,
        longest=services().settings.max_message_chars,
        editing=True,
        parent_id=message.parent_id or "",
        back=shown.address(message),
        attachments=shown.attachments(message.attachments or ()),
        largest=services().settings.max_upload_mb,
        pictures=bool(services().provider.speaks),
    )


def _around(page: tuple[str, str, str], live: LiveAnswer, html: Html) -> Iterator[bytes]:
    head, _, tail = page
    yield head.encode()
    yield from follow(live, html)
    yield tail.encode()


def _assistant(assistant_id: str | None) -> Persona:
    return answerer.in_use(db.session.connection(), _reader(), assistant_id)


def _reader() -> str:
    """Who reads the page; empty for nobody."""
    return g.identity.user_id if g.identity else ""


def _render_stored(conversation: Conversation, shows: Branch) -> str:
    return _render(
        conversation, shows, branch.present(shows), _assistant(conversation.assistant_id)
    )


def _render(
    conversation: Conversation | None,
    shows: Branch,
    messages: Sequence[branch.Shown],
    assistant: Persona,
) -> str:
    offline = services().provider.grounded
    return render_template(
        "conversations/chat.html",
        title=conversation.title if conversation else "",
        conversation_id=conversation.id if conversation else "",
        known=g.identity is not None,
        visitor=_visitor(),
        branch=shows,
        messages=messages,
        list=listed.page(conversation.id if conversation else None),
        deleted=listed.deleted(),
        composer=_composer(conversation, shows, assistant),
        assistant=shown.persona(assistant),
        offers=() if conversation else _offers(),
        offline=offline,
        starters=[shown.Starter(words) for words in _openings(assistant)],
        blank=shown.Blank(),
    )


def _openings(assistant: Persona) -> Sequence[str]:
    """Questions to begin with."""
    if assistant is not NOBODY:
        return shown.persona(assistant).opening_questions
    return [tell(each) for each in shown.STARTERS] if services().provider.grounded else ()


def _offers() -> Sequence[Persona]:
    """Some assistants to begin with; the page of assistants has all."""
    found = assistants.listed(db.session.connection(), _reader(), limit=OFFERED).items
    return [shown.persona(each) for each in found]


def _visitor() -> shown.Visitor:
    identity: Identity | None = g.identity
    may_sign_up = services().settings.signup
    if identity is None:
        return shown.Visitor(may_sign_up=may_sign_up)
    return shown.Visitor(identity.email, identity.guest, may_sign_up)


def _documents(conversation: Conversation | None, assistant: Persona) -> shown.Documents:
    if conversation is None:
        words = _uses(assistant.document_ids or None, assistant.use_documents)
        address = listed.with_query("/choose-documents", {"assistant": assistant.id})
        return shown.Documents(words, address)
    chosen, used = answerer.documents(conversation, assistant)
    return shown.Documents(_uses(chosen, used), f"/c/{conversation.id}/documents")


def _uses(chosen: Sequence[str] | None, used: bool) -> str:
    if not used:
        return _("No documents")
    if chosen is None:
        return _("All documents")
    count = len(chosen)
    return ngettext("%(num)s document", "%(num)s documents", count) % {"num": number(count)}


def _composer(
    conversation: Conversation | None, shows: Branch, assistant: Persona
) -> shown.Composer:
    catalogue = services().catalogue
    models = catalogue.offered() if branch.may_choose() else ()
    chosen = (conversation and conversation.model) or ""
    preferred = ""
    if models and assistant is not NOBODY:
        preferred = catalogue.prefer(assistant.model, models[0], guest=False)
    return shown.Composer(
        action=f"/c/{conversation.id}" if conversation else "/",
        models=models if len(models) > 1 else (),
        model=chosen or preferred or (models[0] if models else ""),
        assistant_id="" if conversation else assistant.id,
        preferred=preferred,
        documents=_documents(conversation, assistant) if g.identity else None,
        longest=services().settings.max_message_chars,
        largest=services().settings.max_upload_mb,
        pictures=bool(services().provider.speaks),
        parent_id=shows.last,
        answering=bool(shows.messages) and shows.messages[-1].status not in ENDINGS,
    )
