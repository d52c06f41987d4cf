"""Formulas: TeX to MathML, which browsers set and screen readers read by themselves.

Only elements, attributes and values that are named here come out, whatever the library makes of
hostile TeX. MathML is that of browsers (https://w3c.github.io/mathml-core/).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING
from unicodedata import category, lookup, name

from chatapp.chat.tex import known, may_grow

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

log = logging.getLogger(__name__)

TEX = "application/x-tex"
"""The kind of a formula's source, which goes along with what it is set as."""

LONGEST = 2_000
"""Code points of a formula that is set; a longer one is shown as it is written."""

DEEPEST = 40
"""Elements within one another."""

TAGS = {
    "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow",
    "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover", "semantics", "annotation",
}  # fmt: skip

_LENGTH = re.compile(r"[+-]?(?:\d{1,2}(?:\.\d{1,3})?|\.\d{1,3})(?:em|ex|pt)?")
_VALUES = {
    **dict.fromkeys(("width", "height", "depth", "lspace", "voffset"), _LENGTH),
    **dict.fromkeys(("minsize", "maxsize", "linethickness"), _LENGTH),
    **dict.fromkeys(("stretchy", "fence", "accent", "displaystyle"), re.compile("true|false")),
    "form": re.compile("prefix|infix|postfix"),
    "scriptlevel": re.compile("[+-]?[0-3]"),
    "mathvariant": re.compile("normal"),
    "notation": re.compile("box|updiagonalstrike|downdiagonalstrike|horizontalstrike"),
}
ATTRIBUTES = {tag: {*_VALUES} for tag in TAGS} | {
    "math": {"display"},
    "annotation": set(),
}
CLASSES = {"mtd": {"left", "right", "ruled", "underlined"}, "mtext": {"bold", "italic"}}
"""In the place of `columnalign`, `columnlines`, `rowlines` and `mathvariant`, which browsers do not
know."""

_CHILDREN = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3,
    "munderover": 3,
}  # fmt: skip
_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_WITH_LIMITS = frozenset((*"∑∏∐⋂⋃⋀⋁⨁⨂⨀", "det", "gcd", "inf", "lim", "max", "min", "Pr", "sup")) | {
    f"{first}{blank}{then}"
    for blank in " \u2006"
    for first, then in (("lim", "sup"), ("lim", "inf"), ("arg", "max"), ("arg", "min"))
}
_ORDINARY = frozenset("∞∅ℵ")
_STYLES = {"bold": "BOLD", "bold-italic": "BOLD ITALIC"}
"""How Unicode names the alphabets that MathML's `mathvariant` chose before MathML Core."""

_SPACES = {"negativethinmathspace": "-0.167em"}
_ESCAPED = re.compile(r"\\([%$#&_{}])")
_REFERENCE = re.compile(r"&#x[0-9A-Fa-f]{1,6};")


class NotSet(Exception):
    """A formula that is shown as it is written."""


def to_mathml(tex: str, *, display: bool) -> str | None:
    """The MathML of a formula, on a line of its own where it is to be displayed.

    None for what is too long or too deep, defines macros, or means nothing.
    """
    if len(tex) > LONGEST or may_grow(tex):
        return None
    try:
        tree = _convert(known(tex), "block" if display else "inline")
        set_ = "".join(_written(each, display, DEEPEST) for each in tree)
    except NotSet:
        return None
    except Exception as error:  # the library has no error of its own, and recurses
        log.debug("a formula cannot be set: %r", error)
        return None
    kind = ' display="block"' if display else ""
    source = f'<annotation encoding="{TEX}">{escape(tex.strip())}</annotation>'
    return f"<math{kind}><semantics>{set_}{source}</semantics></math>"


@cache
def _converter() -> type:
    from latex2mathml.converter import Converter

    return Converter


def _convert(tex: str, display: str) -> Element:
    tree: Element = _converter()(display=display).convert_to_element(tex)
    return tree


def _written(element: Element, display: bool, depth: int) -> str:
    """An element and what is in it. Raises `NotSet`."""
    if element.tag == "mtable":
        _rule(element)
    children = list(element)
    tag, text = _named(element, children, display), _words(element)
    if depth == 0 or tag not in TAGS or _CHILDREN.get(tag, len(children)) != len(children):
        raise NotSet
    inner = "".join(_written(child, display, depth - 1) for child in children)
    attributes = "".join(f' {name}="{value}"' for name, value in _attributes(element))
    return f"<{tag}{attributes}>{escape(text, quote=False)}{inner}</{tag}>"


def _named(element: Element, children: list[Element], display: bool) -> str:
    """The name of an element where the library's is not the best one."""
    tag = element.tag
    if display and tag in _LIMITS and children and _words(children[0]) in _WITH_LIMITS:
        return _LIMITS[tag]
    text = _words(element)
    if tag == "mo" and text in _ORDINARY:
        return "mi"
    if tag == "mi" and len(text) == 1 and category(text) in ("Sm", "Ps", "Pe"):
        return "mo"
    return tag


def _words(element: Element) -> str:
    """Its text, in which the library leaves references. Raises `NotSet` for unknown commands."""
    text = element.text or ""
    if element.tag == "mi" and (text == "&" or (text.startswith("\\") and len(text) > 1)):
        raise NotSet
    text = _REFERENCE.sub(lambda found: unescape(found[0]), text)
    if element.tag == "mo" and text == r"\|":
        return "‖"
    if element.tag in ("mo", "mtext"):
        return _ESCAPED.sub(r"\1", text)
    if element.tag == "mi" and text == "~":
        return "∼"
    style = _STYLES.get(element.get("mathvariant", ""))
    return "".join(_styled(letter, style) for letter in text) if style else text


def _styled(letter: str, style: str) -> str:
    """A letter of the alphabet of that style; itself, where there is none."""
    try:
        plain = name(letter).replace("LETTER ", "").replace("LATIN ", "").replace("GREEK ", "")
        return lookup(f"MATHEMATICAL {style} {plain}")
    except (KeyError, ValueError):
        return letter


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    classes = " ".join(_classes(element))
    if classes:
        yield "class", classes
    for key, value in element.items():
        value = _SPACES.get(value, value)
        allowed = _VALUES.get(key)
        if allowed and allowed.fullmatch(value):
            yield key, value


def _classes(element: Element) -> Iterator[str]:
    wanted = (
        element.get(key, "") for key in ("columnalign", "columnline", "rowline", "mathvariant")
    )
    allowed = CLASSES.get(element.tag, ())
    return (each for each in wanted if each in allowed)


def _rule(table: Element) -> None:
    """Lets the cells of a table know of the lines beside and below them."""
    rows = list(table)
    across = _lines(table, "rowlines", len(rows))
    for row, below in zip(rows, across, strict=True):
        beside = _lines(table, "columnlines", len(row))
        for cell, line in zip(row, beside, strict=True):
            cell.set("columnline", "ruled" if line else "")
            cell.set("rowline", "underlined" if below else "")


def _lines(table: Element, kind: str, count: int) -> list[bool]:
    """Whether there is a line behind each of so many rows or columns but the last."""
    lines = [each in ("solid", "dashed") for each in table.get(kind, "").split()]
    lines = lines[: max(count - 1, 0)]
    return lines + [False] * (count - len(lines))
