"""Takes out of a picture what it tells of place, time and camera; what is seen stays as it is.

Nothing is decoded. A GIF holds none of it but comments, and stays as it came; so does what is put
together in a way that is not understood here. Sources of the formats:

- PNG: https://www.w3.org/TR/png-3/#5Chunk-layout
- JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B
- Exif: https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E, section 4.6
- WebP: https://www.rfc-editor.org/rfc/rfc9649, section 2.7
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import error as TooShort  # what `pack` and `unpack_from` raise
from struct import pack, unpack_from

MOST_PIECES = 20_000
"""Pieces of one picture; one that was made to be walked through for long stays as it came."""

_PNG_TEXTS = (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")
_WEBP_TEXTS = (b"EXIF", b"XMP ")
_WEBP_FLAGS = 0x08 | 0x04
"""Say in `VP8X` that those chunks are there."""

_EXIF = b"Exif\0\0"
_SHOWN_BY = {0xE0: b"", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Segments for applications that change what is seen, and how they begin."""

_ABOUT = (*range(0xE0, 0xF0), 0xFE)
_SCAN, _END = 0xDA, 0xD9
_NEXT = re.compile(rb"(?<!\xff)\xff++[^\x00\xd0-\xd7]")
"""Where the data of a scan ends; a row of many such bytes is looked at once."""

_FILL = re.compile(rb"\xff*(?=\xff)")
"""Any number of these may stand before a marker."""


class _Strange(ValueError):
    """A picture whose pieces are not understood."""


def without_traces(content: bytes) -> bytes:
    """The picture without them. A JPEG keeps which way it is turned."""
    try:
        if content.startswith(b"\x89PNG"):
            return content[:8] + b"".join(_png(content))
        if content.startswith(b"\xff\xd8"):
            return b"\xff\xd8" + b"".join(_jpeg(content))
        if content.startswith(b"RIFF"):
            body = b"WEBP" + b"".join(_webp(content))
            return b"RIFF" + pack("<I", len(body)) + body
    except (_Strange, TooShort, IndexError):
        pass  # shown, or not, as it came
    return content


def _png(content: bytes) -> Iterator[bytes]:
    """Its chunks up to the last one; what hides behind that goes as well."""
    place = 8
    for _ in range(MOST_PIECES):
        length, kind = unpack_from(">I4s", content, place)
        end = place + length + 12
        if end > len(content):
            raise _Strange
        if kind not in _PNG_TEXTS:
            yield content[place:end]
        if kind == b"IEND":
            return
        place = end
    raise _Strange


def _webp(content: bytes) -> Iterator[bytes]:
    place, whole = 12, min(8 + unpack_from("<I", content, 4)[0], len(content))
    for _ in range(MOST_PIECES):
        if place >= whole:
            return
        kind, length = unpack_from("<4sI", content, place)
        end = place + 8 + length + length % 2
        if end > whole:
            raise _Strange
        if kind == b"VP8X":
            flags = content[place + 8] & ~_WEBP_FLAGS
            yield content[place : place + 8] + bytes([flags]) + content[place + 9 : end]
        elif kind not in _WEBP_TEXTS:
            yield content[place:end]
        place = end
    raise _Strange


def _jpeg(content: bytes) -> Iterator[bytes]:
    """Its segments and scans up to the end; cameras put further pictures behind that."""
    place = 2
    for _ in range(MOST_PIECES):
        marked = _FILL.match(content, place)
        if marked is None:
            raise _Strange
        place = marked.end()
        marker = content[place + 1]
        if marker == _END:
            yield b"\xff\xd9"
            return
        end = place + 2 + unpack_from(">H", content, place + 2)[0]
        body = content[place + 4 : end]
        if marker == _SCAN:
            end = _behind_scan(content, end)
        if marker not in _ABOUT or (marker in _SHOWN_BY and body.startswith(_SHOWN_BY[marker])):
            yield content[place:end]
        elif body.startswith(_EXIF) and (turned := _orientation(body[len(_EXIF) :])) > 1:
            yield _turned(turned)
        place = end
    raise _Strange


def _behind_scan(content: bytes, place: int) -> int:
    found = _NEXT.search(content, place)
    if found is None:
        raise _Strange
    return found.end() - 2


def _orientation(tiff: bytes) -> int:
    """Which way up, from 1 to 8 (tag 0x0112 of the first directory); 0 where nothing is said."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (first,) = unpack_from(f"{order}I", tiff, 4)
        (count,) = unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, _kind, _count, value = unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 0
    except TooShort:
        pass  # a directory that breaks off says nothing
    return 0


def _turned(orientation: int) -> bytes:
    """A segment that says nothing else."""
    entry = pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    body = _EXIF + b"MM\0*" + pack(">IH", 8, 1) + entry + pack(">I", 0)
    return b"\xff\xe1" + pack(">H", len(body) + 2) + body
