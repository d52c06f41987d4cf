"""A page of a PDF as lines of text, each with its size and its place."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from math import hypot
from typing import Any

_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
        "\u00a0": " ",
        "\u00ad": None,
        "\x00": None,
    }
)
_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Line:
    """Words on a line of a page; `size` is the height of most of them, `top` how far up they are.

    Both are in points, 1/72 of an inch.
    """

    words: str
    size: float
    top: float


@dataclass(slots=True)
class _Gathered:
    """A line that is being put together."""

    words: list[str] = field(default_factory=list)
    sizes: Counter[float] = field(default_factory=Counter)
    top: float | None = None

    def add(self, words: str, size: float, top: float) -> None:
        self.words.append(words)
        if words.strip():
            self.sizes[size] += len(words)
            self.top = top if self.top is None else self.top

    def line(self) -> Line:
        words = _BLANKS.sub(" ", "".join(self.words).translate(_LIGATURES)).strip()
        size = self.sizes.most_common(1)[0][0] if self.sizes else 0.0
        return Line(words, size, self.top or 0.0)


def lines_of(page: Any) -> list[Line]:
    """The lines of a page that have words, in the order in which it draws them."""
    gathered = [_Gathered()]

    def hear(words: str, world: Any, place: Any, _font: Any, size: float) -> None:
        height = _height(size, world, place)
        top = _top(world, place)
        for number, part in enumerate(words.split("\n")):
            if number:
                gathered.append(_Gathered())
            gathered[-1].add(part, height, top)

    page.extract_text(visitor_text=hear)
    lines = (each.line() for each in gathered)
    return [line for line in lines if line.words]


def _height(size: float, world: Any, place: Any) -> float:
    """The size of a font after both matrices, rounded to half a point."""
    scale = hypot(place[2], place[3]) * hypot(world[2], world[3])
    return round(2 * abs(size or 0.0) * scale) / 2


def _top(world: Any, place: Any) -> float:
    return float(place[4] * world[1] + place[5] * world[3] + world[5])
