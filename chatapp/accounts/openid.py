"""Signing in by way of an OpenID provider.

The authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636): `state` ties the way
back to the browser that left, `nonce` the identity to this one sign-in, and the verifier the code
to us. What a browser carries meanwhile is in its own signed cookie.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any, TypedDict, TypeVar
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import session
from joserfc.errors import JoseError
from requests import RequestException

from chatapp.accounts.claims import Claims
from chatapp.errors import Forbidden, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")

KEY = "openid"
AT_ONCE = 3
"""Sign-ins that one browser may have under way, in as many tabs."""

TIMEOUT = 10.0
"""Seconds to wait for the provider."""

SIGNATURES = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Algorithms by which only the provider can sign."""

MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RuntimeError)
"""What Authlib raises where a provider's documents are not what they must be."""

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SIGNED_BY = "id_token_signing_alg_values_supported"

AWAY = "{label} cannot be reached just now. Try again in a moment, or sign in with a password."
REFUSED = "{label} did not sign you in, or it took too long. Try again."


class Journey(TypedDict):
    """What a browser carries to the provider and back."""

    state: str
    nonce: str
    verifier: str
    next: str


class OpenId:
    """One provider. `label` is what people call it. Nothing is asked of it before a sign-in."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str | None, label: str | None
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self.label = label or urlsplit(issuer).hostname or issuer
        self._app = FlaskOAuth2App(
            FlaskIntegration("openid"),
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT,
                "token_endpoint_auth_method": "client_secret_basic" if client_secret else "none",
            },
        )

    def leave(self, back: str, next: str) -> str:
        """Where the browser goes to sign in; it comes back to the address `back`.

        Raises `Unavailable`.
        """
        self._ask(self._check_metadata)
        made = self._ask(lambda: self._app.create_authorization_url(back))
        journey = Journey(
            state=made["state"], nonce=made["nonce"], verifier=made["code_verifier"], next=next
        )
        session[KEY] = [*session.get(KEY, ()), journey][-AT_ONCE:]
        return str(made["url"])

    def arrive(self, state: str, code: str, back: str) -> tuple[Claims, str]:
        """Who came back, and where they wanted to go. Each journey arrives once.

        Raises `Forbidden` where it is not the browser that left, the provider says no, or what it
        says cannot be trusted; `Unavailable`.
        """
        journey = self._finish(state)
        if journey is None or not code:
            raise self._refused()
        token = self._ask(
            lambda: self._app.fetch_access_token(  # type: ignore[no-untyped-call]
                redirect_uri=back, code=code, code_verifier=journey["verifier"]
            )
        )
        said = self._ask(lambda: self._identify(token, journey["nonce"]))
        return self._claims(said), journey["next"]

    def refuse(self, state: str) -> Forbidden:
        """The provider sent the browser back without an identity."""
        self._finish(state)
        return self._refused()

    def _finish(self, state: str) -> Journey | None:
        """Takes the journey out of the cookie."""
        under_way: list[Journey] = session.get(KEY, [])
        said = state.encode()
        known = [each for each in under_way if secrets.compare_digest(each["state"].encode(), said)]
        session[KEY] = [each for each in under_way if each not in known]
        return known[0] if known else None

    def _check_metadata(self) -> None:
        """Reads the provider's document, once, and forgets one that cannot be right."""
        metadata = self._app.load_server_metadata()
        try:
            self._trust(metadata)
        except ValueError:
            metadata.clear()
            raise

    def _trust(self, metadata: dict[str, Any]) -> None:
        """The document must speak of the issuer that was configured (OpenID Discovery, 4.3)."""
        if str(metadata.get("issuer")).rstrip("/") != self.issuer:
            raise ValueError(f"the document is of {metadata.get('issuer')!r}")
        if not all(isinstance(metadata.get(name), str) for name in ENDPOINTS):
            raise ValueError("the document lacks an address")
        signatures = metadata.get(SIGNED_BY, ["RS256"])
        metadata[SIGNED_BY] = sorted(SIGNATURES & set(signatures))
        if not metadata[SIGNED_BY]:
            raise ValueError(f"it signs by {signatures} alone")

    def _identify(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        """What the identity token says; what it leaves out of an e-mail address, asked for."""
        self._check_metadata()
        said: dict[str, Any] | None = self._app.parse_id_token(token, nonce=nonce)
        if not said or not _is_subject(said.get("sub")):
            raise ValueError("there is no identity token, or it names nobody")
        if not said.get("email") and self._app.server_metadata.get("userinfo_endpoint"):
            more = self._app.userinfo(token=token)
            if more.get("sub") == said["sub"]:  # OpenID Connect Core, 5.3.2
                said = {**more, **said}
        return dict(said)

    def _claims(self, said: dict[str, Any]) -> Claims:
        email, name = said.get("email"), said.get("name")
        return Claims(
            issuer=self.issuer,
            subject=said["sub"],
            email=email if isinstance(email, str) else None,
            email_verified=said.get("email_verified") is True,
            name=name if isinstance(name, str) else None,
        )

    def _ask(self, question: Callable[[], T]) -> T:
        """Translates what can go wrong on the way to the provider."""
        try:
            return question()
        except (AuthlibBaseError, JoseError) as error:
            log.warning("the OpenID provider's answer is not accepted: %s", _reason(error))
            raise self._refused() from None
        except (RequestException, *MALFORMED) as error:
            log.warning("the OpenID provider %s is away: %s", self.issuer, _reason(error))
            raise Unavailable(AWAY.format(label=self.label)) from None

    def _refused(self) -> Forbidden:
        return Forbidden(REFUSED.format(label=self.label), code="sign_in_refused")


def _is_subject(said: object) -> bool:
    """Whether it can name somebody (OpenID Connect Core, 2: at most 255 characters of ASCII)."""
    return isinstance(said, str) and 0 < len(said) <= 255 and said.isprintable()


def _reason(error: Exception) -> str:
    """Without what the provider wrote, and the address that was asked: it may hold a code."""
    if isinstance(error, MALFORMED) and not isinstance(error, RequestException):
        return f"{type(error).__name__}: {error}"
    return str(getattr(error, "error", None) or type(error).__name__)
