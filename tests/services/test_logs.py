"""What all logs hold after a run with everything in it: no words, no secrets, no queries."""

from __future__ import annotations

import os
import re
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import requests

from tests.support import nginx
from tests.support.instance import Instance
from tests.support.model_server import DONE, Answer, ModelServer, chat
from tests.support.patience import PATIENCE, until
from tests.support.processes import Command, Program, require, started

FORGED = '127.0.0.1 "GET /forged HTTP/1.1" 200 0 0'
STREAM = "text/event-stream"


def secret(name: str) -> str:
    """Something that no log may hold, and that is found if one does."""
    return f"{name}{secrets.token_hex(8)}"


@dataclass(frozen=True)
class Site:
    """nginx, gunicorn and the model's server, and the folder with all their logs."""

    folder: Path
    gunicorn: Program
    address: str
    instance: Instance
    model: ModelServer
    key: str

    def logs(self) -> dict[str, str]:
        """All of them, by name."""
        return {path.name: path.read_text("utf-8", "replace") for path in self.folder.glob("*.log")}


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """The site behind the configuration that we ship; gunicorn writes its access log, too."""
    binary, key = require("nginx", "nginx"), "sk-" + secret("key")
    with ModelServer() as model:
        settings = {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": key}
        instance = Instance(folder, settings | {"CHATAPP_TRUSTED_PROXIES": "1"})
        with started(_with_access_log(instance.gunicorn(), folder)) as gunicorn:
            conf = nginx.placed(nginx.without_tls(nginx.SHIPPED), folder, [gunicorn.port])
            with started(nginx.command(binary, folder, conf)) as front:
                address = f"http://127.0.0.1:{front.port}"
                yield Site(folder, gunicorn, address, instance, model, key)


def _with_access_log(command: Command, folder: Path) -> Command:
    log = ["--access-logfile", str(folder / "access.log"), "--log-level", "debug"]

    def argv(port: int) -> list[str]:
        before = list(command.argv(port))
        return [*before[:-1], *log, before[-1]]

    return replace(command, argv=argv)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path) as running:
        yield running


