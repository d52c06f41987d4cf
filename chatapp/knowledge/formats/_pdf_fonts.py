"""Fonts that do not know how wide their spaces are."""

from __future__ import annotations

from typing import Any

SPACE = 32
"""The code that a space has in all encodings of PDF."""

WIDEST = 300
"""What a space takes at most in a font whose letters differ in width, in thousandths of its size.

pypdf sees words apart where a gap is half a space wide. TeX draws no spaces at all, and has another
glyph in their place, half as wide as the font is high: narrow lines would be read as one word.
"""


def narrow_spaces(page: Any) -> None:
    """Makes the spaces of a page's fonts as wide as spaces are."""
    resources = _resolved(page.get("/Resources"))
    fonts = _resolved(resources.get("/Font")) if isinstance(resources, dict) else None
    if isinstance(fonts, dict):
        for name in fonts:
            _narrow(_resolved(fonts[name]))


def _narrow(font: Any) -> None:
    from pypdf.generic import NumberObject

    widths = _resolved(font.get("/Widths")) if isinstance(font, dict) else None
    first = _resolved(font.get("/FirstChar")) if isinstance(font, dict) else None
    if not isinstance(widths, list) or not isinstance(first, int) or len(set(map(str, widths))) < 3:
        return
    place = SPACE - first
    if 0 <= place < len(widths) and _is_wider(_resolved(widths[place])):
        widths[place] = NumberObject(WIDEST)


def _is_wider(width: Any) -> bool:
    return isinstance(width, int | float) and width > WIDEST


def _resolved(value: Any) -> Any:
    return None if value is None else value.get_object()
