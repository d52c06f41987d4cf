"""The library about chatapp itself, and the search that finds the right page of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from chatapp.chat.grounding import Ground
from chatapp.chat.services import Services
from chatapp.config import ROOT
from chatapp.events import Source
from chatapp.knowledge import samples
from chatapp.knowledge.search import Scope, Search
from chatapp.models import Database, Document, Passage
from chatapp.prompt import Prompt, Turn
from tests.knowledge.questions import ANSWERED, UNANSWERED

FOLDER = ROOT / "docs" / "help"
PAGES = sorted(FOLDER.glob("*.md"))
LIBRARY = Scope(None, samples=True)


def found(ground: Ground, *turns: str) -> tuple[Source, ...]:
    return ground.find(Prompt("m", tuple(Turn("user", words) for words in turns)))


@pytest.mark.parametrize(
    ("question", "page"),
    [(question, page) for page, questions in ANSWERED.items() for question in questions],
)
def test_a_question_finds_its_page(library: Ground, question: str, page: str) -> None:
    assert page in [source.document_name for source in found(library, question)][:3]


def test_nearly_every_question_finds_its_page_first(library: Ground) -> None:
    asked = [(question, page) for page, questions in ANSWERED.items() for question in questions]
    first = [found(library, question)[0].document_name == page for question, page in asked]
    assert sum(first) >= 0.95 * len(asked)


@pytest.mark.parametrize("question", UNANSWERED)
def test_small_talk_and_the_wide_world_find_nothing(library: Ground, question: str) -> None:
    assert found(library, question) == ()


def test_every_page_has_questions() -> None:
    assert set(ANSWERED) <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_a_title_with_short_sections(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.startswith("# ")
    assert text.count("\n## ") > 0
    assert all(len(section) <= 1_300 for section in text.split("\n## "))


def test_words_for_the_search_are_not_shown(library: Ground) -> None:
    first = found(library, "noscript")[0]
    assert first.document_name == "without-javascript.md"
    assert "noscript" not in first.content
    assert "<!--" not in first.content


def test_installing_again_changes_nothing(services: Services) -> None:
    database = services.database
    ids = select(Passage.id).order_by(Passage.id)
    before = database.read(lambda connection: connection.scalars(ids).all())
    assert samples.install(database, FOLDER) == 0
    assert database.read(lambda connection: connection.scalars(ids).all()) == before


class TestEditions:
    """A library whose pages change."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "help"
        folder.mkdir()
        (folder / "tea.md").write_text("# Tea\n\n## Steep it\n\nFour minutes.\n", "utf-8")
        return folder

    @pytest.fixture
    def database(self, sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
        shutil.copy(sqlite_template, tmp_path / "chatapp.db")
        database = Database(create_engine(f"sqlite:///{tmp_path / 'chatapp.db'}"))
        yield database
        database.dispose()

    def names(self, database: Database) -> dict[str, str]:
        rows = select(Document.name, Document.id).where(Document.user_id.is_(None))
        found = database.read(lambda connection: connection.execute(rows).all())
        return {row.name: row.id for row in found}

    def test_pages_that_are_gone_go(self, database: Database, folder: Path) -> None:
        assert samples.install(database, folder) == 1
        assert list(self.names(database)) == ["tea.md"]

    def test_a_page_that_changed_keeps_its_id_and_is_read_anew(
        self, database: Database, folder: Path
    ) -> None:
        samples.install(database, folder)
        before = self.names(database)
        (folder / "tea.md").write_text("# Tea\n\n## Steep it\n\nSeven minutes.\n", "utf-8")
        assert samples.install(database, folder) == 1
        assert self.names(database) == before
        library = Ground(Search(database), (LIBRARY,))
        assert "Seven" in found(library, "How do I steep tea?")[0].content
