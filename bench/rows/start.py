"""How long it takes until a process that was started answers."""

from __future__ import annotations

from time import monotonic

from bench.rows.base import Figure, Found, median
from bench.stage import Stage, wait_until_healthy

_STARTS = 5
_MOST = 0.7


class Start:
    """From the start of gunicorn to the first 200."""

    name = "start"
    title = "process start to first 200"

    def measure(self, stage: Stage) -> Found:
        """Several times; the files are in the system's cache from the second on."""
        starts = [_start(stage) for _ in range(_STARTS if stage.size.rounds > 1 else 1)]
        return Found(
            [
                Figure(name="median", value=median(starts), unit="s", most=_MOST),
                Figure(name="best", value=min(starts), unit="s"),
            ]
        )


def _start(stage: Stage) -> float:
    command = stage.instance.gunicorn()
    begun = monotonic()
    with stage.serving(command) as program:
        wait_until_healthy(program)
        return monotonic() - begun
