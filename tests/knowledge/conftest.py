"""What tests of knowledge share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, delete

from chatapp.knowledge.reader import Reader
from chatapp.models import Database, Document
from tests.knowledge.shelf import person


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """A process that reads files, with the limits of a server; one for all tests."""
    made = Reader()
    yield made
    made.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database without any document, not even one about chatapp."""
    database = Database(create_engine(database_url.replace("postgresql:", "postgresql+psycopg:")))
    database.write(lambda connection: connection.execute(delete(Document)))
    yield database
    database.dispose()


@pytest.fixture
def ann(database: Database) -> str:
    return person(database)


@pytest.fixture
def bob(database: Database) -> str:
    return person(database)
