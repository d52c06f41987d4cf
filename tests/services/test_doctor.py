"""`flask doctor --url` against a real gunicorn: alone, and behind good and bad proxies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatapp.config import load
from chatapp.doctor import address
from tests.support import nginx
from tests.support.instance import Instance
from tests.support.nginx import SHIPPED, placed, without_tls
from tests.support.processes import Program, require, started

READY = "ok: {} is ready."
ONE_BY_ONE = "ok: Streams pass through one by one."
CUT_IS_SEEN = "ok: HTTP/1.1 is spoken: an answer that is cut off shows it."
COLLECTS = re.compile(r"failed: The proxy collects [4-8] of 8 frames, so answers arrive in lumps.")


@dataclass(frozen=True)
class Served:
    """A gunicorn, and the folder it runs in."""

    instance: Instance
    gunicorn: Program


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    instance = Instance(tmp_path_factory.mktemp("chat"), {"CHATAPP_PROVIDER": "offline"})
    with started(instance.gunicorn()) as gunicorn:
        yield Served(instance, gunicorn)


@contextmanager
def behind_nginx(served: Served, folder: Path, conf: str) -> Iterator[str]:
    """The address of an nginx with this configuration in front."""
    binary = require("nginx", "nginx")
    conf = placed(conf, folder, [served.gunicorn.port])
    with started(nginx.command(binary, folder, conf)) as front:
        yield f"http://127.0.0.1:{front.port}"


def findings(url: str, **settings: str) -> list[str]:
    """What the doctor says of an address: level and words."""
    found = address.examine(load(settings), url)
    return [f"{finding.level}: {finding.words}" for finding in found]


def collecting(conf: str, *instead: str) -> str:
    """The configuration with a proxy that does as it likes."""
    lines = ["proxy_buffering on;", "proxy_ignore_headers X-Accel-Buffering;", *instead]
    assert "proxy_buffering off;" in conf
    return conf.replace("proxy_buffering off;", " ".join(lines))


def test_streams_of_gunicorn_itself_pass(served: Served) -> None:
    url = f"http://127.0.0.1:{served.gunicorn.port}"
    printed = served.instance.flask("doctor", "--url", url)
    lines = [line.split(maxsplit=2) for line in printed.splitlines()]
    assert [
        f"{level}: {words}" for level, part, words in lines if part in ("address", "proxy")
    ] == [
        READY.format(url),
        ONE_BY_ONE,
        "ok: Cache-Control arrives as it was sent; X-Accel-Buffering arrives too.",
        CUT_IS_SEEN,
    ]


def test_streams_pass_the_proxy_that_we_ship(served: Served, tmp_path: Path) -> None:
    with behind_nginx(served, tmp_path, without_tls(SHIPPED)) as url:
        assert findings(url, CHATAPP_TRUSTED_PROXIES="1") == [
            READY.format(url),
            ONE_BY_ONE,
            "ok: Cache-Control arrives as it was sent; X-Accel-Buffering was taken, as nginx does.",
            CUT_IS_SEEN,
        ]


def test_a_proxy_that_collects_is_told(served: Served, tmp_path: Path) -> None:
    conf = collecting(without_tls(SHIPPED))
    conf = conf.replace("proxy_http_version 1.1;", "")
    with behind_nginx(served, tmp_path, conf) as url:
        said = findings(url, CHATAPP_TRUSTED_PROXIES="1")
    assert COLLECTS.match(said[1])
    assert "Set proxy_buffering off" in said[1]
    assert said[3].startswith("warning: HTTP/1.0 is spoken on the way")


def test_a_proxy_that_collects_to_compress_is_told(served: Served, tmp_path: Path) -> None:
    conf = collecting(without_tls(SHIPPED), "gzip_types text/event-stream;")
    conf = conf.replace("gzip off;", "gzip on; gzip_proxied any; gzip_min_length 0;")
    with behind_nginx(served, tmp_path, conf) as url:
        said = findings(url, CHATAPP_TRUSTED_PROXIES="1")
    assert COLLECTS.match(said[1])
    assert said[-1].startswith("warning: The stream arrives compressed (gzip).")


def test_headers_that_a_proxy_changes_are_told(served: Served, tmp_path: Path) -> None:
    conf = without_tls(SHIPPED).replace(
        "proxy_buffering off;",
        "proxy_buffering off; proxy_hide_header Cache-Control; add_header Cache-Control 'public';",
    )
    with behind_nginx(served, tmp_path, conf) as url:
        said = findings(url, CHATAPP_TRUSTED_PROXIES="1")
    assert said[1] == ONE_BY_ONE
    assert said[2].startswith("warning: Cache-Control arrives as 'public'")


def test_a_proxy_that_is_not_trusted_is_told(served: Served, tmp_path: Path) -> None:
    with behind_nginx(served, tmp_path, without_tls(SHIPPED)) as url:
        said = findings(url)
    assert said[-1].startswith("warning: ")
    assert said[-1].endswith("Set CHATAPP_TRUSTED_PROXIES=1.")


def test_trust_in_a_proxy_that_is_not_there_is_told(served: Served) -> None:
    said = findings(f"http://127.0.0.1:{served.gunicorn.port}", CHATAPP_TRUSTED_PROXIES="2")
    assert said[-1].startswith("warning: CHATAPP_TRUSTED_PROXIES=2, and none is here")
