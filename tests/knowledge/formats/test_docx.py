"""Word documents as Markdown."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from docx.document import Document

from tests.knowledge.formats.reading import extract, kind, text
from tests.support import files

ROW, END = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
"""Around the only cell of a table."""


def saved(document: Document) -> bytes:
    """The bytes of a document."""
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def test_headings_lists_and_tables_come_in_their_order() -> None:
    document = docx.Document()
    document.add_heading("Travel policy", 0)
    document.add_heading("Trains", 1)
    document.add_paragraph("Second class.")
    document.add_paragraph("up to six hours", style="List Bullet")
    document.add_paragraph("with a pass", style="List Bullet")
    table = document.add_table(2, 2)
    for place, words in zip(
        [(0, 0), (0, 1), (1, 0), (1, 1)], ["City", "Limit", "Oslo", "a|b"], strict=True
    ):
        table.cell(*place).text = words
    document.add_heading("Hotels", 2)
    read = extract("a.docx", saved(document))
    assert read.title == "Travel policy"
    assert read.text == (
        "# Travel policy\n\n## Trains\n\nSecond class.\n\n- up to six hours\n- with a pass\n\n"
        "| City | Limit |\n| --- | --- |\n| Oslo | a\\|b |\n\n### Hotels"
    )


def test_a_title_among_the_properties_is_the_title() -> None:
    document = docx.Document()
    document.core_properties.title = "Expenses"
    document.add_paragraph("Words.")
    assert extract("a.docx", saved(document)).title == "Expenses"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (files.paragraph("plain"), "plain"),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", "a\tb\nc"),
        (
            "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>",
            "new",
        ),
        (
            f"<w:sdt><w:sdtContent>{files.paragraph('in a field')}</w:sdtContent></w:sdt>",
            "in a field",
        ),
        ("<w:p><w:hyperlink><w:r><w:t>a link</w:t></w:r></w:hyperlink></w:p>", "a link"),
        (
            '<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>Second</w:t></w:r></w:p>',
            "## Second",
        ),
        (
            f"<w:p><w:r><w:t>a</w:t></w:r><w:r><w:txbxContent>{files.paragraph('box')}</w:txbxContent></w:r></w:p>",
            "a\n\nbox",
        ),
        (
            f"{ROW}<w:tcPr><w:gridSpan w:val='2'/></w:tcPr>{files.paragraph('wide')}{END}",
            "| wide |  |\n| --- | --- |",
        ),
        (
            f"{ROW}{ROW}{files.paragraph('inner')}{END}{END}",
            "| inner |\n| --- |",
        ),
        (files.paragraph("# no heading"), "\\# no heading"),
    ],
)
def test_what_documents_are_made_of(body: str, expected: str) -> None:
    assert text("a.docx", files.docx(body)) == expected


def test_paragraphs_of_code_are_one_block() -> None:
    document = docx.Document()
    document.styles.add_style("Source Code", 1)
    for line in ("a:", "", "  b"):
        document.add_paragraph(line, style="Source Code")
    assert text("a.docx", saved(document)) == "```\na:\n\n  b\n```"


def test_notes_stand_at_the_end_and_are_referred_to() -> None:
    notes = (
        f'<w:footnotes xmlns:w="{files.WORD}"><w:footnote w:id="-1"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{files.paragraph("But not on Sundays.")}</w:footnote></w:footnotes>'
    )
    body = (
        '<w:p><w:r><w:t>Every day</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
        f"{files.paragraph('of the year.')}"
    )
    content = files.docx(body, more=[("word/footnotes.xml", notes)])
    assert text("a.docx", content) == "Every day[^2]\n\nof the year.\n\n[^2]: But not on Sundays."


def test_the_name_does_not_matter() -> None:
    assert kind("a.pdf", files.docx(files.paragraph("x"))).endswith("wordprocessingml.document")
