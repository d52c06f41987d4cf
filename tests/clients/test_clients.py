"""Clients of others, as they come from their registries: each gets all that it is promised."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.examining import examine
from tests.clients.program import running
from tests.clients.rows import ROWS, Row
from tests.clients.serving import env_of
from tests.support.v1_site import Site, v1_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with v1_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(params=ROWS, ids=lambda row: row.script)
def row(request: pytest.FixtureRequest) -> Row:
    """A client. Without it the test skips; with REQUIRE_SERVICES=1 it fails."""
    row: Row = request.param
    if row.missing and os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(row.missing)
    if row.missing:
        pytest.skip(row.missing)
    return row


def test_a_client_gets_all_that_it_is_promised(row: Row, site: Site, tmp_path: Path) -> None:
    with running(row.script, tmp_path, env_of(site)) as client:
        verdict = examine(client, site.model, site.newest if row.kept else None)
    assert verdict.missing == []