class Visit:
    """Somebody who does everything; `secrets` are what no log may hold."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.secrets = {"key": site.key, "token": site.instance.token}
        self._browser = requests.Session()

    def note(self, name: str) -> str:
        """A new secret."""
        self.secrets[name] = secret(name)
        return self.secrets[name]

    def sign_up(self) -> None:
        """Makes an account, fails to sign in, and signs in."""
        address, password = f"{self.note('person')}@example.org", self.note("password")
        self._form("/signup", email=address, password=password, name=self.note("name"))
        self._form("/login", email=address, password=self.note("wrong"), next=self._query("next"))
        self._form("/login", email=address, password=password)
        self.secrets["cookie"] = self._browser.cookies["chatapp"]
        self.secrets["csrf"] = self._csrf()

    def ask(self) -> None:
        """Asks on the page; the model's server answers, and then fails, quoting all it was told."""
        answer = self.note("answer")
        self.site.model.answers(Answer.sse(chat(answer, finish="stop"), DONE))
        question = f"Tell me about {self.note('question')}, please."
        assert answer in self._form("/", STREAM, content=question).text
        for status in (400, 500):
            self.site.model.answers(_quoting(self.site, status, question))
            assert "event: error" in self._form("/", STREAM, content=question).text

    def be_wrong(self) -> None:
        """Sends what is refused: bodies, tokens, cookies and cursors that cannot be."""
        api = self.site.address + "/api"
        words = self.note("refused")
        csrf = {"X-CSRFToken": self._csrf()}
        for body in (words, f'{{"title": ["{words}"]}}', f'{{"title": "{words}"'):
            kind = {"Content-Type": "application/json"} | csrf
            sent = self._browser.post(f"{api}/conversations", body, headers=kind)
            assert sent.status_code in (400, 422)
        for name, value in (
            ("Authorization", f"Bearer chat_{words}"),
            ("Cookie", f"chatapp={words}"),
            ("Last-Event-ID", words),
            ("X-CSRFToken", words),
        ):
            requests.patch(f"{api}/me", json={}, headers={name: value}, timeout=PATIENCE)

    def search(self) -> None:
        """Says things in addresses."""
        for path, name in (("/", "q"), ("/api/conversations", "query"), ("/nowhere", "x")):
            self._browser.get(f"{self.site.address}{path}?{name}={self._query(name)}")
        self._browser.get(f"{self.site.address}/c/x?stream=1&then={self._query('then')}")

    def use_tickets(self) -> None:
        """Makes a token and a ticket, and uses both."""
        csrf = {"X-CSRFToken": self._csrf()}
        api = self.site.address + "/api"
        made = self._browser.post(f"{api}/tokens", json={"name": self.note("t")}, headers=csrf)
        self.secrets["made token"] = token = made.json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        path = {"path": "/events"}
        issued = requests.post(f"{api}/stream-tickets", json=path, headers=bearer, timeout=PATIENCE)
        self.secrets["ticket"] = issued.json()["ticket"]
        opened = self._open_feed()
        assert (opened.status_code, "Welcome" in opened.text) == (200, True)

    def ask_by_address(self) -> None:
        """Asks with words, a token and an id of an answer in addresses."""
        said = Answer.sse(chat(self.note("advice"), finish="stop"), DONE)
        self.site.model.answers(said, said)
        api = self.site.address + "/api"
        token = self.secrets["made token"]
        query = urlencode({"input": self.note("input"), "token": token})
        advice = requests.get(f"{api}/coach/stream?{query}", timeout=PATIENCE)
        assert "[DONE]" in advice.text
        prompt = {"prompt": self.note("prompt")}
        asked = requests.post(f"{api}/users", json=prompt, timeout=PATIENCE)
        self.secrets["chatId"] = chat_id = asked.json()["chatId"]
        told = requests.get(f"{api}/users/stream?chatId={chat_id}", timeout=PATIENCE)
        assert "[DONE]" in told.text

    def forge(self) -> None:
        """Asks for an address that looks like the end of a line, and another line."""
        path = quote(f'/x HTTP/1.1" 200 0 0\r\n{FORGED}\x1b[2J')
        assert self._browser.get(self.site.address + path).status_code == 404

    def lose_the_server(self) -> None:
        """Asks while nobody answers nginx."""
        until(lambda: " /events " in self.site.logs()["access.log"])
        (worker,) = self.site.gunicorn.children()
        os.kill(self.site.gunicorn.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        with suppress(HTTPException, requests.RequestException):
            assert self._open_feed().status_code == 502

    def _open_feed(self) -> requests.Response:
        query = urlencode({"ticket": self.secrets["ticket"], "limit": 1})
        return requests.get(f"{self.site.address}/events?{query}", timeout=PATIENCE)

    def _query(self, name: str) -> str:
        return quote(self.note(f"query-{name}"))

    def _form(self, path: str, accept: str = "*/*", **fields: str) -> requests.Response:
        data = fields | {"csrf_token": self._csrf()}
        headers = {"Accept": accept}
        return self._browser.post(self.site.address + path, data, headers=headers, timeout=PATIENCE)

    def _csrf(self) -> str:
        page = self._browser.get(self.site.address + "/", timeout=PATIENCE).text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found
        return found[1]


def _quoting(site: Site, status: int, question: str) -> Answer:
    said = f"cannot read {question!r} of key {site.key}"
    body = {"error": {"message": said, "input": [{"role": "user", "content": question}]}}
    return Answer.json(body, status)


def test_no_log_holds_what_people_said_or_what_lets_them_in(site: Site) -> None:
    visit = Visit(site)
    for act in (visit.sign_up, visit.ask, visit.be_wrong, visit.search, visit.use_tickets):
        act()
    visit.ask_by_address()
    visit.lose_the_server()
    logs = site.logs()
    assert {"gunicorn.log", "access.log", "nginx.log", "chatapp.log"} <= set(logs)
    for name in ("access.log", "chatapp.log"):
        for path in ("/login", "/events", "/api/conversations", "/api/coach/stream"):
            assert f" {path} " in logs[name], (name, path)
        assert "?" not in re.sub(r'"[^"]*"$', "", logs[name], flags=re.M)
    assert "the model's server reported an error, status 400" in logs["gunicorn.log"]
    found = [
        (name, kind, value)
        for name, text in logs.items()
        for kind, value in visit.secrets.items()
        if value in text
    ]
    assert found == []


def test_a_line_of_an_access_log_is_a_request(site: Site) -> None:
    Visit(site).forge()
    for name in ("access.log", "chatapp.log"):
        until(lambda name=name: site.logs()[name] != "")  # type: ignore[misc]
        (line,) = site.logs()[name].splitlines()
        assert "forged" in line
        assert line.isprintable()


def test_the_development_server_keeps_no_query(tmp_path: Path) -> None:
    instance = Instance(tmp_path, {})
    with started(instance.development()) as server:
        address = f"http://127.0.0.1:{server.port}"
        for path in ("/healthz?ticket=secret", "/nowhere?ticket=secret", "/?q=a%20secret"):
            requests.get(address + path, timeout=PATIENCE)
        assert '"GET /healthz HTTP/1.1" 200' in server.log
        assert "/nowhere HTTP" in server.log
        assert "secret" not in server.log
