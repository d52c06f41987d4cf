"""Browsers in which somebody has signed in before.

Who guesses passwords from elsewhere slows down elsewhere: a browser that its cookie shows to be the
owner's is counted by itself. The cookie is signed, and says nothing of whose addresses it knows.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TypedDict

from flask import session

KEY = "device"
MOST = 5
"""Accounts that one browser is known for; more would make the cookie long."""


class Device(TypedDict):
    """A browser: its name, and digests of the addresses that signed in there."""

    id: str
    known: list[str]


def name_for(email: str) -> str | None:
    """The name of this browser, where the account was signed in to in it before."""
    device = keep()
    return device["id"] if device and _digest(email) in device["known"] else None


def remember(email: str) -> None:
    """Notes that an account was signed in to in this browser."""
    device = keep() or Device(id=secrets.token_hex(12), known=[])
    digest = _digest(email)
    others = [each for each in device["known"] if each != digest]
    restore(Device(id=device["id"], known=[digest, *others[: MOST - 1]]))


def keep() -> Device | None:
    """What the cookie says of this browser."""
    device: Device | None = session.get(KEY)
    return device


def restore(device: Device | None) -> None:
    """Puts it into the cookie again; it outlives the session."""
    if device:
        session[KEY] = device
        session.permanent = True


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:16]
