"""What tests of knowledge share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chatapp.knowledge.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """A process that reads files, with the limits of a server; one for all tests."""
    made = Reader()
    yield made
    made.close()
