"""A tree of HTML as blocks of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chatapp.knowledge.formats._markdown import fenced, heading, literal, one_line, table

LEFT_OUT = frozenset(
    re.findall(
        r"\w+",
        """
        script style noscript template nav footer aside form button select option input
        textarea svg math iframe object embed canvas audio video dialog head
        """,
    )
)
"""Elements that hold no words of the document."""

ROLES = frozenset(
    re.findall(
        r"\w+",
        """
        navigation banner contentinfo search complementary menu menubar
        """,
    )
)
"""What stands around a document, by its `role`."""

_AROUND = re.compile(
    r"(?:(?:main|site|page|global|top|side|nav)[-_]?)?"
    r"(?:nav|navbar|navigation|breadcrumbs?|sidebar|cookies?|menu|pagination|footer|share"
    r"|headerlink|toc)"
    r"(?:[-_](?:bar|banner|list|links?|menu|container|wrapper|notice|consent|buttons?))?",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"h([1-6])")

INLINE = frozenset(
    re.findall(
        r"\w+",
        """
        a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label
        mark q ruby rp rt s samp small span strike strong sub sup time tt u var wbr
        """,
    )
)
"""Elements that stand in a line of text; all others end it."""


def words_of(element: Any) -> str:
    """All words in an element on one line; empty for None."""
    return "" if element is None else one_line("".join(_inline(element)))


def blocks_of(element: Any) -> list[str]:
    """The blocks of an element: headings, paragraphs, lists, tables and code."""
    blocks = _Blocks()
    blocks.add_content(element)
    return blocks.made


class _Blocks:
    """The blocks made so far, and the line of text that is being gathered."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self._line: list[str] = []

    def add_content(self, element: Any) -> None:
        """What is in an element, but for itself."""
        self._line.append(element.text or "")
        for child in element:
            if not _is_left_out(child):
                self._add(child)
            self._line.append(child.tail or "")
        self._end_line()

    def _add(self, element: Any) -> None:
        tag = element.tag
        if tag in INLINE and not _holds_blocks(element):
            self._line.extend(_inline(element))
            return
        self._end_line()
        if level := _LEVEL.fullmatch(tag):
            self.made.append(heading(int(level[1]), words_of(element)))
        elif make := _MAKERS.get(tag):
            self.made.append(make(element))
        else:
            self.add_content(element)

    def _end_line(self) -> None:
        lines = (one_line(line) for line in "".join(self._line).split("\v"))
        self._line.clear()
        if words := "\n".join(line for line in lines if line):
            self.made.append(literal(words))


def _is_left_out(element: Any) -> bool:
    if element.tag in LEFT_OUT or not isinstance(element.tag, str):
        return True
    said = element.attrib
    if not said:
        return False
    return (
        said.get("role", "").lower() in ROLES
        or "hidden" in said
        or said.get("aria-hidden") == "true"
        or _is_around(element)
    )


def _is_around(element: Any) -> bool:
    """Whether an element is called after what stands around a document, and holds none itself."""
    names = f"{element.get('class', '')} {element.get('id', '')}".split()
    called = any(_AROUND.fullmatch(name) for name in names)
    return called and next(element.iterdescendants("h1", "main", "article"), None) is None


def _holds_blocks(element: Any) -> bool:
    return any(child.tag not in INLINE for child in element.iterdescendants("*"))


def _inline(element: Any) -> Iterator[str]:
    """The words in an element, with `\\v` where a line ends in it."""
    if element.tag == "br":
        yield "\v"
    elif element.tag == "img":
        yield element.get("alt") or ""
    elif element.tag in {"code", "kbd", "samp", "tt"} and element.getparent() is not None:
        yield f"`{one_line(element.text_content())}`" if element.text_content().strip() else ""
        return
    yield element.text or ""
    for child in element:
        if not _is_left_out(child):
            space = "" if child.tag in INLINE else " "
            yield space
            yield from _inline(child)
            yield space
        yield child.tail or ""


def _code(element: Any) -> str:
    """What is in a `pre`, with the language that its class names."""
    named = [element.get("class", ""), *(each.get("class", "") for each in element.iter("code"))]
    language = re.search(
        r"(?:language|lang|highlight-source|brush:)-?\s*([\w+#]+)", " ".join(named)
    )
    code = element.text_content()
    return fenced(code, language[1] if language else "") if code.strip() else ""


def _quote(element: Any) -> str:
    lines = "\n\n".join(blocks_of(element)).split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _list(element: Any) -> str:
    """A list; what an item holds beside its words stands indented below it."""
    items = [each for each in element if each.tag == "li"] or list(element.iterchildren("*"))
    begin = int(element.get("start", "")) if element.get("start", "").isdecimal() else 1
    marks = [f"{begin + i}." if element.tag == "ol" else "-" for i in range(len(items))]
    made = (_item(mark, item) for mark, item in zip(marks, items, strict=True))
    return "\n".join(item for item in made if item)


def _item(mark: str, element: Any) -> str:
    blocks = [block for block in blocks_of(element) if block]
    words = "\n".join(blocks) if all(map(_is_short, blocks)) else "\n\n".join(blocks)
    indent = " " * (len(mark) + 1)
    return f"{mark} " + words.replace("\n", f"\n{indent}") if words else ""


def _is_short(block: str) -> bool:
    return not block.startswith(("|", "```", ">"))


def _definitions(element: Any) -> str:
    """Terms, each with what it means behind it."""
    made: list[str] = []
    for each in element.iterdescendants("dt", "dd"):
        words = words_of(each)
        if each.tag == "dt" or not made:
            made.append(f"- {words}")
        else:
            made[-1] += f"{' ' if made[-1].endswith(':') else ': '}{words}"
    return "\n".join(made)


def _table(element: Any) -> str:
    """A table, or the blocks in it where it only lays out a page."""
    if next(element.iterdescendants("table", "h1", "h2", "h3", "ul", "pre"), None) is not None and (
        next(element.iterdescendants("th"), None) is None
    ):
        return "\n\n".join(block for cell in element.iter("td") for block in _cell_blocks(cell))
    caption = words_of(element.find("caption"))
    rows = [_row(row) for row in element.iter("tr") if next(row.iterancestors("table")) is element]
    return "\n\n".join(part for part in (caption, table(rows)) if part)


def _cell_blocks(cell: Any) -> list[str]:
    """The blocks of a cell, but for those of a table in it, whose cells come by themselves."""
    return [] if next(cell.iterdescendants("td"), None) is not None else blocks_of(cell)


def _row(row: Any) -> list[str]:
    cells: list[str] = []
    for each in row:
        if each.tag in {"td", "th"}:
            wide = each.get("colspan", "1")
            cells += [words_of(each)] + [""] * (min(int(wide), 50) - 1 if wide.isdecimal() else 0)
    return cells


_MAKERS = {
    "pre": _code,
    "blockquote": _quote,
    "ul": _list,
    "ol": _list,
    "menu": _list,
    "dl": _definitions,
    "table": _table,
}
