"""The search by what words mean, over a server that makes vectors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, delete, select

from chatapp.chat.services import Services
from chatapp.errors import ProviderError
from chatapp.knowledge import meaning, vectors
from chatapp.knowledge.search import Scope, Search
from chatapp.knowledge.vectors import BATCH
from chatapp.models import Database, Document, Embedding, Passage
from chatapp.providers.embeddings import Embeddings
from tests.conftest import Api
from tests.knowledge import shelf
from tests.support.model_server import Answer, ModelServer, Request
from tests.support.patience import until
from tests.support.rows import count_rows

MEANINGS = ("leave vacation holiday rest", "money salary wage pay", "train travel trip ticket")
"""Words of one meaning; a vector counts those of each."""

HOLIDAYS = "# Holiday\n\nEverybody has thirty days.\n"
WAGES = "# Wage\n\nIt comes at the end of each month.\n"
TICKETS = "# Ticket\n\nSecond class is enough.\n"


def vector(text: str) -> list[float]:
    """What a model would make of a text."""
    counts = [sum(text.lower().count(word) for word in words.split()) for words in MEANINGS]
    return [count - 0.5 + number / 1_000 for number in range(30) for count in counts]


def embed(request: Request) -> Answer:
    """What a server that makes vectors answers, in no order."""
    texts = request.json()["input"]
    made = [{"index": index, "embedding": vector(text)} for index, text in enumerate(texts)]
    return Answer.json({"object": "list", "data": made[::-1]})


def shelve(database: Database, user_id: str | None, text: str, **values: object) -> str:
    """A document whose title means nothing; its id."""
    return shelf.shelve(database, user_id, text, title="-", **values)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        server.answers_by(embed)
        yield server


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the log says of it."""
    caplog.set_level(logging.WARNING)
    return lambda: [each.message for each in caplog.records if each.name == meaning.__name__]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that failed is asked again at once."""
    monkeypatch.setattr(meaning, "REST", 0.0)


@pytest.fixture
def search(database: Database, server: ModelServer) -> Iterator[Search]:
    made = Embeddings("m", base_url=server.base_url, api_key="k")
    yield Search(database, made)
    made.close()


def fill(search: Search) -> None:
    """Makes all vectors that can be made now."""
    while search.fill():
        pass


def found(search: Search, question: str, scope: Scope) -> list[str]:
    return [hit.document_id for hit in search.find(question, scope, 5)]


def test_other_words_for_the_same_are_found(database: Database, ann: str, search: Search) -> None:
    ids = [shelve(database, ann, text) for text in (HOLIDAYS, WAGES, TICKETS)]
    assert Search(database).find("vacation", Scope(ann), 5) == []
    fill(search)
    for question, id in zip(("vacation", "my salary", "a trip"), ids, strict=True):
        hit = search.find(question, Scope(ann), 5)[0]
        assert hit.document_id == id
        assert hit.score > 0.5


def test_words_still_count(database: Database, ann: str, search: Search) -> None:
    id = shelve(database, ann, "# Zebra\n\nIt has stripes.")
    for text in (HOLIDAYS, WAGES):
        shelve(database, ann, text)
    fill(search)
    assert found(search, "zebra stripes", Scope(ann))[0] == id


def test_documents_are_found_by_their_words_before_they_have_vectors(
    database: Database, ann: str, search: Search
) -> None:
    id = shelve(database, ann, HOLIDAYS)
    assert found(search, "thirty days", Scope(ann)) == [id]
    assert [hit.document_id for hit in search.passages("thirty days", Scope(ann), 5)] == [id]


def test_meaning_keeps_to_the_scope(database: Database, ann: str, search: Search) -> None:
    mine = shelve(database, ann, HOLIDAYS)
    sample = shelve(database, None, HOLIDAYS)
    shelve(database, ann, HOLIDAYS, state="indexing")
    fill(search)
    assert found(search, "vacation", Scope(ann)) == [mine]
    assert found(search, "vacation", Scope(None)) == []
    assert found(search, "vacation", Scope(ann, (sample,))) == []
    assert found(search, "vacation", Scope(ann, (sample,), samples=True)) == [sample]


FAILURES = {
    "error": Answer.json({}, 500),
    "nothing": Answer.json({"data": []}),
    "cut": Answer((), ending="cut"),
    "other": Answer.json("?"),
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("failure", FAILURES)
def test_a_server_that_fails_is_done_without(
    database: Database, ann: str, search: Search, server: ModelServer, failure: str
) -> None:
    id = shelve(database, ann, HOLIDAYS)
    server.answers(FAILURES[failure])
    fill(search)
    assert found(search, "thirty days", Scope(ann)) == [id]
    assert found(search, "vacation", Scope(ann)) == []
    server.answers_by(embed)
    fill(search)
    assert found(search, "vacation", Scope(ann)) == [id]


@pytest.mark.usefixtures("impatient")
def test_that_a_server_fails_is_told_once(
    search: Search, server: ModelServer, told: Callable[[], list[str]]
) -> None:
    server.answers(FAILURES["error"])
    for _ in range(3):
        search.find("vacation", Scope(None), 5)
    server.answers_by(embed)
    for _ in range(3):
        search.find("vacation", Scope(None), 5)
    assert ["alone" in told()[0], "again" in told()[1]] == [True, True]
    assert len(told()) == 2


def test_a_server_that_fails_is_left_alone_for_a_while(
    database: Database, ann: str, search: Search, server: ModelServer
) -> None:
    shelve(database, ann, HOLIDAYS)
    server.answers(Answer.json({}, 500))
    for _ in range(3):
        fill(search)
        found(search, "vacation", Scope(ann))
    assert len(server.requests) == 1


def test_vectors_are_made_once_and_go_with_their_passages(
    database: Database, ann: str, search: Search, server: ModelServer
) -> None:
    words = "Rest is good. " * 30
    text = "".join(f"# Part {number}\n\n{words}\n\n" for number in range(BATCH + 1))
    shelve(database, ann, text)
    fill(search)
    assert [len(request.json()["input"]) for request in server.requests] == [BATCH, 1]
    fill(search)
    assert len(server.requests) == 2
    assert count_rows(database, Passage, Embedding) == [BATCH + 1, BATCH + 1]
    database.write(lambda connection: connection.execute(delete(Document)))
    assert count_rows(database, Passage, Embedding) == [0, 0]


def test_what_is_deleted_while_vectors_are_made_gets_none(
    database: Database, ann: str, search: Search, server: ModelServer
) -> None:
    shelve(database, ann, HOLIDAYS)

    def delete_then_embed(request: Request) -> Answer:
        database.write(lambda connection: connection.execute(delete(Document)))
        return embed(request)

    server.answers_by(delete_then_embed)
    fill(search)
    assert count_rows(database, Embedding) == [0]


def test_more_passages_than_a_page_are_looked_through(
    database: Database, ann: str, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "Nothing of note. " * 20
    text = "".join(f"# Part {number}\n\n{words}\n\n" for number in range(150))
    shelve(database, ann, text)
    id = shelve(database, ann, HOLIDAYS)
    fill(search)
    monkeypatch.setattr(vectors, "PAGE", 50)
    assert found(search, "vacation", Scope(ann))[0] == id


@pytest.mark.parametrize("question", ["", " ", "\x01", "👋", "x" * 30_000, "\ud800"])
def test_any_text_is_a_question(
    database: Database, ann: str, search: Search, question: str
) -> None:
    id = shelve(database, ann, HOLIDAYS)
    fill(search)
    assert set(found(search, question, Scope(ann))) <= {id}


def test_vectors_of_another_length_are_not_compared(
    database: Database, ann: str, search: Search, server: ModelServer
) -> None:
    shelve(database, ann, HOLIDAYS)
    fill(search)
    server.answers(Answer.json({"data": [{"index": 0, "embedding": [0.5, 0.5]}]}))
    assert found(search, "vacation", Scope(ann)) == []


def test_the_server_is_asked_as_openai_is(server: ModelServer) -> None:
    made = Embeddings("m", base_url=server.base_url, api_key="k")
    assert len(made(["one", "two"])) == 2
    assert made([]) == []
    made.close()
    request = server.requests[0]
    assert (request.method, request.target) == ("POST", "/v1/embeddings")
    assert request.headers["authorization"] == "Bearer k"
    assert request.json() == {"model": "m", "input": ["one", "two"], "encoding_format": "float"}


def test_a_refusal_is_told_in_our_words(server: ModelServer) -> None:
    made = Embeddings("m", base_url=server.base_url, api_key="k")
    server.answers(Answer.json({"error": {"message": "no such key: k"}}, 401))
    with pytest.raises(ProviderError) as caught:
        made(["one"])
    made.close()
    assert caught.value.code == "unauthenticated"
    assert "no such key" not in str(caught.value)


class TestInTheApp:
    """Documents that people add get their vectors by themselves."""

    @pytest.fixture
    def settings(self, server: ModelServer) -> dict[str, str]:
        return {"OPENAI_BASE_URL": server.base_url, "CHATAPP_EMBEDDING_MODEL": "m"}

    def test_a_document_is_found_by_what_it_means(self, api: Api, services: Services) -> None:
        content = {"title": "Free days", "content": HOLIDAYS}
        id = api.post("/api/documents", content).json["id"]  # type: ignore[index]
        until(lambda: services.database.read(lambda connection: has_vector(connection, id)))
        found = api.get("/api/passages?query=vacation").json
        assert id in [each["document_id"] for each in found["items"]]  # type: ignore[index]


def has_vector(connection: Connection, document_id: str) -> bool:
    """Whether what was read of a document is known by its meaning."""
    made = select(Embedding.passage_id).join(Passage, Passage.id == Embedding.passage_id)
    return connection.scalar(made.where(Passage.document_id == document_id)) is not None
