"""Passwords, kept as Argon2id hashes (RFC 9106)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chatapp.accounts.offload import offload
from chatapp.errors import Unprocessable

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 8
LONGEST = 1000


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
    return offload(lambda: _hasher().hash(kept))


def matches(kept: str, password: str) -> bool:
    """Whether the password is the one that the hash was made from."""

    def verify() -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return _hasher().verify(kept, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    return offload(verify)
