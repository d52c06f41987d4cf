"""Round numbers for the axes of charts."""

from __future__ import annotations

import math


def ticks(low: float, high: float, log: bool = False) -> list[float]:
    """Round numbers that enclose the range: five or so, or the decades and parts of them."""
    return _log_ticks(low, high) if log else _even_ticks(low, high)


def _even_ticks(low: float, high: float) -> list[float]:
    """Steps of 1, 2 or 5 times a power of ten."""
    span = high - low or abs(high) or 1.0
    rough = span / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, max(last, first + 1) + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Decades; within few of them 1, 2 and 5 of each."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if last - first <= 3 else (1,)
    marks = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    below = [mark for mark in marks if mark <= low * 1.001]
    above = [mark for mark in marks if mark >= high * 0.999 and mark > below[-1]]
    return [mark for mark in marks if below[-1] <= mark <= above[0]]
