"""What an OpenID provider says of somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is, as far as the provider knows and vouches for it."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None
