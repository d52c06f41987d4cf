"""What a fake model says, as the words a reader must get and as the bytes a server sends."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache

WORD_LENGTH = 6
"""Characters of one delta."""

_NAME = re.compile(
    r"fake-(?P<rate>[1-9]\d*)tps-(?P<deltas>[1-9]\d{0,3})tok(?:-(?P<first>\d+)ttft)?"
)
_HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-cache\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a fake model answers: deltas a second, how many, and seconds before the first."""

    rate: int
    deltas: int
    first: float = 0.0

    @classmethod
    def named(cls, model: str) -> Behaviour | None:
        """The behaviour that a name such as `fake-30tps-150tok-300ttft` asks for."""
        found = _NAME.fullmatch(model)
        if not found:
            return None
        return cls(int(found["rate"]), int(found["deltas"]), int(found["first"] or 0) / 1000)

    @property
    def model(self) -> str:
        """The name that asks for this behaviour."""
        first = f"-{round(self.first * 1000)}ttft" if self.first else ""
        return f"fake-{self.rate}tps-{self.deltas}tok{first}"


@dataclass(frozen=True, slots=True)
class Script:
    """One answer, ready to send: `steps` are paced, each one is one event and one write."""

    head: bytes
    steps: tuple[bytes, ...]
    behaviour: Behaviour


def word(number: int) -> str:
    """The delta with that number, counted from 1: ` w0001`."""
    return f" w{number:04d}"


def text(deltas: int) -> str:
    """The whole answer: ` w0001 w0002 …`."""
    return "".join(word(number) for number in range(1, deltas + 1))


@lru_cache(maxsize=64)
def script(behaviour: Behaviour, usage: bool) -> Script:
    """A streamed Chat Completion, of the size that OpenAI's own events have."""
    steps = [
        _event(behaviour, {"content": word(number)}, None)
        for number in range(1, behaviour.deltas + 1)
    ]
    ending = _event(behaviour, {}, "stop")
    if usage:
        ending += _chunk(_completion(behaviour, []) | {"usage": usage_of(behaviour)})
    ending += _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
    greeting = _event(behaviour, {"role": "assistant", "content": "", "refusal": None}, None)
    return Script(_HEAD + greeting, (*steps[:-1], b"".join([*steps[-1:], ending])), behaviour)


def whole(behaviour: Behaviour) -> bytes:
    """The same answer, not streamed: the JSON body."""
    message = {"role": "assistant", "content": text(behaviour.deltas)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"object": "chat.completion", "choices": [choice], "usage": usage_of(behaviour)}
    return json.dumps(_completion(behaviour, []) | body).encode()


def usage_of(behaviour: Behaviour) -> dict[str, int]:
    """What the answer is said to have cost."""
    spent = behaviour.deltas
    return {"prompt_tokens": 20, "completion_tokens": spent, "total_tokens": 20 + spent}


def _event(behaviour: Behaviour, delta: dict[str, str | None], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _chunk(_completion(behaviour, [choice]))


def _completion(behaviour: Behaviour, choices: list[dict[str, object]]) -> dict[str, object]:
    return {
        "id": "chatcmpl-C0000001AbCdEfGhIjKlMnOpQrSt",
        "object": "chat.completion.chunk",
        "created": 1752000000,
        "model": behaviour.model,
        "service_tier": "default",
        "system_fingerprint": "fp_07871e2ad8",
        "choices": choices,
        "usage": None,
        "obfuscation": "Zt0Kq9w",
    }


def _chunk(event: dict[str, object]) -> bytes:
    return _framed(b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n")


def _framed(payload: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(payload), payload)
