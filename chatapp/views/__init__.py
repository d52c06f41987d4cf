"""HTTP: each view reads a request, calls one function and picks a dialect or a template."""

from __future__ import annotations

from flask import current_app
from sqlalchemy.orm import Session

from chatapp.chat.services import Services
from chatapp.extensions import db


def services() -> Services:
    """What this process is made of."""
    made: Services = current_app.extensions["chatapp"]
    return made


def fresh() -> Session:
    """The request's session, seeing what has just been written."""
    db.session.rollback()
    return db.session()
