"""What a process holds: idle, and for each open stream."""

from __future__ import annotations

from time import sleep

from bench import machine
from bench.rows.base import Figure, Found, Load
from bench.stage import Stage

_STREAMS = 500
_MOST_PER_STREAM, _MOST_IDLE = 75.0, 110.0
_REST = 2.0
"""Seconds after the last answer; what it took is given back or not."""


class Memory:
    """A worker that has answered once and rests; then one that gets many streams at once."""

    name = "memory"
    title = "memory"

    def measure(self, stage: Stage) -> Found:
        """Both on one fresh worker."""
        with stage.chatapp() as (native, _):
            stage.warm_up(native)
            sleep(_REST if stage.size.rounds > 1 else 0)
            idle = machine.proportional(machine.tree(native.program.pid)) / 1e6
            result = stage.measure(native, stage.size.shape(_STREAMS))
        figures = [
            Figure(
                name="an open stream",
                value=result.kb_per_stream,
                unit="kB",
                most=_MOST_PER_STREAM,
            ),
            Figure(name="master and idle worker", value=idle, unit="MB", most=_MOST_IDLE),
        ]
        return Found(figures, [Load(f"{result.load.streams}", result)])
