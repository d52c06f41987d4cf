"""Keeps what people wrote out of the log, where a server's error repeats what it was asked."""

from __future__ import annotations

import json
import re
from contextvars import ContextVar

from chatapp.prompt import Prompt

MASK = "…"
BLOCK = 12
"""Code points. Each run of twice as many that a prompt and an error share holds a whole block."""

SHORTEST = 4
"""Words shorter than this are no secret, and would be found everywhere."""

_MASKS = re.compile(f"{MASK}{{2,}}")
_asked: ContextVar[Prompt | None] = ContextVar("asked", default=None)


def remember(prompt: Prompt) -> None:
    """Notes what this thread asks; what it logs from now on is kept free of that."""
    _asked.set(prompt)


def without_echoes(said: str) -> str:
    """What a server said, with everything masked that repeats words of the prompt."""
    prompt = _asked.get()
    if prompt is None:
        return said
    texts = [turn.content for turn in prompt.turns]
    texts += [source.content for source in prompt.passages]
    for text in texts:
        if SHORTEST <= len(text) < 2 * BLOCK:
            said = said.replace(text, MASK).replace(_escaped(text), MASK)
    known = "\n".join([*map(_escaped, texts), *texts])
    return _without_runs(said, known)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _without_runs(said: str, known: str) -> str:
    """Masks each block that is known, and all that is the same on both sides of it."""
    kept, begin = "", 0
    for start in range(0, len(said), BLOCK):
        found = known.find(said[start : start + BLOCK]) if start + BLOCK <= len(said) else -1
        if found < 0 or start < begin:
            continue
        before, behind = _grow(said, start, known, found)
        kept += said[begin : max(before, begin)] + MASK
        begin = behind
    return _MASKS.sub(MASK, kept + said[begin:])


def _grow(said: str, start: int, known: str, found: int) -> tuple[int, int]:
    """The bounds in `said` of the run around a block that both share."""
    shift = found - start
    before, behind = start, start + BLOCK
    while before > 0 and before + shift > 0 and said[before - 1] == known[before + shift - 1]:
        before -= 1
    while (
        behind < len(said) and behind + shift < len(known) and said[behind] == known[behind + shift]
    ):
        behind += 1
    return before, behind
