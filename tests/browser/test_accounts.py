"""People with accounts: each sees what is theirs, and a guest keeps it."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chat import Chat
from tests.browser.conftest import complaints
from tests.browser.model import Model

PASSWORD = "correct horse"
WIDTHS = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 390, "height": 844}}


def somebody() -> str:
    """An address that nobody has yet: all tests share one site."""
    return f"{uuid4().hex[:12]}@example.org"


def name(chat: Chat) -> Locator:
    """Who the page says is signed in."""
    return chat.page.locator(".visitor__name span")


def fill_in(chat: Chat, email: str, button: str) -> None:
    page = chat.page
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name=button).click()


def sign_up(chat: Chat) -> str:
    """Makes an account by the links and forms of the page; its address."""
    email = somebody()
    chat.page.get_by_role("link", name="Sign up").click()
    fill_in(chat, email, "Sign up")
    expect(name(chat)).to_have_text(email)
    return email


def test_neither_of_two_people_sees_the_others_conversations(
    visit: Callable[..., Chat], model: Model
) -> None:
    ann, bob = visit(), visit()
    for chat, secret in ((ann, "Where is the key?"), (bob, "When does the train leave?")):
        sign_up(chat)
        chat.open()
        chat.talk(model, (secret, "Nobody knows."))
    key, train = (f"/c/{chat.see_address()}" for chat in (ann, bob))
    for chat, mine, theirs in ((ann, key, train), (bob, train, key)):
        chat.open()
        expect(chat.listed).to_have_count(1)
        chat.open(mine)
        expect(chat.questions).to_have_count(1)
        answer = chat.page.request.get(chat.address + theirs)
        assert answer.status == 404
        assert chat.page.request.get(f"{chat.address}/api{theirs}").status == 404
    ann.open("/?q=train")
    expect(ann.listed).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_guest_who_signs_up_keeps_the_conversation(
    visit: Callable[..., Chat], model: Model, scripts: bool
) -> None:
    chat = visit(java_script_enabled=scripts)
    if scripts:
        chat.talk(model, ("Name a colour.", "Red."))
    else:
        chat.words.fill("Name a colour.")
        chat.page.get_by_role("button", name="Send").click(no_wait_after=True)
        model.asked().finish("Red.")
        chat.see_end()
    address = f"/c/{chat.see_address()}"
    chat.open(address)
    expect(name(chat)).to_have_text("Guest")
    sign_up(chat)
    expect(chat.listed).to_have_text(["Name a colour."])
    chat.open(address)
    expect(chat.answer).to_have_text("Red.")


def test_an_answer_goes_on_while_its_guest_signs_in(
    visit: Callable[..., Chat], model: Model
) -> None:
    owner, guest = visit(), visit()
    email = sign_up(owner)
    guest.ask("Tell me a story.")
    asked = model.asked()
    asked.say("Once upon a time ")
    expect(guest.answer).to_have_text("Once upon a time ")
    address = f"/c/{guest.see_address()}"
    guest.page.get_by_role("link", name="Sign in").click()
    fill_in(guest, email, "Sign in")
    expect(name(guest)).to_have_text(email)
    guest.open(address)
    asked.say("there was a fox")
    expect(guest.answer).to_have_text("Once upon a time there was a fox")
    asked.finish(".")
    guest.see_end()
    owner.open(address)
    expect(owner.answer).to_have_text("Once upon a time there was a fox.")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_button_beside_ones_name_signs_out(visit: Callable[..., Chat], scripts: bool) -> None:
    chat = visit(java_script_enabled=scripts)
    sign_up(chat)
    chat.open()
    chat.page.get_by_role("button", name="Sign out").click()
    expect(chat.page.get_by_role("link", name="Sign in")).to_be_visible()
    assert chat.page.request.get(f"{chat.address}/api/me").status == 401


def test_a_browser_that_is_signed_out_elsewhere_is_led_to_the_sign_in(
    visit: Callable[..., Chat], model: Model
) -> None:
    here, there = visit(), visit()
    email = sign_up(here)
    address = here.talk(model, ("Name a colour.", "Red."))
    there.page.get_by_role("link", name="Sign in").click()
    fill_in(there, email, "Sign in")
    there.open(address)
    here.page.goto(f"{here.address}/settings")
    here.page.get_by_role("button", name="Sign out").last.click()
    expect(here.page.get_by_text("That browser is signed out.")).to_be_visible()
    expect(there.trouble).to_have_text("You are signed out. Reload the page to sign in again.")
    there.page.goto(there.address + address)
    there.page.get_by_role("link", name="Sign in").click()
    fill_in(there, email, "Sign in")
    expect(there.page).to_have_url(there.address + address)


def test_settings_hold_what_is_theirs(visit: Callable[..., Chat], model: Model) -> None:
    chat = visit()
    faults = complaints(chat.page)
    email = sign_up(chat)
    chat.open()
    chat.talk(model, ("Name a colour.", "Red."))
    name(chat).click()
    page = chat.page
    page.get_by_label("Name", exact=True).fill("laptop")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator(".row__token").inner_text()
    assert token.startswith("chat_")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download").click()
    exported = json.loads(downloading.value.path().read_text())
    assert exported["account"]["email"] == email
    assert exported["conversations"][0]["messages"][1]["text"] == "Red."
    page.locator("#delete-password").fill(PASSWORD)
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("link", name="Sign up")).to_be_visible()
    assert faults == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(visit: Callable[..., Chat], width: str) -> None:
    chat = visit(viewport=WIDTHS[width])
    page = chat.page
    for path in ("/login", "/signup"):
        page.goto(chat.address + path)
        assert _overflow(chat) == 0
    fill_in(chat, somebody(), "Sign up")
    page.goto(chat.address + "/settings")
    assert _overflow(chat) == 0


def _overflow(chat: Chat) -> int:
    script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(chat.page.evaluate(script))
