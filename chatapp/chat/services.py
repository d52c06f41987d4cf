"""What one process is made of: `create_app` puts it together, views and commands hand it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatapp.chat.catalogue import Catalogue
from chatapp.chat.changes import Changes
from chatapp.chat.grounding import Ground, scopes
from chatapp.chat.rates import Rates
from chatapp.chat.readiness import Readiness
from chatapp.config import Settings
from chatapp.knowledge.ingest import Ingest
from chatapp.knowledge.search import Scope, Search
from chatapp.live.engine import Engine
from chatapp.live.feed import Feed
from chatapp.live.relay import Relay
from chatapp.models import Database
from chatapp.providers.base import Provider

if TYPE_CHECKING:
    from chatapp.chat.naming import Naming


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running chatapp.

    `engine` writes the answers that are stored, `calls` those of which nothing is kept. `naming`
    finds titles, where a model was named for that.
    """

    settings: Settings
    database: Database
    engine: Engine
    calls: Engine
    feed: Feed
    relay: Relay | None
    changes: Changes
    readiness: Readiness
    provider: Provider
    catalogue: Catalogue
    rates: Rates
    ingest: Ingest
    search: Search
    naming: Naming | None = None

    @property
    def engines(self) -> tuple[Engine, Engine]:
        """All that write answers here."""
        return self.engine, self.calls

    def ground(
        self,
        person_id: str | None,
        document_ids: tuple[str, ...] | None = None,
        attached: tuple[str, ...] = (),
    ) -> Ground:
        """Where an answer for a person finds what it may rest on: in what is `attached` first."""
        wide = scopes(person_id, document_ids, samples=self.provider.grounded)
        return Ground(self.search, wide, Scope(person_id, attached) if attached else None)

    @property
    def bare_ground(self) -> Ground:
        """The same where no documents are wanted: a model that knows nothing else needs some."""
        return self.ground(None)
