"""What two workers do against one: whether they get into each other's way."""

from __future__ import annotations

import os
from pathlib import Path

from bench.measure import Result
from bench.rows.base import Figure, Found, Load, median
from bench.stage import Stage, wait_until_healthy

_STREAMS = 150
_LEAST = 1.9


class Workers:
    """The same load for each worker, one worker a core; the rig shares one of the cores.

    A worker's capacity is what its core can do in a second, over what a delta costs it. So two
    have twice the capacity of one, less what a delta costs more beside another worker: provided
    that both keep real time, for who waits for a lock uses no core. One alone is measured on each
    of the two cores, since that with the rig on it is the slower one for everybody.
    """

    name = "workers"
    title = "two workers against one"

    def measure(self, stage: Stage) -> Found:
        """One on each core in turn, then two at once, several rounds."""
        cores = sorted(stage.cores.rig | stage.cores.server)
        if len(cores) < 2:
            return Found([], notes=["left out: the machine has one core"])
        rounds = [
            [_load(stage, [core]) for core in cores] + [_load(stage, cores)]
            for _ in range(min(stage.size.rounds, 2))
        ]
        ratios = [_ratio(each) for each in rounds]
        titles = [*(f"one, core {core}" for core in cores), "two"]
        loads = [
            Load(title, result)
            for each in rounds
            for title, result in zip(titles, each, strict=True)
        ]
        return Found([Figure(name="capacity", value=median(ratios), unit="×", least=_LEAST)], loads)


def _load(stage: Stage, cores: list[int]) -> Result:
    """As many workers as cores, each pinned to one, with as many streams for each."""
    instance = stage.instance
    with stage.serving(instance.gunicorn(len(cores))) as program:
        wait_until_healthy(program)
        target = stage.native(program)
        for worker, core in zip(_workers(program.children(), len(cores)), cores, strict=True):
            _pin(worker, core)
        stage.warm_up(target)
        return stage.measure(target, stage.size.shape(_STREAMS * len(cores)))


def _workers(children: list[int], count: int) -> list[int]:
    """The workers' pids. Raises `RuntimeError` where there are more or fewer children."""
    if len(children) != count:
        raise RuntimeError(f"{len(children)} workers where {count} were asked for")
    return children


def _pin(pid: int, core: int) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def _ratio(results: list[Result]) -> float | None:
    """Capacity of the last result's workers over that of one; null where one of them was late."""
    *alone, together = results
    costs = [result.us_per_delta for result in alone if result.us_per_delta]
    if not together.us_per_delta or not all(each.load.in_real_time for each in results):
        return None
    return sum(costs) / together.us_per_delta
