"""What is measured: chatapp, nginx moving the same bytes, and the model server itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bench.load import Ask
from bench.reader import Dialect
from bench.script import Behaviour
from tests.support import nginx
from tests.support.instance import Instance
from tests.support.processes import Command, Program

_FLOOR = """
    access_log off;
    upstream model { server 127.0.0.1:@MODEL@; keepalive 64; }
    server {
        listen 127.0.0.1:@PORT@ backlog=4096;
        location / {
            proxy_pass http://model;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }
    }
"""

BEHAVIOURS = (Behaviour(25, 150), Behaviour(25, 50), Behaviour(1000, 5))
"""What chatapp may ask the model server for: a load, a quick one, and one short answer."""


@dataclass(frozen=True, slots=True)
class Target:
    """A running server: where it listens, how it is asked for so many answers of a kind."""

    name: str
    program: Program
    dialect: Dialect
    asks: Callable[[int, Behaviour], list[Ask]]


def model_itself(model: Program) -> Target:
    """The model server asked directly: what the others' first token is held against."""
    return Target("model", model, "openai", _completions)


def floor_command(binary: str, folder: Path, model: Program) -> Command:
    """nginx, which moves the bytes and knows nothing of them."""
    return nginx.command(binary, folder, _FLOOR.replace("@MODEL@", str(model.port)))


def floor(program: Program) -> Target:
    """The model server behind nginx."""
    return Target("nginx", program, "openai", _completions)


def chatapp_settings(model: Program) -> dict[str, str]:
    """Everything on; only the limits per person are out of the way."""
    return {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1",
        "OPENAI_API_KEY": "none",
        "CHATAPP_MODEL": BEHAVIOURS[0].model,
        "CHATAPP_MODELS": ",".join(behaviour.model for behaviour in BEHAVIOURS),
        "CHATAPP_MAX_STREAMS_PER_USER": "100000",
        "CHATAPP_RATE_LIMIT": "1000000/minute",
    }


def chatapp(instance: Instance, program: Program) -> Target:
    """A native send: stored, resumable, stoppable. The conversations exist before the load."""

    def asks(count: int, behaviour: Behaviour) -> list[Ask]:
        headers = instance.headers | {"Accept": "text/event-stream"}
        return [
            Ask(f"/api/conversations/{conversation}/messages", _send(behaviour), headers)
            for conversation in instance.create_conversations(program.port, count)
        ]

    return Target("chatapp", program, "native", asks)


def _send(behaviour: Behaviour) -> str:
    return json.dumps({"content": "hi", "client_id": str(uuid4()), "model": behaviour.model})


def _completions(count: int, behaviour: Behaviour) -> list[Ask]:
    request = {
        "model": behaviour.model,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "hi"}],
    }
    return [Ask("/v1/chat/completions", json.dumps(request))] * count
