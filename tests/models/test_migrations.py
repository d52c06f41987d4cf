"""Migrations: from nothing to what the models say, and back."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, inspect

from chatapp.chat.services import Services
from chatapp.config import ROOT
from chatapp.extensions import Base
from chatapp.models import Message, is_in_models
from tests.conftest import Api
from tests.support.rows import count_rows
from tests.support.scripted import Scripted
from tests.support.talk import Talk


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def differences(connection: Connection) -> list[object]:
    """What would have to change for the tables to be what the models say."""
    context = MigrationContext.configure(connection, opts={"include_name": is_in_models})
    return list(compare_metadata(context, Base.metadata))


def foreign_keys(connection: Connection) -> set[tuple[str, str, str, str]]:
    """Of all tables: from where, to where, and what happens when it goes."""
    tables = inspect(connection)
    return {
        (table, key["constrained_columns"][0], key["referred_table"], key["options"]["ondelete"])
        for table in tables.get_table_names()
        for key in tables.get_foreign_keys(table)
    }


def test_the_tables_are_what_the_models_say(services: Services) -> None:
    assert services.database.read(differences) == []


def test_whatever_goes_takes_along_what_hangs_on_it(services: Services) -> None:
    said = {
        (table.name, key.parent.name, key.column.table.name, key.ondelete)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
    }
    assert services.database.read(foreign_keys) == said


def test_every_step_can_be_taken_back(app: Flask, services: Services) -> None:
    runner = app.test_cli_runner()
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    for script in scripts.walk_revisions():  # the newest first
        for command, revision in (
            ("downgrade", str(script.down_revision or "base")),
            ("upgrade", script.revision),
            ("downgrade", str(script.down_revision or "base")),
        ):
            result = runner.invoke(args=["db", command, revision])
            assert result.exit_code == 0, result.output
    names = services.database.read(lambda connection: inspect(connection).get_table_names())
    assert set(names) <= {"alembic_version"}


def test_making_a_table_anew_keeps_what_refers_to_it(talk: Talk, services: Services) -> None:
    talk.ask()
    with services.database.migrating() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("conversations") as table:
            table.alter_column("title", nullable=True)
    assert len(talk.messages()) == 2
    assert talk.api.call("DELETE", f"/api/conversations/{talk.id}").status_code == 204
    assert count_rows(services.database, Message) == [0]


def test_the_history_is_one_line(app: Flask) -> None:
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1
