"""Files that are made to hurt whoever opens them, or that are nothing like what they say."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from io import BytesIO

from pypdf import PdfReader, PdfWriter

from tests.support.files import archive, docx, of_objects, paragraph, pdf, printed

LAUGHS = "".join(
    f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' if n else '<!ENTITY lol0 "lol">' for n in range(10)
)
"""Entities that stand for 3 GB together."""

TOO_LONG = "more than 10,000,000 characters of text"
UNPACKS = "unpacks to more than"
NESTED = "nested too deeply"
NOT_TEXT = "its bytes are no text"
NOTHING = "There is nothing in this file"
NO_TEXT = "There is no text in this file"
DAMAGED = "damaged, or made in a way that cannot be read"
ARCHIVE = "This is an archive"


def zip_bomb() -> bytes:
    """A document whose words unpack to 101 MB."""
    return docx(paragraph(" " * 101_000_000))


def bomb_beside_the_words() -> bytes:
    """A document with words, and with a part that unpacks to 101 MB."""
    return docx(paragraph("Words."), more=[("word/media/image1.png", b"\0" * 101_000_000)])


def entity_bomb() -> bytes:
    """A document of a word that stands for 3 GB."""
    return docx(paragraph("Words. &lol9;"), opening=f"<!DOCTYPE w:document [{LAUGHS}]>")


def outside_entity() -> bytes:
    """A document that asks for a file of the server's."""
    asked = '<!DOCTYPE w:document [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    return docx(paragraph("Words. &secret;"), opening=asked)


def deep_document() -> bytes:
    """A document of tables in tables."""
    begin, end = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
    return docx(begin * 5000 + paragraph("Words.") + end * 5000)


def archives_in_archives() -> bytes:
    """Archives, one in another."""
    content = archive([("words.txt", "Words.")])
    for depth in range(20):
        content = archive([(f"{depth}.zip", content)])
    return content


def lying_archive() -> bytes:
    """A document whose archive says that its words are shorter than they are."""
    content = bytearray(docx(paragraph("Words. " * 100_000)))
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"word/document.xml"))
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    return bytes(content)


