"""What a run found: for people, as JSON, and as a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from bench.plot import Axis, Chart, Line, draw
from bench.soak.samples import Sample
from bench.soak.verdict import Claim, Evidence, memory, settled


class Outcome(msgspec.Struct, frozen=True):
    """One run; `capacity` is in people, as is the `load`, and `done` counts what they did."""

    date: datetime
    machine: dict[str, str | int]
    versions: dict[str, str]
    server_has_own_core: bool
    capacity: int
    load: int
    minutes: float
    claims: list[Claim]
    done: dict[str, int]
    evidence: Evidence

    @property
    def failed(self) -> bool:
        """Whether anything does not hold."""
        return any(claim.holds is False for claim in self.claims)


_SIGNS = {True: "holds  ", False: "FAILS  ", None: "no word"}


def words(outcome: Outcome) -> str:
    """The outcome for people."""
    samples = outcome.evidence.samples
    busy, waited = (
        sum(share) / len(samples)
        for share in zip(*((each.busy, each.waited) for each in samples), strict=True)
    )
    done = ", ".join(f"{count:,} {name}" for name, count in outcome.done.items())
    lines = [
        f"{outcome.minutes:g} minutes with {outcome.load} people of {outcome.capacity}: {done}.",
        f"The server's core was busy for {busy:.0%} of the time; it stood ready while other work "
        f"had the core for {waited:.1%}.",
    ]
    lines += [f"{_SIGNS[each.holds]}  {each.name}: {each.found}." for each in outcome.claims]
    return "\n".join(lines)


def plot(samples: Sequence[Sample]) -> str:
    """Memory, times, and what is open, over the minutes of the run, as SVG."""
    minutes = Axis("minutes", least=0)
    late = settled(samples)
    line = memory(samples)
    trend = [(each.at / 60, line.at(each.at / 60)) for each in (late[0], late[-1])]
    sizes = [
        _line("master and worker", samples, lambda each: each.pss),
        _line("worker", samples, lambda each: each.worker.pss),
        Line(f"{line.slope:+.2f} MB a minute", trend, dashed=True),
    ]
    times = [
        _line("gaps between words", samples, lambda each: each.gap_p99),
        _line("first word", samples, lambda each: each.first_p99),
    ]
    held = [
        _line("descriptors", samples, lambda each: each.worker.descriptors),
        _line("open streams", samples, lambda each: each.lines),
        _line("threads", samples, lambda each: each.worker.threads),
    ]
    return draw(
        [
            Chart("Memory (PSS)", minutes, Axis("MB", least=0), sizes),
            Chart(
                "99 of 100 within; the database is locked now and then",
                minutes,
                Axis("ms", log=True),
                times,
            ),
            Chart("What the worker holds", minutes, Axis("count", least=0), held),
        ]
    )


def _line(name: str, samples: Sequence[Sample], of: Callable[[Sample], float | None]) -> Line:
    points = ((each.at / 60, of(each)) for each in samples)
    return Line(name, [(at, value) for at, value in points if value is not None])
