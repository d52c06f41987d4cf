"""The nginx configuration that we ship, in front of a real gunicorn."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, Literal, TypeAlias
from uuid import uuid4

import pytest

from bench.script import Behaviour, text
from chatapp.sse import Decoder, Message
from tests.support import nginx
from tests.support.gated_model import GatedModel, gated_model
from tests.support.instance import Instance
from tests.support.nginx import SHIPPED, placed, without_tls
from tests.support.processes import Program, free_port, require, started

Variant: TypeAlias = Literal["tls", "plain"]

ANSWER = Behaviour(rate=10, deltas=20)
PATIENCE = 20.0


@dataclass(frozen=True)
class Site:
    """All of it, running: who asks comes in through `nginx`; `http_port` is the one without TLS."""

    nginx: Program
    http_port: int
    gunicorn: Program
    model: GatedModel
    instance: Instance
    tls: ssl.SSLContext | None

    def connect(self) -> HTTPConnection:
        """A connection to nginx that gives up when nothing comes."""
        if self.tls:
            port = self.nginx.port
            return HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=self.tls)
        return HTTPConnection("127.0.0.1", self.nginx.port, timeout=PATIENCE)

    def ask(self, connection: HTTPConnection) -> HTTPResponse:
        """Sends a question in a new conversation; the response streams the answer."""
        (conversation,) = self.instance.create_conversations(self.gunicorn.port, 1)
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        body = json.dumps({"content": "hi", "client_id": str(uuid4())})
        path = f"/api/conversations/{conversation}/messages"
        connection.request("POST", path, body, headers | self.instance.headers)
        return connection.getresponse()


def variant_of(conf: str, variant: Variant) -> str:
    """The configuration as shipped, or without TLS."""
    return conf if variant == "tls" else without_tls(conf)


def make_certificate(folder: Path) -> ssl.SSLContext:
    """Writes a certificate for the loopback address and returns who trusts it."""
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    options = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    out = ["-keyout", str(key), "-out", str(certificate)]
    openssl = require("openssl", "openssl")
    subprocess.run(
        [openssl, "req", *options.split(), *names, *out], check=True, capture_output=True
    )
    return ssl.create_default_context(cafile=str(certificate))


@contextmanager
def served(folder: Path, variant: Variant) -> Iterator[Site]:
    """The site behind the shipped configuration."""
    binary = require("nginx", "nginx")
    tls = make_certificate(folder) if variant == "tls" else None
    with ExitStack() as stack:
        model = stack.enter_context(gated_model(ANSWER))
        settings = {"OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1"}
        instance = Instance(folder, settings | {"CHATAPP_TRUSTED_PROXIES": "1"})
        gunicorn = stack.enter_context(started(instance.gunicorn()))
        http_port = free_port()
        conf = variant_of(SHIPPED, variant)
        conf = placed(conf, folder, [gunicorn.port], http_port if tls else "@PORT@")
        front = stack.enter_context(started(nginx.command(binary, folder, conf)))
        yield Site(front, http_port, gunicorn, model, instance, tls)


@pytest.fixture(params=["plain", "tls"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, request.param) as running:
        yield running


@pytest.fixture
def plain_site(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, "plain") as running:
        yield running


@pytest.fixture
def tls_site(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, "tls") as running:
        yield running


def events(response: HTTPResponse) -> Iterator[dict[str, Any]]:
    """The events of a stream, each as soon as it has arrived."""
    decoder = Decoder()
    while received := response.read1():
        for event in decoder.feed(received):
            if isinstance(event, Message):
                yield json.loads(event.data)


@pytest.mark.parametrize("variant", ["tls", "plain"])
@pytest.mark.parametrize("limits", [False, True])
def test_nginx_accepts_the_configuration(tmp_path: Path, variant: Variant, limits: bool) -> None:
    binary = require("nginx", "nginx")
    make_certificate(tmp_path)
    conf = SHIPPED.replace("#limit ", "") if limits else SHIPPED
    conf = placed(variant_of(conf, variant), tmp_path, [free_port()], free_port())
    argv = nginx.command(binary, tmp_path, conf).argv(free_port())
    checked = subprocess.run([*argv, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr


def test_each_delta_arrives_before_the_next_is_made(site: Site) -> None:
    with closing(site.connect()) as connection:
        response = site.ask(connection)
        said, last = [], ""
        for event in events(response):
            last = event["type"]
            if last == "content":
                said.append(event["content"])
                site.model.confirm()
    assert (response.status, response.version) == (200, 11)
    assert "".join(said) == text(ANSWER.deltas)
    assert len(said) == ANSWER.deltas
    assert last == "end"


def test_a_killed_worker_is_an_aborted_body(plain_site: Site) -> None:
    with closing(plain_site.connect()) as connection:
        response = plain_site.ask(connection)
        (worker,) = plain_site.gunicorn.children()
        arriving = events(response)
        assert next(event for event in arriving if event["type"] == "content")
        os.kill(worker, signal.SIGKILL)
        with pytest.raises((HTTPException, ConnectionError)):
            list(arriving)


def test_the_access_log_keeps_no_query(plain_site: Site, tmp_path: Path) -> None:
    with closing(plain_site.connect()) as connection:
        connection.request("GET", "/healthz?ticket=secret")
        assert connection.getresponse().status == 200
    plain_site.nginx.end()
    log = (tmp_path / "chatapp.log").read_text()
    assert '"GET /healthz HTTP/1.1" 200' in log
    assert "secret" not in log


def test_static_files_are_kept_by_browsers_and_by_nginx(plain_site: Site) -> None:
    with closing(plain_site.connect()) as connection:
        connection.request("GET", "/")
        page = connection.getresponse().read().decode()
        address = re.search(r"/static/[^\"]+\.css", page)
        assert address
        connection.request("GET", address[0])
        first = connection.getresponse()
        content = first.read()
        assert (first.status, bool(content)) == (200, True)
        assert "max-age=31536000" in str(first.headers["Cache-Control"])
        plain_site.gunicorn.end()
        connection.request("GET", address[0])
        again = connection.getresponse()
        assert (again.status, again.read()) == (200, content)


def test_files_come_packed_to_those_who_can_unpack(plain_site: Site) -> None:
    with closing(plain_site.connect()) as connection:
        connection.request("GET", "/")
        address = re.search(r"/static/[^\"]+\.css", connection.getresponse().read().decode())
        assert address
        lengths = {}
        for accepted in ("gzip", "identity", "gzip"):
            connection.request("GET", address[0], headers={"Accept-Encoding": accepted})
            response = connection.getresponse()
            lengths[response.headers["Content-Encoding"]] = len(response.read())
        assert lengths["gzip"] < lengths[None] / 3


def test_browsers_get_http_2(tls_site: Site) -> None:
    assert tls_site.tls
    tls_site.tls.set_alpn_protocols(["h2", "http/1.1"])
    with closing(tls_site.connect()) as connection:
        connection.connect()
        assert isinstance(connection.sock, ssl.SSLSocket)
        assert connection.sock.selected_alpn_protocol() == "h2"


def test_plain_http_points_to_tls(tls_site: Site) -> None:
    with closing(HTTPConnection("127.0.0.1", tls_site.http_port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/c/1?stream=1", headers={"Host": "chat.example.com"})
        response = connection.getresponse()
    assert response.status == 308
    assert response.headers["Location"] == "https://chat.example.com/c/1?stream=1"


def test_browsers_keep_to_tls(tls_site: Site) -> None:
    with closing(tls_site.connect()) as connection:
        connection.request("GET", "/")
        response = connection.getresponse()
    assert response.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    (cookie,) = response.headers.get_all("Set-Cookie", [])
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
