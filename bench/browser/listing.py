"""The list of somebody who has many conversations: how long the server takes for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import quote

from bench import machine, seed
from bench.browser import stored
from bench.browser.stage import Stage
from bench.rows.base import Figure, Found
from tests.support import databases
from tests.support.instance import Instance
from tests.support.processes import started

_EACH = 10
"""Messages of a conversation."""

_RARE, _EVERY, _COMMON, _ABSENT = "zephyranthes", 10_000, "handbook", "quixotry"
_ASKED = {
    "the list": "",
    "a word of all messages": _COMMON,
    "a word of five": _RARE,
    "a word of none": _ABSENT,
}


class Listing:
    """5,000 conversations of ten messages, in each database."""

    name = "listing"
    title = "the list of 5,000 conversations, 50,000 messages"

    def measure(self, stage: Stage) -> Found:
        """The list, and what is found in it."""
        folder = stage.instance.folder / "listing"
        figures = list(_figures(stage, folder / "sqlite", None))
        if not machine.has_postgres():
            return Found(figures, notes=["left out: PostgreSQL is not installed (postgresql)"])
        return Found([*figures, *_figures(stage, folder / "postgresql", folder / "server")])


def _figures(stage: Stage, folder: Path, server: Path | None) -> Iterator[Figure]:
    folder.mkdir(parents=True)
    with databases.postgres(server) if server else nullcontext("") as url:
        instance = Instance(folder, {"DATABASE_URL": url} if url else {})
        seed.conversations(seed.database_of(instance), stage.size.listed, _EACH)
        stored.rename_some(seed.database_of(instance), _RARE, _EVERY)
        with started(instance.gunicorn()) as program:
            for name, query in _ASKED.items():
                took = _took(program.port, instance.headers, query, 1 + 2 * stage.size.openings)
                where = "PostgreSQL" if url else "SQLite"
                yield Figure(name=f"{where}: {name}", value=took, unit="ms")


def _took(port: int, headers: Mapping[str, str], query: str, times: int) -> float:
    """Milliseconds of the middle one."""
    found = []
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for _ in range(times):
            begun = perf_counter()
            connection.request("GET", f"/api/conversations?query={quote(query)}", headers=headers)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(f"the list says {response.status}")
            found.append((perf_counter() - begun) * 1000)
    return median(found)
