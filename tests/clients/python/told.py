"""What all programs here do: they ask what they are told to ask, and tell what they hear.

A line of JSON comes in for each question: `{"question": …, "stop": …}`. Lines go out: first
`{"ready": true}`, then `{"delta": …}` as it arrives, and at last `{"done": "end"}`, or
`{"done": "error", "words": …}`, or, where the program was to stop after the first words,
`{"done": "stopped"}`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

Ask = Callable[[str], Generator[str, None, None]]
AskLater = Callable[[str], AsyncGenerator[str, None]]


def serve(ask: Ask) -> None:
    """Answers until there is nothing more to be asked. Closing what `ask` gives is stopping."""
    _tell(ready=True)
    for line in sys.stdin:
        wish = json.loads(line)
        _tell(**_run(ask, wish["question"], stop=wish["stop"]))


def serve_later(ask: AskLater) -> None:
    """The same for asynchronous clients."""
    _tell(ready=True)
    for line in sys.stdin:
        wish = json.loads(line)
        _tell(**asyncio.run(_run_later(ask, wish["question"], stop=wish["stop"])))


def _run(ask: Ask, question: str, *, stop: bool) -> dict[str, str]:
    words = ask(question)
    try:
        for delta in filter(None, words):
            _tell(delta=delta)
            if stop:
                words.close()
                return {"done": "stopped"}
    except Exception as error:
        return {"done": "error", "words": f"{type(error).__name__}: {error}"}
    return {"done": "end"}


async def _run_later(ask: AskLater, question: str, *, stop: bool) -> dict[str, str]:
    words = ask(question)
    try:
        async for delta in words:
            if delta:
                _tell(delta=delta)
            if delta and stop:
                await words.aclose()
                return {"done": "stopped"}
    except Exception as error:
        return {"done": "error", "words": f"{type(error).__name__}: {error}"}
    return {"done": "end"}


def _tell(**members: Any) -> None:
    sys.stdout.write(json.dumps(members) + "\n")
    sys.stdout.flush()
