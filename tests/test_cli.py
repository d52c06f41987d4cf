"""The commands: what they print, what they return, and how they fail in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from errno import EACCES
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import inspect, select

from chatapp import cli
from chatapp.accounts import tokens
from chatapp.accounts.passwords import matches
from chatapp.chat.services import Services
from chatapp.errors import ProviderError
from chatapp.models import Document, Message, Token, User
from tests.conftest import Api
from tests.support.processes import free_port
from tests.support.scripted import Asked, Scripted

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "correct horse"

Finished: TypeAlias = "subprocess.CompletedProcess[bytes]"


def run(app: Flask, *arguments: str, input: str | bytes | None = None) -> Result:
    """A command in this process."""
    return app.test_cli_runner().invoke(args=arguments, input=input)


def done(result: Result) -> str:
    """What a command printed that went well."""
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def refused(result: Result) -> str:
    """The one line of a command that failed."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert isinstance(result.exception, SystemExit)
    line = result.stderr.removesuffix("\n")
    assert line.startswith("Error: ")
    assert line.isprintable()
    return line


def hashes(services: Services) -> list[str]:
    """The passwords that are kept."""
    kept = select(User.password_hash).order_by(User.email)
    return [each or "" for each in services.database.read(lambda c: c.scalars(kept).all())]


