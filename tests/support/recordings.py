"""Recorded streams of real model servers, which live outside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def recordings() -> Path | None:
    """The folder that RECORDINGS names."""
    name = os.environ.get("RECORDINGS")
    return Path(name) if name else None


needs_recordings = pytest.mark.skipif(
    recordings() is None, reason="RECORDINGS does not name the folder of the recorded streams"
)
