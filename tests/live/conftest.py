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
    services.engine.interrupt()
    services.database.dispose()
