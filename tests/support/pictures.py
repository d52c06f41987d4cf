"""Pictures made of bytes: no library, and nothing of anybody's."""

from __future__ import annotations

import zlib
from struct import pack


def png(width: int = 3, height: int = 2, grey: int = 128) -> bytes:
    """A grey picture that any program can show."""
    rows = (b"\0" + bytes([grey]) * width) * height
    head = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def chunk(kind: bytes, content: bytes) -> bytes:
    """A piece of a PNG."""
    checked = kind + content
    return pack(">I", len(content)) + checked + pack(">I", zlib.crc32(checked))


def jpeg(width: int = 3, height: int = 2) -> bytes:
    """The segments of one up to its scan: application data, fill bytes, a table, the frame."""
    exif = b"\xff\xe1" + pack(">H", 10) + b"\xff\xc0Exif\0\0"
    tables = b"\xff\xff\xc4" + pack(">H", 3) + b"\0"
    frame = b"\xff\xc2" + pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + exif + tables + frame + b"\xff\xda"


def gif(width: int = 3, height: int = 2) -> bytes:
    """Its header."""
    return b"GIF89a" + pack("<HHBBB", width, height, 0, 0, 0)


def webp(kind: str, width: int = 3, height: int = 2) -> bytes:
    """One of the three kinds: `VP8 ` with loss, `VP8L` without, `VP8X` with more than a picture."""
    if kind == "VP8X":
        size = [pack("<I", each - 1)[:3] for each in (width, height)]
        body = b"\0\0\0\0" + b"".join(size)
    elif kind == "VP8L":
        body = b"\x2f" + pack("<I", (width - 1) | (height - 1) << 14)
    else:
        body = b"\0\0\0\x9d\x01\x2a" + pack("<HH", width, height)
    inner = b"WEBP" + kind.encode() + pack("<I", len(body)) + body
    return b"RIFF" + pack("<I", len(inner)) + inner


def bmp(width: int = 3, height: int = 2) -> bytes:
    """A black picture of a kind that no model takes."""
    rows = b"\0" * ((width * 3 + 3) // 4 * 4) * height
    info = pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(rows), 0, 0, 0, 0)
    return pack("<2sIII", b"BM", 54 + len(rows), 0, 54) + info + rows
