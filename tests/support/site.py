"""Nodes of chatapp behind nginx, with the database, the Redis and the model that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from sqlalchemy import Select, create_engine, insert, select

from chatapp.accounts import tokens
from chatapp.models import ChangeRow, Database, User, make_id
from tests.support import databases, nginx, redis_server
from tests.support.door import Door
from tests.support.instance import Instance
from tests.support.nginx import SHIPPED, placed, without_tls
from tests.support.numbered_model import NumberedModel
from tests.support.processes import Program, require, started
from tests.support.restartable import Restartable, restartable

Backend: TypeAlias = Literal["sqlite", "postgresql", "redis"]
BACKENDS: tuple[Backend, ...] = ("sqlite", "postgresql", "redis")
"""`redis` is PostgreSQL with a Redis beside it."""

WORKERS = 2
"""Workers of each of the two nodes."""

SETTINGS = {
    "CHATAPP_TRUSTED_PROXIES": "1",
    "CHATAPP_MAX_STREAMS_PER_USER": "10000",
    "CHATAPP_HEARTBEAT_SECONDS": "1",
}


@dataclass(frozen=True)
class Site:
    """All of it, running: two nodes on one machine, so that SQLite can serve both."""

    instance: Instance
    model: NumberedModel
    nodes: tuple[Restartable, ...]
    front: Program
    postgres: Restartable | None = None
    redis: Restartable | None = None

    def door(self, node: Restartable | None = None) -> Door:
        """The way in for the first account: through nginx, or past it to one of the nodes."""
        return Door((node or self.front).port, self.instance.headers)

    def doors(self, count: int) -> list[Door]:
        """Ways in through nginx, for as many new accounts."""
        with self._database() as database:
            made = [make_person(database) for _ in range(count)]
        return [Door(self.front.port, {"Authorization": f"Bearer {each}"}) for each in made]

    def rows(self, statement: Select[Any]) -> list[Any]:
        """What the database holds."""
        with self._database() as database:
            return database.read(lambda connection: list(connection.execute(statement).all()))

    @contextmanager
    def _database(self) -> Iterator[Database]:
        url = self.instance.env.get("DATABASE_URL", f"sqlite:///{self.instance.folder}/chatapp.db")
        database = Database(create_engine(url.replace("postgresql:", "postgresql+psycopg:")))
        try:
            yield database
        finally:
            database.dispose()

    def seals(self) -> Counter[str]:
        """How often each answer was sealed, by its id."""
        ended = select(ChangeRow.message_id).where(ChangeRow.kind == "message.ended")
        return Counter(row.message_id for row in self.rows(ended))

    @property
    def log(self) -> str:
        """What both nodes logged."""
        return "".join(node.log for node in self.nodes)


@contextmanager
def site(
    folder: Path, backend: Backend, settings: Mapping[str, str] | None = None
) -> Iterator[Site]:
    """A site, with these settings beside its own."""
    with ExitStack() as stack:
        shared = dict(SETTINGS)
        postgres = redis = None
        if backend != "sqlite":
            postgres = stack.enter_context(restartable(databases.command(folder / "postgres")))
            shared["DATABASE_URL"] = databases.url_at(postgres.port)
            databases.wait_until_ready(shared["DATABASE_URL"])
        if backend == "redis":
            redis = stack.enter_context(restartable(redis_server.command(folder)))
            shared["REDIS_URL"] = redis_server.url_at(redis.port)
        model = stack.enter_context(NumberedModel())
        shared["OPENAI_BASE_URL"] = model.base_url
        instance = Instance(folder, shared | dict(settings or {}))
        nodes = tuple(stack.enter_context(_node(instance, number)) for number in (1, 2))
        conf = placed(without_tls(SHIPPED), folder, [node.port for node in nodes])
        binary = require("nginx", "nginx")
        front = stack.enter_context(started(nginx.command(binary, folder, conf)))
        yield Site(instance, model, nodes, front, postgres, redis)


def make_person(database: Database) -> str:
    """Somebody new; gives their token."""
    id = make_id()
    new = insert(User).values(id=id, email=f"{id}@example.org")
    database.write(lambda connection: connection.execute(new))
    return tokens.create(database, id, "tests")


@contextmanager
def _node(instance: Instance, number: int) -> Iterator[Restartable]:
    log = instance.folder / f"node-{number}.log"
    with restartable(replace(instance.gunicorn(WORKERS), log=log)) as node:
        yield node
