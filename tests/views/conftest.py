"""What tests of several addresses share."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.callers import People


@pytest.fixture
def people(app: Flask) -> People:
    """Everybody who may call, and those who may not."""
    return People(app)
