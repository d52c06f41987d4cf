"""What one request costs that hardly says anything: answers of five deltas, in turn."""

from __future__ import annotations

from bench.rows.base import OURS, Figure, Found, Load, median
from bench.stage import Stage

_MOST = 3.5


class Request:
    """Several rounds over all contenders, and the median of each."""

    name = "request"
    title = "CPU of one request"

    def measure(self, stage: Stage) -> Found:
        """Each round asks every contender."""
        with stage.contenders() as contenders:
            rounds = [
                [stage.request(target) for target in contenders] for _ in range(stage.size.rounds)
            ]
        loads = [Load("in turn", result) for each in rounds for result in each]
        figures = [
            Figure(
                name=of_one[0].target,
                value=median([result.ms_per_request for result in of_one]),
                unit="ms",
                most=_MOST if of_one[0].target in OURS else None,
            )
            for of_one in zip(*rounds, strict=True)
        ]
        return Found(figures, loads)
