"""What a picture is, and how large, read from its first bytes alone: nothing is decoded.

A name or a media type that came along counts for nothing. Sources of the formats:

- PNG: https://www.w3.org/TR/png-3/#11IHDR
- GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt, section 18
- JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B
- WebP: https://www.rfc-editor.org/rfc/rfc9649, section 2.5 to 2.7
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from struct import error as TooShort  # what `unpack_from` raises
from struct import unpack_from

from chatapp.errors import Unprocessable

MOST_PIXELS = 100_000_000
"""A picture of more is made to fill somebody's memory."""

_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s|<\?xml.*?\?>|<!--.*?-->|<!doctype[^>]*>)*+<svg[\s>]",
    re.IGNORECASE | re.DOTALL,
)
"""Nothing is tried in a second way: many comments would take for ever."""

_SVG_WITHIN = 4096

_OTHER = re.compile(
    rb"BM.{4}\0{4}|II\*\0|MM\0\*|.{4}ftyp(?:hei[cfmsx]|hev[cmsx]|mif1|msf1|avi[fs])",
    re.DOTALL,
)
"""BMP, TIFF, HEIF and AVIF, which browsers and cameras write, and models do not take."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a frame header; those left out define tables, or are kept for later."""

_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
"""Markers without a length behind them."""


_MOST_STEPS = 10_000
"""From one marker to the next, on the way to the frame header of a JPEG."""


@dataclass(frozen=True, slots=True)
class Look:
    """The kind of a picture, and its size in pixels."""

    media_type: str
    width: int
    height: int


def looks_like_picture(content: bytes) -> bool:
    """Whether it begins as a picture, of one of the kinds that models take or of another."""
    return _format_of(content) is not None or bool(_OTHER.match(content)) or is_svg(content)


def is_svg(content: bytes) -> bool:
    """Whether it is a drawing in SVG: a document that can hold scripts."""
    return bool(_SVG.match(content[:_SVG_WITHIN]))


def look(content: bytes) -> Look:
    """The kind and the size of a picture. Raises `Unprocessable` for what is none."""
    found = _format_of(content)
    if found is None:
        raise Unprocessable("Pictures are PNG, JPEG, WebP or GIF. Save this one as PNG.")
    media_type, size_of = found
    try:
        width, height = size_of(content)
    except (TooShort, IndexError):
        width = height = 0
    if not width or not height:
        raise Unprocessable("This picture is damaged.")
    if width * height > MOST_PIXELS:
        raise Unprocessable("This picture has too many pixels. Make it smaller.")
    return Look(media_type, width, height)


def _png(content: bytes) -> tuple[int, int]:
    width, height = unpack_from(">II", content, 16)
    return (width, height) if content[12:16] == b"IHDR" else (0, 0)


def _gif(content: bytes) -> tuple[int, int]:
    width, height = unpack_from("<HH", content, 6)
    return width, height


def _jpeg(content: bytes) -> tuple[int, int]:
    """Segment after segment up to the frame header; the data of the scan is not reached."""
    place = 2
    for _ in range(_MOST_STEPS):
        if content[place] != 0xFF:
            break
        marker = content[place + 1]
        if marker == 0xFF:  # any number of these may stand before a marker
            place += 1
        elif marker in _ALONE:
            place += 2
        elif marker in _FRAMES:
            height, width = unpack_from(">HH", content, place + 5)
            return width, height
        else:
            (length,) = unpack_from(">H", content, place + 2)
            place += 2 + max(length, 2)
    return 0, 0


def _webp(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind == b"VP8X":
        low_width, high_width, low_height, high_height = unpack_from("<HBHB", content, 24)
        return (high_width << 16 | low_width) + 1, (high_height << 16 | low_height) + 1
    if kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _format_of(content: bytes) -> tuple[str, Callable[[bytes], tuple[int, int]]] | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", _png
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", _jpeg
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif", _gif
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp", _webp
    return None
