"""Which language somebody reads, and what is said in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatapp.translations import po
from chatapp.translations.languages import SOURCE, Languages
from tests.translations.__main__ import FOLDER

POLISH = """\
msgid ""
msgstr ""
"X-Name: Polski\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && "
"(n%100<12 || n%100>14) ? 1 : 2);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

#: static/js/lib/words.js
msgid "Ready"
msgstr "Goto"
"we"

# said of a person
msgctxt "person"
msgid "Ready"
msgstr "Gotów"

msgid "%(num)s file"
msgid_plural "%(num)s files"
msgstr[0] "%(num)s plik"
msgstr[1] "%(num)s pliki"
msgstr[2] "%(num)s plików"

#, fuzzy
msgid "Nobody looked at this"
msgstr "?"

msgid "Not yet"
msgstr ""

msgid "Try again in %(time)s."
msgstr "Spróbuj ponownie za %(time)s."

msgid "%(num)s seconds"
msgstr "%(num)s s"

#~ msgid "Gone"
#~ msgstr "Nie ma"
"""


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    (tmp_path / "pl.po").write_text(POLISH, "utf-8")
    (tmp_path / "pt_BR.po").write_text(POLISH, "utf-8")
    (tmp_path / "id.po").write_bytes((FOLDER / "id.po").read_bytes())
    return Languages(tmp_path)


def test_a_language_is_one_file(languages: Languages) -> None:
    assert languages.codes == ("en", "id", "pl", "pt-BR")
    assert dict(languages.names)["pl"] == "Polski"
    polish = languages.get("pl")
    assert polish.gettext("Ready") == "Gotowe"
    assert polish.pgettext("person", "Ready") == "Gotów"
    assert polish.direction == "ltr"


@pytest.mark.parametrize(
    ("count", "word"), [(1, "plik"), (3, "pliki"), (5, "plików"), (22, "pliki")]
)
def test_a_number_takes_the_form_of_its_language(
    languages: Languages, count: int, word: str
) -> None:
    assert languages.get("pl").ngettext("%(num)s file", "%(num)s files", count) == f"%(num)s {word}"


@pytest.mark.parametrize("words", ["Nobody looked at this", "Not yet", "Gone", "Never heard"])
def test_what_is_not_translated_stays_english(languages: Languages, words: str) -> None:
    assert languages.get("pl").gettext(words) == words


def test_scripts_get_their_words_alone(languages: Languages) -> None:
    assert dict(languages.get("pl").browser) == {"Ready": "Gotowe"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Ready", "Gotowe"),
        ("Try again in a while.", "Spróbuj ponownie za a while."),
        ("Try again in 5 seconds.", "Spróbuj ponownie za 5 s."),
        ("Try again", "Try again"),
        ("", ""),
    ],
)
def test_finished_words_are_told_with_their_values(
    languages: Languages, words: str, told: str
) -> None:
    assert languages.get("pl").tell(words) == told
    assert SOURCE.tell(words) == words


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        (("id",), "id"),
        (("in-ID", "en"), "id"),  # as Java and old Androids call it
        (("de", "id-ID", "en"), "id"),
        (("en-GB", "id"), "en"),
        (("PT-br",), "pt-BR"),
        (("pt-PT", "pl"), "pl"),
        (("*",), "en"),
        ((), "en"),
    ],
)
def test_the_first_tag_that_there_is_a_language_for_counts(
    languages: Languages, tags: tuple[str, ...], code: str
) -> None:
    assert languages.choose(tags).code == code


@pytest.mark.parametrize(
    "text",
    [
        'msgid "a"\nmsgstr no quotes',
        '"nothing above"',
        'msgid "a"\nmsgstr "b"\nmsgid "c"\nmsgstr "d"',
    ],
)
def test_a_broken_catalogue_says_where(text: str) -> None:
    with pytest.raises(ValueError, match=r"line [123] of the catalogue"):
        list(po.read(text))
