"""Two nodes over one database, in one process: two apps that share nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Flask

from chatapp import create_app
from chatapp.chat.services import Services
from chatapp.config import load
from chatapp.providers.base import Provider
from tests.conftest import Api, make_person
from tests.support.ending import end


@dataclass(frozen=True)
class Node:
    """One of them."""

    app: Flask

    @property
    def services(self) -> Services:
        """What it is made of."""
        made: Services = self.app.extensions["chatapp"]
        return made

    def serve(self, person: Api) -> Api:
        """The same person, asking this node."""
        return replace(person, client=self.app.test_client())

    def person(self, email: str = "ann@example.org") -> Api:
        """Somebody with an account, asking this node."""
        return make_person(self.app, self.services, email)


@contextmanager
def node(settings: Mapping[str, str], model: Provider) -> Iterator[Node]:
    """A node with these settings."""
    made = Node(create_app(load(settings), provider=model))
    try:
        yield made
    finally:
        end(made.app)
