"""What `flask doctor` says of an installation, line by line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest
from flask import Flask
from sqlalchemy import text

from chatapp import create_app
from chatapp.chat.services import Services
from chatapp.config import load
from chatapp.models import revisions
from tests.support.model_server import DONE, Answer, ModelServer, Request, chat
from tests.support.processes import free_port
from tests.support.redis_server import redis

SECRET = "hunter2"  # stands for every secret here
UPGRADE = "Run `flask --app wsgi db upgrade`."


class Report(NamedTuple):
    """What the command printed, and how it ended."""

    code: int
    lines: list[str]

    def of(self, part: str) -> list[str]:
        """The lines of a part: level and words."""
        split = [line.split(maxsplit=2) for line in self.lines]
        return [f"{level}: {words}" for level, name, words in split if name == part]


Make: TypeAlias = Callable[..., AbstractContextManager[Flask]]


@pytest.fixture
def installed(tmp_path: Path, sqlite_template: Path) -> Make:
    """Makes an app with these settings over an upgraded database."""

    @contextmanager
    def make(**settings: str) -> Iterator[Flask]:
        shutil.copy(sqlite_template, tmp_path / "chatapp.db")
        values = {"CHATAPP_INSTANCE": str(tmp_path), "SECRET_KEY": SECRET, **settings}
        app = create_app(load(values))
        yield app
        made: Services = app.extensions["chatapp"]
        made.database.dispose()
        getattr(made.relay, "close", int)()
        getattr(made.provider, "close", int)()

    return make


def examined(app: Flask, *arguments: str) -> Report:
    """Runs the command. No secret is ever shown."""
    result = app.test_cli_runner().invoke(args=["doctor", *arguments])
    assert SECRET not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return Report(result.exit_code, result.stdout.splitlines())


def run(app: Flask, statement: str) -> None:
    made: Services = app.extensions["chatapp"]
    made.database.write(lambda connection: connection.execute(text(statement)))


def model_of(words: Answer, *models: str) -> Callable[[Request], Answer]:
    """A model's server that names these models, and always answers with these words."""
    listed = Answer.json({"data": [{"id": model} for model in models]})
    return lambda request: listed if request.target.endswith("/models") else words


class TestAWholeInstallation:
    """Nothing is wrong."""

    def test_the_command_ends_well(self, installed: Make, tmp_path: Path) -> None:
        with installed() as app:
            report = examined(app)
        assert report.code == 0
        assert {line.split()[0] for line in report.lines} == {"ok"}
        (words,) = report.of("database")
        assert words.startswith("ok: SQLite 3.")
        assert f" in {tmp_path / 'chatapp.db'}, WAL, " in words
        assert words.endswith(" GB free.")
        assert report.of("tables") == [
            f"ok: They are at revision {revisions.newest()}, the newest."
        ]
        (words,) = report.of("model")
        assert words.startswith("ok: offline: first words after 0.")

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    def test_postgresql_tells_its_version(self, installed: Make, database_url: str) -> None:
        with installed(DATABASE_URL=database_url) as app:
            report = examined(app)
        assert report.code == 0
        assert report.of("database")[0].startswith("ok: PostgreSQL 1")
        assert report.of("tables")[0].startswith("ok: ")


class TestConfiguration:
    """Settings that are risky."""

    def test_the_settings_in_use_are_told(self, installed: Make) -> None:
        url = f"http://ann:{SECRET}@127.0.0.1:{free_port()}/v1?key={SECRET}"
        with installed(OPENAI_BASE_URL=url, CHATAPP_MODEL="tiny") as app:
            (words,) = examined(app).of("configuration")
        assert words.startswith("ok: provider openai at http://127.0.0.1:")
        assert "/v1, CHATAPP_MODEL=tiny; settings from the environment" in words

    def test_guests_from_everywhere_are_worth_a_warning(self, installed: Make) -> None:
        with installed(HOST="0.0.0.0") as app:
            report = examined(app)
        assert report.of("configuration")[1].startswith("warning: Everybody who reaches 0.0.0.0")
        assert report.code == 0


