"""The load client and the model server, against each other over real sockets."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest

from bench.load import Ask, Load, Plan, Report
from bench.script import Behaviour, text
from tests.support.instance import ROOT
from tests.support.processes import Command, Program, free_port, started

SHORT = Behaviour(rate=500, deltas=20)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    def argv(port: int) -> list[str]:
        return [sys.executable, "-m", "bench.model_server", str(port)]

    log = tmp_path_factory.mktemp("model") / "log"
    with started(Command(argv, log=log, cwd=ROOT)) as program:
        yield program


def load(port: int, streams: int, *, model: str = SHORT.model, ramp: float | None = 0.0) -> Report:
    ask = Ask("/v1/chat/completions", json.dumps({"model": model, "stream": True}))
    plan = Plan(port, "openai", SHORT.deltas, SHORT.rate, [ask] * streams, ramp, timeout=20)
    return Load(plan).run()


def fetch(model: Program, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    with closing(HTTPConnection("127.0.0.1", model.port, timeout=20)) as connection:
        connection.request(method, path, json.dumps(body) if body else None)
        return json.loads(connection.getresponse().read())


@pytest.mark.parametrize(("streams", "ramp"), [(1, 0.0), (50, 0.1), (3, None)])
def test_every_word_of_every_stream_arrives(
    model: Program, streams: int, ramp: float | None
) -> None:
    report = load(model.port, streams, ramp=ramp)
    assert (report.complete, report.failures) == (streams, {})
    assert report.deltas == streams * SHORT.deltas
    assert report.first.p50 is not None
    assert report.end_lag.max is not None


def test_the_model_server_counts_what_it_was_asked(model: Program) -> None:
    before = fetch(model, "GET", "/stats")
    load(model.port, 2)
    after = fetch(model, "GET", "/stats")
    assert after["complete"] - before["complete"] == 2
    assert after["deltas"] - before["deltas"] == 2 * SHORT.deltas
    assert after["active"] == 0


def test_a_model_that_does_not_exist_is_refused(model: Program) -> None:
    assert load(model.port, 2, model="gpt").failures == {"status 404": 2}


def test_nobody_listening_is_a_failure_of_its_own() -> None:
    assert load(free_port(), 2).failures == {"ConnectionRefusedError": 2}


def test_an_answer_that_is_not_streamed_comes_whole(model: Program) -> None:
    answer = fetch(model, "POST", "/v1/chat/completions", {"model": SHORT.model})
    (choice,) = answer["choices"]
    assert choice["message"]["content"] == text(SHORT.deltas)


def test_one_connection_serves_one_request_after_the_other(model: Program) -> None:
    body = json.dumps({"model": SHORT.model, "stream": True})
    with closing(HTTPConnection("127.0.0.1", model.port, timeout=20)) as connection:
        for _ in range(2):
            connection.request("POST", "/v1/chat/completions", body)
            assert connection.getresponse().read().endswith(b"data: [DONE]\n\n")
