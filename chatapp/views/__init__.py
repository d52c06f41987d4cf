"""HTTP: each view reads a request, calls one function and picks a dialect or a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.orm import Session

from chatapp.chat.services import Services
from chatapp.extensions import db

if TYPE_CHECKING:
    from chatapp.accounts.openid import OpenId

OPENID = "chatapp_openid"


def services() -> Services:
    """What this process is made of."""
    made: Services = current_app.extensions["chatapp"]
    return made


def openid_provider() -> OpenId | None:
    """The provider by way of which people sign in, where one was configured."""
    return current_app.extensions.get(OPENID)


def fresh() -> Session:
    """The request's session, seeing what has just been written."""
    db.session.rollback()
    return db.session()
