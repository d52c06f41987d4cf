"""The help pages, and the search that finds the right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatapp.knowledge.help_pages import HelpPages, split, terms
from tests.knowledge.questions import ANSWERED, UNANSWERED

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "help"
PAGES = sorted(FOLDER.glob("*.md"))
HELP = HelpPages(FOLDER)


@pytest.mark.parametrize(
    ("question", "page"),
    [(question, page) for page, questions in ANSWERED.items() for question in questions],
)
def test_a_question_finds_its_page(question: str, page: str) -> None:
    assert [source.document_name for source in HELP.search(question)][:1] == [page]


@pytest.mark.parametrize("question", UNANSWERED)
def test_small_talk_and_the_wide_world_find_nothing(question: str) -> None:
    assert HELP.search(question) == ()


def test_every_page_has_questions() -> None:
    assert set(ANSWERED) == {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_a_title_with_short_sections(page: Path) -> None:
    text = page.read_text("utf-8")
    passages = list(split(page.name, text))
    assert text.startswith("# ")
    assert len(passages) == text.count("\n## ")
    assert all(40 <= len(passage.content) <= 1_200 for passage in passages)


def test_positions_count_from_one_and_ids_name_the_page() -> None:
    sources = HELP.search("How do I connect Ollama?")
    assert [source.position for source in sources] == [1, 2, 3]
    assert sources[0].title == "Ollama › Connect Ollama"
    assert sources[0].id == "help/connecting-ollama"
    assert sources[0].url is None
    assert "OPENAI_BASE_URL=http://127.0.0.1:11434/v1" in sources[0].content


def test_no_more_come_than_the_limit() -> None:
    assert len(HELP.search("How do I connect Ollama?", limit=1)) == 1


def test_words_for_the_search_are_not_shown() -> None:
    found = HELP.search("noscript")
    assert found[0].document_name == "without-javascript.md"
    assert "noscript" not in found[0].content
    assert "<!--" not in found[0].content


def test_pages_are_read_at_the_first_search(tmp_path: Path) -> None:
    pages = HelpPages(tmp_path)
    (tmp_path / "tea.md").write_text("# Tea\n\nSteep it for four minutes.\n", "utf-8")
    (source,) = pages.search("steeping tea")
    assert (source.title, source.content) == ("Tea", "Steep it for four minutes.")


def test_a_folder_without_pages_finds_nothing(tmp_path: Path) -> None:
    assert HelpPages(tmp_path / "absent").search("How do I connect Ollama?") == ()


@pytest.mark.parametrize(
    "question", ["\ud800", "\0", "ﷺ" * 500, "a" * 100_000, "م\u200fرحبا 🧑‍🚀 ok"]
)
def test_any_text_may_be_asked(question: str) -> None:
    assert HELP.search(question) == ()


def test_a_heading_inside_a_code_block_is_code() -> None:
    page = "# Page\n\n## Part\n\nRun:\n\n```\n# not a heading\n## nor this\n```\n"
    (passage,) = split("page.md", page)
    assert passage.title == "Page › Part"
    assert passage.content.endswith("## nor this\n```")


def test_words_before_the_first_section_are_a_passage() -> None:
    opening, part = split("page.md", "# Page\n\nOpening words.\n\n## Part\n\nMore.\n")
    assert (opening.title, opening.content) == ("Page", "Opening words.")
    assert (part.title, part.content) == ("Page › Part", "More.")


@pytest.mark.parametrize(
    "forms",
    [
        ("delete", "deleted", "deleting", "deletes", "deletion"),
        ("stop", "stops", "stopped", "stopping"),
        ("regenerate", "regenerated", "regenerating", "regeneration"),
        ("copy", "copies", "copied", "copying"),
        ("install", "installation", "installed"),
        ("address", "addresses", "addressed"),
        ("backup", "backups"),
    ],
    ids=lambda forms: forms[0],
)
def test_the_forms_of_a_word_are_one_term(forms: tuple[str, ...]) -> None:
    assert len({term for form in forms for term in terms(form)}) == 1
