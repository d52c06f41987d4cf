"""Databases for tests: SQLite files, and a real PostgreSQL that the tests start themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from weakref import WeakSet

from psycopg import Connection, OperationalError, connect
from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.support.processes import Command, require, started

USER = "postgres"
PATIENCE = 30.0

_POLL_SECONDS = 0.01

_opened: WeakSet[Connection[Any]] = WeakSet()


def find_postgres() -> Path:
    """The folder of PostgreSQL's programs; Debian keeps them off the PATH."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if homes:
        return homes[0].parent
    return Path(require("initdb", "postgresql")).parent


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL with its data in `folder`; gives the URL of its first database."""
    with started(command(folder)) as server:
        url = url_at(server.port)
        wait_until_ready(url)
        yield url


def url_at(port: int) -> str:
    """The URL of the first database of a PostgreSQL."""
    return f"postgresql://{USER}@127.0.0.1:{port}/postgres"


def command(folder: Path) -> Command:
    """How to start a PostgreSQL, whose data is made in `folder`."""
    programs = find_postgres()
    folder.mkdir(parents=True, exist_ok=True)
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = USER
        _hand_over(folder)
    data = folder / "data"
    make = [str(programs / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-N"]
    make += ["-E", "UTF8", "--locale=C.UTF-8"]
    groups: list[str] | None = [] if user else None
    subprocess.run(
        make,
        check=True,
        capture_output=True,
        cwd=folder,
        user=user,
        group=user,
        extra_groups=groups,
    )

    def argv(port: int) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "off",  # nothing of it outlives the tests
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(programs / "postgres"), "-D", str(data), "-p", str(port), *options]

    return Command(argv, log=folder.parent / "postgres.log", cwd=folder, user=user)


def wait_until_ready(url: str) -> None:
    """PostgreSQL listens a moment before it lets anybody in."""
    until = monotonic() + PATIENCE
    while True:
        try:
            return connect(url).close()
        except OperationalError:
            if monotonic() > until:
                raise
            sleep(_POLL_SECONDS)


@event.listens_for(Pool, "connect")
def _remember(connection: object, _record: object) -> None:
    if isinstance(connection, Connection):
        _opened.add(connection)


def close_connections(database: str) -> None:
    """Closes what is connected still: a tick may be at work in the moment in which its app ends."""
    for connection in list(_opened):
        if not connection.closed and connection.info.dbname == database:
            connection.close()


def _hand_over(folder: Path) -> None:
    """Gives the folder to PostgreSQL's user, who must also reach it through its parents."""
    shutil.chown(folder, USER, USER)
    for parent in folder.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
