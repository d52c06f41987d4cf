"""What a picture is, by its first bytes, whatever they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.chat.picture_headers import Look, is_svg, look, looks_like_picture
from chatapp.errors import Unprocessable
from tests.support.pictures import bmp, gif, jpeg, png, webp

KINDS: dict[str, Callable[[int, int], bytes]] = {
    "image/png": png,
    "image/jpeg": jpeg,
    "image/gif": gif,
    "image/webp VP8 ": partial(webp, "VP8 "),
    "image/webp VP8L": partial(webp, "VP8L"),
    "image/webp VP8X": partial(webp, "VP8X"),
}
OTHERS = [bmp(), *(b"\0\0\0\x18ftyp" + brand for brand in (b"heic", b"mif1", b"avif"))]
OTHERS += [b"II*\0\x08\0", b"MM\0*\0\0"]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 1), (300, 200), (4000, 16000)])
def test_kind_and_size_are_read(kind: str, size: tuple[int, int]) -> None:
    content = KINDS[kind](*size)
    assert look(content) == Look(kind.partition(" ")[0], *size)
    assert looks_like_picture(content)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_is_damaged_or_enough(kind: str) -> None:
    whole = KINDS[kind](300, 200)
    for end in range(12, len(whole)):
        try:
            found = look(whole[:end])
        except Unprocessable:
            continue
        assert (found.width, found.height) == (300, 200)


@pytest.mark.parametrize(
    "content",
    [
        *(png(0, 2), jpeg(3, 0), gif(0, 0), b"\xff\xd8\xff\xd9"),
        *(b"\xff\xd8" + step * 10_000 + jpeg()[2:] for step in (b"\xff", b"\xff\xd0")),
    ],
)
def test_a_picture_without_a_size_is_damaged(content: bytes) -> None:
    with pytest.raises(Unprocessable, match="damaged"):
        look(content)


def test_too_many_pixels_are_refused() -> None:
    with pytest.raises(Unprocessable, match="too many pixels"):
        look(gif(65535, 65535))


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE", SVG, *OTHERS])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(Unprocessable, match="PNG, JPEG, WebP or GIF"):
        look(content)


@pytest.mark.parametrize("content", OTHERS)
def test_pictures_of_other_kinds_are_known_as_such(content: bytes) -> None:
    assert looks_like_picture(content)


@pytest.mark.parametrize(
    "content", [b"BMW builds cars in Munich.", b"\0\0\0\x18ftypmp42", b"MM, said she.", b"III. On"]
)
def test_what_only_begins_alike_is_none(content: bytes) -> None:
    assert not looks_like_picture(content)


def test_drawings_are_known_and_pages_that_hold_some_are_none() -> None:
    prolog = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by hand -->\n<!DOCTYPE svg>\n'
    assert is_svg(SVG)
    assert is_svg(prolog + SVG)
    assert not is_svg(b"<!doctype html><html><body>" + SVG)
    assert not is_svg(b"Use <svg> for icons.")
    assert not is_svg(b"<!--" * 2000)
    assert not is_svg(b"<!---->" * 100 + b"<html>")
    assert is_svg(b"<!---->" * 100 + SVG)


@given(
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP"]),
    st.binary(),
)
def test_garbage_is_refused_in_words(begin: bytes, rest: bytes) -> None:
    try:
        found = look(begin + rest)
    except Unprocessable:
        return
    assert found.width > 0
    assert found.height > 0
