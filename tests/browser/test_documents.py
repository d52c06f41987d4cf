"""Documents in a real browser: files go up, are read, are found, and are shown."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.support.instance import Instance
from tests.support.patience import until

DROP = """([x, y, files]) => {
  const transfer = new DataTransfer();
  for (const [name, words] of files) transfer.items.add(new File([words], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    const options = { bubbles: true, cancelable: true, dataTransfer: transfer };
    document.elementFromPoint(x, y).dispatchEvent(new DragEvent(type, options));
  }
}"""


@pytest.fixture
def sign_up(visit: Callable[..., Chat]) -> Callable[..., Chat]:
    """Somebody new with an account, on the page of documents."""

    def begin(**options: object) -> Chat:
        chat = visit(**options)
        page = chat.page
        page.goto(f"{chat.address}/signup")
        page.get_by_label("E-mail").fill(f"{secrets.token_hex(6)}@example.org")
        page.get_by_label("Password").fill("correct horse battery")
        page.get_by_role("button", name="Sign up").click()
        page.wait_for_url(re.compile(r"/$"))
        page.goto(f"{chat.address}/documents")
        return chat

    return begin


@pytest.fixture
def page(sign_up: Callable[..., Chat]) -> Page:
    """The page with its scripts, which listen."""
    page = sign_up().page
    expect(page.locator('[data-part="upload"][data-state="ready"]')).to_be_attached()
    return page


def file(name: str, words: str | bytes) -> FilePayload:
    content = words if isinstance(words, bytes) else words.encode()
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def add(page: Page, *files: FilePayload) -> None:
    page.locator("#files").set_input_files(list(files))
    page.get_by_role("button", name="Add", exact=True).click()


def item(page: Page, name: str) -> Locator:
    return page.locator(".upload-item", has_text=name)


def listed(page: Page) -> Locator:
    return page.locator(".document .document__title")


def is_read(page: Page) -> bool:
    """Whether the document is, as the page shows when it is opened anew."""
    page.goto(page.url)
    return page.locator('.document[data-state="ready"]').count() > 0


def test_files_go_up_and_are_read(page: Page) -> None:
    heard = complaints(page)
    add(page, file("leave.md", "# Sick leave\n\nTell the office."), file("b.txt", "Bring a cup."))
    for name in ("leave.md", "b.txt"):
        expect(item(page, name)).to_have_attribute("data-state", "ready")
        expect(item(page, name)).to_contain_text("Ready")
    expect(listed(page)).to_have_count(2)
    expect(page.locator('.document[data-state="ready"]')).to_have_count(2)
    expect(listed(page).filter(has_text="Sick leave")).to_be_visible()
    assert heard == []


def test_the_bar_tells_how_much_has_gone(page: Page) -> None:
    page.evaluate(
        """() => {
          window.shares = [];
          new MutationObserver(() => {
            const bar = document.querySelector(".upload-item__bar[value]");
            if (bar) shares.push(bar.value);
          }).observe(document.body, { subtree: true, attributes: true, childList: true });
        }"""
    )
    add(page, file("large.txt", b"Words and words.\n" * 200_000))
    expect(item(page, "large.txt")).to_have_attribute("data-state", re.compile("ready|indexing"))
    shares = page.evaluate("shares")
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_what_cannot_be_read_says_why(page: Page) -> None:
    add(page, file("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256))), file("a.md", "Fine."))
    failed = item(page, "photo.png")
    expect(failed).to_have_attribute("data-state", "failed")
    reason = failed.locator('[data-part="words"]').inner_text()
    assert reason.endswith(".")
    expect(page.locator(".document__reason")).to_have_text(reason)
    expect(item(page, "a.md")).to_have_attribute("data-state", "ready")


def test_what_is_too_large_is_not_sent(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    add(page, file("large.txt", b"x" * (20 * 1024 * 1024 + 1)))
    expect(item(page, "large.txt")).to_contain_text("larger than the server accepts")
    assert "POST" not in sent


def test_files_are_dropped_anywhere(page: Page) -> None:
    page.evaluate(DROP, [200, 60, [["a.md", "One."], ["b.md", "Two."]]])
    expect(page.locator('.upload-item[data-state="ready"]')).to_have_count(2)
    expect(listed(page)).to_have_count(2)
    assert {*listed(page).all_inner_texts()} == {"a", "b"}
    assert page.locator("body").get_attribute("data-state") == ""


def test_the_list_follows_what_happens_elsewhere(page: Page, sign_up: Callable[..., Chat]) -> None:
    tab = page.context.new_page()
    tab.goto(page.url)
    add(tab, file("a.md", "# Elsewhere\n\nWords."))
    expect(listed(page)).to_have_text(["Elsewhere"], use_inner_text=True)


def test_a_document_is_shared_and_deleted(page: Page) -> None:
    add(page, file("a.md", "Words."))
    expect(page.locator('.document[data-state="ready"]')).to_have_count(1)
    page.get_by_text("Change …").click()
    page.get_by_role("button", name="Share with everybody").click()
    expect(page.locator(".row__mark", has_text="shared")).to_be_visible()
    page.get_by_text("Change …").click()
    page.get_by_role("button", name="Share no more").click()
    expect(page.locator(".row__mark")).to_have_count(0)
    page.get_by_text("Change …").click()
    page.get_by_label("For good").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There are no documents yet.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_an_upload_to_the_passage_that_is_found(
    sign_up: Callable[..., Chat], scripts: bool
) -> None:
    page = sign_up(java_script_enabled=scripts).page
    heard = complaints(page)
    chapters = "\n\n".join(f"## Chapter {n}\n\n{f'Words of chapter {n}. ' * 60}" for n in range(90))
    leave = "## Sick leave\n\nWho falls ill tells the office on the first day.\n"
    add(page, file("handbook.md", f"# Handbook\n\n{chapters}\n\n{leave}\n\n{chapters}"))
    expect(listed(page)).to_have_count(1)
    until(lambda: is_read(page))
    page.get_by_role("searchbox").fill("When do I tell the office that I am ill?")
    page.get_by_role("searchbox").press("Enter")
    page.locator(".found a").first.click()
    cited = page.get_by_label("The passage that is cited")
    expect(cited).to_contain_text("on the first day")
    expect(cited).to_be_in_viewport()
    expect(page.get_by_text(re.compile(r"Page \d+ of \d+")).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file").click()
    assert download.value.suggested_filename == "handbook.md"
    assert heard == []


def test_without_scripts_files_go_up_by_the_form(sign_up: Callable[..., Chat]) -> None:
    page = sign_up(java_script_enabled=False).page
    add(page, file("a.md", "One."), file("b.md", "Two."))
    expect(page.get_by_text("2 files added.")).to_be_visible()
    expect(listed(page)).to_have_count(2)
    add(page, file("a.md", "One."))
    expect(page.get_by_text("1 file known before.")).to_be_visible()


def test_a_guest_keeps_documents_and_shares_none(
    visit: Callable[..., Chat], site: Instance
) -> None:
    chat = visit()
    chat.words.fill("Hello?")
    chat.words.press("Enter")
    chat.see_address()
    page = chat.page
    page.goto(f"{chat.address}/documents")
    expect(page.get_by_text("Guests keep up to 20 documents.")).to_be_visible()
    assert page.get_by_text("Share with everybody").count() == 0
    add(page, file("a.md", "One."))
    expect(item(page, "a.md")).to_have_attribute("data-state", "ready")
