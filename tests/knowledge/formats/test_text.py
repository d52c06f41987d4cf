"""Plain text, Markdown, and what text is written in."""

from __future__ import annotations

import pytest

from tests.knowledge.formats.reading import extract, kind, text

GERMAN = "Grüße aus München: größere Städte zahlen über das Jahr verteilt Zuschüsse für Bäder."
RUSSIAN = "Отпуск предоставляется каждому сотруднику на двадцать восемь календарных дней."
JAPANESE = "有給休暇は入社後六か月で十日付与されます。申請は上司に行ってください。"


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc-jp"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_is_written_in(words: str, encoding: str) -> None:
    assert text("a.txt", words.encode(encoding)) == words


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    broken = GERMAN.encode().replace(b"Jahr", b"Ja\xffr")
    assert text("a.txt", broken) == GERMAN.replace("Jahr", "Ja\ufffdr")


def test_lines_end_alike_and_control_characters_are_gone() -> None:
    assert text("a.txt", "one\r\ntwo\rthree\u2028four\x0b\x07") == "one\ntwo\nthree\nfour"


def test_code_stands_between_fences_longer_than_those_in_it() -> None:
    assert text("a.py", "print(1)\n") == "```python\nprint(1)\n```"
    assert text("a.py", '"""\n```\nx\n```\n"""\n').startswith("````python\n")


def test_markdown_is_kept_as_it_is() -> None:
    page = "# Leave\n\nThirty *days*.\n\n| A | B |\n| --- | --- |\n| 1 | 2 |"
    assert extract("a.md", page) == extract("b.markdown", f"\n{page}\n")
    assert (extract("a.md", page).title, text("a.md", page)) == ("Leave", page)


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Leave\ndate: 2024-01-01\n---\n",
        "---\ntitle: 'Leave'\n---\n",
        '+++\ntitle = "Leave"\n+++\n',
    ],
)
def test_fields_in_front_give_the_title(front: str) -> None:
    read = extract("a.md", f"{front}\nThirty days.\n")
    assert (read.title, read.text) == ("Leave", "# Leave\n\nThirty days.")


def test_a_description_in_front_is_part_of_the_text() -> None:
    page = "---\ntitle: Leave\ndescription: Who may stay at home.\n---\n# All about leave\n\nMore."
    read = extract("a.md", page)
    assert read.title == "Leave"
    assert read.text == "Who may stay at home.\n\n# All about leave\n\nMore."


def test_comments_are_no_text_but_in_code_they_are() -> None:
    page = "One.<!-- secret\n-->\n\n```html\n<!-- kept -->\n```\n"
    assert text("a.md", page) == "One.\n\n```html\n<!-- kept -->\n```"


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("```sh\n# a comment\n```\n\n# Real\n", "Real"),
        ("Real\n====\n\nwords", "Real"),
        ("# [Real](https://x.example) `code` #\n", "Real code"),
        ("# C# ##\n", "C#"),
        (f"# Far{' ' * 100_000}apart", "Far"),
        ("## Second\n\nwords", ""),
        ("    # code\n\nwords", ""),
    ],
)
def test_the_title_is_the_first_heading_that_is_one(page: str, title: str) -> None:
    assert extract("a.md", page).title == title


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "<!DOCTYPE html><p>x</p>", "text/html"),
        ("a.md", "\ufeff  <!-- c -->\n<html><body>x</body></html>", "text/html"),
        ("a.pdf", "no PDF at all", "text/plain"),
        ("a.txt", '{"key": [1, 2]}', "application/json"),
        ("a.json", "no JSON at all, but words", "text/plain"),
        ("a.md", "[1] is no list\n", "text/markdown"),
        ("a.docx", "a,b\n1,2", "text/plain"),
        ("a.csv", "a,b\n1,2", "text/csv"),
        ("README", "words", "text/plain"),
        ("formats.md", "A PDF begins with `%PDF-`, and a film has ftyp.", "text/markdown"),
        ("formats.md", "RIFF is for WebP, MZ for programs, ID3 for songs.", "text/markdown"),
        ("MZ.txt", "MZ stands for Mark Zbikowski.", "text/plain"),
        ("notes.unknown", "words", "text/plain"),
    ],
)
def test_a_file_is_what_it_holds_and_only_then_what_it_is_called(
    name: str, content: str, expected: str
) -> None:
    assert kind(name, content) == expected
