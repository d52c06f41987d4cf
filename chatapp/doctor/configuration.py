"""The settings: what is used, and what is risky."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from chatapp.chat.services import Services
from chatapp.config import Settings
from chatapp.doctor.finding import Finding, without_secrets


def examine(services: Services) -> Iterator[Finding]:
    """A wrong value stops every command before it comes here."""
    settings = services.settings
    yield Finding("ok", "configuration", f"{_provider(settings)}; {_origin()}.")
    if settings.guests and not _is_loopback(settings.host):
        yield Finding(
            "warning",
            "configuration",
            f"Everybody who reaches {settings.host} may chat, and use your model. "
            "CHATAPP_GUESTS=0 ends that.",
        )
    if not settings.secret_key and not services.database.is_sqlite:
        yield Finding(
            "warning",
            "configuration",
            "Each machine makes a SECRET_KEY of its own. Where several serve this database, "
            "give them all the same, or people are signed out as they change machines.",
        )


def _provider(settings: Settings) -> str:
    name = settings.provider_name
    model = f"CHATAPP_MODEL={settings.model}" if settings.model else "CHATAPP_MODEL is not set"
    if name == "offline":
        return "provider offline, the built-in model (OPENAI_API_KEY or OPENAI_BASE_URL change it)"
    url = settings.ai_client_url if name == "ai-client" else settings.openai_base_url
    return f"provider {name} at {without_secrets(url) if url else 'api.openai.com'}, {model}"


def _origin() -> str:
    path = Path(os.environ.get("CHATAPP_ENV_FILE", ".env")).resolve()
    if path.is_file():
        return f"settings from the environment and {path}"
    return f"settings from the environment, as there is no {path}"


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
