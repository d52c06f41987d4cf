"""Hostile words in every place of a page that shows any: none comes alive, none calls anybody.

The browser is told to ignore the policy of the pages, so that nothing but their own care protects
them; one more visit keeps the policy, which then must have nothing to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import Engine, create_engine, insert, select
from sqlalchemy.engine import URL

from chatapp.chat.branches import PIECE
from chatapp.chat.markdown import to_html
from chatapp.models import Conversation, Message, make_id
from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.model import Model
from tests.chat.hostile_markdown import DEEP, HOSTILE
from tests.support.instance import Instance

TURNS = PIECE // 2 - 1
"""How many questions and answers come on a page at once, behind one that it has already."""

IN_LIST = 40
"""How many conversations the list beside a chat shows at once, and some."""

TRAP = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = (...said) => { window.ran.push([name, ...said]); };
"""

PROVOKE = """
() => {
  const events = ["mouseover", "mouseenter", "pointerdown", "focus", "toggle", "animationstart"];
  for (const element of document.querySelectorAll("body *"))
    for (const name of events) element.dispatchEvent(new Event(name, { bubbles: true }));
}
"""

LINKS = """
() => [...document.querySelectorAll("a, area, form, [src], [srcset], [background]")].map(
  (it) => [it.localName, it.closest(".prose, .sources")?.className.split(" ").at(-1) ?? "",
    it.href?.baseVal ?? it.href ?? it.action ?? it.src, it.rel ?? "", it.target ?? ""]
)
"""

ALIVE = (
    "script:not([nonce]), style, iframe, object, embed, base, svg:not(.icon), img, video,"
    "math:not(:has(> semantics > annotation)), annotation-xml, maction, mglyph,"
    "math :is([href], [style], [src], [id], "
    "[class]:not(.left, .right, .ruled, .underlined, .bold, .italic))"
)

GROW = """
async ([address, texts, sizes, allowed]) => {
  const { GrowingText, GrowingWords } = await import(address);
  const kinds = sizes.flatMap((size) => [[size, GrowingText], [size, GrowingWords]]);
  for (const text of texts) for (const [size, Kind] of kinds) {
    const place = document.createElement("div");
    place.className = "grown";
    document.querySelector(".log__column").append(place);
    const growing = new Kind(place);
    for (let end = size; end < text.length + size; end += size) growing.show(text.slice(0, end));
    const odd = [...place.querySelectorAll("*")].filter(
      (it) => !(it.localName in allowed)
        || it.getAttributeNames().some((name) => !allowed[it.localName].includes(name))
        || (it.href && !/^(https?:|mailto:)/.test(it.href))
        || (it.type && it.type !== "checkbox" && it.localName === "input")
    );
    if (odd.length) throw new Error(`${odd[0].outerHTML} of ${text}`);
    if (size === 1) await new Promise((done) => setTimeout(done));
    place.remove();
  }
}
"""


PLAIN = ("blockquote", "br", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "pre", "s")
PARTS = ("strong", "table", "tbody", "thead", "tr", "ul")
ALLOWED: dict[str, list[str]] = {name: [] for name in PLAIN + PARTS} | {
    "a": ["href", "title", "rel"],
    "code": ["class"],
    "input": ["type", "disabled", "checked"],
    "ol": ["start"],
    "p": ["class"],
    "td": ["align"],
    "th": ["align"],
}
"""The elements and attributes that growing Markdown may have."""


class Watched:
    """A page on which nothing may run, and from which nobody else may be called."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.page: Page = chat.page
        self._called: list[str] = []
        self._faults = complaints(self.page)
        self.page.context.add_init_script(TRAP)
        self.page.context.on("request", self._note)

    def _note(self, request: Request) -> None:
        self._called.append(request.url)

    def open(self, path: str) -> None:
        """Opens a page under watch."""
        self.page.goto(self.chat.address + path)

    def check(self) -> None:
        """Provokes what can be provoked, and fails where anything came alive."""
        self.page.evaluate(PROVOKE)
        self.page.wait_for_load_state("load")
        assert self.page.evaluate("window.ran") == []
        assert self._faults == []
        foreign = [url for url in self._called if not url.startswith(self.chat.address + "/")]
        assert foreign == []
        assert self.page.locator(ALIVE).count() == 0
        for link in self.page.evaluate(LINKS):
            self._check_link(*link)

    def _check_link(self, name: str, place: str, url: str, rel: str, target: str) -> None:
        """A link whose `url` is empty leads nowhere."""
        if not place or (place == "sources" and target == ""):
            assert url == "" or url.startswith(self.chat.address + "/"), (name, url)
            return
        assert name == "a"
        assert url.split(":")[0] in ("http", "https", "mailto", ""), url
        assert not url.startswith(self.chat.address), "it would lead into the chat itself"
        assert rel == "noopener noreferrer nofollow"
        assert target == ("_blank" if place == "sources" else "")


@pytest.fixture(params=[True, False], ids=["bare", "with its policy"])
def watched(request: pytest.FixtureRequest, visit: Callable[..., Chat]) -> Watched:
    return Watched(visit(bypass_csp=request.param))


@pytest.fixture
def engine(site: Instance) -> Iterator[Engine]:
    """The site's own database."""
    path: Path = site.folder / "chatapp.db"
    engine = create_engine(URL.create("sqlite", database=str(path)))
    yield engine
    engine.dispose()


