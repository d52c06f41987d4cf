"""The doctor: looks at everything that an installation rests on, and says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from chatapp.chat.services import Services
from chatapp.doctor import address, configuration, database, model, redis
from chatapp.doctor.finding import Finding


def examine(services: Services, url: str | None = None) -> Iterator[Finding]:
    """All findings, each as soon as it is known. `url` is where people reach the chat."""
    yield from chain.from_iterable(
        part.examine(services) for part in (configuration, database, redis, model)
    )
    if url:
        yield from address.examine(services.settings, url)
