"""The database: there, writable, upgraded, and in a good place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chatapp.chat.probe import OK
from chatapp.chat.readiness import UPGRADE, tables_are
from chatapp.chat.services import Services
from chatapp.doctor.disk import network_type
from chatapp.doctor.finding import Finding
from chatapp.models import Database, revisions

PART = "database"
SCARCE = 1_000_000_000
"""Bytes of free space below which there is a warning."""


def examine(services: Services) -> Iterator[Finding]:
    """One line for the database, one for each trouble, and one for the tables."""
    database = services.database
    if database.is_sqlite and not _file(database).is_file():
        yield Finding("failed", PART, f"There is no {_file(database)} yet. {UPGRADE}")
        return
    try:
        yield _describe(database)
        if database.is_sqlite:
            yield from _examine_disk(_file(database).parent)
        yield _examine_tables(database)
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).partition("\n")[0].strip()
        yield Finding("failed", PART, f"{_address(database)}: {reason}. {_advice(database)}")


def _describe(database: Database) -> Finding:
    database.write(lambda connection: None)  # takes the lock of a writer, and changes nothing
    if not database.is_sqlite:
        version = database.read(lambda c: c.scalar(text("SHOW server_version")))
        return Finding("ok", PART, f"PostgreSQL {version} at {_address(database)}.")
    version = database.read(lambda c: c.scalar(text("SELECT sqlite_version()")))
    mode = database.read(lambda c: c.scalar(text("PRAGMA journal_mode")))
    if mode != "wal":
        words = f"{_file(database)} is in {mode} mode: its disk cannot do WAL, so readers wait."
        return Finding("warning", PART, f"{words} Move it to a local disk.")
    free = shutil.disk_usage(_file(database).parent).free / 1e9
    words = f"SQLite {version} in {_file(database)}, WAL, {free:.1f} GB free."
    return Finding("ok", PART, words)


def _examine_disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < SCARCE:
        words = f"Only {free // 1_000_000} MB are free in {folder}. Make room, or move it."
        yield Finding("warning", PART, words)
    kind = network_type(folder)
    if kind:
        words = f"{folder} is on a network disk ({kind}), where SQLite may lose data."
        yield Finding("failed", PART, f"{words} Move it to a local disk, or use PostgreSQL.")


def _examine_tables(database: Database) -> Finding:
    revision = database.read(revisions.stored)
    words = tables_are(revision)
    if words != OK:
        return Finding("failed", "tables", words)
    if revision > revisions.newest():
        words = f"They are at revision {revision}, and this program knows {revisions.newest()}."
        return Finding("warning", "tables", f"{words} Update it.")
    return Finding("ok", "tables", f"They are at revision {revision}, the newest.")


def _file(database: Database) -> Path:
    return Path(database.engine.url.database or "").resolve()


def _address(database: Database) -> str:
    url = database.engine.url
    if database.is_sqlite:
        return str(_file(database))
    return f"{url.host or 'the local socket'}:{url.port or 5432}/{url.database}"


def _advice(database: Database) -> str:
    if database.is_sqlite:
        return "May this user write there, and does no other program hold it?"
    return "Does it run, and is DATABASE_URL right?"
