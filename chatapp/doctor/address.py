"""The address that people type: whether the chat is behind it, and how its streams get there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from chatapp.chat.probe import OK
from chatapp.config import Settings
from chatapp.doctor import proxy
from chatapp.doctor.finding import Finding, without_secrets
from chatapp.doctor.site import TROUBLE, Site

PART = "address"


class Readiness(BaseModel):
    """What `/readyz` says."""

    ready: bool
    parts: dict[str, str]


def examine(settings: Settings, url: str) -> Iterator[Finding]:
    """Whether it is ready, and what stands in front of it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield Finding("failed", PART, f"{url} is none. Write it as https://chat.example.com.")
        return
    site = Site(url)
    try:
        yield _examine_readiness(site)
        yield from proxy.examine(settings, site)
    except TROUBLE as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        yield Finding("failed", PART, f"{without_secrets(url)}: {reason}")


def _examine_readiness(site: Site) -> Finding:
    status, body = site.read("/readyz")
    where = without_secrets(site.url)
    if 300 <= status < 400:
        words = f"{where} leads elsewhere ({status}). Give the address that it leads to."
        return Finding("failed", PART, words)
    try:
        said = Readiness.model_validate_json(body)
    except ValidationError:
        return Finding("failed", PART, f"{where} answers {status}. Is a chatapp behind it?")
    if said.ready:
        return Finding("ok", PART, f"{where} is ready.")
    wrong = "; ".join(f"{name}: {words}" for name, words in said.parts.items() if words != OK)
    return Finding("failed", PART, f"{where} is not ready. {wrong}")
