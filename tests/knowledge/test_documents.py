"""Documents on behalf of somebody: kept once, found by who may, changed by their owner."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from chatapp.chat.services import Services
from chatapp.errors import BadRequest, Forbidden, NotFound, TooLarge, Unauthenticated, Unprocessable
from chatapp.knowledge import adding, documents
from chatapp.knowledge.adding import Added, Upload, add, add_all
from chatapp.knowledge.documents import Patron
from chatapp.models import ChangeRow, Database, Document, DocumentFile, User, make_id
from tests.conftest import Api
from tests.support.rows import count_documents, count_rows
from tests.support.together import together


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def ann(api: Api) -> Patron:
    return Patron(api.user_id)


@pytest.fixture
def bob(other: Api) -> Patron:
    return Patron(other.user_id)


@pytest.fixture
def guest(database: Database) -> Patron:
    id = make_id()
    database.write(lambda connection: connection.execute(insert(User).values(id=id)))
    return Patron(id, guest=True)


def put(database: Database, patron: Patron, name: str, **options: Any) -> Added:
    content = options.pop("content", name.encode())
    return add(database, patron, Upload(name, content, **options))


def settle(database: Database, id: str, **values: object) -> None:
    settled = update(Document).where(Document.id == id).values(**values)
    database.write(lambda connection: connection.execute(settled))


def names(database: Database, patron: Patron, **options: Any) -> list[str]:
    return [each.name for each in documents.listed(database, patron, **options).items]


def test_a_file_is_kept_and_waits(database: Database, ann: Patron) -> None:
    added = put(database, ann, "hr/sick_leave.md", content=b"# Sick leave")
    assert added.new
    found = documents.find(database, ann, added.id)
    assert (found.name, found.title, found.size) == ("hr/sick_leave.md", "sick leave", 12)
    assert (found.state, found.shared, found.owner) == ("queued", False, "ann@example.org")
    assert documents.file(database, ann, added.id) == b"# Sick leave"
    assert documents.text(database, ann, added.id) == ""
    told = select(ChangeRow.user_id, ChangeRow.kind, ChangeRow.document_id, ChangeRow.state)
    rows = database.read(lambda connection: connection.execute(told).all())
    assert rows == [(ann.id, "document.updated", added.id, "queued")]


def test_the_same_bytes_are_one_document_of_each_person(
    database: Database, ann: Patron, bob: Patron
) -> None:
    first = put(database, ann, "a.md", content=b"same")
    assert put(database, ann, "b/c.md", content=b"same") == Added(first.id, False)
    assert put(database, bob, "a.md", content=b"same").new
    assert names(database, ann) == ["a.md"]
    assert count_documents(database, DocumentFile) == [2, 2]


def test_the_same_bytes_at_once_are_one_document(database: Database, ann: Patron) -> None:
    added = together(6, lambda _: put(database, ann, "a.md", content=b"same" * 1000))
    assert len({each.id for each in added}) == 1
    assert sorted(each.new for each in added) == [False] * 5 + [True]
    assert count_documents(database, DocumentFile) == [1, 1]
    assert count_rows(database, ChangeRow) == [1]


def test_what_failed_is_tried_again_when_it_is_added_again(database: Database, ann: Patron) -> None:
    id = put(database, ann, "a.md").id
    settle(database, id, state="failed", error="Broken.", attempts=3)
    assert put(database, ann, "a.md") == Added(id, False)
    found = documents.find(database, ann, id)
    assert (found.state, found.error, found.attempts) == ("queued", None, 0)


def test_what_is_ready_stays_so(database: Database, ann: Patron) -> None:
    id = put(database, ann, "a.md").id
    settle(database, id, state="ready", attempts=1)
    put(database, ann, "a.md")
    assert documents.find(database, ann, id).state == "ready"


def test_a_new_version_takes_the_place_of_the_old_one(database: Database, ann: Patron) -> None:
    id = put(database, ann, "a.md", content=b"old").id
    settle(database, id, state="ready", attempts=1)
    assert put(database, ann, "a.md", content=b"new", replaces=True) == Added(id, True)
    found = documents.find(database, ann, id)
    assert (found.state, found.size, found.attempts) == ("queued", 3, 0)
    assert documents.file(database, ann, id) == b"new"
    assert put(database, ann, "b.md", content=b"other", replaces=True).id != id


def test_a_chosen_title_outlives_a_new_version(database: Database, ann: Patron) -> None:
    id = put(database, ann, "a.md", content=b"old", title="Mine").id
    put(database, ann, "a.md", content=b"new", replaces=True)
    found = documents.find(database, ann, id)
    assert (found.title, found.titled) == ("Mine", True)


@pytest.mark.parametrize("name", ["..", "\0", "x" * 501])
def test_what_cannot_be_a_name_is_refused(database: Database, ann: Patron, name: str) -> None:
    with pytest.raises(Unprocessable):
        put(database, ann, name, content=b"x")
    assert count_documents(database) == [0]


def test_who_is_gone_adds_nothing(database: Database) -> None:
    with pytest.raises(Unauthenticated):
        put(database, Patron("nobody"), "a.md")


def test_a_guest_keeps_so_many_and_shares_nothing(
    database: Database, guest: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "GUESTS_DOCUMENTS", 2)
    id = put(database, guest, "a.md").id
    put(database, guest, "b.md")
    with pytest.raises(Forbidden, match="up to 2 documents"):
        put(database, guest, "c.md")
    assert put(database, guest, "a.md") == Added(id, False)
    with pytest.raises(Forbidden, match="share nothing"):
        put(database, guest, "d.md", shared=True)
    with pytest.raises(Forbidden, match="share nothing"):
        documents.change(database, guest, id, {"shared": True})


def test_where_one_file_of_several_cannot_be_kept_none_is(
    database: Database, guest: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "GUESTS_DOCUMENTS", 2)
    files = [Upload(f"{name}.md", name.encode()) for name in "abc"]
    with pytest.raises(Forbidden):
        add_all(database, guest, files)
    assert documents.listed(database, guest).items == []
    assert len(add_all(database, guest, files[:2])) == 2


def test_a_guest_keeps_so_much(
    database: Database, guest: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "GUESTS_BYTES", 10)
    put(database, guest, "a.md", content=b"123456")
    with pytest.raises(TooLarge, match="Sign up"):
        put(database, guest, "b.md", content=b"12345")
    assert put(database, guest, "c.md", content=b"1234").new


def test_many_of_a_guest_at_once_are_not_too_many(
    database: Database, guest: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "GUESTS_DOCUMENTS", 2)

    def one(number: int) -> bool:
        try:
            return put(database, guest, f"{number}.md").new
        except Forbidden:
            return False

    assert sum(together(6, one)) == 2


def test_a_list_is_the_persons_own_and_what_is_shared(
    database: Database, ann: Patron, bob: Patron
) -> None:
    put(database, ann, "private.md")
    put(database, bob, "shared.md", shared=True)
    put(database, bob, "secret.md")
    put(database, Patron(None), "help.md", shared=True)
    assert names(database, ann) == ["shared.md", "private.md"]
    assert names(database, bob) == ["secret.md", "shared.md"]


def test_a_list_comes_in_pieces_the_newest_first(database: Database, ann: Patron) -> None:
    for number in range(5):
        put(database, ann, f"{number}.md")
    page = documents.listed(database, ann, limit=2)
    read = [each.name for each in page.items]
    while page.next:
        page = documents.listed(database, ann, limit=2, after=page.next)
        read += [each.name for each in page.items]
    assert read == [f"{number}.md" for number in (4, 3, 2, 1, 0)]
    with pytest.raises(BadRequest):
        documents.listed(database, ann, after="x")


def test_a_list_is_searched_by_title_and_name(database: Database, ann: Patron) -> None:
    put(database, ann, "hr/Policy.md")
    put(database, ann, "b.md", title="Leave policy 100%")
    put(database, ann, "c.md")
    assert names(database, ann, query="POLICY") == ["b.md", "hr/Policy.md"]
    assert names(database, ann, query="0%") == ["b.md"]
    assert names(database, ann, query="%") == ["b.md"]


def test_what_is_anothers_does_not_exist(database: Database, ann: Patron, bob: Patron) -> None:
    id = put(database, ann, "a.md").id
    admin = Patron(bob.id, admin=True)
    for somebody in (bob, admin):
        for id_ in (id, "nothing", "\0", ""):
            for work in (documents.find, documents.text, documents.file, documents.remove):
                with pytest.raises(NotFound):
                    work(database, somebody, id_)
            with pytest.raises(NotFound):
                documents.change(database, somebody, id_, {"title": "Mine"})
    assert documents.find(database, ann, id).title == "a"


def test_what_is_shared_is_read_by_all_and_changed_by_its_owner(
    database: Database, ann: Patron, bob: Patron
) -> None:
    id = put(database, ann, "a.md", shared=True).id
    assert documents.find(database, bob, id).name == "a.md"
    assert documents.file(database, bob, id) == b"a.md"
    for values in ({"title": "Mine"}, {"shared": False}):
        with pytest.raises(Forbidden):
            documents.change(database, bob, id, values)
    with pytest.raises(Forbidden):
        documents.remove(database, bob, id)
    documents.change(database, ann, id, {"title": "Other", "shared": False})
    with pytest.raises(NotFound):
        documents.find(database, bob, id)
    found = documents.find(database, ann, id)
    assert (found.title, found.titled, found.shared) == ("Other", True, False)


def test_an_administrator_takes_back_what_is_shared(
    database: Database, ann: Patron, bob: Patron
) -> None:
    admin = Patron(bob.id, admin=True)
    ids = [put(database, ann, name, shared=True).id for name in ("a.md", "b.md")]
    for values in ({"title": "Mine"}, {"title": "Mine", "shared": False}):
        with pytest.raises(Forbidden):
            documents.change(database, admin, ids[0], values)
    documents.change(database, admin, ids[0], {"shared": False})
    documents.remove(database, admin, ids[1])
    assert names(database, ann) == ["a.md"]
    with pytest.raises(NotFound):
        documents.find(database, admin, ids[0])


def test_nobody_changes_the_library_about_chatapp(database: Database, ann: Patron) -> None:
    id = put(database, Patron(None), "help.md").id
    assert documents.find(database, ann, id).owner is None
    for somebody in (ann, Patron(ann.id, admin=True)):
        with pytest.raises(Forbidden):
            documents.remove(database, somebody, id)
        with pytest.raises(Forbidden):
            documents.change(database, somebody, id, {"shared": False})


def test_a_document_goes_with_its_owner_and_its_file_with_it(
    database: Database, ann: Patron
) -> None:
    first, _ = (put(database, ann, name).id for name in ("a.md", "b.md"))
    documents.remove(database, ann, first)
    assert count_documents(database, DocumentFile) == [1, 1]
    gone = delete(User).where(User.id == ann.id)
    database.write(lambda connection: connection.execute(gone))
    assert count_documents(database, DocumentFile) == [0, 0]
