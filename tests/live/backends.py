"""What answers can be kept in and told through: the same tests hold for all of it."""

from __future__ import annotations

import pytest

EVERY_BACKEND = pytest.mark.parametrize(
    ("database_url", "redis_url"),
    [
        pytest.param("sqlite", False, id="sqlite"),
        pytest.param("postgresql", False, id="postgresql"),
        pytest.param("postgresql", True, id="redis"),
    ],
    indirect=True,
)
