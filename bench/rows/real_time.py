"""How many answers one worker streams in real time."""

from __future__ import annotations

from bench.measure import Result
from bench.rows.base import Figure, Found, Load
from bench.stage import Stage
from bench.targets import Target

_STEPS = (800, 1000, 1300, 1600)
_LEAST = 1000


class RealTime:
    """More and more streams, until the first words or the later ones come too late."""

    name = "real-time"
    title = "streams in real time, started within 4 s"

    def measure(self, stage: Stage) -> Found:
        """Climbs with a native send, then with Chat Completions, each on a fresh worker."""
        loads, figures = [], []
        for number in range(2):
            with stage.chatapp() as contenders:
                target = contenders[number]
                stage.warm_up(target)
                climbed = _climb(stage, target)
            loads += [Load(f"{result.load.streams:,}", result) for result in climbed]
            figures.append(
                Figure(name=target.name, value=_most(climbed), unit="streams", least=_LEAST)
            )
        return Found(figures, loads, [] if stage.size.most >= _LEAST else ["small loads"])


def _climb(stage: Stage, target: Target) -> list[Result]:
    climbed: list[Result] = []
    for streams in _STEPS:
        climbed.append(stage.measure(target, stage.size.shape(streams)))
        if not climbed[-1].load.in_real_time:
            break
    return climbed


def _most(climbed: list[Result]) -> int:
    """The largest number that went well; 0 where none did."""
    return max((each.load.streams for each in climbed if each.load.in_real_time), default=0)
