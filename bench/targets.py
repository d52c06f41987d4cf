"""What is measured: chatapp, and what stands beside it in the same run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench import seed
from bench.load import Ask
from bench.reader import Dialect
from bench.script import Behaviour
from tests.support import nginx
from tests.support.instance import ROOT, Instance
from tests.support.processes import Command, Program

CERTIFICATE = ROOT / "tests" / "support" / "localhost.pem"

LOAD, QUICK, SHORT = Behaviour(30, 150), Behaviour(100, 15), Behaviour(1000, 5)
"""A load, one that is small and quick, and an answer that is hardly more than its set-up."""

AWAITED, QUICK_AWAITED = Behaviour(30, 150, 6.0), Behaviour(100, 15, 1.0)
"""The same, whose first word comes when everybody who follows is there."""

_FLOOR = """
    access_log off;
    upstream model { server 127.0.0.1:@MODEL@; keepalive 64; }
    server {
        listen 127.0.0.1:@PORT@ @TLS@ backlog=4096;
        location / {
            proxy_pass http://model;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }
    }
"""
_TLS = "ssl_certificate {0}; ssl_certificate_key {0};"


@dataclass(frozen=True, slots=True)
class Target:
    """A running server: where it listens, how it is asked for so many answers of a kind."""

    name: str
    program: Program
    dialect: Dialect
    asks: Callable[[int, Behaviour], list[Ask]]


def model_command(folder: Path) -> Command:
    """How to start the fake model server, with its log in `folder`."""

    def argv(port: int) -> list[str]:
        return [sys.executable, "-m", "bench.model_server", str(port)]

    return Command(argv, log=folder / "model.log", cwd=ROOT)


def model_itself(model: Program) -> Target:
    """The model server asked directly: what the others' first token is held against."""
    return Target("model", model, "openai", _completions())


def floor_command(binary: str, folder: Path, model: Program, *, tls: bool = False) -> Command:
    """nginx, which moves the bytes and knows nothing of them; it may speak TLS to who asks."""
    conf = _FLOOR.replace("@MODEL@", str(model.port)).replace("@TLS@", "ssl" if tls else "")
    return nginx.command(binary, folder, (_TLS.format(CERTIFICATE) if tls else "") + conf)


def floor(program: Program) -> Target:
    """The model server behind nginx."""
    return Target("nginx", program, "openai", _completions())


def tutorial_command(instance: Instance) -> Command:
    """The tutorial's app, under the gunicorn that chatapp has, with gunicorn's own worker."""
    chatapp = instance.gunicorn()

    def argv(port: int) -> list[str]:
        options = ["-k", "gevent", "-w", "1", "--worker-connections", "2000"]
        options += ["--graceful-timeout", "1"]
        return [chatapp.argv(port)[0], *options, "-b", f"127.0.0.1:{port}", "bench.tutorial:app"]

    log = instance.folder / "tutorial.log"
    return Command(argv, log=log, cwd=chatapp.cwd, env=chatapp.env)


def tutorial(program: Program) -> Target:
    """The app that everybody writes first."""

    def asks(count: int, behaviour: Behaviour) -> list[Ask]:
        body = {"model": behaviour.model, "messages": [{"role": "user", "content": "hi"}]}
        return [Ask("/chat", json.dumps(body))] * count

    return Target("tutorial", program, "tutorial", asks)


def chatapp_settings(model: Program) -> dict[str, str]:
    """Everything on; only the limits per person are out of the way."""
    behaviours = (LOAD, QUICK, SHORT, AWAITED, QUICK_AWAITED)
    return {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1",
        "OPENAI_API_KEY": "none",
        "CHATAPP_MODEL": LOAD.model,
        "CHATAPP_MODELS": ",".join(behaviour.model for behaviour in behaviours),
        "CHATAPP_MAX_STREAMS_PER_USER": "100000",
        "CHATAPP_RATE_LIMIT": "1000000/minute",
    }


def chatapp(instance: Instance, program: Program, *, messages: int = 0) -> Target:
    """A native send: stored, resumable, stoppable.

    The conversations exist before the load, each with so many messages.
    """

    def asks(count: int, behaviour: Behaviour) -> list[Ask]:
        url = seed.database_of(instance)
        headers = instance.headers | {"Accept": "text/event-stream"}
        return [
            Ask(f"/api/conversations/{conversation}/messages", send(behaviour), headers)
            for conversation in seed.conversations(url, count, messages)
        ]

    return Target("native", program, "native", asks)


def completions(instance: Instance, program: Program) -> Target:
    """A Chat Completion of chatapp: nothing is kept of it."""
    return Target("/v1", program, "openai", _completions(instance.headers))


def followed(instance: Instance, program: Program, answers: list[str]) -> Target:
    """Answers that are written already, each one followed by the next who asks."""

    def asks(count: int, behaviour: Behaviour) -> list[Ask]:
        paths = (f"/api/messages/{answers[n % len(answers)]}/stream" for n in range(count))
        return [Ask(path, headers=instance.headers) for path in paths]

    return Target("follow", program, "native", asks)


def send(behaviour: Behaviour) -> str:
    """The body of a native send."""
    return json.dumps({"content": "hi", "client_id": str(uuid4()), "model": behaviour.model})


def _completions(headers: Mapping[str, str] = {}) -> Callable[[int, Behaviour], list[Ask]]:
    def asks(count: int, behaviour: Behaviour) -> list[Ask]:
        request: dict[str, Any] = {
            "model": behaviour.model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "messages": [{"role": "user", "content": "hi"}],
        }
        return [Ask("/v1/chat/completions", json.dumps(request), dict(headers))] * count

    return asks
