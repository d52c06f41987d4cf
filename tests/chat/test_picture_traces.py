"""What a picture tells of place, time and camera does not stay in it; what is seen does."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.chat import picture_traces
from chatapp.chat.picture_headers import look
from chatapp.chat.picture_traces import without_traces
from tests.support.pictures import chunk, gif, jpeg, png, webp

SECRET = b"51.5 N 0.1 W"
SCAN = b"\xff\xda\0\x04\0\0" + b"\x12\xff\x00\x34\xff\xd0\x56"
TABLE = b"\xff\xc4\0\x05\xff\xd9\0"
"""Whose bytes look like an end."""


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + pack(">H", len(body) + 2) + body


def exif(order: str, orientation: int) -> bytes:
    """A directory with a maker and which way up, and a place behind it."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = pack(f"{order}HHII", 0x010F, 2, len(SECRET), 38)
    entries += pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    directory = pack(f"{order}IH", 8, 2) + entries + pack(f"{order}I", 0)
    return segment(0xE1, b"Exif\0\0" + mark + directory + SECRET)


FRAME = segment(0xC0, b"\x08\0\x02\0\x03\x01\x01\x11\0")
COLOURS = segment(0xE2, b"ICC_PROFILE\0\x01\x01colours") + segment(0xEE, b"Adobe\0d")
TOLD = [
    segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
    segment(0xE2, b"MPF\0" + SECRET),
    segment(0xED, b"Photoshop 3.0\0" + SECRET),
    segment(0xFE, SECRET),
]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [0, 1, 6, 9])
def test_a_photograph_keeps_its_colours_and_which_way_it_is_turned(
    order: str, orientation: int
) -> None:
    seen = [COLOURS, FRAME, SCAN, TABLE, SCAN, b"\xff\xd9"]
    photograph = b"\xff\xd8" + exif(order, orientation) + b"".join(TOLD) + b"".join(seen)
    left = without_traces(photograph + b"\xff\xd8" + exif(order, 1))
    assert SECRET not in left
    assert (b"Exif\0\0" in left) is (orientation == 6)
    assert left.endswith(b"".join(seen))
    assert look(left) == look(photograph)
    assert without_traces(left) == left


def test_bytes_that_only_fill_are_walked_over_once() -> None:
    fill = b"\xff" * 2_000_000
    told, seen = segment(0xFE, SECRET), FRAME + SCAN + fill + b"\0" + fill + b"\xff\xd9"
    assert without_traces(b"\xff\xd8" + fill + told + seen) == b"\xff\xd8" + seen


def test_other_kinds_lose_their_texts_and_nothing_else() -> None:
    whole = png()
    told = [chunk(kind, SECRET) for kind in (b"eXIf", b"tEXt", b"iTXt", b"tIME")]
    assert without_traces(whole[:33] + b"".join(told) + whole[33:] + SECRET) == whole
    plain = webp("VP8L")
    flagged = b"VP8X" + pack("<IB", 10, 0x1C) + b"\0\0\0\x02\0\0\x01\0\0"
    chunks = plain[12:] + plain[-1:] * (len(plain[12:]) % 2)
    body = b"WEBP" + flagged + chunks + b"EXIF" + pack("<I", len(SECRET)) + SECRET
    left = without_traces(b"RIFF" + pack("<I", len(body)) + body)
    assert SECRET not in left
    assert left[20] == 0x10
    assert left[4:8] == pack("<I", len(left) - 8)
    assert look(left).width == 3


@pytest.mark.parametrize("content", [jpeg(), gif(), b"", b"\x89PNG", b"RIFF\0\0", png()[:-4]])
def test_what_is_not_understood_stays_as_it_came(content: bytes) -> None:
    assert without_traces(content) == content


def test_what_has_too_many_pieces_is_not_walked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    content = png()[:33] + chunk(b"tEXt", b"") * 10 + png()[33:]
    assert without_traces(content) == png()
    monkeypatch.setattr(picture_traces, "MOST_PIECES", 10)
    assert without_traces(content) == content


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"]), st.binary())
def test_garbage_never_grows(begin: bytes, rest: bytes) -> None:
    assert len(without_traces(begin + rest)) <= len(begin + rest) + 40
