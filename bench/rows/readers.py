"""What a reader costs more, where many follow one answer."""

from __future__ import annotations

from bench import answers, targets
from bench.measure import Shape
from bench.rows.base import Figure, Found, Load
from bench.stage import Stage

_READERS = (1, 10, 100, 500)


class Readers:
    """One answer, whose question was sent by somebody who left, and those who follow it.

    They are there before its first word; the answer itself is part of what they cost.
    """

    name = "readers"
    title = "readers of one answer: CPU per reader and delta"

    def measure(self, stage: Stage) -> Found:
        """More and more readers, each time of another answer; each ought to cost less."""
        loads: list[Load] = []
        figures: list[Figure] = []
        size = stage.size
        with stage.chatapp() as (native, _):
            stage.warm_up(native)
            for count in (count for count in _READERS if count <= size.most):
                ids = answers.begin(stage.instance, native.program.port, 1, size.awaited)
                target = targets.followed(stage.instance, native.program, ids)
                result = stage.measure(target, Shape(count, size.awaited, size.ramp / 4))
                loads.append(Load(f"{count}", result))
                figures.append(
                    Figure(
                        name=f"{count} reader{'s' * (count > 1)}",
                        value=result.us_per_delta,
                        unit="µs",
                        most=figures[-1].value if figures else None,
                    )
                )
        return Found(figures, loads)
