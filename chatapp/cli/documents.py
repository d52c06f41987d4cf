"""The commands that add documents from a disk, and list them."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from threading import Event, local
from time import sleep
from typing import TYPE_CHECKING, Any

import click
from flask.cli import with_appcontext

from chatapp.accounts import people
from chatapp.chat.services import Services
from chatapp.cli.running import clear_errors, services
from chatapp.errors import RequestError, TooLarge, Unprocessable
from chatapp.knowledge import adding, index
from chatapp.knowledge.adding import Upload
from chatapp.knowledge.documents import Patron, change, find, listed
from chatapp.knowledge.ingest import Ingest

if TYPE_CHECKING:
    from chatapp.knowledge.folders import Found

HANDS = 4
"""How many files are read at once, where there are as many processors."""

ELSEWHERE = 0.2
"""Seconds between two looks at a document that a server is reading."""


@click.group("documents")
def documents() -> None:
    """Documents that answers rest on."""


@documents.command("add")
@click.argument("email")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--shared", is_flag=True, help="Let everybody read them.")
@with_appcontext
def add_documents(email: str, paths: tuple[Path, ...], shared: bool) -> None:
    """Add files, and folders with all that is in them, and read them.

    A file that was added before is known; another one of the same name takes its place.
    """
    from chatapp.knowledge.folders import Walk  # servers read no folders

    with clear_errors():
        patron = Patron(people.find(services().database, email))
        walk = Walk(paths)
        files = walk.files()
        counts: Counter[str] = Counter()
        for number, told in enumerate(_Hands(services(), patron, shared).add(files), 1):
            counts[told.outcome] += 1
            _show(told, number, len(files))
    click.echo(_summary(counts, walk.skipped))
    sys.exit(1 if counts["failed"] else 0)


@documents.command("list")
@click.argument("email")
@with_appcontext
def list_documents(email: str) -> None:
    """List the documents that somebody may read, the newest first."""
    with clear_errors():
        database = services().database
        patron = Patron(people.find(database, email))
        page = listed(database, patron, limit=200)
        while True:
            for each in page.items:
                shared = "shared" if each.shared else "private"
                click.echo(f"{each.state}\t{shared}\t{each.size}\t{each.name}\t{each.title}")
            if page.next is None:
                return
            page = listed(database, patron, limit=200, after=page.next)


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of a file: it was `added`, `known` before, or `failed` for a reason."""

    name: str
    outcome: str
    reason: str = ""


class _Hands:
    """Adds files and reads them at once, a few at a time."""

    def __init__(self, made: Services, patron: Patron, shared: bool) -> None:
        self._made = made
        self._patron = patron
        self._shared = shared
        self._stopped = Event()
        self._own = local()
        self._begun: list[Ingest] = []

    def add(self, files: list[Found]) -> Iterator[_Told]:
        """What becomes of the files, as it turns out. Ctrl-C gives back what is being read."""
        with ThreadPoolExecutor(min(HANDS, os.cpu_count() or 1)) as threads:
            try:
                waiting = [threads.submit(self._add, each) for each in files]
                for each in as_completed(waiting):
                    yield each.result()
            finally:
                self._stopped.set()
                threads.shutdown(cancel_futures=True)
                for ingest in self._begun:
                    ingest.end()

    def _add(self, file: Found) -> _Told:
        try:
            upload = Upload(file.name, self._read(file.path), shared=self._shared, replaces=True)
            added = adding.add(self._made.database, self._patron, upload)
            return self._settle(file.name, added)
        except (RequestError, OSError) as error:
            words = str(error) if isinstance(error, RequestError) else error.strerror
            return _Told(file.name, "failed", words or "It cannot be opened.")

    def _read(self, path: Path) -> bytes:
        if not path.is_file():  # it may never end
            raise Unprocessable("This is not a file.")
        most, size = self._made.settings.max_upload_mb, path.stat().st_size
        if size > most * 1024 * 1024:
            raise TooLarge(f"A file may have {most} MB, this one has {size / 1024**2:.1f}.")
        return path.read_bytes()

    def _settle(self, name: str, added: adding.Added) -> _Told:
        """Reads a document, or waits for the server that was faster."""
        database = self._made.database
        while not self._stopped.is_set():
            self._ingest.take_one(only=added.id)
            document = find(database, self._patron, added.id)
            if document.state == "failed":
                return _Told(name, "failed", document.error)
            if document.state == "ready":
                self._share(document)
                break
            sleep(ELSEWHERE)
        return _Told(name, "added" if added.new else "known")

    def _share(self, document: Any) -> None:
        """What was known before is shared, too."""
        if self._shared and not document.shared:
            change(self._made.database, self._patron, document.id, {"shared": True})

    @property
    def _ingest(self) -> Ingest:
        """The hand of this thread: each has a process of its own that reads."""
        if not hasattr(self._own, "ingest"):
            from chatapp.knowledge.reader import Reader

            made = Ingest(self._made.database, Reader, index.store, self._stopped.is_set)
            self._begun.append(made)
            self._own.ingest = made
        found: Ingest = self._own.ingest
        return found


def _show(told: _Told, number: int, count: int) -> None:
    """How far it has come, on a terminal; and what failed, always."""
    if told.outcome == "failed":
        click.echo(f"{_erased()}{told.name}: {told.reason}", err=True)
    if sys.stderr.isatty():
        done = number == count
        click.echo(f"{_erased()}{'' if done else f'{number} of {count}'}", err=True, nl=False)


def _erased() -> str:
    """Begins a terminal's line anew."""
    return "\r\x1b[K" if sys.stderr.isatty() else ""


def _summary(counts: Counter[str], skipped: Counter[str]) -> str:
    said = [f"{counts['added']} added", f"{counts['known']} known before"]
    said.append(f"{counts['failed']} failed")
    said += [f"{count} skipped ({reason})" for reason, count in skipped.items() if count]
    return ", ".join(said) + "."
