"""What a delta costs, with so many answers at once: chatapp and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass

from bench.measure import Result
from bench.rows.base import OURS, Figure, Found, Load, ratio, steady
from bench.stage import Stage


@dataclass(frozen=True, slots=True)
class Streams:
    """One number of streams on every contender; `most` limits what ours may cost, in µs."""

    streams: int
    most_all_in: float | None = None
    most_steady: float | None = None
    most_ratio: float | None = None

    @property
    def name(self) -> str:
        """Picks the row."""
        return f"streams-{self.streams}"

    @property
    def title(self) -> str:
        """What people read."""
        return f"CPU per delta, {self.streams:,} streams" if self.streams > 1 else "one stream"

    def measure(self, stage: Stage) -> Found:
        """Requests in turn, then the load: each on all contenders, one after the other."""
        shape = stage.size.shape(self.streams)
        with stage.contenders() as contenders:
            requests = [stage.request(target) for target in contenders]
            results = [stage.measure(target, shape) for target in contenders]
        loads = [Load("in turn", request) for request in requests]
        loads += [Load(f"{shape.streams:,}", result) for result in results]
        return Found(self._figures(requests, results), loads)

    def _figures(self, requests: list[Result], results: list[Result]) -> list[Figure]:
        pairs = list(zip(results, requests, strict=True))
        costs = {result.target: steady(result, request) for result, request in pairs}
        figures = []
        for result in results:
            ours = result.target in OURS
            figures += [
                Figure(
                    name=f"{result.target}, all in",
                    value=result.us_per_delta,
                    unit="µs",
                    most=self.most_all_in if ours else None,
                ),
                Figure(
                    name=f"{result.target}, steady",
                    value=costs[result.target],
                    unit="µs",
                    most=self.most_steady if ours else None,
                ),
            ]
        return figures + self._ratios(costs)

    def _ratios(self, costs: dict[str, float | None]) -> list[Figure]:
        return [
            Figure(
                name=f"{name}, steady, against nginx",
                value=ratio(costs[name], costs["nginx"]),
                unit="×",
                most=self.most_ratio,
            )
            for name in OURS
            if "nginx" in costs
        ]
