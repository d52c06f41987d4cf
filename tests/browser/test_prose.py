"""Formulas, set by the browser in the end; and what else is wide in an answer."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.model import Model

ALIGNED = r"\begin{aligned}a &= b \\ a + a + a &= c\end{aligned}"
WIDE = " + ".join(rf"\frac{{a_{{{number}}}}}{{b}}" for number in range(60))


def test_a_formula_is_set_in_the_end(visit: Callable[..., Chat], model: Model) -> None:
    chat = visit(viewport={"width": 390, "height": 844})
    faults = complaints(chat.page)
    chat.ask("Which formulas do you know?")
    asked = model.asked()
    asked.say("It costs $5, and $x^2")
    source = chat.answer.locator("code.math")
    expect(source).to_have_text("x^2")
    asked.say(f"$ is a square.\n\n$$\n{ALIGNED}\n$$\n\n\\[\n{WIDE}\n\\]\n\nDone")
    expect(source).to_have_count(3)
    expect(chat.answer).to_contain_text("It costs $5, and x^2 is a square.")
    asked.finish(r" with \(\frac{1}\).")
    chat.see_end()
    expect(chat.answer.locator("math")).to_have_count(3)
    expect(source).to_have_text(r"\frac{1}")
    first, second = chat.answer.locator("mtd.right mi").first, chat.answer.locator("mtd.right").last
    ends = [box["x"] + box["width"] for box in (first.bounding_box(), second.bounding_box()) if box]
    assert abs(ends[0] - ends[1]) < 2  # the sides of both equations meet
    wide = chat.answer.locator(".formula").last
    expect(wide).to_have_attribute("tabindex", "0")
    expect(wide).to_have_role("group")
    assert wide.evaluate("each => each.scrollWidth > each.clientWidth")
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    chat.page.get_by_role("button", name="Copy", exact=True).focus()
    assert chat.stored()[-1]["text"].startswith("It costs $5, and $x^2$ is a square.")
    assert faults == []


STAYS = (
    "Words that *stay*, see [there](https://x.example).\n\n"
    "- one\n- two **of** it\n  1. deep\n\n> quoted\n>\n> - loose\n\n| a |\n|--:|\n| b |\n\n"
)
CHANGES = "```python\nprint(1)\n```\n\nAnd $x^2$.\n\n- [x] done\n\nThe end."

_SELECT = "each => getSelection().selectAllChildren(each)"
_SHOWN = """text => {
    const copy = text.cloneNode(true);
    for (const p of copy.querySelectorAll("li > p")) p.replaceWith(...p.childNodes);
    return copy.innerHTML.replace(/\\s*\\n\\s*/g, "");
}"""
_SHOWS = f"""(text, shown) => {{
    const [before, after] = [text.cloneNode(), text.cloneNode()];
    [before.innerHTML, after.innerHTML] = [shown, ({_SHOWN})(text)];
    return before.isEqualNode(after);
}}"""


def test_what_has_its_final_form_stays_where_it_is(chat: Chat, model: Model) -> None:
    chat.ask("Write.")
    asked = model.asked()
    asked.say(STAYS + CHANGES)
    expect(chat.answer).to_contain_text("The end.")
    kinds = ("p", "ul", "blockquote", "table", "pre")
    blocks = {kind: chat.answer.locator(f"> {kind}").first.element_handle() for kind in kinds}
    chat.answer.locator("> p").first.evaluate(_SELECT)
    asked.finish()
    chat.see_end()
    stayed = {kind for kind, block in blocks.items() if block.evaluate("each => each.isConnected")}
    assert stayed == {"p", "ul", "blockquote", "table"}
    assert chat.page.evaluate("String(getSelection())") == "Words that stay, see there."
    expect(chat.answer.locator(".code pre span")).not_to_have_count(0)
    expect(chat.answer.locator("math")).to_have_count(1)
    expect(chat.answer.locator(".frame > table")).to_have_count(1)
    expect(chat.answers.last.get_by_role("button", name="Good answer")).to_be_visible()
    shown = chat.answer.evaluate(_SHOWN)
    chat.reload()
    assert chat.answer.evaluate(_SHOWS, shown)


def test_what_is_wide_scrolls_by_itself(visit: Callable[..., Chat], model: Model) -> None:
    chat = visit(viewport={"width": 390, "height": 844})
    faults = complaints(chat.page)
    chat.ask("What is wide?")
    cells = "| wide_cell_of_a_table " * 6 + "|\n"
    table = cells + "|---" * 6 + "|\n" + cells
    code = "print('wide') " * 20
    model.asked().finish(
        f"{table}\n| a |\n|---|\n| b |\n\n```python\n{code}\n```\n\n"
        f"- x\n\n  ```\n  1\n  ```\n\n{'w' * 300}"
    )
    chat.see_end()
    region = chat.page.get_by_role("region", name="Table")
    expect(region).to_have_count(1)
    expect(region.get_by_role("table")).to_have_count(1)
    region.focus()
    chat.page.keyboard.press("ArrowRight")
    chat.page.wait_for_function("() => document.activeElement.scrollLeft > 0")
    expect(chat.page.get_by_role("group", name="Code", exact=True)).to_have_count(1)
    expect(chat.answer.get_by_text("python", exact=True)).to_be_visible()
    expect(chat.answer.get_by_role("button", name="Copy code")).to_have_count(2)
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults == []
