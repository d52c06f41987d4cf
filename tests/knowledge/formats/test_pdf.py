"""PDF documents as Markdown."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from tests.knowledge.formats.reading import extract, refusal, text
from tests.support.files import pdf, printed, said


def written(content: bytes) -> PdfWriter:
    """A document, to be changed."""
    return PdfWriter(clone_from=PdfReader(BytesIO(content)))


def saved(writer: PdfWriter) -> bytes:
    """The bytes of a document."""
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def test_pages_of_a_document_without_headings_are_named() -> None:
    assert text("a.pdf", pdf([printed("First page.", "More."), printed("Second page.")])) == (
        "## Page 1\n\nFirst page.\nMore.\n\n## Page 2\n\nSecond page."
    )


def test_larger_lines_are_headings_by_their_size() -> None:
    page = (
        said("Travel", 24, top=740)
        + said("Trains", 16, top=700)
        + printed("Second class.", "Always.", top=670)
        + said("Hotels", 16, top=620)
        + printed("Three stars.", top=600)
    )
    read = extract("a.pdf", pdf([page]))
    assert read.title == "Travel"
    assert read.text == (
        "# Travel\n\n## Trains\n\nSecond class.\nAlways.\n\n## Hotels\n\nThree stars."
    )


def test_a_table_of_contents_in_the_file_names_the_headings() -> None:
    page = printed("1.1 Trains", "Second class.", "Hotels", "Three stars.")
    writer = written(pdf([page]))
    above = writer.add_outline_item(title="Trains", page_number=0)
    writer.add_outline_item(title="Hotels", page_number=0, parent=above)
    assert text("a.pdf", saved(writer)) == (
        "# 1.1 Trains\n\nSecond class.\n\n## Hotels\n\nThree stars."
    )


def test_more_room_between_lines_begins_a_paragraph() -> None:
    page = printed("One.", "Two.", "Three.") + printed("Four.", "Five.", top=620)
    assert text("a.pdf", pdf([page])).endswith("One.\nTwo.\nThree.\n\nFour.\nFive.")


def test_words_broken_at_the_end_of_a_line_are_whole_again() -> None:
    lines = ("About informa-", "tion and well-", "known things.", "They are well-known.")
    assert "About information\nand well-known\nthings." in text("a.pdf", pdf([printed(*lines)]))


def test_what_each_page_repeats_is_left_out() -> None:
    pages = [
        said("ACME internal", 9, top=770)
        + printed(f"Words of page {name}.", "And more of it.", "Here.", "There.", "Everywhere.")
        + said(f"Page {number} of 5", 9, top=30)
        for number, name in enumerate(("one", "two", "three", "four", "five"), start=1)
    ]
    read = text("a.pdf", pdf(pages))
    assert "ACME" not in read
    assert "of 5" not in read
    assert all(f"page {name}." in read for name in ("one", "five"))


def test_pages_of_nothing_but_a_number_that_counts_keep_it() -> None:
    read = text("a.pdf", pdf([printed(f"Slide {number}: trains") for number in range(1, 301)]))
    assert read.count("trains") == 300


def test_a_sentence_whose_number_counts_with_the_pages_stays() -> None:
    pages = [
        printed(f"Room {number} is the one for meetings.", "One.", "Two.", "Three.", f"{number}")
        for number in range(1, 9)
    ]
    read = text("a.pdf", pdf(pages))
    assert read.count("is the one for meetings.") == 8
    assert "\n8" not in read


def test_contents_with_their_dots_are_left_out() -> None:
    page = printed("Trains . . . . . . . . . 7", "Words.")
    assert text("a.pdf", pdf([page])) == "## Page 1\n\nWords."


@pytest.mark.parametrize(
    ("told", "title"),
    [("Travel Guide", "Travel Guide"), ("Microsoft Word - x.doc", ""), ("a.tex", "")],
)
def test_a_title_counts_where_somebody_wrote_it(told: str, title: str) -> None:
    assert extract("a.pdf", pdf([printed("Words.", "More.")], title=told)).title == title


def test_bytes_in_front_of_a_document_do_not_matter() -> None:
    assert "Words." in text("a.txt", b"HTTP/1.1 200 OK\r\n\r\n" + pdf([printed("Words.")]))


def test_three_hundred_pages_are_read() -> None:
    pages = [
        said(f"Chapter {n}", 18, top=740)
        + printed(*(f"Travel number {n * n + line} is described." for line in range(40)))
        for n in range(300)
    ]
    read = text("a.pdf", pdf(pages))
    assert read.count("\n# Chapter ") == 299
    assert read.count("is described.") == 300 * 40


def test_pictures_alone_are_refused_with_advice() -> None:
    assert "OCR" in refusal("a.pdf", pdf([b"0 0 m 10 10 l S"] * 3))


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_password_that_is_empty_is_tried(algorithm: str) -> None:
    for password in ("", "secret"):
        writer = written(pdf([printed("Words.")]))
        writer.encrypt(password, "owner", algorithm=algorithm)
        if password:
            assert "opens with its password alone" in refusal("a.pdf", saved(writer))
        else:
            assert "Words." in text("a.pdf", saved(writer))


def test_a_page_that_is_damaged_does_not_take_the_others_with_it() -> None:
    content = pdf([printed("Words of one."), printed("Words of two.")])
    broken = content.replace(b"/Filter /FlateDecode", b"/Filter /UnknownName", 1)
    read = text("a.pdf", broken)
    assert "Words of two." in read
    assert "(This page is damaged and cannot be read.)" in read
