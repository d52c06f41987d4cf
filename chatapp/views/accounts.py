"""Signing up, in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flask import Blueprint, Response, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from chatapp.accounts import devices, founding, invitations, merging, people, profile, throttle
from chatapp.accounts.identity import enter, forget
from chatapp.errors import Forbidden, RateLimited, RequestError
from chatapp.views import account_forms, forms, guard, limits, openid_provider, services
from chatapp.views.headers import forgotten
from chatapp.views.paths import own_path

bp = Blueprint("accounts", __name__)
bp.before_request(forms.limit)
bp.before_request(guard.load_identity)
bp.before_request(guard.require_form_token)

Answer: TypeAlias = Response | Redirect


@bp.get("/login")
def show_sign_in() -> str | Redirect:
    """The form that signs in."""
    return redirect(_next(), 303) if has_account() else _sign_in_page()


@bp.post("/login")
def sign_in() -> Answer:
    """Signs in; what a guest wrote until then becomes the account's."""
    return _or_form(_sign_in, _sign_in_page)


@bp.get("/signup")
def show_sign_up() -> str | Redirect:
    """The form that makes an account."""
    _check_welcome()
    return redirect(_next(), 303) if has_account() else _sign_up_page()


@bp.post("/signup")
def sign_up() -> Answer:
    """Makes an account, which a guest goes on in."""
    _check_welcome()
    return _or_form(_sign_up, _sign_up_page)


@bp.post("/logout")
def sign_out() -> Redirect:
    """Ends the session of this browser."""
    return leave()


def leave() -> Redirect:
    """Signs this browser out, and goes to where somebody begins who is nobody."""
    forget(services().database)
    return forgotten(redirect("/" if services().settings.guests else "/login", 303))


CLOSED = "New accounts are made by those who run this chat. Ask them for one."
USED = "This invitation was used, or its time is over. Ask for another one."
WRONG = "That address and that password do not belong together."
WRONG_CODE = "That is not the setup code. The start of the server prints it."


def _sign_in() -> Redirect:
    form = account_forms.sign_in()
    database = services().database
    device = devices.name_for(people.fold(form.email))
    counts = throttle.sign_in(people.fold(form.email), _address(), device)
    throttle.attempt(database, counts)
    found = people.recognise(database, form.email, form.password)
    if found is None:
        raise Forbidden(WRONG, code="wrong_credentials")
    throttle.forgive(database, counts)
    return admit(found.id, form.email, _next(), found.password_hash)


def _sign_up() -> Redirect:
    form = account_forms.sign_up()
    said = account_forms.profile()
    limits.count("sign-up")
    newcomer = people.Newcomer(form.email, form.password, guest_id(), invitation=_invitation())
    user_id = people.join(services().database, newcomer, founder=_is_founder(form.code))
    if said:
        profile.change(services().database, user_id, said)
    return admit(user_id, form.email, _next())


def admit(user_id: str, email: str, next: str, proof: str | None = None) -> Redirect:
    """Signs this browser in, with what a guest wrote in it, and goes on where it wanted to.

    `proof` is the hash that a password matched. Raises `Forbidden` for those who are disabled
    (then nothing has changed), and where the password was changed meanwhile.
    """
    people.check_enabled(services().database, user_id)
    guest = guest_id()
    if guest and guest != user_id:
        merging.merge(services().database, guest, user_id)
    enter(request, services().database, user_id, people.fold(email), proof)
    return redirect(next, 303)


def _check_welcome() -> None:
    """Raises `Forbidden` for those who are not invited, where one must be."""
    code = _invitation()
    if code is not None and not invitations.is_open(services().database, code):
        raise Forbidden(USED if code else CLOSED)


def _invitation() -> str | None:
    """What the link said; None where nobody needs one."""
    return None if services().settings.signup else request.values.get("invitation", "")


def _is_founder(code: str) -> bool:
    """Whether this may be the first account. Raises `Forbidden` and `RateLimited` for codes."""
    if not founding.awaits_founder(services().database) or is_at_the_machine():
        return True
    counts = throttle.setup_code(_address())
    throttle.attempt(services().database, counts)
    if not founding.is_setup_code(code, str(current_app.secret_key)):
        raise Forbidden(WRONG_CODE, code="setup_code")
    throttle.forgive(services().database, counts)
    return True


def _or_form(act: Callable[[], Redirect], show: Callable[[str], str]) -> Answer:
    """What `act` does; where it is refused, the form again, with the reason."""
    try:
        return act()
    except RequestError as error:
        response = Response(show(str(error)), error.status)
        if isinstance(error, RateLimited):
            response.headers["Retry-After"] = str(error.retry_after)
        return response


def _sign_in_page(trouble: str = "") -> str:
    return render_template("accounts/login.html", **_shared(trouble))


def _sign_up_page(trouble: str = "") -> str:
    founds = founding.awaits_founder(services().database)
    asks_code = founds and not is_at_the_machine()
    shared = _shared(trouble)
    return render_template("accounts/signup.html", founds=founds, asks_code=asks_code, **shared)


def _shared(trouble: str) -> dict[str, object]:
    settings = services().settings
    return {
        "trouble": trouble,
        "form": request.form,
        "next": _next(),
        "invitation": _invitation() or "",
        "guests": settings.guests,
        "signup": settings.signup,
        "openid": openid_provider(),
    }


def _next() -> str:
    return own_path(request.values.get("next"))


def has_account() -> bool:
    """Whether somebody with an account asks."""
    return g.identity is not None and not g.identity.guest


def guest_id() -> str | None:
    """The guest who asks."""
    return g.identity.user_id if g.identity and g.identity.guest else None


def is_at_the_machine() -> bool:
    """Whether the first account may be made from here without more."""
    return founding.is_at_the_machine(request, services().settings.trusted_proxies)


def _address() -> str:
    return request.remote_addr or ""
