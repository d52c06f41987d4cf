"""What tests of live answers share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatapp import create_app
from chatapp.chat.services import Services
from chatapp.config import load
from chatapp.live.tick import Tick
from tests.live.beside import Beside
from tests.support.ending import end
from tests.support.nodes import Node, node
from tests.support.redis_server import redis
from tests.support.scripted import Scripted


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tick beats but those of the test."""
    monkeypatch.setattr(Tick, "wake", lambda tick: None)


@pytest.fixture
def beside(tmp_path: Path, database_url: str) -> Iterator[Beside]:
    values = {
        "CHATAPP_INSTANCE": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "tests",
    }
    model = Scripted()
    app = create_app(load(values), provider=model)
    services: Services = app.extensions["chatapp"]
    yield Beside(app, services, model)
    end(app)


@pytest.fixture
def redis_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a Redis, where a test's parameter asks for one; else nothing."""
    if not getattr(request, "param", False):
        yield ""
        return
    with redis(tmp_path) as url:
        yield url


@pytest.fixture
def node_settings(tmp_path: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """What all nodes of an installation have in common."""
    return {
        "CHATAPP_INSTANCE": str(tmp_path),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "tests",
    }


@pytest.fixture
def here(node_settings: dict[str, str], model: Scripted) -> Iterator[Node]:
    """The node that answers are begun at."""
    with node(node_settings, model) as made:
        yield made


@pytest.fixture
def there(node_settings: dict[str, str], model: Scripted) -> Iterator[Node]:
    """Another node, in front of the same model."""
    with node(node_settings, model) as made:
        yield made
