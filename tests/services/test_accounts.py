"""Accounts on a real gunicorn, alone and behind the nginx that we ship."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from time import monotonic, sleep

import requests

from tests.services.test_nginx import served
from tests.support.instance import Installation
from tests.support.openid_provider import provider
from tests.support.processes import Program, started

PATIENCE = 20.0
PASSWORD = "correct horse"
CODE = re.compile(r"with the code (\w{4}-\w{4}-\w{4})")


def fill_in(browser: requests.Session, address: str, **fields: str) -> requests.Response:
    """Opens a form and sends it."""
    page = browser.get(address, timeout=PATIENCE).text
    token = re.findall(r'name="csrf_token" value="([^"]*)"', page)[0]
    form = {"csrf_token": unescape(token)} | fields
    headers = {"Origin": address.rpartition("/")[0]}
    return browser.post(
        address, data=form, headers=headers, allow_redirects=False, timeout=PATIENCE
    )


def printed(server: Program) -> str:
    """The setup code, once the start has told it."""
    until = monotonic() + PATIENCE
    while not CODE.search(server.log):
        assert monotonic() < until, server.log
        sleep(0.01)
    return str(CODE.findall(server.log)[0])


def test_the_start_tells_the_setup_code_until_there_is_an_account(tmp_path: Path) -> None:
    installation = Installation(tmp_path, {"CHATAPP_PROVIDER": "offline"})
    with started(installation.gunicorn(workers=2)) as server, requests.Session() as browser:
        code = printed(server)
        assert server.log.count(code) == 1
        browser.headers["X-Forwarded-For"] = "203.0.113.7"
        address = f"http://127.0.0.1:{server.port}/signup"
        fields = {"email": "ann@example.org", "password": PASSWORD}
        assert fill_in(browser, address, **fields).status_code == 403
        assert fill_in(browser, address, **fields, code=code).status_code == 303
    assert installation.flask("users", "list") == "ann@example.org\tadministrator\n"
    with started(installation.gunicorn()) as server, requests.Session() as browser:
        page = browser.get(f"http://127.0.0.1:{server.port}/signup", timeout=PATIENCE)
        assert "Setup code" not in page.text
        address = f"http://127.0.0.1:{server.port}/login"
        assert fill_in(browser, address, **fields).status_code == 303
        assert "code" not in server.log


def test_at_the_machine_itself_no_code_is_asked_for(tmp_path: Path) -> None:
    installation = Installation(tmp_path, {"CHATAPP_PROVIDER": "offline"})
    with started(installation.gunicorn()) as server, requests.Session() as browser:
        address = f"http://127.0.0.1:{server.port}/signup"
        made = fill_in(browser, address, email="ann@example.org", password=PASSWORD)
        assert made.status_code == 303
    assert "administrator" in installation.flask("users", "list")


def test_behind_tls_cookies_go_by_tls_alone(tmp_path: Path) -> None:
    with served(tmp_path, "tls") as site, requests.Session() as browser:
        browser.trust_env = False
        browser.verify = str(tmp_path / "fullchain.pem")
        base = f"https://127.0.0.1:{site.nginx.port}"
        made = fill_in(browser, f"{base}/signup", email="ann@example.org", password=PASSWORD)
        assert (made.status_code, made.headers["Location"]) == (303, "/")
        cookie = made.headers["Set-Cookie"]
        assert cookie.startswith("chatapp=")
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "ann@example.org" in browser.get(f"{base}/", timeout=PATIENCE).text


def test_somebody_signs_in_by_way_of_a_provider(tmp_path: Path) -> None:
    with provider(tmp_path) as there, requests.Session() as browser:
        issuer = f"http://127.0.0.1:{there.port}"
        known = {"email": "ann@example.org", "email_verified": True}
        requests.put(f"{issuer}/users/7", json=known, timeout=PATIENCE).raise_for_status()
        settings = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "chatapp", "OIDC_LABEL": "Example"}
        installation = Installation(tmp_path, settings | {"CHATAPP_PROVIDER": "offline"})
        with started(installation.gunicorn()) as server:
            base = f"http://127.0.0.1:{server.port}"
            form = browser.get(f"{base}/login/openid", timeout=PATIENCE)
            page = browser.post(form.url, data={"sub": "7"}, timeout=PATIENCE)
        assert page.url == f"{base}/"
        assert "ann@example.org" in page.text
    assert installation.flask("users", "list") == "ann@example.org\tadministrator\n"
