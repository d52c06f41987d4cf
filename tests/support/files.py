"""Documents of several formats, made byte by byte where a library would refuse to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

RELATED = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="word/document.xml" Type=\
"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""

NOTES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="footnotes.xml" Type=\
"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/>
</Relationships>"""

TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType=\
"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""


def archive(parts: Iterable[tuple[str, str | bytes]]) -> bytes:
    """A ZIP archive."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED, compresslevel=1) as written:
        for name, content in parts:
            written.writestr(name, content)
    return made.getvalue()


def docx(body: str, *, opening: str = "", more: Sequence[tuple[str, str | bytes]] = ()) -> bytes:
    """A Word document with this XML in its body; `opening` stands before the first element.

    `more` are other parts; one that is called `word/footnotes.xml` is known as that.
    """
    document = f'{opening}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    parts = (("[Content_Types].xml", TYPES), ("_rels/.rels", RELATED))
    related = [("word/_rels/document.xml.rels", NOTES)] if more else []
    return archive([*parts, ("word/document.xml", document), *related, *more])


def paragraph(words: str) -> str:
    """A paragraph of a Word document."""
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def said(words: str, size: float = 11, left: float = 72, top: float = 700) -> bytes:
    """What shows a line of words on a page of a PDF; all in points."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F {size} Tf {left} {top} Td ({escaped}) Tj ET\n".encode("cp1252")


def printed(*lines: str, size: float = 11, top: float = 700) -> bytes:
    """Lines below one another, 14 points apart."""
    return b"".join(said(words, size, top=top - 14 * n) for n, words in enumerate(lines))


def pdf(pages: Sequence[bytes], *, title: str = "") -> bytes:
    """A PDF whose pages have these contents; see ISO 32000-1, 7.5."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (" + title.encode("cp1252") + b") >>",
    ]
    kids = []
    for content in pages:
        packed = zlib.compress(content)
        head = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed)
        objects.append(head + packed + b"\nendstream")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
            b" /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return of_objects(objects)


def of_objects(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects, counted from 1: the first is its catalog, the fourth its title's."""
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    info = b" /Info 4 0 R" if len(objects) >= 4 else b""
    end = b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(made + end % (len(objects) + 1, info, table))
