"""Clients of others, as they come from their registries: each gets all that it is promised."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.examining import PATIENCE, examine
from tests.clients.program import Ended, running
from tests.clients.rows import RESPONSES, ROWS, Row
from tests.clients.serving import env_of
from tests.support.model_server import DONE, Answer, chat
from tests.support.v1_site import Site, v1_site

TOOLS = Row("ai-sdk-tools.js", "AI SDK, openai, with tools", RESPONSES, "@ai-sdk/openai")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with v1_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def demand(row: Row) -> None:
    """Without the client the test skips; with REQUIRE_SERVICES=1 it fails."""
    if row.missing and os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(row.missing)
    if row.missing:
        pytest.skip(row.missing)


@pytest.fixture(params=ROWS, ids=lambda row: row.script)
def row(request: pytest.FixtureRequest) -> Row:
    """A client."""
    demand(request.param)
    made: Row = request.param
    return made


def test_a_client_gets_all_that_it_is_promised(row: Row, site: Site, tmp_path: Path) -> None:
    with running(row.script, tmp_path, env_of(site)) as client:
        verdict = examine(client, site.model, site.newest if row.kept else None)
    assert verdict.missing == []


def test_a_client_that_has_tools_goes_on_with_what_they_gave(site: Site, tmp_path: Path) -> None:
    """It refers to what was said before by the ids of items, as these are stored."""
    demand(TOOLS)
    function = {"name": "look", "arguments": '{"a":1}'}
    call = {"id": "call_1", "type": "function", "function": function}
    asks = (chat("I look. "), chat(tool_calls=[call | {"index": 0}]), chat(finish="tool_calls"))
    site.model.answers(
        Answer.sse(*asks, DONE), Answer.sse(chat("Found."), chat(finish="stop"), DONE)
    )
    with running(TOOLS.script, tmp_path, env_of(site)) as client:
        client.ask("Look?")
        heard = [client.hear(PATIENCE) for _ in range(3)]
    assert heard == ["I look. ", "Found.", Ended("end")]
    assert site.model.requests[-1].json()["messages"] == [
        {"role": "user", "content": "Look?"},
        {"role": "assistant", "content": "I look. ", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "found 1"},
    ]
