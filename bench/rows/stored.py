"""What a send costs with more in the database, and in a longer conversation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from bench import seed, targets
from bench.measure import Result
from bench.rows.base import Figure, Found, Load, median
from bench.stage import Stage, variant
from bench.targets import Target
from tests.support.instance import Instance

_STORED = (10, 1_000, 100_000)
_LENGTHS = (10, 500)
_EACH = 10
"""Messages of a stored conversation; and how many of them a model is told, so that the prompt of a
long conversation is as long as that of a short one."""

_MOST = 10.0
"""Per cent: less than what two measurements of the same thing differ by is no change."""


class Stored:
    """Short answers in turn, on databases that are equal but for what is in them."""

    name = "stored"
    title = "cost of a send, by what is stored"

    def measure(self, stage: Stage) -> Found:
        """Several rounds over all databases and lengths."""
        with ExitStack() as running:
            asked = running.enter_context(_targets(stage))
            for target in asked.values():
                stage.warm_up(target)
            rounds = [
                {title: stage.request(target) for title, target in asked.items()}
                for _ in range(stage.size.rounds)
            ]
        loads = [Load(title, result) for each in rounds for title, result in each.items()]
        return Found(_figures(rounds), loads)


@contextmanager
def _targets(stage: Stage) -> Iterator[dict[str, Target]]:
    folder = stage.folder / "stored"
    folder.mkdir()
    settings = targets.chatapp_settings(stage.model) | {"CHATAPP_HISTORY_MESSAGES": str(_EACH)}
    empty = Instance(folder, settings)
    with ExitStack() as running:
        found = {}
        for count in _STORED:
            instance = _copied(empty, f"{count}.db")
            seed.conversations(seed.database_of(instance), count // _EACH, _EACH)
            program = running.enter_context(stage.served(instance))
            found[_title(count)] = targets.chatapp(instance, program)
        instance = _copied(empty, "lengths.db")
        program = running.enter_context(stage.served(instance))
        for length in _LENGTHS:
            found[_length(length)] = targets.chatapp(instance, program, messages=length)
        yield found


def _copied(instance: Instance, name: str) -> Instance:
    """The same installation over a copy of its database."""
    path = instance.folder / name
    with closing(_open(instance.folder / "chatapp.db")) as source, closing(_open(path)) as copy:
        source.backup(copy)
    return variant(instance, {"DATABASE_URL": f"sqlite:///{path}"})


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path)


def _title(count: int) -> str:
    return f"{count:,} messages stored"


def _length(count: int) -> str:
    return f"a conversation of {count}"


def _figures(rounds: list[dict[str, Result]]) -> list[Figure]:
    costs = {title: median([each[title].ms_per_request for each in rounds]) for title in rounds[0]}
    figures = [Figure(name=title, value=cost, unit="ms") for title, cost in costs.items()]
    pairs = [(_title(count), _title(_STORED[0])) for count in _STORED[1:]]
    pairs += [(_length(_LENGTHS[1]), _length(_LENGTHS[0]))]
    return figures + [
        Figure(
            name=f"{title}, against {base.removeprefix('a conversation of ').split(' ')[0]}",
            value=_increase(costs[title], costs[base]),
            unit="%",
            most=_MOST,
        )
        for title, base in pairs
    ]


def _increase(value: float | None, base: float | None) -> float | None:
    return (value / base - 1) * 100 if value is not None and base else None
