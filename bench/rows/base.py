"""What a row of the table is: a question, and the figures that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from bench.measure import Result
from bench.stage import Stage

OURS = ("native", "/v1")
"""The targets that are chatapp: a native send, and a Chat Completion."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a row, and what it ought to be at most, or at least; null was not found."""

    name: str
    value: float | None
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; null where there is none, or no number."""
        if self.value is None or (self.most is None and self.least is None):
            return None
        over = self.most is not None and self.value > self.most
        under = self.least is not None and self.value < self.least
        return not (over or under)


class Load(msgspec.Struct, frozen=True):
    """One load that was put on something, under the name of that load."""

    title: str
    result: Result


class Found(msgspec.Struct, frozen=True):
    """The figures of a row, the loads behind them, and what was left out and why."""

    figures: list[Figure]
    loads: list[Load] = []
    notes: list[str] = []


class Row(Protocol):
    """A row of the table; `name` picks it on the command line."""

    @property
    def name(self) -> str:
        """One word."""

    @property
    def title(self) -> str:
        """What people read."""

    def measure(self, stage: Stage) -> Found:
        """Measures it."""


def steady(result: Result, request: Result) -> float | None:
    """µs a delta without the request around it: all in, less a request in turn."""
    if result.us_per_delta is None:
        return None
    deltas = result.load.deltas / result.load.streams
    return result.us_per_delta - request.ms_per_request * 1000 / deltas


def ratio(value: float | None, base: float | None) -> float | None:
    """How many times the base."""
    return value / base if value is not None and base else None


def more(value: float | None, base: float | None) -> float | None:
    """How much more than the base."""
    return value - base if value is not None and base is not None else None


def median(values: Sequence[float | None]) -> float | None:
    """The middle one; null where one is."""
    known = sorted(value for value in values if value is not None)
    return known[len(known) // 2] if known and len(known) == len(values) else None
