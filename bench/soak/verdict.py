"""Whether a server would go on like this for ever."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import msgspec

from bench.soak.held import Held
from bench.soak.samples import Sample

SETTLING = 300.0
"""Seconds in which memory may grow; a sixth of runs shorter than half an hour."""

STEEPEST = 1.0
"""MB a minute by which memory grows less after that."""

ENOUGH = 600.0
"""Seconds of samples without which nothing is said about slopes."""

WORSE = 1.25
"""How many times as long as in the first third gaps may be in the last, and five milliseconds."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through points: it rises by `slope`, give or take `margin`, from `begin`.

    The margin is that of 95 %.
    """

    slope: float
    margin: float
    begin: float

    def at(self, x: float) -> float:
        """Where the line is at x."""
        return self.begin + self.slope * x


def trend(points: Sequence[tuple[float, float]]) -> Trend:
    """Least squares, for five points and more.

    What memory is at one moment depends on what it was just before, so that there are fewer
    independent points than samples: their number is corrected by the correlation of neighbours,
    as Santer et al. do in "Statistical significance of trends and trend differences in
    layer-average atmospheric temperature time series", J. Geophys. Res. 105 (2000), 7337-7356.
    """
    xs, ys = zip(*points, strict=True)
    x_mean, y_mean = fmean(xs), fmean(ys)
    spread = math.fsum((x - x_mean) ** 2 for x in xs)
    slope = math.fsum((x - x_mean) * (y - y_mean) for x, y in points) / spread
    begin = y_mean - slope * x_mean
    rests = [y - begin - slope * x for x, y in points]
    squares = math.fsum(rest**2 for rest in rests)
    alike = math.fsum(a * b for a, b in pairwise(rests)) / squares if squares else 0.0
    alike = min(max(alike, 0.0), 0.99)
    independent = max(len(points) * (1 - alike) / (1 + alike), 5.0)
    error = math.sqrt(squares / (independent - 2) / spread)
    return Trend(slope, _student(independent - 2) * error, begin)


def _student(freedom: float) -> float:
    """The 97.5 % point of Student's distribution, to three hundredths from three degrees on.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z = 1.959964
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))


class Claim(msgspec.Struct, frozen=True):
    """Something that must be so; `holds` is None where the run was too short to tell."""

    name: str
    holds: bool | None
    found: str


class Evidence(msgspec.Struct, frozen=True):
    """All that was seen; `wrong` is what is stored and should not be, or was logged."""

    samples: list[Sample]
    before: Held
    after: Held
    failures: dict[str, int]
    wrong: list[str]


def settled(samples: Sequence[Sample]) -> list[Sample]:
    """Those after the time in which memory may grow."""
    return [each for each in samples if each.at > min(SETTLING, samples[-1].at / 6)]


def memory(samples: Sequence[Sample]) -> Trend:
    """Of both processes, in MB a minute, over minutes."""
    return trend([(each.at / 60, each.pss) for each in settled(samples)])


def judge(evidence: Evidence) -> list[Claim]:
    """What must be so, and whether it is."""
    left = evidence.after.left_over(evidence.before)
    failures = [f"{count} × {name}" for name, count in evidence.failures.items()]
    return [
        _flat(evidence.samples),
        Claim("Nothing is left over", not left, "; ".join(left) or "nothing"),
        _steady(evidence.samples),
        Claim("Nothing fails without a cause", not failures, "; ".join(failures) or "nothing"),
        Claim(
            "What is stored is what was said",
            not evidence.wrong,
            "; ".join(evidence.wrong) or "all of it",
        ),
    ]


def _flat(samples: Sequence[Sample]) -> Claim:
    found = memory(samples)
    words = f"{found.slope:+.2f} ± {found.margin:.2f} MB a minute"
    name = f"Memory grows by less than {STEEPEST:g} MB a minute"
    long_enough = samples[-1].at >= ENOUGH
    return Claim(name, found.slope + found.margin < STEEPEST if long_enough else None, words)


def _steady(samples: Sequence[Sample]) -> Claim:
    gaps = [each.gap_p99 for each in samples if each.gap_p99 is not None]
    third = len(gaps) // 3
    first, last = median(gaps[:third]), median(gaps[-third:])
    words = f"p99 {first:.0f} ms in the first third, {last:.0f} ms in the last"
    return Claim("Words keep coming as steadily", last <= first * WORSE + 5, words)
