"""Web pages as Markdown."""

from __future__ import annotations

import pytest

from tests.knowledge.formats.reading import extract, text


def page(body: str, head: str = "") -> str:
    """A page."""
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h2>A &amp; B</h2><p>One\n two<br>three</p>", "## A & B\n\nOne two\nthree"),
        ("<p>a <b>b</b><i>c</i>d", "a bcd"),
        ("loose<div>in a block</div>end", "loose\n\nin a block\n\nend"),
        ("<ul><li>a<li>b<ol start=3><li>c</ol></ul>", "- a\n- b\n  3. c"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n  b"),
        ("<dl><dt>Term<dd>Meaning</dl>", "- Term: Meaning"),
        ("<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b"),
        ("<p>Call <code>f(x)</code> now", "Call `f(x)` now"),
        ('<pre><code class="language-py">a\n  b</code></pre>', "```py\na\n  b\n```"),
        ("<p># no heading</p><p>--- no rule</p>", "\\# no heading\n\n--- no rule"),
        ('<p>see <img alt="the plan" src="https://x.example/1.png"> here', "see the plan here"),
        (
            "<table><caption>Fees</caption><tr><th>A<th>B|C<tr><td colspan=2>1<tr><td>2<td><p>3",
            "Fees\n\n| A | B\\|C |\n| --- | --- |\n| 1 |  |\n| 2 | 3 |",
        ),
        ("<table><tr><td><ul><li>a</ul><td><p>b</table>", "- a\n\nb"),
    ],
)
def test_elements_become_markdown(body: str, expected: str) -> None:
    assert text("a.html", page(body)) == expected


def test_what_stands_around_the_words_is_left_out() -> None:
    around = (
        "<nav>Home</nav><header role=banner>Site</header><div class='cookie-banner'>Cookies</div>"
        "<script>alert('x')</script><style>p{}</style><noscript>no</noscript>"
        "<div hidden>hidden</div><aside>aside</aside><footer>Imprint</footer><!-- comment -->"
    )
    assert text("a.html", page(f"{around}<h1>Leave</h1><p>Thirty days.</p>")) == (
        "# Leave\n\nThirty days."
    )


@pytest.mark.parametrize(
    "around",
    ['class="with-sidebar"', 'class="has-toc page"', 'id="menu-of-the-day"', 'class="toc"'],
)
def test_the_words_stay_whatever_the_element_around_them_is_called(around: str) -> None:
    read = text("a.html", page(f"<div {around}><h1>Leave</h1><p>Thirty days.</p></div>"))
    assert read == "# Leave\n\nThirty days."


def test_the_main_content_is_enough_where_a_page_marks_it() -> None:
    words = "Thirty days a year. " * 5
    read = text("a.html", page(f"<div>Teaser</div><main><p>{words}</p></main><div>More</div>"))
    assert read == words.strip()
    assert "Teaser" in text("a.html", page(f"<div>Teaser {words}</div><main>x</main>"))


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("<h1>Leave</h1>", "Leave"),
        ("<h1>A</h1><h1>B</h1>", "Leave | Site"),
        ("<p>x", "Leave | Site"),
    ],
)
def test_the_only_heading_of_level_one_is_the_title(body: str, title: str) -> None:
    assert extract("a.html", page(body, "<title>Leave | Site</title>")).title == title


def test_the_encoding_that_a_page_names_is_believed() -> None:
    content = page("<p>Grüße", '<meta charset="iso-8859-1">').encode("cp1252")
    assert text("a.html", content) == "Grüße"


def test_heads_that_never_end_are_read_once() -> None:
    blanks, comments = " " * 60_000, "<!---->" * 500
    assert text("a.html", page("<p>words", f"<meta charset={blanks}<")) == "words"
    assert text("a.txt", f"{comments}words") == f"{comments}words"


def test_nothing_is_fetched_and_no_entity_is_made_up() -> None:
    declared = '<!DOCTYPE html [<!ENTITY secret SYSTEM "file:///etc/passwd">]><p>a &secret; b</p>'
    assert "root:" not in text("a.html", declared)
