"""What tests of live answers share."""

from __future__ import annotations

import pytest

from chatapp.live.tick import Tick


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tick beats but those of the test."""
    monkeypatch.setattr(Tick, "wake", lambda tick: None)
