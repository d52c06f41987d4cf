"""From a number in an answer to the place that it cites."""

from __future__ import annotations

import pytest

from chatapp.chat.services import Services
from chatapp.events import Finish, Source, Sources
from chatapp.knowledge import documents
from chatapp.knowledge.documents import Patron
from tests.conftest import Api
from tests.knowledge.shelf import add
from tests.support.scripted import Scripted
from tests.support.talk import Talk

TEA = "# Tea\n\n## Steeping\n\nGreen tea is steeped for two minutes at seventy degrees.\n"


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


@pytest.fixture
def tea(services: Services, api: Api) -> str:
    return add(services, api.user_id, "tea.md", TEA)


def test_a_citation_leads_to_its_passage_in_the_document(talk: Talk, tea: str) -> None:
    id = talk.ask("How is green tea steeped?")
    place = talk.message(id)["sources"][0]["passage_id"]
    reply = talk.api.get(f"/m/{id}/sources/1")
    assert reply.status_code == 303
    assert reply.location == f"/documents/{tea}?passage={place}#passage-{place}"


def test_the_words_are_shown_where_the_document_is_gone(
    talk: Talk, tea: str, services: Services
) -> None:
    id = talk.ask("How is green tea steeped?")
    documents.remove(services.database, Patron(talk.api.user_id), tea)
    reply = talk.api.get(f"/m/{id}/sources/1")
    assert reply.status_code == 200
    assert "Green tea is steeped for two minutes" in reply.text
    assert f'href="/c/{talk.id}?at={id}#m-{id}"' in reply.text


def test_the_words_are_shown_where_the_document_is_private_again(
    talk: Talk, other: Api, services: Services
) -> None:
    shared = add(services, other.user_id, "tea.md", TEA, shared=True)
    id = talk.ask("How is green tea steeped?")
    documents.change(services.database, Patron(other.user_id), shared, {"shared": False})
    reply = talk.api.get(f"/m/{id}/sources/1")
    assert (reply.status_code, "Green tea is steeped" in reply.text) == (200, True)


@pytest.mark.usefixtures("tea")
def test_what_is_not_there_is_not_found(talk: Talk, other: Api) -> None:
    id = talk.ask("How is green tea steeped?")
    for number in ("0", "9", "x"):
        assert talk.api.get(f"/m/{id}/sources/{number}").status_code == 404
    assert other.get(f"/m/{id}/sources/1").status_code == 404
    assert talk.api.get("/m/nothing/sources/1").status_code == 404


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/tea", 'href="https://example.org/tea"'),
        ("javascript:alert(1)", ""),
        (None, ""),
    ],
)
def test_sources_elsewhere_are_linked_where_they_are_pages(
    talk: Talk, url: str | None, link: str
) -> None:
    id = talk.ask("Tea?", Sources((Source("t", "Tea", "Leaves.", url),)), Finish("stop"))
    page = talk.api.get(f"/c/{talk.id}").text
    assert "Leaves." in page
    assert ("Open the page" in page) == bool(link)
    assert link in page
    assert "javascript:" not in page
    assert f'id="source-{id}-1"' in page