class TestDocuments:
    """flask documents …"""

    @pytest.fixture
    def folder(self, tmp_path: Path, api: Api) -> Path:
        """A folder of files, two of them to be read."""
        files = {
            "hr/leave.md": b"# Sick leave\n\nTell the office.",
            "notes.txt": b"Bring a cup.",
            ".git/config.txt": b"hidden",
            ".hidden.md": b"hidden",
            "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        }
        for name, content in files.items():
            path = tmp_path / "folder" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path / "folder"

    def add(self, app: Flask, *arguments: object) -> Result:
        return run(app, "documents", "add", "ann@example.org", *map(str, arguments))

    def listed(self, app: Flask) -> list[list[str]]:
        lines = done(run(app, "documents", "list", "ann@example.org")).splitlines()
        return sorted(line.split("\t") for line in lines)

    def test_a_folder_is_read_and_nothing_of_it_twice(self, app: Flask, folder: Path) -> None:
        skipped = "2 skipped (hidden), 1 skipped (of an unknown kind).\n"
        said = done(self.add(app, folder))
        assert said == f"2 added, 0 known before, 0 failed, {skipped}"
        assert self.listed(app) == [
            ["ready", "private", "12", "notes.txt", "notes"],
            ["ready", "private", "30", "hr/leave.md", "Sick leave"],
        ]
        said = done(self.add(app, folder, "--shared"))
        assert said == f"0 added, 2 known before, 0 failed, {skipped}"
        assert {shared for _, shared, *_ in self.listed(app)} == {"shared"}

    def test_a_changed_file_takes_the_place_of_the_old_one(
        self, app: Flask, services: Services, folder: Path
    ) -> None:
        ids = select(Document.id).where(Document.name == "notes.txt")
        done(self.add(app, folder))
        before = services.database.read(lambda c: c.scalars(ids).all())
        (folder / "notes.txt").write_text("Bring two cups.")
        assert done(self.add(app, folder)).startswith("1 added, 1 known before")
        assert services.database.read(lambda c: c.scalars(ids).all()) == before
        assert ["ready", "private", "15", "notes.txt", "notes"] in self.listed(app)

    def test_folders_with_files_of_one_name_do_not_replace_each_other(
        self, app: Flask, folder: Path
    ) -> None:
        other = folder.parent / "it"
        other.mkdir()
        (other / "notes.txt").write_text("Others.")
        done(self.add(app, folder, other))
        names = [name for _, _, _, name, _ in self.listed(app)]
        assert sorted(names) == ["hr/leave.md", "it/notes.txt", "notes.txt"]

    def test_what_fails_is_named_and_nothing_else_suffers(self, app: Flask, folder: Path) -> None:
        (folder / "empty.md").touch()
        (folder / "large.txt").write_bytes(b"x" * (20 * 1024 * 1024 + 1))
        result = self.add(app, folder, folder / "photo.png")
        assert result.exit_code == 1
        assert result.stdout.startswith("2 added, 0 known before, 3 failed")
        failed = sorted(result.stderr.splitlines())
        assert failed[:2] == [
            "empty.md: This file is empty.",
            "large.txt: A file may have 20 MB, this one has 20.0.",
        ]
        assert failed[2].startswith("photo.png: ")

    def test_links_are_followed_inside_the_folder_alone(self, app: Flask, folder: Path) -> None:
        (folder.parent / "secret.txt").write_text("A key.")
        (folder / "passwords.txt").symlink_to(folder.parent / "secret.txt")
        (folder / "again.txt").symlink_to(folder / "notes.txt")
        (folder / "round").symlink_to(folder)
        said = done(self.add(app, folder))
        assert said.startswith("2 added, 1 known before, 0 failed")
        assert "1 skipped (links that lead out of the folder)" in said

    def test_a_folder_that_cannot_be_opened_is_told(
        self, app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened = os.scandir

        def scandir(path: str) -> object:
            if Path(path).name == "hr":
                raise PermissionError(EACCES, "Permission denied", path)
            return opened(path)

        monkeypatch.setattr(os, "scandir", scandir)
        said = done(self.add(app, folder))
        assert said.startswith("1 added")
        assert "1 skipped (folders that cannot be opened)" in said

    def test_what_is_no_file_is_not_read(self, app: Flask, folder: Path) -> None:
        assert "This is not a file." in self.add(app, folder, "/dev/null").stderr

    def test_whom_nobody_knows_gets_none(self, app: Flask, folder: Path) -> None:
        refused(run(app, "documents", "add", "eve@example.org", str(folder)))
        refused(run(app, "documents", "list", "eve@example.org"))

    def test_what_a_server_reads_is_waited_for(
        self, app: Flask, services: Services, folder: Path
    ) -> None:
        """Whoever is faster reads it; the command tells what became of all."""
        services.ingest.wake()
        assert done(self.add(app, folder)).startswith("2 added")
        assert {state for state, *_ in self.listed(app)} == {"ready"}


class TestUsers:
    """flask users …"""

    def test_an_account_is_made_listed_and_promoted(self, app: Flask, services: Services) -> None:
        create = ("users", "create", "--password-stdin")
        assert done(run(app, *create, "Root@Example.org", input=PASSWORD)) == (
            "Made root@example.org.\n"
        )
        done(run(app, *create, "ann@example.org", input=f"{PASSWORD}\r\nand more\n"))
        done(run(app, *create, "--admin", "eve@example.org", input=PASSWORD))
        assert done(run(app, "users", "list")) == (
            "ann@example.org\tuser\neve@example.org\tadministrator\nroot@example.org\tadministrator\n"
        )
        assert done(run(app, "users", "promote", "ANN@example.org")) == (
            "ann@example.org is an administrator.\n"
        )
        assert "user\n" not in done(run(app, "users", "list"))
        assert all(matches(kept, PASSWORD) for kept in hashes(services))

    def test_a_password_is_asked_for_twice(self, app: Flask, services: Services) -> None:
        typed = f"{PASSWORD}\n{PASSWORD}\n"
        result = run(app, "users", "create", "ann@example.org", input=typed)
        assert result.exit_code == 0, result.output
        assert PASSWORD not in result.output
        assert matches(hashes(services)[0], PASSWORD)

    def test_a_password_is_changed(self, app: Flask, services: Services) -> None:
        done(run(app, "users", "create", "ann@example.org", "--password-stdin", input=PASSWORD))
        change = ("users", "password", "ann@example.org", "--password-stdin")
        assert done(run(app, *change, input="another password")) == "The password is changed.\n"
        assert matches(hashes(services)[0], "another password")

    def test_what_cannot_be_is_refused_in_one_line(self, app: Flask, services: Services) -> None:
        create = ("users", "create", "--password-stdin")
        done(run(app, *create, "ann@example.org", input=PASSWORD))
        assert "ann@example.org" in refused(run(app, *create, "ANN@example.org", input=PASSWORD))
        assert "e-mail" in refused(run(app, *create, "ann", input=PASSWORD))
        assert "e-mail" in refused(run(app, *create, "\udcff@x.example", input=PASSWORD))
        for password in ("", "short", "x" * 1001, b"\xff" * 8):
            assert "password" in refused(run(app, *create, "bob@example.org", input=password))
        for command in (("promote",), ("password", "--password-stdin")):
            line = refused(run(app, "users", *command, "eve@example.org", input=PASSWORD))
            assert "eve@example.org" in line
        assert len(hashes(services)) == 1

    def test_no_password_is_asked_for_in_vain(self, app: Flask) -> None:
        refused(run(app, "users", "create", "ann"))
        refused(run(app, "users", "password", "eve@example.org"))


class TestTokens:
    """flask tokens …"""

    @pytest.fixture(autouse=True)
    def person(self, app: Flask) -> None:
        done(run(app, "users", "create", "ann@example.org", "--password-stdin", input=PASSWORD))

    def test_the_token_is_printed_and_nothing_else(self, app: Flask, services: Services) -> None:
        token = done(run(app, "tokens", "create", "Ann@example.org", "laptop")).removesuffix("\n")
        assert tokens.recognise(services.database, token).scope == "all"
        limited = ("tokens", "create", "ann@example.org", "phone", "--scope", "chat", "--days", "7")
        other = done(run(app, *limited)).removesuffix("\n")
        assert tokens.recognise(services.database, other).scope == "chat"
        ends = services.database.read(lambda c: c.execute(select(Token.name, Token.expires_at)))
        assert {name: bool(end) for name, end in ends} == {"laptop": False, "phone": True}

    def test_what_cannot_be_is_refused_in_one_line(self, app: Flask) -> None:
        assert "eve@" in refused(run(app, "tokens", "create", "eve@example.org", "laptop"))
        assert "name" in refused(run(app, "tokens", "create", "ann@example.org", ""))
        assert "name" in refused(run(app, "tokens", "create", "ann@example.org", "x" * 201))

    @pytest.mark.parametrize("option", [("--scope", "admin"), ("--days", "0"), ("--days", "x")])
    def test_a_wrong_option_makes_none(
        self, app: Flask, services: Services, option: tuple[str, str]
    ) -> None:
        result = run(app, "tokens", "create", "ann@example.org", "laptop", *option)
        assert (result.exit_code, result.stdout) == (2, "")
        assert services.database.read(lambda c: c.execute(select(Token)).all()) == []


class TestDb:
    """flask db …"""

    def test_the_tables_go_down_and_up_again(self, app: Flask, services: Services) -> None:
        def tables() -> set[str]:
            return set(inspect(services.database.engine).get_table_names()) - {"alembic_version"}

        before = tables()
        head = done(run(app, "db", "current"))
        assert "(head)" in head
        assert done(run(app, "db", "upgrade")) == ""
        assert done(run(app, "db", "downgrade", "base")) == ""
        assert tables() == set()
        assert done(run(app, "db", "upgrade")) == ""
        assert tables() == before
        assert done(run(app, "db", "current")) == head

    def test_an_unknown_revision_is_told_in_one_line(self, app: Flask) -> None:
        for command in ("upgrade", "downgrade"):
            assert "nonsuch" in refused(run(app, "db", command, "nonsuch"))

    def test_tables_that_are_not_there_are_told_in_one_line(self, app: Flask) -> None:
        done(run(app, "db", "downgrade", "base"))
        for command in (
            ("users", "list"),
            ("users", "create", "ann@example.org", "--password-stdin"),
            ("users", "promote", "ann@example.org"),
            ("tokens", "create", "ann@example.org", "laptop"),
        ):
            line = refused(run(app, *command, input=PASSWORD))
            assert "db upgrade" in line
            assert "SELECT" not in line
            assert "INSERT" not in line


Speak = Callable[[Callable[[Asked], None]], "Future[Asked]"]


class TestAsk:
    """flask ask …"""

    @pytest.fixture
    def speak(self, model: Scripted) -> Iterator[Speak]:
        """Lets the model say something as soon as it is asked."""
        with ThreadPoolExecutor(1) as threads:

            def begin(words: Callable[[Asked], None]) -> Future[Asked]:
                def answer() -> Asked:
                    asked = model.asked()
                    words(asked)
                    return asked

                return threads.submit(answer)

            yield begin

    def test_the_answer_is_written_to_the_terminal(self, app: Flask, speak: Speak) -> None:
        answering = speak(lambda asked: asked.finish("Because", " of ä."))
        assert done(run(app, "ask", "Why?")) == "Because of ä.\n"
        prompt = answering.result().prompt
        assert [turn.content for turn in prompt.turns] == ["Why?"]
        assert prompt.model == "scripted"

    def test_a_model_can_be_named(self, app: Flask, speak: Speak) -> None:
        answering = speak(lambda asked: asked.finish("ok"))
        done(run(app, "ask", "Why?", "--model", "another"))
        assert answering.result().prompt.model == "another"

    def test_a_failure_keeps_the_words_and_is_told(self, app: Flask, speak: Speak) -> None:
        def break_off(asked: Asked) -> None:
            asked.say("Half")
            asked.fail(ProviderError("rate_limited", "Too many questions. Wait a little."))

        speak(break_off)
        result = run(app, "ask", "Why?")
        assert (result.exit_code, result.stdout) == (1, "Half\n")
        assert result.stderr == "Error: Too many questions. Wait a little.\n"

    def test_a_question_without_words_is_refused(self, app: Flask, model: Scripted) -> None:
        for question in ("", " \n"):
            assert "question" in refused(run(app, "ask", question))
        assert model.is_idle

    def test_ctrl_c_ends_the_call(
        self, app: Flask, speak: Speak, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object) -> Iterator[bytes]:
            yield b"Half"
            raise KeyboardInterrupt

        monkeypatch.setattr(cli, "follow", interrupted)
        answering = speak(lambda asked: None)
        result = run(app, "ask", "Why?")
        assert (result.exit_code, result.stdout) == (130, "Half")
        assert answering.result().call.cancelled

    def test_nothing_is_stored(self, app: Flask, speak: Speak, services: Services) -> None:
        speak(lambda asked: asked.finish("ok"))
        done(run(app, "ask", "Why?"))
        assert services.database.read(lambda c: c.execute(select(Message)).all()) == []


class TestProcess:
    """The same commands as a shell starts them."""

    def start(self, folder: Path, *arguments: str | bytes, **settings: str) -> Finished:
        known = {"PATH": os.environ["PATH"], "CHATAPP_INSTANCE": str(folder)}
        argv = [Path(sys.executable).with_name("flask"), "--app", ROOT / "wsgi.py", *arguments]
        return subprocess.run(argv, cwd=folder, env=known | settings, capture_output=True)

    def refused(self, finished: Finished) -> str:
        assert (finished.returncode, finished.stdout) == (1, b"")
        line = finished.stderr.decode().removesuffix("\n")
        assert line.isprintable()
        return line

    def test_a_question_is_answered_without_any_preparation(self, tmp_path: Path) -> None:
        finished = self.start(tmp_path, "ask", "How do I connect a model?")
        assert (finished.returncode, finished.stderr) == (0, b"")
        assert b"OPENAI_API_KEY" in finished.stdout

    def test_bytes_that_are_no_text_do_no_harm(self, tmp_path: Path) -> None:
        assert self.start(tmp_path, "ask", b"What is \xff?").returncode == 0
        finished = self.start(tmp_path, "users", "promote", b"\xff@x.example")
        assert "e-mail" in self.refused(finished)

    def test_a_database_that_is_away_is_told_without_its_password(self, tmp_path: Path) -> None:
        url = f"postgresql://ann:hidden-word@127.0.0.1:{free_port()}/chat"
        for command in (("db", "upgrade"), ("db", "current"), ("users", "list")):
            line = self.refused(self.start(tmp_path, *command, DATABASE_URL=url))
            assert "database is not ready" in line
            assert "hidden-word" not in line

    def test_a_wrong_setting_is_told_in_one_line(self, tmp_path: Path) -> None:
        finished = self.start(tmp_path, "users", "list", CHATAPP_HISTORY_MESSAGES="many")
        assert "CHATAPP_HISTORY_MESSAGES" in self.refused(finished)
