"""A server of nothing but files: the guides' pages, and the packages that they use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.support.bundle import PACKAGES
from tests.support.instance import ROOT
from tests.support.processes import bound

PAGES = ROOT / "docs" / "guides"


def require_package(name: str) -> None:
    """Without it the test skips; with REQUIRE_SERVICES=1 it fails."""
    if (PACKAGES / name).is_dir():
        return
    missing = f"{name} is not installed (make clients)"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


class Handler(SimpleHTTPRequestHandler):
    """Serves `/node_modules/` from the packages that the tests installed."""

    def translate_path(self, path: str) -> str:
        """The file behind an address."""
        found = Path(super().translate_path(path)).relative_to(self.directory)
        package = found.parts[:1] == ("node_modules",)
        return str((PACKAGES.parent if package else Path(self.directory)) / found)

    def log_message(self, format: str, *args: object) -> None:
        """Tests speak for themselves."""


@contextmanager
def serving_pages(folder: Path = PAGES) -> Iterator[str]:
    """Serves a folder for as long as the block lasts; the origin."""
    handler = partial(Handler, directory=str(folder))
    server = bound(lambda port: ThreadingHTTPServer(("127.0.0.1", port), handler))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
