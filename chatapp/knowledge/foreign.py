"""Kinds of files that are not read here, and what to do about each."""

from __future__ import annotations

from chatapp.errors import Unreadable

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\x1f\x8b", "an archive (gzip)"),
    (b"BZh", "an archive (bzip2)"),
    (b"\xfd7zXZ\x00", "an archive (xz)"),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)"),
    (b"Rar!\x1a\x07", "an archive (RAR)"),
    (b"(\xb5/\xfd", "an archive (zstd)"),
    (b"SQLite format 3\x00", "a database"),
    (b"ID3", "a recording"),
    (b"OggS", "a recording"),
    (b"fLaC", "a recording"),
    (b"\x1aE\xdf\xa3", "a film"),
)
"""How files begin, and what they then are."""

OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of Office before 2007 begin, and DOCX files with a password."""


def refuse(content: bytes) -> None:
    """Raises `Unreadable` for a kind that is known and not read."""
    if content.startswith(OLD_WORD):
        raise Unreadable(
            "This is an Office file of the old kind, or one with a password."
            " Save it as DOCX or PDF, without a password."
        )
    if content.startswith(b"{\\rtf"):
        raise Unreadable("This is an RTF file. Save it as DOCX or PDF.")
    if content.startswith(b"PK\x03\x04"):
        raise Unreadable(
            "This is an archive (ZIP), or an Office file other than DOCX."
            " Add the documents in it one by one, as DOCX, PDF or text."
        )
    if kind := _kind(content):
        raise Unreadable(f"This is {kind}, whatever its name says; there is no text to read in it.")


def _kind(content: bytes) -> str | None:
    binary = b"\x00" in content[:4096]
    if binary and content.startswith(b"RIFF"):
        return "a picture (WebP)" if content[8:12] == b"WEBP" else "a recording"
    if binary and content[4:8] == b"ftyp":
        return "a film"
    return next(
        (words for magic, words in MAGIC if content.startswith(magic) and _fits(magic, binary)),
        None,
    )


def _fits(magic: bytes, binary: bool) -> bool:
    """Whether a mark of letters alone, with which words begin, too, is meant as one."""
    return binary or not magic.isalnum()
