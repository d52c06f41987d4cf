"""Redis, where processes share answers over it."""

from __future__ import annotations

from collections.abc import Iterator

from chatapp.chat.services import Services
from chatapp.doctor.finding import Finding, without_secrets
from chatapp.live.relay import RelayUnavailable


def examine(services: Services) -> Iterator[Finding]:
    """Nothing is said where none is configured."""
    if not services.relay:
        return
    where = without_secrets(services.settings.redis_url or "")
    try:
        services.relay.ping()
    except RelayUnavailable as error:
        yield Finding(
            "failed",
            "redis",
            f"{where}: {error}. Until it is back, other processes read answers from the "
            "database, a little later. Does it run, and is REDIS_URL right?",
        )
    else:
        yield Finding("ok", "redis", f"It answers at {where}.")
