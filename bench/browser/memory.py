"""What a page holds of an answer that grows, and whether anything moves that has been read."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession, expect

from bench.browser.model import in_pieces, tokens
from bench.browser.stage import LENGTHS, Stage
from bench.rows.base import Figure, Found
from tests.browser.chat import Chat

_MARKS = (4, 2, 1)
_FEW = 40
"""Pieces of the answer that is held against the one of many."""

_MOST_PER_DELTA = 16.0
_LISTEN = """() => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
        const shifts = list.getEntries().filter((each) => !each.hadRecentInput);
        for (const each of shifts) window.shifted += each.value;
    }).observe({ type: "layout-shift" });
}"""


class Memory:
    """The heap while an answer grows, and the same text in few pieces."""

    name = "memory"
    title = "what a page holds of an answer"

    def measure(self, stage: Stage) -> Found:
        """Each answer is the first one of a page of its own."""
        words = tokens(stage.size.tokens)
        path = stage.conversation(LENGTHS[0])
        with stage.served(stage.instance) as program, stage.signed_in(program.port) as chat:
            many, shifted = _held(stage, chat, path, words)
            few, _ = _held(stage, chat, path, in_pieces(words, _FEW))
        figures = [
            Figure(name=f"heap after {stage.size.tokens // part:,} deltas", value=kb, unit="kB")
            for part, kb in zip(_MARKS, many, strict=True)
        ]
        figures.append(Figure(name=f"the same text in {_FEW} deltas", value=few[-1], unit="kB"))
        more = (many[-1] - many[0]) - (few[-1] - few[0])
        each = more * 1000 / (stage.size.tokens * (1 - 1 / _MARKS[0]))
        limits = [
            Figure(name="a delta itself", value=each, unit="bytes", most=_MOST_PER_DELTA),
            Figure(name="layout shift", value=shifted, unit="", most=0.01),
        ]
        return Found(figures + limits)


def _held(stage: Stage, chat: Chat, path: str, pieces: list[str]) -> tuple[list[float], float]:
    """kB that the page holds at each mark more than before, and how much it shifted."""
    chat.open(path)
    chat.page.wait_for_load_state()
    chat.page.evaluate(_LISTEN)
    session = chat.page.context.new_cdp_session(chat.page)
    before = _heap(session)
    chat.ask("Tell me everything.")
    asked = stage.model.asked()
    held, said = [], 0
    for part in _MARKS:
        for piece in pieces[said : len(pieces) // part]:
            asked.say(piece)
        said = len(pieces) // part
        asked.say(f"\n\nPart {said}.\n\n")
        expect(chat.answer.get_by_text(f"Part {said}.", exact=True)).to_be_attached()
        held.append((_heap(session) - before) / 1000)
    shifted: float = chat.page.evaluate("shifted")
    asked.finish()
    chat.see_end()
    session.detach()
    return held, shifted


def _heap(session: CDPSession) -> float:
    """Bytes that are left when all garbage is gone."""
    session.send("HeapProfiler.collectGarbage")
    usage: dict[str, Any] = session.send("Runtime.getHeapUsage")
    return float(usage["usedSize"])
