"""Reading in the background: each document once, whatever happens to the processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from chatapp.chat.services import Services
from chatapp.knowledge import claims, documents, ingest
from chatapp.knowledge.adding import Upload, add
from chatapp.knowledge.documents import Patron
from chatapp.knowledge.ingest import FAULT, Ingest
from chatapp.knowledge.reading import Reading
from chatapp.models import ChangeRow, Document, DocumentText
from tests.conftest import Api
from tests.support.absence import away
from tests.support.patience import until
from tests.support.readings import AtOnce, Told, store_text
from tests.support.rows import count_documents
from tests.support.together import together


class Desk:
    """A person's documents, and processes that read them."""

    def __init__(self, services: Services, person: str, url: str) -> None:
        self.services = services
        self.database = services.database
        self.ann = Patron(person)
        self.url = url
        self._begun: list[Ingest] = []

    def begin(self, reader: Any, store: Any = store_text, **options: Any) -> Ingest:
        """What a process has to read documents with."""
        self._begun.append(Ingest(self.database, lambda: reader, store, **options))
        return self._begun[-1]

    def end(self) -> None:
        """Ends all of them."""
        for each in self._begun:
            each.end()

    def put(self, name: str, **options: Any) -> str:
        """Adds a document; its id."""
        content = options.pop("content", name.encode())
        return add(self.database, self.ann, Upload(name, content, **options)).id

    def state(self, id: str) -> tuple[str, str | None]:
        """Where a document is, and why."""
        wanted = select(Document.state, Document.error).where(Document.id == id)
        row = self.database.read(lambda connection: connection.execute(wanted).one())
        return row.state, row.error

    def wait(self, id: str, wanted: str) -> None:
        """Returns once it is in this state."""
        until(lambda: self.state(id)[0] == wanted)

    def text(self, id: str) -> str | None:
        """What was read of it."""
        words = select(DocumentText.text).where(DocumentText.document_id == id)
        return self.database.read(lambda connection: connection.scalar(words))

    def find(self, id: str) -> Any:
        """All that its owner is shown."""
        return documents.find(self.database, self.ann, id)

    def expire(self) -> None:
        """As if whoever reads had not been heard of for long."""
        over = update(Document).values(claimed_until=0.0)
        self.database.write(lambda connection: connection.execute(over))


@pytest.fixture
def desk(services: Services, api: Api, database_url: str) -> Iterator[Desk]:
    desk = Desk(services, api.user_id, database_url)
    yield desk
    desk.end()


@pytest.fixture
def reader() -> Told:
    return Told()


