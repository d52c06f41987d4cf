"""Numbers in an answer become links to its sources, where there are such sources."""

from __future__ import annotations

import pytest

from chatapp.chat.citing import anchor
from chatapp.chat.markdown import to_html
from chatapp.events import Finish, Source, Sources
from tests.conftest import Api
from tests.support.scripted import Scripted
from tests.support.talk import Talk

SOURCES = {1: "source-m-1", 2: "source-m-2", 12: "source-m-12"}


def link(number: int) -> str:
    return f'<a class="citation" href="#source-m-{number}">{number}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Tea [1].", f"<p>Tea {link(1)}.</p>\n"),
        (
            "Tea [1][2], *coffee [12]*",
            f"<p>Tea {link(1)}{link(2)}, <em>coffee {link(12)}</em></p>\n",
        ),
        ("Tea [1, 2]", f"<p>Tea {link(1)}{link(2)}</p>\n"),
        ("- Tea [2]", f"<ul>\n<li>Tea {link(2)}</li>\n</ul>\n"),
    ],
)
def test_a_number_leads_to_its_source(text: str, html: str) -> None:
    assert to_html(text, SOURCES) == html


@pytest.mark.parametrize(
    "text",
    [
        "Tea [3]",
        "Tea [1, 3]",
        "Tea [01x]",
        "Tea [-1]",
        "Tea [1](https://example.org)",
        "`tea[1]`",
        "    tea[1]",
        "```\ntea[1]\n```",
        "[Tea [1] and more](https://example.org)",
        '<span class="citation">1</span>',
        '<a class="citation" href="#source-m-1">1</a>',
    ],
)
def test_what_is_no_citation_is_no_link_to_a_source(text: str) -> None:
    assert '<a class="citation"' not in to_html(text, SOURCES)


def test_without_sources_numbers_are_words() -> None:
    assert to_html("Tea [1] *or* coffee") == "<p>Tea [1] <em>or</em> coffee</p>\n"


def test_an_answer_links_the_numbers_of_its_own_sources(api: Api, model: Scripted) -> None:
    talk = Talk(api, model)
    words = "Tea is made of leaves [1], not of beans [2]."
    id = talk.ask("Tea?", Sources((Source("t", "Tea", "Leaves."),)), words, Finish("stop"))
    html = talk.message(id)["html"]
    assert f'<a class="citation" href="#{anchor(id, 1)}">1</a>, not of beans [2]' in html
