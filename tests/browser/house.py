"""A house that is lived in: an administrator, with what they said and keep."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, FilePayload, expect

from tests.browser.chat import Chat
from tests.browser.model import Model
from tests.support.instance import Instance

RULE = "Every visitor hangs a purple raincoat on hook seventeen of the cloakroom."
GUIDE = "A lost umbrella is kept for ninety days in the blue cupboard of the porter."
RICH = """# A heading

Some **words**, `code`, a [link](https://example.org/) and a source [1].

| Left | Right |
|---|---|
| a | b |

```python
def greet(name: str) -> str:  # a comment
    return f"Hello, {name}!"
```

1. one
2. two

> quoted
"""


@dataclass(frozen=True)
class House:
    """What there is in it, by the names that addresses have in `PAGES`."""

    context: BrowserContext
    address: str
    email: str
    password: str
    ids: dict[str, str]

    def chat(self) -> Chat:
        """A new tab of the administrator."""
        return Chat(self.context.new_page(), self.address)

    def full(self, path: str) -> str:
        """The address of a page, ids filled in."""
        return self.address + path.format_map(self.ids)


def furnish(browser: Browser, site: Instance, port: int, model: Model) -> House:
    """Makes the account, and everything in it."""
    email, password = f"{uuid4().hex[:12]}@example.org", secrets.token_hex()
    site.flask("users", "create", email, "--admin", "--password-stdin", stdin=password)
    context = browser.new_context(reduced_motion="reduce")
    house = House(context, f"http://127.0.0.1:{port}", email, password, {})
    chat = house.chat()
    _sign_in(chat, house)
    kept, lost = _add(chat, "cloakroom.md", RULE), _add(chat, "porter.md", GUIDE)
    chat.open()
    house.ids["document"] = kept
    house.ids["conversation"] = _ask(chat, model, "Where does a visitor hang a raincoat?")
    house.ids["question"], house.ids["answer"] = (each["id"] for each in chat.stored())
    chat.open()
    _ask(chat, model, "Where is a lost umbrella kept?")
    house.ids["orphan"] = chat.stored()[1]["id"]
    _call(chat, "DELETE", f"/api/documents/{lost}")
    made = _call(chat, "POST", "/api/assistants", {"name": "Porter", "instructions": "Be brief."})
    house.ids["assistant"] = made["id"]
    prompt = {"title": "Sum up", "content": "Sum up {{text}}."}
    house.ids["prompt"] = _call(chat, "POST", "/api/prompts", prompt)["id"]
    shared = _call(chat, "POST", f"/api/conversations/{house.ids['conversation']}/share")
    house.ids["link"] = shared["url"].rpartition("/")[2]
    chat.page.close()
    return house


def _sign_in(chat: Chat, house: House) -> None:
    chat.page.goto(f"{house.address}/login")
    chat.page.get_by_label("E-mail address").fill(house.email)
    chat.page.get_by_label("Password").fill(house.password)
    chat.page.get_by_role("button", name="Sign in").click()
    expect(chat.page.locator(".visitor__name span")).to_have_text(house.email)


def _ask(chat: Chat, model: Model, question: str) -> str:
    chat.ask(question)
    model.asked().finish(RICH)
    chat.see_end()
    return chat.see_address()


def _add(chat: Chat, name: str, words: str) -> str:
    """Adds a document, and waits until it has been read; its id."""
    file = FilePayload(name=name, mimeType="text/plain", buffer=words.encode())
    added = chat.page.request.post(
        f"{chat.address}/api/documents",
        headers={"X-CSRFToken": _token(chat)},
        multipart={"files": file},
    )
    assert added.status == 202, added.text()
    id = str(added.json()["items"][0]["id"])
    chat.page.goto(f"{chat.address}/documents")
    row = chat.page.locator(f'[data-document="{id}"]')
    expect(row).to_have_attribute("data-state", "ready")
    return id


def _call(chat: Chat, method: str, path: str, body: object = None) -> dict[str, str]:
    answer = chat.page.request.fetch(
        chat.address + path, method=method, data=body, headers={"X-CSRFToken": _token(chat)}
    )
    assert answer.ok, answer.text()
    read: dict[str, str] = answer.json() if answer.text() else {}
    return read


def _token(chat: Chat) -> str:
    return str(chat.page.request.get(f"{chat.address}/api/me").json()["csrf_token"])
