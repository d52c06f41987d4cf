"""What tests of several addresses share."""

from __future__ import annotations

import pytest
from flask import Flask

from chatapp.chat.services import Services
from tests.support.callers import People


@pytest.fixture
def still(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """No document is read by itself."""
    monkeypatch.setattr(type(services.ingest), "wake", lambda self: None)


@pytest.fixture
def people(app: Flask) -> People:
    """Everybody who may call, and those who may not."""
    return People(app)