@pytest.fixture
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is looked at all the time."""
    for name in ("PATROL", "BEAT", "RENEWAL", "RETRY"):
        monkeypatch.setattr(ingest, name, 0.01)


def test_what_was_added_is_read_and_told(desk: Desk) -> None:
    desk.begin(AtOnce()).wake()
    id = desk.put("a.md", content=b"Words")
    desk.wait(id, "ready")
    found = desk.find(id)
    assert (found.media_type, found.attempts, found.title) == ("text/markdown", 1, "a")
    assert found.indexed_at is not None
    assert desk.text(id) == "Words"
    told = select(ChangeRow.state).where(ChangeRow.document_id == id).order_by(ChangeRow.id)
    states = desk.database.read(lambda connection: connection.scalars(told).all())
    assert states == ["queued", "indexing", "ready"]


@pytest.mark.usefixtures("haste")
def test_what_waits_is_read_without_being_asked_for(desk: Desk) -> None:
    desk.begin(AtOnce()).wake()
    ids = [desk.put(f"{number}.md") for number in range(3)]
    for id in ids:
        desk.wait(id, "ready")


def test_the_oldest_comes_first(desk: Desk) -> None:
    for number in range(3):
        desk.put(f"{number}.md")
    taken = [claims.take(desk.database) for _ in range(4)]
    assert [each.name if each else None for each in taken] == ["0.md", "1.md", "2.md", None]


def test_the_title_is_found_unless_somebody_chose_one(desk: Desk) -> None:
    found, chosen = desk.put("a.md"), desk.put("b.md", title="Mine")
    mine = desk.begin(AtOnce(lambda name: f"Title of {name}" + "x" * 300))
    assert [mine.take_one() for _ in range(3)] == [True, True, False]
    assert desk.find(found).title == ("Title of a.md" + "x" * 300)[:200]
    assert desk.find(chosen).title == "Mine"


def test_what_cannot_be_read_says_why(desk: Desk, reader: Told) -> None:
    desk.begin(reader).wake()
    ids = [desk.put(name) for name in ("a.md", "b.md", "c.md")]
    reader.next().refuse("It is encrypted.")
    reader.next().fail(RuntimeError("a bug"))
    reader.next().say("Words")
    desk.wait(ids[2], "ready")
    assert [desk.state(id) for id in ids] == [
        ("failed", "It is encrypted."),
        ("failed", FAULT),
        ("ready", None),
    ]


def test_what_cannot_be_kept_is_refused_whole(desk: Desk) -> None:
    def break_half_way(connection: Connection, id: str, reading: Reading) -> None:
        store_text(connection, id, reading)
        raise ValueError("a bug")

    id = desk.put("a.md")
    assert desk.begin(AtOnce(), break_half_way).take_one()
    assert desk.state(id) == ("failed", FAULT)
    assert count_documents(desk.database, DocumentText) == [1, 0]


def test_many_processes_share_the_work(desk: Desk) -> None:
    ids = [desk.put(f"{number}.md") for number in range(12)]
    begun: list[str] = []

    class Counting(AtOnce):
        def read(self, name: str, content: bytes) -> Reading:
            begun.append(name)
            return super().read(name, content)

    def work_off(_: int) -> None:
        mine = desk.begin(Counting())
        while mine.take_one():
            pass

    together(4, work_off)
    assert sorted(begun) == sorted(f"{number}.md" for number in range(12))
    assert {desk.state(id)[0] for id in ids} == {"ready"}


def test_a_killed_process_leaves_its_document_to_another(desk: Desk) -> None:
    id = desk.put("a.md", content=b"Words")
    lost = claims.take(desk.database)
    assert lost
    assert desk.begin(AtOnce()).take_one() is False
    desk.expire()
    assert desk.begin(AtOnce()).take_one() is True
    assert desk.state(id) == ("ready", None)
    late = Reading("Late", "text/plain", "en", "Late words", ())
    assert not claims.keep(desk.database, lost, late, store_text)
    assert not claims.refuse(desk.database, lost, "Late.")
    assert not claims.renew(desk.database, lost)
    assert (desk.state(id), desk.text(id)) == (("ready", None), "Words")


def test_what_kills_its_process_thrice_is_left_alone(desk: Desk) -> None:
    id = desk.put("a.md")
    for _ in range(claims.ATTEMPTS):
        assert claims.take(desk.database)
        desk.expire()
    other = desk.put("b.md")
    assert desk.begin(AtOnce()).take_one() is True
    assert desk.begin(AtOnce()).take_one() is False
    assert desk.state(id) == ("failed", claims.FATAL)
    assert desk.state(other) == ("ready", None)


@pytest.mark.usefixtures("haste")
def test_a_claim_lasts_as_long_as_the_reading(desk: Desk, reader: Told) -> None:
    id = desk.put("a.md")
    desk.begin(reader).wake()
    gate = reader.next()
    desk.expire()
    until(lambda: not claims.waiting(desk.database))
    gate.say("Words")
    desk.wait(id, "ready")


def test_a_document_that_is_deleted_while_it_is_read_stays_deleted(
    desk: Desk, reader: Told
) -> None:
    id, after = desk.put("a.md"), desk.put("b.md")
    desk.begin(reader).wake()
    gate = reader.next()
    documents.remove(desk.database, desk.ann, id)
    gate.say("Words")
    reader.next().say("More")
    desk.wait(after, "ready")
    assert count_documents(desk.database, DocumentText) == [1, 1]


def test_a_version_that_is_replaced_while_it_is_read_is_not_kept(desk: Desk, reader: Told) -> None:
    id = desk.put("a.md", content=b"old")
    desk.begin(reader).wake()
    gate = reader.next()
    desk.put("a.md", content=b"new", replaces=True)
    gate.say("Old words")
    second = reader.next()
    assert second.content == b"new"
    assert desk.text(id) is None
    second.say("New words")
    desk.wait(id, "ready")
    assert desk.text(id) == "New words"


def test_what_is_read_again_takes_the_place_of_what_was_read(desk: Desk) -> None:
    id = desk.put("a.md", content=b"old")
    mine = desk.begin(AtOnce())
    mine.take_one()
    desk.put("a.md", content=b"new", replaces=True)
    mine.take_one()
    assert (desk.state(id), desk.text(id)) == (("ready", None), "new")


@pytest.mark.parametrize("how", ["told to end", "ended"])
def test_a_process_that_ends_gives_back_what_it_reads(how: str, desk: Desk, reader: Told) -> None:
    draining: list[bool] = []
    id = desk.put("a.md")
    mine = desk.begin(reader, draining=lambda: bool(draining))
    mine.wake()
    gate = reader.next()
    if how == "ended":
        mine.end()
    else:
        draining.append(True)
    desk.wait(id, "queued")
    assert desk.find(id).attempts == 0
    gate.say("Late words")
    assert desk.begin(AtOnce()).take_one() is True
    assert desk.text(id) == "a.md"
    mine.end()
    until(lambda: reader.closed)
    assert reader.idle


@pytest.mark.usefixtures("haste")
def test_a_database_that_goes_away_loses_nothing(
    desk: Desk,
    reader: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    id = desk.put("a.md")
    desk.begin(reader).wake()
    gate = reader.next()
    with away(desk.services, desk.url):
        until(lambda: "claim is not renewed" in caplog.text)
        gate.say("Words")
        until(lambda: "waits for the database" in caplog.text)
    desk.wait(id, "ready")
    assert desk.text(id) == "Words"
    assert desk.find(id).attempts == 1


@pytest.mark.usefixtures("haste")
def test_a_database_that_is_away_at_first_is_asked_again(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    id = desk.put("a.md")
    with away(desk.services, desk.url):
        desk.begin(AtOnce()).wake()
        until(lambda: "documents wait for the database" in caplog.text)
    desk.wait(id, "ready")


def test_one_document_is_taken_by_name(desk: Desk) -> None:
    first, second = desk.put("a.md"), desk.put("b.md")
    mine = desk.begin(AtOnce())
    assert mine.take_one(only=second) is True
    assert mine.take_one(only=second) is False
    assert [desk.state(id)[0] for id in (first, second)] == ["queued", "ready"]
