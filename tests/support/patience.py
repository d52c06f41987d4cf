"""Waiting for what another process does."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

PATIENCE = 20.0
_POLL_SECONDS = 0.01


def until(condition: Callable[[], bool]) -> None:
    """Returns once it is so."""
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end
        sleep(_POLL_SECONDS)
