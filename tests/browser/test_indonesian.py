"""The chat in Indonesian, from sign-up to answer, chosen on the page or by the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.model import Model
from tests.browser.test_accounts import PASSWORD, name, somebody

ENGLISH = re.compile(
    r"\b(the|and|you|your|with|from|sign|chat|answer|delete|search)\b", re.IGNORECASE
)
"""Words that no page in Indonesian has."""


def read(chat: Chat) -> str:
    """What the page shows, and what it says to a screen reader, but for our name."""
    said = chat.page.evaluate(
        """() => {
            const names = ["aria-label", "title", "placeholder"];
            const elements = [...document.querySelectorAll("body *")];
            const told = elements.flatMap((each) => names.map((name) => each.getAttribute(name)));
            return [document.title, document.body.innerText, ...told.filter(Boolean)].join("\\n");
        }"""
    )
    return str(said).replace("chatapp", "")


@pytest.mark.parametrize("scripts", [True, False])
def test_from_sign_up_to_answer(visit: Callable[..., Chat], model: Model, scripts: bool) -> None:
    chat = visit(java_script_enabled=scripts, locale="id-ID")
    page, email = chat.page, somebody()
    faults = complaints(page)
    expect(page.locator("html")).to_have_attribute("lang", "id")
    assert ENGLISH.findall(read(chat)) == []

    page.get_by_role("link", name="Daftar", exact=True).click()
    page.get_by_label("Alamat email").fill(email)
    page.get_by_label("Kata sandi").fill("pendek")
    page.locator("form.entry").evaluate("(form) => { form.noValidate = true; }")
    page.get_by_role("button", name="Daftar").click()
    expect(page.get_by_role("alert")).to_contain_text("Kata sandi terdiri dari 8 hingga")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Daftar").click()
    expect(name(chat)).to_have_text(email)

    chat.words.fill("Apa ibu kota Indonesia?")
    page.get_by_role("button", name="Kirim").click(no_wait_after=True)
    asked = model.asked()
    asked.say("Ibu kota ")
    stop = page.get_by_role("button", name="Hentikan")
    expect(stop.locator("visible=true").first).to_be_visible()
    asked.finish("Indonesia ialah Nusantara.")
    chat.see_end()
    expect(chat.answer).to_have_text("Ibu kota Indonesia ialah Nusantara.")
    if scripts:
        expect(page.locator('[data-part="status"]')).to_have_text("Jawaban sudah siap.")
    chat.open(f"/c/{chat.see_address()}")
    expect(page.locator(".day__name").first).to_have_text("Hari ini")
    assert ENGLISH.findall(read(chat)) == []

    address = f"/c/{chat.see_address()}"
    again = f"/m/{chat.stored()[-1]['id']}/again"
    own = ("/settings", "/profile", "/documents", "/assistants", "/assistants/new")
    for path in (
        *own,
        "/prompts",
        "/prompts/new",
        "/?archived=1",
        "/?q=nusa",
        f"{address}/documents",
        again,
    ):
        page.goto(chat.address + path)
        assert ENGLISH.findall(read(chat)) == [], path
    page.goto(f"{chat.address}{address}/share")
    page.get_by_role("button", name="Buat tautan").click()
    page.get_by_role("link", name="Buka", exact=True).click()
    expect(page.get_by_text("Apa ibu kota Indonesia?").first).to_be_visible()
    assert ENGLISH.findall(read(chat)) == []
    assert [each for each in faults if "422" not in each] == []


@pytest.mark.parametrize("scripts", [True, False])
def test_the_language_is_chosen_on_the_page(visit: Callable[..., Chat], scripts: bool) -> None:
    chat = visit(java_script_enabled=scripts, locale="en-US")
    page = chat.page
    page.goto(f"{chat.address}/login")
    page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
    chat.open()
    expect(chat.words).to_have_attribute("placeholder", "Tanyakan apa saja")
    page.goto(f"{chat.address}/login")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_failure_is_told_in_the_language_of_the_page(
    visit: Callable[..., Chat], model: Model
) -> None:
    chat = visit(locale="id-ID")
    chat.ask("Halo?")
    model.asked().refuse(429, "slow down", **{"Retry-After": "30"})
    chat.see_end("failed")
    expect(chat.answers.last.get_by_role("alert")).to_contain_text(
        "Server model sedang tidak menerima permintaan lagi. Coba lagi dalam 30 detik."
    )


def test_days_are_written_by_the_browser(visit: Callable[..., Chat]) -> None:
    chat = visit(locale="id-ID", timezone_id="Asia/Jayapura")
    page, email = chat.page, somebody()
    page.goto(f"{chat.address}/signup")
    page.get_by_label("Alamat email").fill(email)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Daftar").click()
    expect(name(chat)).to_have_text(email)
    page.goto(f"{chat.address}/settings")
    today = page.evaluate("new Intl.DateTimeFormat('id', { dateStyle: 'long' }).format(new Date())")
    expect(page.locator("#browsers time").first).to_have_text(today)
