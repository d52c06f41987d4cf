"""Times by the millisecond: adding one costs little, however many there are."""

from __future__ import annotations

_LONGEST = 20_000


class Times:
    """How often something took so many milliseconds; what took longer counts as the longest."""

    def __init__(self) -> None:
        self._counts = [0] * (_LONGEST + 1)
        self.count = 0

    def add(self, seconds: float) -> None:
        """Counts one."""
        self._counts[min(int(seconds * 1000), _LONGEST)] += 1
        self.count += 1

    def quantile(self, share: float) -> float | None:
        """Within how many milliseconds that share of all was; None of nothing."""
        left = share * self.count
        for milliseconds, count in enumerate(self._counts):
            left -= count
            if count and left <= 0:
                return float(milliseconds + 1)
        return None


class Window:
    """The times of some seconds: to the first word, and between the words."""

    def __init__(self) -> None:
        self.first = Times()
        self.gap = Times()
