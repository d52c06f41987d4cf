"""Who may make the first account, which is an administrator's.

Somebody at the machine itself, or somebody who has read what the start printed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request
from sqlalchemy import Connection, select

from chatapp.models import Database, User, counter

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
_ANYBODY = select(User.id).where(User.email.is_not(None)).limit(1)


def is_founded(connection: Connection) -> bool:
    """Whether there is an account."""
    return connection.scalar(_ANYBODY) is not None


def is_first(connection: Connection) -> bool:
    """Whether this transaction makes the first account; of several at once, one does."""
    if is_founded(connection):
        return False
    counter.count(connection, "founding", 1)  # who counts the same waits for who came first
    return not is_founded(connection)


def awaits_founder(database: Database) -> bool:
    """Whether the first account is still to be made."""
    return not database.read(is_founded)


def setup_code(secret_key: str) -> str:
    """The code that every process of an installation knows, such as `ABCD-EFGH-IJKL`."""
    digest = hmac.digest(secret_key.encode(), b"chatapp setup code", hashlib.sha256)
    letters = base64.b32encode(digest).decode()[:12]
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def is_setup_code(given: str, secret_key: str) -> bool:
    """Whether that is the code; case, blanks and hyphens do not matter."""
    letters = "".join(character for character in given.upper() if character.isalnum())
    right = setup_code(secret_key).replace("-", "")
    return hmac.compare_digest(letters.encode(), right.encode())


def is_at_the_machine(request: Request, trusted_proxies: int) -> bool:
    """Whether a browser on this very machine asks, not through a proxy that hides where it is.

    A proxy that is not trusted shows by its headers; one that adds none still passes on the name
    that the browser was looking for, or its `Origin`, or speaks HTTP/1.0, as nginx does unless told
    otherwise. Those who are trusted have told the address already.
    """
    if not trusted_proxies and any(name in request.headers for name in FORWARDED):
        return False
    if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        return False
    origin = request.headers.get("Origin")
    names = [_name_in(f"//{request.host}")]
    if origin is not None:
        names.append(_name_in(origin))
    return _is_loopback(request.remote_addr) and all(map(_is_local_name, names))


def _name_in(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_local_name(name: str | None) -> bool:
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str | None) -> bool:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback
