"""A growing answer inside a page."""

from __future__ import annotations

import re

import pytest

from chatapp.dialects.html import Html
from chatapp.events import End, Error, Event, Reasoning, Sources, Start, Text, Usage

FINISHED = "Show the finished answer"
END = End("complete", "stop", 5)


def written(*events: Event, address: str = "/c/1#m-2") -> str:
    dialect = Html(address, FINISHED)
    return b"".join(dialect.encode(event, "0.0") for event in events).decode()


def words(html: str) -> str:
    return re.sub("<[^>]*>", "", html)


def test_words_are_written_as_they_come() -> None:
    dialect = Html("/c/1", FINISHED)
    first = dialect.encode(Text("Hel"), "0.3").decode()
    assert first.endswith(">Hel")
    assert dialect.encode(Text("lo"), "0.5") == b"lo"


@pytest.mark.parametrize("hostile", ["<script>", "</div>", "&lt;", '"><b>', "<!--"])
def test_words_stay_words(hostile: str) -> None:
    for event in (Text(hostile), Reasoning(hostile), Error("failed", hostile, False)):
        assert hostile not in written(event).replace("&amp;lt;", "")


def test_thoughts_and_words_have_a_block_each() -> None:
    html = written(Reasoning("Hm."), Reasoning(" So."), Text("Four"), Text("."), END)
    blocks = re.findall(r'<div class="([^"]*)">([^<]*)</div>', html)
    assert [(kind.split()[0], text) for kind, text in blocks] == [
        ("reasoning", "Hm. So."),
        ("answer__text", "Four."),
    ]


def test_the_end_leads_to_the_page_as_stored() -> None:
    html = written(Text("Hi"), END)
    assert 'http-equiv="refresh" content="0; url=/c/1#m-2"' in html
    assert '<a href="/c/1#m-2">' in html


def test_an_error_is_told_behind_the_words() -> None:
    html = written(Text("Half"), Error("provider_error", "It broke.", True), END)
    assert words(html).startswith("HalfIt broke.")


def test_what_opens_is_closed() -> None:
    html = written(Reasoning("a"), Text("b"), Reasoning("c"), Error("x", "d", False), END)
    assert html.count("<div") == html.count("</div>") == 3


def test_what_is_not_for_reading_writes_nothing() -> None:
    events = (Start("m", "c", "q", "model"), Sources(()), Usage(1, 2))
    assert written(*events) == ""


def test_a_heartbeat_shows_nothing() -> None:
    assert words(Html("/", FINISHED).heartbeat().decode()).strip() == ""
