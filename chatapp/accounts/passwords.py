"""Passwords, kept as Argon2id hashes (RFC 9106)."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from chatapp.errors import Unprocessable
from chatapp.greenlets import offload

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 8
LONGEST = 1000

_room = BoundedSemaphore(4)
"""Each hash takes 64 MiB while it is made; more at once wait."""


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


def make_hash(password: str) -> str:
    """The hash to keep. Raises `Unprocessable` for a password that cannot be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Unprocessable(f"A password has {SHORTEST} to {LONGEST} characters.")
    try:
        kept = password.encode()
    except UnicodeEncodeError:
        raise Unprocessable("A password is text in UTF-8.") from None
    with _room:
        return offload(lambda: _hasher().hash(kept))


def matches(kept: str, password: str) -> bool:
    """Whether the password is the one that the hash was made from."""

    def verify() -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return _hasher().verify(kept, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    with _room:
        return offload(verify)


@cache
def decoy() -> str:
    """The hash of a password that nobody knows: verifying it takes as long as verifying any."""
    return make_hash(secrets.token_hex())


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with less effort than one would be today."""
    return _hasher().check_needs_rehash(kept)
