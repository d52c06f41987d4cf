"""Texts as terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.knowledge.terms import LONGEST, analyse, language_of

SENTENCES = {
    "ar": "كم عدد أيام الإجازة السنوية",
    "de": "Wie viele Urlaubstage habe ich?",
    "el": "Πόσες μέρες άδειας έχω;",
    "en": "How many days of leave do I get?",
    "es": "¿Cuántos días de vacaciones tengo?",
    "fr": "Combien de jours de congé ai-je ?",
    "hi": "मुझे कितने दिन की छुट्टी मिलती है?",
    "id": "Berapa hari cuti yang saya dapat?",
    "it": "Quanti giorni di ferie ho?",
    "ja": "有給休暇は何日ですか",
    "ko": "연차휴가는 며칠입니까",
    "nl": "Hoeveel vakantiedagen heb ik?",
    "pt": "Quantos dias de férias tenho?",
    "ru": "Сколько дней отпуска у меня есть?",
    "sv": "Hur många semesterdagar har jag?",
    "th": "ลาพักร้อนได้กี่วัน",
    "zh": "我有多少天年假",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_shows_its_language(language: str) -> None:
    assert language_of(SENTENCES[language]) == language
    assert language_of(SENTENCES[language] * 3_000) == language


@pytest.mark.parametrize("text", ["", "???", "VPN", "parental leave", "👋", "12 34"])
def test_a_few_words_are_in_no_sure_language(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "policies for employees", "a policy for one employee"),
        ("de", "die Häuser der Mitarbeiter", "das Haus des Mitarbeiters"),
        ("id", "pembayaran", "membayar"),
        ("es", "las vacaciones políticas", "vacación política"),
        ("fr", "les congés payés", "le congé payé"),
        ("ru", "отпуска сотрудников", "отпуск сотрудника"),
        ("hi", "छुट्टियाँ", "छुट्टियों"),
        ("", "refunds", "refund"),
    ],
)
def test_words_are_found_whatever_their_ending(language: str, one: str, other: str) -> None:
    assert set(analyse(one, language)) & set(analyse(other, language))
    assert set(analyse(other, language)) != set(analyse("zebra", language))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("CHATAPP_MODEL", ["chatappmodel", "chatapp", "model"]),
        ("e-mail", ["email", "mail"]),
        ("3.11", ["311", "3", "11"]),
        ("1,000", ["1000", "1", "000"]),
        ("maxTokens", ["maxtoken", "max", "token"]),
        ("HTTPServer", ["httpserver", "http", "server"]),
        ("__init__", ["init"]),
    ],
)
def test_a_word_of_several_is_found_whole_and_by_each(text: str, terms: list[str]) -> None:
    assert analyse(text, "en") == terms


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("Größe", "GROSSE"),
        ("naïve", "naive"),
        ("ＦＵＬＬ ｗｉｄｔｈ", "full width"),
        ("co\u00adoperate", "cooperate"),
        ("İstanbul", "istanbul"),
        ("Łódź Ærø", "lodz aero"),
        ("مُحَمَّد", "محمد"),
        ("が", "か\u3099"),
    ],
)
def test_letters_have_one_form(one: str, same: str) -> None:
    assert analyse(one, "") == analyse(same, "")


@pytest.mark.parametrize("language", ["ja", "ko", "th", "zh"])
def test_any_two_neighbours_are_found_where_no_spaces_are(language: str) -> None:
    sentence = SENTENCES[language].split()[0]
    found = analyse(sentence, language)
    for start in range(len(sentence) - 2):
        assert set(analyse(sentence[start : start + 3], language)) <= set(found)


def test_words_between_letters_without_spaces_stand_alone() -> None:
    assert analyse("用iPhone的", "zh") == ["用", "iphon", "phone", "的"]


@given(st.text(max_size=200), st.sampled_from(["", "en", "de", "zh", "xx", *SENTENCES]))
def test_terms_are_letters_and_digits_without_spaces(text: str, language: str) -> None:
    language_of(text)
    for term in analyse(text, language):
        assert term
        assert len(term) <= LONGEST
        assert term.split() == [term]
        assert not any(each.isascii() and not each.isalnum() for each in term)


@pytest.mark.parametrize(
    "text", ["a" * 2_000_000, "a-" * 500_000, "有" * 500_000, "aB" * 300_000, "'" * 2_000_000]
)
def test_whatever_comes_is_cut_into_short_terms(text: str) -> None:
    assert all(len(term) <= LONGEST for term in analyse(text, "en"))


def test_where_a_link_leads_is_no_word_of_the_text() -> None:
    assert analyse("[the rules](https://example.org/leave.html) (see)", "") == [
        "the",
        "rule",
        "see",
    ]
