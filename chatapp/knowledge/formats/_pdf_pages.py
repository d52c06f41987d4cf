"""The lines of all pages as blocks of Markdown: headings, paragraphs and lists."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from chatapp.knowledge.formats._markdown import heading, literal
from chatapp.knowledge.formats._pdf_lines import Line

Outline = Mapping[tuple[int, str], int]
"""The levels of headings, by the number of their page, from 0, and their `bare` words."""

_Mark = tuple[str, str]

LARGER = 1.15
"""How much larger than the body a line of text is that stands out as a heading."""

LONGEST_HEADING = 120
"""Characters of a line that can be a heading."""

LEVELS = 4
"""How many sizes of headings are told apart."""

APART = 1.5
"""How many times the usual distance lies between the lines of two paragraphs."""

REPEATED = 0.6
"""The share of pages that a line stands on, at top or bottom, which belongs to the paper."""

NUMBERED = 3
"""How many pages are enough for one with a number in it that grows by one from page to page."""

_BULLET = re.compile(r"^[•◦▪‣●○■–\uf0b7\uf0a7]\s*")
_DIGITS = re.compile(r"\d+")
_SENTENCE = re.compile(r"(?:\S+\s+){4,}\S+[.!?]")
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*(?:\d+|[ivxl]+)$")
_NUMBERING = re.compile(
    r"^(?:(?:chapter|section|kapitel|abschnitt|chapitre)\s+)?"
    r"(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)[.:]?\s+",
    re.IGNORECASE,
)
_BROKEN_WORD = re.compile(r"(\w+)[-\u2010]\n([a-zà-öø-ÿα-ωа-я]\w*) ?")


def written(pages: Sequence[Sequence[Line]], outline: Outline) -> tuple[list[str], str]:
    """The blocks of all pages, and the words of the first heading among them, empty for none.

    A document without headings gets one for each page, so that a place in it can be named.
    """
    trimmed = _without_margins(pages)
    levels = {} if outline else _levels(trimmed)
    found = [_headed(page, number, outline, levels) for number, page in enumerate(trimmed)]
    if not any(level for page in found for _, level in page):
        return list(_by_page(trimmed)), ""
    first = next(line.words for page in found for line, level in page if level)
    lines = [each for page in found for each in page]
    return list(_blocks(lines)), first


def bare(heading: str) -> str:
    """A heading as it is compared with another: without its number, its blanks and its case."""
    words = _NUMBERING.sub("", heading.strip()) or heading
    return "".join(words.split()).casefold().replace("’", "'")


def _without_margins(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without what is repeated at the top and at the bottom, and without contents.

    Where most pages have nothing else, it is what they say.
    """
    body = _body(pages)
    seen = Counter(
        mark
        for number, page in enumerate(pages)
        for line in _edges(page, body)
        for mark in _marks(line, number)
    )
    most = max(NUMBERED, REPEATED * len(pages))
    often = {mark for mark, count in seen.items() if count > (NUMBERED - 1 if mark[1] else most)}
    trimmed = [list(_own(page, number, often, body)) for number, page in enumerate(pages)]
    left = sum(map(bool, trimmed))
    return trimmed if 2 * left > len(pages) else [list(page) for page in pages]


def _own(page: Sequence[Line], number: int, often: set[_Mark], body: float) -> Iterator[Line]:
    """The lines that belong to the text."""
    edges = {line for line in _edges(page, body) if often.intersection(_marks(line, number))}
    for line in page:
        if line not in edges and not _LEADERS.search(line.words):
            yield line


def _edges(page: Sequence[Line], body: float) -> set[Line]:
    """The first and the last lines of a page, but for headings."""
    return {line for line in (*page[:2], *page[-2:]) if not _is_larger(line, body)}


def _marks(line: Line, page: int) -> Iterator[_Mark]:
    """By what a line is known again on another page: its words, or a number that counts along.

    A sentence has such a number by chance, or because each page tells of something else.
    """
    yield line.words, ""
    if _SENTENCE.fullmatch(line.words):
        return
    around = _DIGITS.sub("0", line.words)
    for place, digits in enumerate(_DIGITS.findall(line.words)):
        if len(digits) < 5:
            yield around, f"{place}: {int(digits) - page}"


def _levels(pages: Sequence[Sequence[Line]]) -> dict[float, int]:
    """The sizes that are headings, with their levels."""
    body = _body(pages)
    larger = {line.size for page in pages for line in page if _is_larger(line, body)}
    return {
        size: min(number, LEVELS) for number, size in enumerate(sorted(larger, reverse=True), 1)
    }


def _body(pages: Sequence[Sequence[Line]]) -> float:
    """The size that most of the text has."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.words)
    return max(sizes, key=sizes.__getitem__, default=0.0)


def _is_larger(line: Line, body: float) -> bool:
    return line.size > LARGER * body


def _headed(
    page: Sequence[Line], number: int, outline: Outline, levels: Mapping[float, int]
) -> list[tuple[Line, int]]:
    """Each line with its level as a heading, 0 for text."""
    return [(line, _level(line, number, outline, levels)) for line in page]


def _level(line: Line, page: int, outline: Outline, levels: Mapping[float, int]) -> int:
    if len(line.words) > LONGEST_HEADING or not any(map(str.isalpha, line.words)):
        return 0
    return outline.get((page, bare(line.words)), levels.get(line.size, 0))


def _by_page(pages: Sequence[Sequence[Line]]) -> Iterator[str]:
    for number, page in enumerate(pages, start=1):
        if page:
            yield heading(2, f"Page {number}")
            yield from _blocks([(line, 0) for line in page])


def _blocks(lines: Sequence[tuple[Line, int]]) -> Iterator[str]:
    """Headings, and paragraphs between them."""
    usual = _distance([line for line, _ in lines])
    paragraph: list[str] = []
    before: tuple[Line, int] | None = None
    for line, level in lines:
        if before and (level or before[1] or _is_apart(before[0], line, usual)):
            if before[1] and level == before[1] and not _is_far(before[0], line):
                paragraph.append(line.words)  # a heading that goes on in the next line
                before = line, level
                continue
            yield _block(paragraph, before[1])
            paragraph = []
        paragraph.append(line.words)
        before = line, level
    if before:
        yield _block(paragraph, before[1])


def _block(lines: Sequence[str], level: int) -> str:
    if level:
        return heading(level, " ".join(lines))
    text = _mended("\n".join(_BULLET.sub("- ", line) for line in lines))
    return literal(text)


def _mended(text: str) -> str:
    """The text with words whole that were broken at the end of a line.

    A hyphen stays where the same word has it in the middle of a line.
    """
    return _BROKEN_WORD.sub(
        lambda found: (
            f"{found[1]}-{found[2]}\n"
            if f"{found[1]}-{found[2]}" in text
            else f"{found[1]}{found[2]}\n"
        ),
        text,
    )


def _distance(lines: Sequence[Line]) -> float:
    """The usual distance of two lines, in points."""
    steps = [above.top - below.top for above, below in itertools.pairwise(lines)]
    return median([step for step in steps if step > 0] or [0.0])


def _is_apart(above: Line, below: Line, usual: float) -> bool:
    """Whether two lines belong to different paragraphs."""
    return bool(usual and above.top - below.top > APART * usual) or bool(_BULLET.match(below.words))


def _is_far(above: Line, below: Line) -> bool:
    return not 0 < above.top - below.top < 2 * above.size
