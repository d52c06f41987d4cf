"""How long the first word is on its way, with a hundred answers at once."""

from __future__ import annotations

from bench import targets
from bench.measure import Result
from bench.rows.base import OURS, Figure, Found, Load, more
from bench.stage import Stage

_STREAMS = 100
_MOST_MEDIAN, _MOST_P99 = 2.0, 10.0


class First:
    """What stands in front of the model, against the model server asked directly."""

    name = "first"
    title = "added time to the first token, 100 streams"

    def measure(self, stage: Stage) -> Found:
        """The same load on the model server itself and on all contenders."""
        shape = stage.size.shape(_STREAMS)
        with stage.contenders() as contenders:
            direct = stage.measure(targets.model_itself(stage.model), shape)
            results = [stage.measure(target, shape) for target in contenders]
        figures = [figure for result in results for figure in _figures(result, direct)]
        return Found(figures, [Load(f"{shape.streams}", each) for each in [direct, *results]])


def _figures(result: Result, direct: Result) -> list[Figure]:
    ours = result.target in OURS
    first, least = result.load.first, direct.load.first
    return [
        Figure(
            name=f"{result.target}, median",
            value=more(first.p50, least.p50),
            unit="ms",
            most=_MOST_MEDIAN if ours else None,
        ),
        Figure(
            name=f"{result.target}, p99",
            value=more(first.p99, least.p99),
            unit="ms",
            most=_MOST_P99 if ours else None,
        ),
    ]
