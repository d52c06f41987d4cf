"""Texts in passages: pieces that can be found, read and cited by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from chatapp.knowledge.blocks import Block, Kind, blocks, heading_of

BREADCRUMB = " › "
"""What joins the headings above a passage."""

TARGET = 1_200
"""Characters of a passage that its sections, paragraphs and sentences are joined up to."""

LONGEST = 4_000
"""Characters that a table or code may have before it is broken between lines."""

SMALL = 250
"""Characters of a section that is joined with its neighbour, if that is as small."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])|\n")
_LINE_END = re.compile(r"\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage of a text, from `start` up to `end` in code points, below `heading`."""

    start: int
    end: int
    heading: str


@dataclass(slots=True)
class _Section:
    """What stands below a heading, and above the next one."""

    path: tuple[str, ...]
    title: Block | None = None
    body: list[Block] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        return [self.title, *self.body] if self.title else self.body

    @property
    def size(self) -> int:
        return self.blocks[-1].end - self.blocks[0].start

    def leads_to(self, after: _Section) -> bool:
        """Whether what follows stands below this section's heading, too."""
        return len(after.path) > len(self.path) and after.path[: len(self.path)] == self.path


def split(text: str) -> list[Piece]:
    """The passages of a Markdown text in their order, none empty, and none over another.

    Takes time in proportion to the text, whatever that is.
    """
    return [
        Piece(start, end, BREADCRUMB.join(path))
        for path, found in _joined(_sections(text))
        for packed in _packed(text, found)
        for start, end in _trimmed(text, *packed)
    ]


def _sections(text: str) -> list[_Section]:
    """Sections with something in them; the heading of others is part of the path of the next."""
    sections = [_Section(())]
    above: list[tuple[int, str]] = []
    for block in blocks(text):
        if block.kind is not Kind.HEADING:
            sections[-1].body.append(block)
            continue
        above = [each for each in above if each[0] < block.level]
        above.append((block.level, heading_of(text, block)))
        sections.append(_Section(tuple(words for _, words in above if words), block))
    following = [*sections[1:], _Section(())]
    return [
        section
        for section, after in zip(sections, following, strict=True)
        if section.body or (section.title and not section.leads_to(after))
    ]


def _joined(sections: Sequence[_Section]) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """The blocks that passages are made of, small sections with their neighbours.

    The path of several sections is what theirs have in common.
    """
    group: list[_Section] = []
    size = 0
    for section in sections:
        if group and not _may_join(group[-1], size, section):
            yield _as_one(group)
            group, size = [], 0
        group.append(section)
        size += section.size
    if group:
        yield _as_one(group)


def _may_join(last: _Section, size: int, section: _Section) -> bool:
    if size > TARGET:
        return False
    if not (last.body and section.body):  # a heading does not stand alone
        return True
    return max(last.size, section.size) < SMALL and size + section.size <= TARGET


def _as_one(group: list[_Section]) -> tuple[tuple[str, ...], list[Block]]:
    if len(group) == 1:
        return group[0].path, group[0].body or group[0].blocks
    levels = zip(*(section.path for section in group), strict=False)
    path = tuple(names[0] for names in takewhile(lambda names: len(set(names)) == 1, levels))
    inside = [block for section in group for block in section.blocks]
    return path, inside[1:] if group[0].title and group[0].path == path else inside


def _packed(text: str, found: Iterable[Block]) -> list[tuple[int, int]]:
    """Joins blocks up to the target size, and breaks those that are longer."""
    packed: list[tuple[int, int]] = []
    for start, end in _units(text, found):
        if packed and end - packed[-1][0] <= TARGET:
            packed[-1] = (packed[-1][0], end)
        else:
            packed.append((start, end))
    if len(packed) > 1 and packed[-1][1] - packed[-1][0] < SMALL:
        packed[-2:] = [(packed[-2][0], packed[-1][1])]
    return packed


def _units(text: str, found: Iterable[Block]) -> Iterator[tuple[int, int]]:
    """What is not torn apart: a block, with the words that lead to it."""
    lead: int | None = None
    for block in found:
        parts = list(_parts(text, block))
        if not parts:
            continue
        if lead is not None and parts[0][1] - lead <= LONGEST:
            parts[0] = (lead, parts[0][1])
        elif lead is not None:
            yield lead, block.start
        yield from parts[:-1]
        lead = parts[-1][0] if _leads_on(text, block) else None
        if lead is None:
            yield parts[-1]
    if lead is not None:
        yield lead, parts[-1][1]


def _leads_on(text: str, block: Block) -> bool:
    if block.kind is Kind.HEADING:
        return True
    return block.kind is Kind.TEXT and text[max(block.start, block.end - 3) : block.end].rstrip(
        "*_ "
    ).endswith((":", "："))


def _parts(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """A block, or its lines or sentences where it is too long for one passage."""
    whole = block.kind in (Kind.CODE, Kind.TABLE)
    if block.end - block.start <= (LONGEST if whole else TARGET):
        yield block.start, block.end
        return
    ends = _SENTENCE_END if block.kind is Kind.TEXT else _LINE_END
    yield from _broken(text, (block.start, block.end), ends)


def _broken(text: str, span: tuple[int, int], ends: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Pieces of at most the target size, broken at `ends`, else at a space, else anywhere."""
    cuts = [span[0], *(end.end() for end in ends.finditer(text, *span)), span[1]]
    start = span[0]
    for before, cut in pairwise(cuts):
        if cut - start > TARGET:
            if before > start:
                yield from _trimmed(text, start, before)
                start = before
            while cut - start > TARGET:
                middle = _space_before(text, start, start + TARGET)
                yield from _trimmed(text, start, middle)
                start = middle
    yield from _trimmed(text, start, span[1])


def _space_before(text: str, start: int, limit: int) -> int:
    found = max(text.rfind(space, start + TARGET // 2, limit) for space in " \t\n")
    return found + 1 if found > start else limit


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    words = piece.strip()
    if words:
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(words)