class TestDatabase:
    """Databases that are not as they should be."""

    def test_a_missing_file_is_not_made(self, installed: Make, tmp_path: Path) -> None:
        with installed() as app:
            (tmp_path / "chatapp.db").unlink()
            report = examined(app)
        file = tmp_path / "chatapp.db"
        assert report.of("database") == [f"failed: There is no {file} yet. {UPGRADE}"]
        assert report.code == 1
        assert not file.exists()

    def test_what_is_no_database_is_told(self, installed: Make, tmp_path: Path) -> None:
        with installed() as app:
            (tmp_path / "chatapp.db").write_text("This is something else. " * 100)
            report = examined(app)
        assert "file is not a database" in report.of("database")[0]
        assert report.code == 1

    def test_tables_that_are_not_upgraded_are_told(self, installed: Make) -> None:
        with installed() as app:
            run(app, "UPDATE alembic_version SET version_num = '0001'")
            report = examined(app)
        newest = revisions.newest()
        words = f"failed: The tables are at revision 1 of {newest}. {UPGRADE}"
        assert report.of("tables") == [words]
        assert report.code == 1

    def test_tables_that_are_too_new_are_worth_a_warning(self, installed: Make) -> None:
        with installed() as app:
            run(app, "UPDATE alembic_version SET version_num = '9999'")
            report = examined(app)
        assert report.of("tables")[0].startswith("warning: They are at revision 9999")
        assert report.code == 0

    def test_a_server_that_refuses_is_told(self, installed: Make) -> None:
        where = f"127.0.0.1:{free_port()}/chat"
        with installed(DATABASE_URL=f"postgresql://ann:{SECRET}@{where}") as app:
            report = examined(app)
        (words,) = report.of("database")
        assert words.startswith(f"failed: {where}: ")
        assert words.endswith("Does it run, and is DATABASE_URL right?")
        assert report.code == 1

    def test_a_full_disk_is_worth_a_warning(
        self, installed: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chatapp.doctor.database.SCARCE", 1 << 62)
        with installed() as app:
            words = examined(app).of("database")[1]
        assert words.startswith("warning: Only ")
        assert f" MB are free in {tmp_path}." in words

    def test_a_network_disk_is_told(self, installed: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chatapp.doctor.database.network_type", lambda folder: "nfs4")
        with installed() as app:
            report = examined(app)
        assert "is on a network disk (nfs4)" in report.of("database")[1]
        assert report.code == 1


class TestRedis:
    """Redis, where it is configured."""

    def test_one_that_answers_is_well(self, installed: Make, tmp_path: Path) -> None:
        with redis(tmp_path) as url, installed(REDIS_URL=url) as app:
            report = examined(app)
            assert app.test_client().get("/readyz").json == {
                "ready": True,
                "parts": {"process": "ok", "database": "ok", "tables": "ok", "redis": "ok"},
            }
        assert report.of("redis") == [f"ok: It answers at {url}."]
        assert report.code == 0

    def test_one_that_is_down_is_told(self, installed: Make) -> None:
        port = free_port()
        with installed(REDIS_URL=f"redis://:{SECRET}@127.0.0.1:{port}/0") as app:
            report = examined(app)
        (words,) = report.of("redis")
        assert words.startswith(f"failed: redis://127.0.0.1:{port}/0: ")
        assert report.code == 1


class TestModel:
    """The model's server."""

    def test_the_first_words_are_timed_and_end_the_call(self, installed: Make) -> None:
        with ModelServer() as server:
            server.answers_by(model_of(Answer.sse(chat("Hello"), ending="hold"), "tiny"))
            with installed(OPENAI_BASE_URL=server.base_url) as app:
                report = examined(app)
            assert server.requests[-1].client_left.wait(5)
        assert report.of("model")[0].startswith("ok: tiny: first words after ")
        assert report.code == 0

    def test_one_that_is_down_is_told(self, installed: Make) -> None:
        with installed(OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1") as app:
            report = examined(app)
        (words,) = report.of("model")
        assert words.startswith("failed: The server does not name its models. ")
        assert "OPENAI_BASE_URL" in words
        assert report.code == 1

    def test_a_model_that_is_not_there_is_told(self, installed: Make) -> None:
        missing = Answer.json({"error": {"message": "no such model"}}, 404)
        with ModelServer() as server:
            server.answers_by(model_of(missing, *"abcdef"))
            with installed(OPENAI_BASE_URL=server.base_url, CHATAPP_MODEL="tiny") as app:
                report = examined(app)
        named, asked = report.of("model")
        assert named == (
            "warning: The server does not name tiny; it has a, b, c, d, e, …. Set CHATAPP_MODEL."
        )
        assert asked.startswith("failed: tiny: ")
        assert report.code == 1

    def test_a_model_for_titles_that_is_not_there_is_told(self, installed: Make) -> None:
        with ModelServer() as server:
            server.answers_by(model_of(Answer.sse(chat("Hello"), ending="hold"), "tiny"))
            with installed(
                OPENAI_BASE_URL=server.base_url, CHATAPP_MODEL="tiny", CHATAPP_TITLE_MODEL="none"
            ) as app:
                report = examined(app)
        assert report.of("model")[0] == (
            "warning: The server does not name none; it has tiny. Set CHATAPP_TITLE_MODEL."
        )

    def test_a_model_that_gives_no_titles_is_told(self, installed: Make) -> None:
        with installed(CHATAPP_TITLE_MODEL="tiny") as app:
            report = examined(app)
        assert report.of("model")[0] == (
            "warning: offline gives no titles: CHATAPP_TITLE_MODEL does nothing."
        )

    def test_a_server_that_names_no_models_is_asked_all_the_same(self, installed: Make) -> None:
        def answer(request: Request) -> Answer:
            if request.target.endswith("/models"):
                return Answer.json({}, 404)
            return Answer.sse(chat("Hello", finish="stop"), DONE)

        with ModelServer() as server:
            server.answers_by(answer)
            with installed(OPENAI_BASE_URL=server.base_url, CHATAPP_MODEL="tiny") as app:
                named, asked = examined(app).of("model")
        assert named.startswith("failed: The server does not name its models. ")
        assert asked.startswith("ok: tiny: first words after ")


class TestAddress:
    """The address that people type."""

    @pytest.mark.parametrize("url", ["chat.example.com", "ftp://chat.example.com", "https://"])
    def test_what_is_no_address_is_told(self, installed: Make, url: str) -> None:
        with installed() as app:
            report = examined(app, "--url", url)
        assert report.of("address") == [
            f"failed: {url} is none. Write it as https://chat.example.com."
        ]
        assert report.code == 1

    def test_nobody_there_is_told(self, installed: Make) -> None:
        port = free_port()
        with installed() as app:
            report = examined(app, "--url", f"http://ann:{SECRET}@127.0.0.1:{port}")
        (words,) = report.of("address")
        assert words.startswith(f"failed: http://127.0.0.1:{port}: ")
        assert "refused" in words

    def test_something_else_there_is_told(self, installed: Make) -> None:
        with ModelServer() as server, installed() as app:
            server.answers(Answer.json({"hello": "world"}))
            report = examined(app, "--url", server.url)
        assert report.of("address")[0].endswith("answers 200. Is a chatapp behind it?")
        assert report.of("proxy")[0].endswith("and no stream. Is a chatapp behind it?")
        assert report.code == 1

    def test_an_address_that_leads_elsewhere_is_told(self, installed: Make) -> None:
        with ModelServer() as server, installed() as app:
            server.answers(Answer(status=308, headers={"Location": "https://chat.example.com"}))
            report = examined(app, "--url", server.url)
        assert "leads elsewhere (308)" in report.of("address")[0]

    def test_a_part_that_is_not_ready_is_told(self, installed: Make) -> None:
        parts = {"database": "ok", "redis": "cannot be reached"}
        with ModelServer() as server, installed() as app:
            server.answers(Answer.json({"ready": False, "parts": parts}, 503))
            report = examined(app, "--url", server.url)
        assert report.of("address")[0].endswith("is not ready. redis: cannot be reached")
