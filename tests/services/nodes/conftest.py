"""The nodes under test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.site import BACKENDS, Site
from tests.support.site import site as running_site


@pytest.fixture(scope="package", params=BACKENDS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Two nodes of two workers each, the same for all of these tests."""
    with TemporaryDirectory() as folder, running_site(Path(folder), request.param) as running:
        yield running