def encrypted_pdf() -> bytes:
    """A PDF with a password."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf([printed("Words.")]))))
    writer.encrypt("secret", algorithm="AES-256")
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def truncated_pdf() -> bytes:
    """The first half of a PDF."""
    whole = pdf([printed(f"Page {n}.") for n in range(50)])
    return whole[: len(whole) // 2]


def pages_in_a_ring() -> bytes:
    """A PDF whose pages contain themselves."""
    return of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1000000 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>",
        ]
    )


def form_in_itself() -> bytes:
    """A PDF whose page draws a form that draws itself, twice."""
    form = b"/X Do /X Do"
    resources = b"/Resources << /XObject << /X 4 0 R >> >>"
    head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] %b /Length %d >>"
    return of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] %b /Contents 4 0 R >>" % resources,
            head % (resources, len(form)) + b"\nstream\n" + form + b"\nendstream",
        ]
    )


def table_before_itself() -> bytes:
    """A PDF whose table of objects says that the one before it is itself."""
    content = pdf([printed("Words.")])
    place = content.rindex(b"\nxref") + 1
    return content.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % place)


def pdf_bomb() -> bytes:
    """A PDF with a page that unpacks to 101 MB of blanks."""
    return pdf([b" " * 101_000_000])


def twice_packed_pdf_bomb() -> bytes:
    """A PDF with a page that was packed twice, from 100 MB to a few hundred bytes."""
    packed = zlib.compressobj(9)
    inner = b"".join(packed.compress(b" " * 10_000_000) for _ in range(10)) + packed.flush()
    outer = zlib.compress(inner, 9)
    head = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n" % len(outer)
    return of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            head + outer + b"\nendstream",
        ]
    )


def busy_page() -> bytes:
    """A PDF with a page of 200,000 words, each drawn by itself."""
    return pdf([b"BT /F 9 Tf (x) Tj ET\n" * 200_000])


def noise() -> bytes:
    """Bytes by chance."""
    return random.Random(1).randbytes(100_000)


def many_rows() -> bytes:
    """A table of a million rows."""
    return b"id,name\n" + b"".join(b"%d,n%d\n" % (n, n) for n in range(1_000_000))


def many_columns() -> bytes:
    """A table of 100,000 columns."""
    row = ",".join(f"c{n}" for n in range(100_000)).encode()
    return row + b"\n" + row


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("bomb.docx", zip_bomb, UNPACKS),
    ("beside.docx", bomb_beside_the_words, UNPACKS),
    ("laughs.docx", entity_bomb, DAMAGED),
    ("deep.docx", deep_document, DAMAGED),
    ("lying.docx", lying_archive, DAMAGED),
    ("half.docx", lambda: docx(paragraph("Words."))[:300], DAMAGED),
    ("archives.docx", archives_in_archives, ARCHIVE),
    ("encrypted.pdf", encrypted_pdf, "opens with its password alone"),
    ("truncated.pdf", truncated_pdf, DAMAGED),
    ("begun.pdf", lambda: b"%PDF-1.7\n", DAMAGED),
    ("ring.pdf", pages_in_a_ring, DAMAGED),
    ("form.pdf", form_in_itself, "There is no text in this PDF"),
    ("bomb.pdf", pdf_bomb, UNPACKS),
    ("twice.pdf", twice_packed_pdf_bomb, "There is no text in this PDF"),
    ("busy.pdf", busy_page, UNPACKS),
    ("empty.md", lambda: b"", "This file is empty"),
    ("blank.md", lambda: b" \n\t\r\n" * 1000, NOTHING),
    ("nuls.md", lambda: b"\0" * 100_000, NOTHING),
    ("noise.txt", noise, NOT_TEXT),
    ("noise.md", lambda: noise()[:50], NOT_TEXT),
    ("picture.txt", lambda: b"\x89PNG\r\n\x1a\n" + noise(), "This is a picture (PNG)"),
    ("photo.md", lambda: b"\xff\xd8\xff\xe0" + noise(), "This is a picture (JPEG)"),
    ("program.txt", lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 1000, "This is a program"),
    ("program.csv", lambda: b"MZ\x90\x00" + b"\0" * 1000, "This is a program"),
    ("packed.txt", lambda: b"\x1f\x8b\x08\x00" + noise(), "This is an archive (gzip)"),
    ("old.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise(), "Office file of the old"),
    ("old.rtf", lambda: b"{\\rtf1\\ansi Words.}", "This is an RTF file"),
    ("table.docx", lambda: archive([("xl/workbook.xml", "<x/>")]), ARCHIVE),
    ("line.txt", lambda: b"word " * 4_000_000, TOO_LONG),
    ("letters.txt", lambda: b"w" * 20_000_000, TOO_LONG),
    ("deep.json", lambda: b"[" * 100_000 + b"]" * 100_000, NESTED),
    ("deep.html", lambda: b"<!doctype html>" + b"<div>" * 100_000 + b"Words.", NESTED),
    ("deep-lists.html", lambda: b"<html><body>" + b"<ul><li>x" * 50_000, NESTED),
    ("no-words.html", lambda: b"<!doctype html><script>words()</script>", NO_TEXT),
    ("columns.csv", many_columns, "100,000 columns"),
    ("rows.csv", many_rows, TOO_LONG),
    ("marks.md", lambda: b"-" * 1000, NO_TEXT),
]
"""Names, contents, and what is said of each."""

READ: list[tuple[str, Callable[[], bytes], str]] = [
    ("outside.docx", outside_entity, "Words."),
    ("before.pdf", table_before_itself, "Words."),
    ("surrogates.txt", lambda: b"Words. \xed\xa0\x80 \xff" * 100, "Words."),
    ("surrogates.json", lambda: b'{"a": "Words. \\ud800"}', "Words."),
    ("long-lines.txt", lambda: b"Words. " + b"w" * 5_000_000, "Words."),
    ("laughs.html", lambda: f"<!doctype html [{LAUGHS}]><p>Words. &lol9;".encode(), "Words."),
    ("laughs.xml", lambda: f"<!DOCTYPE x [{LAUGHS}]><x>Words. &lol9;</x>".encode(), "Words."),
    ("fences.md", lambda: b"Words.\n" + b"```\n" * 100_000, "Words."),
    ("links.md", lambda: b"# " + b"[" * 50_000 + b"\n\nWords.", "Words."),
    ("comments.md", lambda: b"Words. " + b"<!--" * 50_000, "Words."),
    ("wide.html", lambda: b"<html><p>Words." + b"<br>" * 200_000, "Words."),
    ("span.html", lambda: b"<html><table><tr><td colspan=999999999>Words.", "Words."),
    ("quotes.csv", lambda: b'a,b\nWords.,"' + b'"",' * 100_000, "Words."),
]
"""Names, contents, and words that are read in each, however strange the rest is."""