def store(engine: Engine, conversation_id: str, texts: Sequence[str]) -> list[str]:
    """Puts words into all places of a conversation that show any, as if they had been said.

    Returns the ids of the questions.
    """
    rows: list[dict[str, Any]] = []
    with engine.begin() as connection:
        known = select(Message.id, Message.position)
        known = known.where(Message.conversation_id == conversation_id)
        newest = known.order_by(Message.position.desc()).limit(1)
        parent, last = connection.execute(newest).one()
        for number, text in enumerate(texts):
            question, answer = make_id(), make_id()
            common: dict[str, Any] = {
                "conversation_id": conversation_id,
                "html": None,
                "parts": [],
                "error": None,
            }
            rows.append(
                common
                | {"id": question, "parent_id": parent, "position": last + 1 + 2 * number}
                | {"role": "user", "status": "complete", "text": text}
            )
            rows.append(
                common
                | {"id": answer, "parent_id": question, "position": last + 2 + 2 * number}
                | {"role": "assistant", "status": "failed", "text": text, "html": to_html(text)}
                | {"parts": _parts(text), "error": {"code": "provider_error", "error": text}}
            )
            parent = answer
        connection.execute(insert(Message), rows)
    return [row["id"] for row in rows[::2]]


def _parts(text: str) -> list[dict[str, Any]]:
    source = {"id": text, "title": text, "content": text, "url": text, "document_name": text}
    sources = {"type": "sources", "sources": [source | {"position": 1}]}
    return [{"type": "reasoning", "text": text}, sources, {"type": "text", "text": text}]


def entitle(engine: Engine, conversation_id: str, titles: Sequence[str]) -> None:
    """Makes conversations of the same person with these titles."""
    with engine.begin() as connection:
        theirs = select(Conversation.user_id).where(Conversation.id == conversation_id)
        user_id = connection.scalar(theirs)
        rows = [{"id": make_id(), "user_id": user_id, "title": title[:200]} for title in titles]
        connection.execute(insert(Conversation), rows)


def test_the_corpus_is_large() -> None:
    assert len(set(HOSTILE)) >= 170


def test_what_is_stored_stays_dead(watched: Watched, model: Model, engine: Engine) -> None:
    path = watched.chat.talk(model, ("Why?", "Because."))
    questions = store(engine, path.removeprefix("/c/"), HOSTILE)
    for start in range(0, len(questions), TURNS):
        expected = questions[start : start + TURNS]
        watched.open(f"{path}?at={questions[-1]}&from={expected[0]}")
        shown = watched.page.locator("chat-question").evaluate_all("all => all.map(it => it.id)")
        assert {f"m-{id}" for id in expected} <= set(shown)
        watched.check()


def test_what_scripts_put_into_the_page_stays_dead(
    watched: Watched, model: Model, engine: Engine
) -> None:
    path = watched.chat.talk(model, ("Why?", "Because."))
    watched.page.evaluate("window.ran ??= []")
    texts = [*HOSTILE, *DEEP]
    for start in range(0, len(texts), TURNS):
        store(engine, path.removeprefix("/c/"), texts[start : start + TURNS])
        watched.chat.hide()
        watched.chat.show()  # the page fetches what is new, and builds it itself
        expect(watched.chat.answers).to_have_count(min(start + TURNS, len(texts)) + 1)
    watched.check()


def test_titles_stay_dead(watched: Watched, model: Model, engine: Engine) -> None:
    path = watched.chat.talk(model, ("Why?", "Because."))
    for start in range(0, len(HOSTILE), IN_LIST):
        entitle(engine, path.removeprefix("/c/"), HOSTILE[start : start + IN_LIST])
        watched.open(path)
        assert watched.chat.listed.count() >= IN_LIST // 2
        watched.check()


def test_what_grows_stays_dead_however_it_is_split(watched: Watched) -> None:
    watched.open("/")
    script = watched.page.locator('script[type="module"]').get_attribute("src")
    assert script
    address = script.replace("js/app.js", "js/dom/growing.js")
    texts = [*HOSTILE, "\n\n".join(HOSTILE)]
    watched.page.evaluate(GROW, [address, texts, [1, 2, 3, 7, 100_000], ALLOWED])
    watched.check()


def test_an_answer_stays_dead_from_its_first_piece_to_its_last_form(
    watched: Watched, model: Model
) -> None:
    watched.open("/")
    watched.chat.ask("Say all of it.")
    asked = model.asked()
    text = "\n\n".join(HOSTILE)
    asked.think(text[:20_000])
    for start in range(0, len(text), 37):
        asked.say(text[start : start + 37])
    asked.say("\n\nThe end of it.")
    expect(watched.chat.answer).to_contain_text("The end of it.")
    watched.check()
    asked.finish()
    watched.chat.see_end()
    watched.check()


def test_a_page_that_streams_stays_dead(watched: Watched, plain_chat: Chat, model: Model) -> None:
    """The page that needs no scripts is read by a browser that would run them."""
    watched.open("/")
    watched.chat.ask("Say all of it.")
    asked = model.asked()
    asked.say("\n\n".join(HOSTILE) + "\n\nThe end of it.")
    path = f"/c/{watched.chat.see_address()}"
    watched.page.goto(f"{watched.chat.address}{path}?stream=1", wait_until="commit")
    expect(watched.chat.answer).to_contain_text("The end of it.")
    watched.page.evaluate(PROVOKE)
    assert watched.page.evaluate("window.ran") == []
    asked.finish()
    watched.chat.see_end()
    watched.check()
