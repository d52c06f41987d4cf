"""What the forms about accounts send, and how it is read."""

from __future__ import annotations

from typing import Annotated

from flask import request
from pydantic import Field

from chatapp.views import forms
from chatapp.views.bodies import Body, Name, TokenBody, Words, validate

Short = Annotated[Words, Field(max_length=1000)]


class SignInForm(Body):
    """Somebody who has an account."""

    email: Short = ""
    password: Short = ""


class SignUpForm(SignInForm):
    """Somebody who wants an account. The code counts for the first one."""

    code: Annotated[Words, Field(max_length=100)] = ""


class InvitationForm(Body):
    """Whom an invitation is for, and how long it is good."""

    note: Name
    days: Annotated[int, Field(ge=1, le=90)]


class _Typed(Body):
    typed: Short


def sign_in() -> SignInForm:
    """Raises `Unprocessable`."""
    return validate(SignInForm, _given("email", "password"))


def sign_up() -> SignUpForm:
    """Raises `Unprocessable`."""
    return validate(SignUpForm, _given("email", "password", "code"))


def token() -> TokenBody:
    """A personal token to make. Raises `Unprocessable`."""
    fields: dict[str, object] = {"name": _line("name"), "scope": request.form.get("scope", "chat")}
    if days := _line("days"):
        fields["days"] = _number(days)
    return validate(TokenBody, fields)


def invitation() -> InvitationForm:
    """An invitation to make. Raises `Unprocessable`."""
    days = _number(_line("days") or "7")
    return validate(InvitationForm, {"note": request.form.get("note", ""), "days": days})


def words(name: str) -> str:
    """A field as it was typed; passwords may have blanks at their ends. Raises `Unprocessable`."""
    return validate(_Typed, {"typed": request.form.get(name, "")}).typed


def profile() -> dict[str, object]:
    """What somebody says of themselves; only what they filled in. Raises `Unprocessable`."""
    return {name: said for name, said in forms.profile().items() if said}


def _given(*names: str) -> dict[str, str]:
    return {name: request.form[name] for name in names if name in request.form}


def _line(name: str) -> str:
    return " ".join(request.form.get(name, "").split())


def _number(text: str) -> int | str:
    return int(text) if forms.is_number(text) else text
