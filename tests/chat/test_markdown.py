"""Markdown: what a model writes looks right, and does nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html.parser import HTMLParser
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.chat import markdown
from chatapp.chat.markdown import LONGEST, to_html
from chatapp.chat.mathematics import TAGS
from tests.chat.hostile_markdown import DEEP, HOSTILE

if TYPE_CHECKING:
    from _typeshed import TraceFunction

REL = 'rel="noopener noreferrer nofollow"'

BARE = {
    "blockquote", "br", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "s", "strong",
    "table", "tbody", "thead", "tr",
}  # fmt: skip
LENGTHS = {"width", "height", "depth", "lspace", "voffset", "minsize", "maxsize", "linethickness"}
MATHEMATICS = LENGTHS | {
    "stretchy", "fence", "accent", "displaystyle", "form", "scriptlevel", "mathvariant", "notation",
}  # fmt: skip
ALLOWED: dict[str, set[str]] = {name: set() for name in BARE} | {
    **dict.fromkeys(TAGS, MATHEMATICS),
    "math": {"display"},
    "mtd": MATHEMATICS | {"class"},
    "mtext": MATHEMATICS | {"class"},
    "annotation": {"encoding"},
    "p": {"class"},
    "a": {"href", "title", "rel"},
    "code": {"class"},
    "span": {"class"},
    "ol": {"start", "class"},
    "ul": {"class"},
    "li": {"class"},
    "input": {"type", "checked", "disabled"},
    "td": {"align"},
    "th": {"align"},
}
PIECES = ["\n", "\n\n", "> ", "- ", "*", "`", "|", "[", "](", "<", *HOSTILE]


class Found(HTMLParser):
    """The elements of a piece of HTML with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps it."""
        self.elements.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        """Keeps it: nothing of this kind belongs into an answer."""
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        """The same."""
        self.others.append(decl)

    def handle_pi(self, data: str) -> None:
        """The same."""
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        """The same."""
        self.others.append(data)


def assert_harmless(html: str) -> None:
    """No element, attribute or address but those that an answer may have."""
    found = Found(html)
    assert not found.others
    for tag, attributes in found.elements:
        assert tag in ALLOWED, tag
        assert set(attributes) <= ALLOWED[tag], (tag, attributes)
        if "href" in attributes:
            assert urlsplit(attributes["href"] or "").scheme in ("http", "https", "mailto")
            assert attributes["rel"] == "noopener noreferrer nofollow"
        if tag == "input":
            assert attributes["type"] == "checkbox"
            assert "disabled" in attributes
    kept = {tag: names - {"rel"} for tag, names in ALLOWED.items()}
    rel = "noopener noreferrer nofollow"
    assert nh3.clean(html, tags=set(ALLOWED), attributes=kept, link_rel=rel) == html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_harmless(text: str) -> None:
    assert_harmless(to_html(text))
    assert_harmless(to_html(f"Words before\n\n- {text}\n\nand behind"))


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_huge_nesting_is_harmless(text: str) -> None:
    assert_harmless(to_html(text))


@given(
    st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "> ", "- ", "*", "`", "|", "[", "](", "<"]))
)
def test_hostile_pieces_put_together_are_harmless(pieces: list[str]) -> None:
    assert_harmless(to_html("".join(pieces)))


@given(st.text())
def test_any_text_is_harmless(text: str) -> None:
    assert_harmless(to_html(text))


@given(st.text("abÄß字1 .,-_!?'\"()\u2014\u00a0*", max_size=40) | st.text(max_size=40))
def test_plain_words_get_no_treatment_of_their_own(text: str) -> None:
    assert to_html(text) == to_html("\n" + text)  # the second is no single line of words


@pytest.mark.parametrize(
    "text",
    [
        "An a_b_c name",
        "An __init__ method",
        "See example.org today",
        "Ends in a blank ",
        "e.g. this",
    ],
)
def test_words_that_only_look_plain_are_formatted(text: str) -> None:
    assert to_html(text) == to_html("\n" + text)


def link(address: str, words: str) -> str:
    return f'<p><a href="{address}" {REL}>{words}</a></p>\n'


ORDINARY = [
    ("# One\n### Three", "<h1>One</h1>\n<h3>Three</h3>\n"),
    ("*a* **b** ***c***", "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em></p>\n"),
    ("~~gone~~", "<p><s>gone</s></p>\n"),
    ("a `x < y` b", "<p>a <code>x &lt; y</code> b</p>\n"),
    ("- a\n  - b\n- c", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>\n"),
    ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
    ("> a\n>\n> b", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n"),
    ("a  \nb\\\nc\nd", "<p>a<br>\nb<br>\nc\nd</p>\n"),
    ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>\n"),
    ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n"),
    ("[a](http://x.example)", link("http://x.example", "a")),
    ("[a](http://x.example 'T')", link('http://x.example" title="T', "a")),
    ("https://x.example/a?b=1", link("https://x.example/a?b=1", "https://x.example/a?b=1")),
    ("<ann@x.example>", link("mailto:ann@x.example", "ann@x.example")),
    ("![a *cat*](http://x.example/c)", link("http://x.example/c", "a cat")),
    ("![](http://x.example/c)", link("http://x.example/c", "http://x.example/c")),
    ("[![logo](http://x.example/l)](http://y.example)", link("http://y.example", "logo")),
    ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>\n"),
    ("```nonsuch\na\n```", '<pre><code class="language-nonsuch">a\n</code></pre>\n'),
    ("Ünïcödé 漢字 🙂", "<p>Ünïcödé 漢字 🙂</p>\n"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "html"), ORDINARY)
def test_ordinary_markdown_looks_right(text: str, html: str) -> None:
    assert to_html(text) == html


def test_code_is_highlighted_by_classes() -> None:
    html = to_html("```python\ndef f(): pass\n```")
    assert html.startswith('<pre><code class="language-python"><span class="k">def</span>')


def test_code_that_is_very_long_is_not_highlighted() -> None:
    assert "<span" not in to_html("```python\n" + "x = 1\n" * 10_000 + "```")


def test_a_table_keeps_its_alignment() -> None:
    html = to_html("|a|b|c|d|\n|-|:-|:-:|-:|\n|1|2|3|4|")
    cells = [(tag, at.get("align")) for tag, at in Found(html).elements if tag in ("th", "td")]
    aligned = [None, "left", "center", "right"]
    assert cells == [("th", at) for at in aligned] + [("td", at) for at in aligned]


@pytest.mark.parametrize("text", ["|a|b|\n|-|-|\n|1|", "|a|\n|-|\n|1|2|3|", "|a\n-|\n1"])
def test_a_table_with_missing_cells_has_even_rows(text: str) -> None:
    rows = to_html(text).split("<tr>")[1:]
    assert len({row.count("</th>") + row.count("</td>") for row in rows}) == 1


def test_tasks_have_checkboxes_that_nobody_can_tick() -> None:
    html = to_html("- [ ] a\n- [x] b\n- c\n\n1. [X] d")
    assert html == (
        '<ul class="contains-task-list">\n'
        '<li class="task-list-item"><input type="checkbox" disabled=""> a</li>\n'
        '<li class="task-list-item"><input type="checkbox" disabled="" checked=""> b</li>\n'
        "<li>c</li>\n</ul>\n"
        '<ol class="contains-task-list">\n'
        '<li class="task-list-item"><input type="checkbox" disabled="" checked=""> d</li>\n</ol>\n'
    )


@pytest.mark.parametrize("text", ["- [y] a", "- a [ ] b", "- `[ ]` a", "- [ ]a", "[ ] a"])
def test_brackets_elsewhere_are_no_tasks(text: str) -> None:
    assert "<input" not in to_html(text)


def test_a_very_long_text_is_shown_as_it_is() -> None:
    text = "<b> " * LONGEST
    assert to_html(text) == f"<pre>{'&lt;b&gt; ' * LONGEST}</pre>\n"


def test_a_text_that_breaks_the_formatter_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr(markdown, "_parser", broken)
    assert to_html("a < *b*") == "<pre>a &lt; *b*</pre>\n"


PATHOLOGICAL: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "[" * n,
    "images": lambda n: "![" * n,
    "links": lambda n: "[a](" * n,
    "stars": lambda n: "*a " * n,
    "mixed emphasis": lambda n: "*a_ " * n,
    "strikes": lambda n: "~~a" * n,
    "quotes": lambda n: ">" * n,
    "nested quotes": lambda n: "> " * n,
    "nested lists": lambda n: "- " * n,
    "tasks": lambda n: "- [ ] a\n" * n,
    "loose tasks": lambda n: "- [x] a\n\n" * n,
    "rows": lambda n: "|a|\n|-|\n" + "|b|\n" * n,
    "autolinks": lambda n: "<a " * n,
    "entities": lambda n: "&#x" * n,
    "escapes": lambda n: "\\" * n,
    "bare links": lambda n: "http://" * n,
    "addresses": lambda n: "a@" * n,
    "references": lambda n: "[a]: x\n" + "[a]" * n,
    "backticks": lambda n: "`a" * n,
    "fences": lambda n: "```\n" * n,
    "lines": lambda n: "a\n" * n,
    "code": lambda n: "```python\nx\n```\n" * n,
}


@pytest.mark.parametrize("kind", PATHOLOGICAL)
def test_work_grows_with_the_length_and_no_faster(kind: str) -> None:
    make = PATHOLOGICAL[kind]
    to_html(make(10))  # what is imported and built once does not count
    assert lines_run(make(800)) < 2.6 * lines_run(make(400))


def lines_run(text: str) -> int:
    """How many lines of Python the formatting takes: a clock that no other program disturbs."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> TraceFunction:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        to_html(text)
    finally:
        sys.settrace(before)
    return count
