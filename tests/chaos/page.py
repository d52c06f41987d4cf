"""The tables: as text, as JSON, and in the page for those who host."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.chaos.times import DEATHS, STOPS
from tests.support.instance import ROOT

PAGE = ROOT / "docs" / "reliability.md"
FIGURES = ROOT / "docs" / "reliability.json"

CHAOS = {
    "seed": "seed",
    "backend": "over",
    "answers": "answers",
    "faults": "faults",
    "readers": "readers",
    "reconnects": "times that readers came back",
    "complete": "answers that ended as `complete`",
    "failed": "as `failed`: the model was cut off",
    "stopped": "as `stopped`: a person asked for it",
    "interrupted": "as `interrupted`: their worker was killed",
    "doubled": "**readers told something twice**",
    "missing": "**readers that lack something**",
    "hung": "**readers that heard no end**",
    "wrong": "**anything else that is wrong**",
    "taken_back": "most that a reader had to take back, in characters",
    "lost_seconds": "the time that the model took to say it, in seconds",
    "seconds": "length of the run, in seconds",
}

TIMES = {
    "backend": "over",
    "told_median": "a stop until the reader is told: median",
    "told_max": f"longest of {STOPS}",
    "left_median": "a stop until the line to the model is closed: median",
    "left_max": f"longest of {STOPS}",
    "word_median": "a word until it is read at the other node: median",
    "word_p99": "99 of 100 words within",
    "interrupted_median": "a killed worker until its answer is `interrupted`: median",
    "interrupted_max": f"longest of {DEATHS}",
}

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "redis": "PostgreSQL and Redis"}


def table(rows: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    """A column for each row of figures, a line for each figure."""
    cells = [
        [words[name], *(str(NAMES.get(row[name], row[name])) for row in rows)] for name in words
    ]
    lines = [f"| {' | '.join(line)} |" for line in cells]
    lines.insert(1, "|" + "---|" * (len(rows) + 1))
    return "\n".join(lines)


def kinds(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the faults were."""
    names = sorted({kind for row in rows for kind in row["kinds"]})
    done = [f"{sum(row['kinds'].get(name, 0) for row in rows)} {name}" for name in names]
    return f"The faults were {', '.join(done[:-1])}, and {done[-1]}."


def keep(name: str, rows: list[dict[str, Any]], text: str) -> None:
    """Writes figures as JSON, and their text into the page, between its marks."""
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    FIGURES.write_text(json.dumps(figures | {name: rows}, indent=2) + "\n")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = PAGE.read_text().partition(begin)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}")
