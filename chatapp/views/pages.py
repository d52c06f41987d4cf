"""The pages: every one of them, and every form on them, works without scripts."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.chat import access, deleting, history, sending
from chatapp.chat.questions import Sent
from chatapp.errors import NotFound
from chatapp.extensions import db
from chatapp.views import (
    attachments,
    branch,
    chat_page,
    forms,
    guard,
    listed,
    messages_api,
    services,
    shown,
)
from chatapp.views.packing import packed
from chatapp.views.streams import wants_stream

bp = Blueprint("pages", __name__)
bp.before_request(forms.limit)
bp.before_request(guard.load_identity)


@bp.get("/")
def new_chat() -> Response | str | Redirect:
    """A chat that has not begun, with the `?assistant=` that is named; the list can be searched.

    Where guests may not chat, nobody is led to the sign-in.
    """
    nobody = g.identity is None or g.identity.guest
    if nobody and not services().settings.guests:
        return redirect("/login", 303)
    return packed(chat_page.begin(request.args.get("assistant", "")))


@bp.get("/c/<id>")
def show_chat(id: str) -> Response | str:
    """What is stored of a conversation; `?stream=1` streams the running answer into the page.

    `views.branch` says which piece of it is shown.
    """
    conversation = access.conversation(db.session(), guard.person(), id)
    if request.args.get("stream"):
        return chat_page.stream(conversation)
    return packed(chat_page.render(conversation))


@bp.get("/list")
def show_list() -> str:
    """The list alone, as a piece of a page."""
    return render_template("conversations/_list.html", list=listed.page(None))


@bp.get("/c/<id>/messages")
def show_messages(id: str) -> Response | str:
    """Messages alone, as a piece of a page; 204 where `?known=` names the newest of all
    and `?title=` is still the conversation's."""
    conversation = access.conversation(db.session(), guard.person(), id)
    return chat_page.news(conversation, request.args.get("known", ""))


@bp.post("/")
def ask_first() -> Response | Redirect:
    """Asks in a new conversation."""
    guard.check_may_ask()
    question, person = forms.question(), guard.person_or_guest()
    return _follow(sending.send(services(), person, None, attachments.with_files(question)))


@bp.post("/c/<id>")
def ask(id: str) -> Response | Redirect:
    """Asks in a conversation."""
    access.conversation(db.session(), guard.person(), id)
    question = attachments.with_files(forms.question())
    return _follow(sending.send(services(), guard.person(), id, question))


@bp.post("/c/<id>/rename")
def rename(id: str) -> Redirect:
    """Gives a conversation another title."""
    access.conversation(db.session(), guard.person(), id)
    title = forms.title()
    db.session.rollback()
    history.change(services(), guard.person(), id, {"title": title})
    return redirect(f"/c/{id}", 303)


@bp.post("/c/<id>/delete")
def delete(id: str) -> Redirect:
    """Deletes a conversation; the page that follows offers to bring it back."""
    access.conversation(db.session(), guard.person(), id)
    db.session.rollback()
    deleting.put_away(services(), id)
    return redirect(f"/?deleted={id}", 303)


@bp.post("/c/<id>/restore")
def restore(id: str) -> Redirect:
    """Brings a deleted conversation back."""
    deleting.bring_back(services(), guard.person(), id)
    return redirect(f"/c/{id}", 303)


@bp.post("/c/<id>/pin")
def pin(id: str) -> Redirect:
    """Pins a conversation, or takes it down."""
    return _mark(id, "pinned")


@bp.post("/c/<id>/archive")
def archive(id: str) -> Redirect:
    """Archives a conversation, or lists it again."""
    return _mark(id, "archived")


@bp.get("/m/<id>")
def show_message(id: str) -> str:
    """A message alone, as a piece of a page: scripts put it where its words have grown."""
    message = access.message(db.session(), guard.person(), id)
    return render_template("messages/_message.html", message=branch.one(message))


@bp.get("/m/<id>/edit")
def edit(id: str) -> str:
    """A form with a question's words, to ask it differently."""
    message = access.message(db.session(), guard.person(), id)
    if message.role != "user":
        raise NotFound("There is no such question.")
    return render_template("messages/edit.html", composer=chat_page.editor(message))


@bp.post("/m/<id>/stop")
def stop(id: str) -> Redirect:
    """Stops an answer; the page that follows shows how it ended."""
    message = access.message(db.session(), guard.person(), id)
    back = shown.address(message, stream=True)
    services().engine.stop(id)
    return redirect(back, 303)


@bp.post("/m/<id>/regenerate")
def regenerate(id: str) -> Redirect:
    """Asks the same question again."""
    access.message(db.session(), guard.person(), id)
    return _stored(sending.regenerate(services(), guard.person(), id, forms.again()))


@bp.get("/m/<id>/again")
def choose_model(id: str) -> str:
    """A form with the models that may answer the same question."""
    message = access.message(db.session(), guard.person(), id)
    if message.role != "assistant":
        raise NotFound("There is no such answer.")
    guard.refuse_guests()
    return render_template("messages/again.html", choices=chat_page.choices(message))


@bp.post("/m/<id>/continue")
def go_on(id: str) -> Redirect:
    """Goes on with an answer that broke off."""
    access.message(db.session(), guard.person(), id)
    return _stored(sending.go_on(services(), guard.person(), id, forms.again()))


@bp.post("/m/<id>/feedback")
def rate(id: str) -> Redirect:
    """Keeps what the person thinks of an answer; the page that follows lets them say why."""
    message = access.message(db.session(), guard.person(), id)
    rating = forms.rating()
    asks_why = rating.rating and not rating.comment
    back = shown.comment_address(message) if asks_why else shown.address(message)
    db.session.rollback()
    history.rate(services(), id, rating.rating, rating.comment)
    return redirect(back, 303)


def _mark(id: str, name: str) -> Redirect:
    access.conversation(db.session(), guard.person(), id)
    db.session.rollback()
    history.change(services(), guard.person(), id, {name: bool(request.form.get("on"))})
    return redirect(f"/c/{id}", 303)


def _follow(sent: Sent) -> Response | Redirect:
    """The native stream where a script asks for it, else the page that streams."""
    if wants_stream(request):
        return messages_api.answer(sent)
    return _stored(sent)


def _stored(sent: Sent) -> Redirect:
    return redirect(f"/c/{sent.conversation_id}?stream=1#m-{sent.message_id}", 303)
