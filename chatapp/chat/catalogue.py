"""Which models are offered, and which one answers where nobody chose."""

from __future__ import annotations

import logging
from threading import Lock
from time import monotonic

from chatapp.errors import ProviderError, Unprocessable
from chatapp.providers.base import Provider

log = logging.getLogger(__name__)

DEFAULT_MODEL = "gpt-4o-mini"
FRESH = 60.0
RETRY = 15.0


class Catalogue:
    """The models of a provider, asked for at first use and then at most once a minute.

    `chosen` is the configured default, `offered` the configured list (empty: what the provider
    names). `own_server` tells that the model's server is not OpenAI's own.
    """

    def __init__(
        self,
        provider: Provider,
        chosen: str | None = None,
        offered: tuple[str, ...] = (),
        *,
        own_server: bool = False,
    ) -> None:
        self._provider = provider
        self._chosen = chosen
        self._offered = offered
        self._own_server = own_server
        self._named: tuple[str, ...] = ()
        self._asked_at: float | None = None
        self._lock = Lock()

    @property
    def default(self) -> str:
        """The model that answers where nobody chose one."""
        if self._chosen:
            return self._chosen
        if self._provider.name.startswith("openai") and not self._own_server:
            return self._offered[0] if self._offered else DEFAULT_MODEL
        models = self._offered or self._named or self._ask()  # no send waits for a list again
        return DEFAULT_MODEL if DEFAULT_MODEL in models or not models else models[0]

    def offered(self) -> tuple[str, ...]:
        """The ids that people may choose from, the default first."""
        models = self._offered or self._ask()
        default = self.default
        return (default, *(model for model in models if model != default))

    @property
    def has_choice(self) -> bool:
        """Whether there are several, as far as known; the provider is asked where nothing is."""
        models = self._offered or self._named or self._ask()
        return len({self.default, *models}) > 1

    def check(self, wanted: str, default: str, *, guest: bool) -> str:
        """The model for a send, without asking the network. Raises `Unprocessable`."""
        if wanted != default and guest:
            raise Unprocessable(f"Guests chat with {default}. Sign in to choose a model.")
        if wanted != default and self._offered and wanted not in self._offered:
            raise Unprocessable(f"The model {wanted!r} is not offered here.")
        return wanted

    def prefer(self, wanted: str | None, default: str, *, guest: bool) -> str:
        """The model that an assistant names, where the person may use it; else the default."""
        try:
            return self.check(wanted or default, default, guest=guest)
        except Unprocessable:
            return default

    def _ask(self) -> tuple[str, ...]:
        with self._lock:
            now = monotonic()
            wait = FRESH if self._named else RETRY
            if self._asked_at is None or now - self._asked_at > wait:
                self._asked_at = now
                self._named = self._fetch()
            return self._named

    def _fetch(self) -> tuple[str, ...]:
        try:
            return self._provider.models()
        except ProviderError as error:
            log.warning("the model's server does not name its models: %s", error)
            return self._named
