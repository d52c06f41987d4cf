"""What tests of the whole app share: a database, an app over it, and people who use it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, insert, text
from werkzeug.test import TestResponse

from chatapp import create_app
from chatapp.accounts import passwords, tokens
from chatapp.chat.grounding import Ground
from chatapp.chat.services import Services
from chatapp.config import load
from chatapp.knowledge.search import Scope, Search
from chatapp.models import Database, User, make_id
from tests.support import redis_server
from tests.support.databases import close_connections, postgres
from tests.support.ending import end
from tests.support.restartable import Restartable, restartable
from tests.support.scripted import Scripted

# The same examples on every machine, however slow it is.
hypothesis.settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tests")


@dataclass(frozen=True)
class Api:
    """The native API as one person uses it, by token."""

    client: FlaskClient
    headers: dict[str, str]
    user_id: str

    def get(self, path: str, **options: object) -> TestResponse:
        """A GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, json: object = None, **options: object) -> TestResponse:
        """A POST of JSON."""
        return self.call("POST", path, json=json, **options)

    def call(self, method: str, path: str, **options: object) -> TestResponse:
        """Any request; `headers` are added to the token's."""
        headers = self.headers | dict(options.pop("headers", {}))  # type: ignore[call-overload]
        return self.client.open(path, method=method, headers=headers, **options)  # type: ignore[arg-type]

    def conversation(self) -> str:
        """A new conversation; its id."""
        return str(self.post("/api/conversations", {}).json["id"])  # type: ignore[index]

    def ask(self, conversation_id: str, content: str, **fields: object) -> TestResponse:
        """Sends a question and takes the stream, which is read later."""
        return self.post(
            f"/api/conversations/{conversation_id}/messages",
            {"content": content, **fields},
            headers={"Accept": "text/event-stream"},
            buffered=False,
        )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, made by the migrations."""
    folder = tmp_path_factory.mktemp("template")
    _upgrade(folder, "")
    return folder / "chatapp.db"


@pytest.fixture(scope="session")
def library(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Where the built-in model finds what it knows of chatapp."""
    file = tmp_path_factory.mktemp("library") / "chatapp.db"
    shutil.copy(sqlite_template, file)
    database = Database(create_engine(f"sqlite:///{file}"))
    yield Ground(Search(database), (Scope(None, samples=True),))
    database.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL whose database `template` has all tables, made by the migrations.

    Its user must reach its folder: pytest closes its own to others whenever a session starts.
    """
    with TemporaryDirectory() as folder, postgres(Path(folder) / "server") as url:
        _admin(url, "CREATE DATABASE template")
        _upgrade(Path(folder), _database(url, "template"))
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> Iterator[str]:
    """An empty database: each test that uses it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(sqlite_template, tmp_path / "chatapp.db")
        yield f"sqlite:///{tmp_path / 'chatapp.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"test_{secrets.token_hex(6)}"
    _admin(server, f"CREATE DATABASE {name} TEMPLATE template")
    yield _database(server, name)
    close_connections(name)
    _admin(server, f"DROP DATABASE {name} WITH (FORCE)")
    close_connections(name)  # one may have been on its way


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Restartable]:
    """A Redis of the test's own, which may go away and come back."""
    with restartable(redis_server.command(tmp_path)) as program:
        yield program


@pytest.fixture
def settings() -> dict[str, str]:
    """Settings of the app under test; a test module overrides this to change some."""
    return {}


@pytest.fixture
def model() -> Scripted:
    """The model that the app asks."""
    return Scripted()


@pytest.fixture
def app(
    tmp_path: Path, database_url: str, settings: dict[str, str], model: Scripted
) -> Iterator[Flask]:
    """The app over an empty database, with a scripted model."""
    values = {
        "CHATAPP_INSTANCE": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "tests",
        "CHATAPP_RATE_LIMIT": "100000/minute",
    }
    app = create_app(load(values | settings), provider=model)
    yield app
    end(app)


@pytest.fixture
def services(app: Flask) -> Services:
    """What the app is made of."""
    made: Services = app.extensions["chatapp"]
    return made


@pytest.fixture
def api(app: Flask, services: Services) -> Api:
    """A person with an account."""
    return make_person(app, services, "ann@example.org")


@pytest.fixture
def other(app: Flask, services: Services) -> Api:
    """Another person."""
    return make_person(app, services, "bob@example.org")


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take no time: what they are worth is tested where they are made."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
    passwords.decoy.cache_clear()
    yield
    passwords.decoy.cache_clear()


def make_person(app: Flask, services: Services, email: str) -> Api:
    """An account with a token, and without a password: hashing one takes longer than a test."""
    user_id = make_id()
    made = insert(User).values(id=user_id, email=email)
    services.database.write(lambda connection: connection.execute(made))
    token = tokens.create(services.database, user_id, "tests")
    return Api(app.test_client(), {"Authorization": f"Bearer {token}"}, user_id)


def _upgrade(folder: Path, url: str) -> None:
    app = create_app(
        load({"CHATAPP_INSTANCE": str(folder), "DATABASE_URL": url, "SECRET_KEY": "tests"})
    )
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.output
    app.extensions["chatapp"].database.dispose()


def _database(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"


def _admin(url: str, statement: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
