"""Every word is translated, and means the same to whatever reads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from chatapp.translations import po
from tests.translations.__main__ import FOLDER, head, read, strings
from tests.translations.extraction import ROOT, catalog

FILES = sorted(FOLDER.glob("*.po"))
_PLACE = re.compile(r"%\(\w+\)s|%%")
_TAG = re.compile(r"</?\w+[^>]*>")
_MARKUP = re.compile(
    r"\{%.*?%\}|\{\{.*?\}\}|<code>.*?</code>|<(?:[^<>{]|\{\{.*?\}\}|\{%.*?%\})*>", re.DOTALL
)
_SHOWN = re.compile(r'(?:aria-label|title|placeholder|alt)="([^"]*)"')
_WORD = re.compile(r"[^\W\d_]{2}")


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return catalog()


def keys(known: Catalog) -> set[tuple[object, str | None]]:
    return {(each.id, each.context) for each in known if each.id}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_catalogue_has_all_that_is_said_and_no_more(path: Path, wanted: Catalog) -> None:
    """Where this fails, `make translations` says what is to translate."""
    assert keys(read(path)) == keys(wanted)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_is_translated(path: Path) -> None:
    known = read(path)
    assert [each.id for each in known if each.id and (each.fuzzy or not all(strings(each)))] == []
    plural = [each for each in known if each.pluralizable]
    wrong = [each.id for each in plural if len(strings(each)) != known.num_plurals]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_values_and_tags_are_those_of_the_english_words(path: Path) -> None:
    for each in read(path):
        if not each.id:
            continue
        english = str(each.id[-1] if isinstance(each.id, tuple) else each.id)
        for said in strings(each):
            assert sorted(_PLACE.findall(said)) == sorted(_PLACE.findall(english)), english
            assert sorted(_TAG.findall(said)) == sorted(_TAG.findall(english)), english
            rest = _TAG.sub("", said)
            assert not set('<>"') & set(rest), f"this would end an attribute: {said}"
            assert said.startswith(" ") == english.startswith(" "), english


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scripts_are_given_their_words(path: Path, wanted: Catalog) -> None:
    def scripts(known: Catalog) -> set[object]:
        return {each.id for each in known if any("/js/" in place for place, _ in each.locations)}

    assert scripts(read(path)) == scripts(wanted)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_our_reader_reads_what_babel_reads(path: Path) -> None:
    ours = {
        (each.context, each.id, each.plural): tuple(each.words[at] for at in sorted(each.words))
        for each in po.read(path.read_text("utf-8"))
        if each.id
    }
    babels = {
        (each.context, *(each.id if isinstance(each.id, tuple) else (each.id, ""))): strings(each)
        for each in read(path)
        if each.id
    }
    assert ours == babels


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((ROOT / "templates").rglob("*.html")) if path.parent.name != "docs"],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_template_holds_no_words_outside_of_the_catalogue(path: Path) -> None:
    text = path.read_text("utf-8")
    between = [each.replace("· chatapp", "").strip() for each in _MARKUP.split(text)]
    attributes = [_MARKUP.sub("", each) for each in _SHOWN.findall(text)]
    words = [each for each in (*between, *attributes) if _WORD.search(each)]
    assert [each for each in words if each != "chatapp" and '="' not in each] == []


def test_a_new_language_begins_with_its_own_name_and_direction(tmp_path: Path) -> None:
    (header,) = po.read(head("ar"))
    said = po.header(header)
    assert (said["x-name"], said["x-direction"]) == ("العربية", "rtl")
    assert said["plural-forms"].startswith("nplurals=6;")
