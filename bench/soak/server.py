"""The server that is watched: one worker on one core, SQLite, and a model that fails at times."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine

from bench.machine import Cores, pinned
from bench.script import Behaviour
from bench.soak.model import FAULTY
from bench.soak.visits import sign_in
from chatapp.models import Database
from tests.support.door import Door
from tests.support.instance import EMAIL, ROOT, Instance
from tests.support.processes import Command, Program, started
from tests.support.site import make_person

MODELS = (Behaviour(25, 50), Behaviour(25, 150), Behaviour(25, 300))
"""What models say: two, six, and twelve seconds of words."""

PEOPLE = 20
"""Accounts; the people share them."""

DOCUMENTS = ROOT / "bench" / "retrieval" / "documents" / "en"
SILENCE = 5
"""Seconds after which a model that says nothing is given up."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, its accounts, and the cookie of the first, who has documents.

    `census` is where the worker writes its greenlets.
    """

    program: Program
    doors: list[Door]
    cookie: str
    models: tuple[Behaviour, ...]
    database: Path
    census: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.program.port

    @property
    def worker(self) -> int:
        """The process of its only worker."""
        (worker,) = self.program.children()
        return worker

    @property
    def log(self) -> str:
        """What it wrote."""
        return self.program.log


@contextmanager
def serving(folder: Path, cores: Cores, models: tuple[Behaviour, ...] = MODELS) -> Iterator[Server]:
    """A server with people and documents in it, which offers these models beside the faulty."""
    with started(_model(folder)) as model:
        census = folder / "census"
        instance = Instance(folder, _settings(model, models) | {"SOAK_CENSUS": str(census)})
        password = secrets.token_hex()
        instance.flask("users", "password", EMAIL, "--password-stdin", stdin=password)
        instance.flask("documents", "add", EMAIL, str(DOCUMENTS))
        database = folder / "chatapp.db"
        tokens = [instance.token, *_people(database)]
        with pinned(cores.server):
            conf = str(Path(__file__).with_name("gunicorn.conf.py"))
            serving = started(instance.gunicorn(1, "-c", conf))
        with serving as program:
            doors = [Door(program.port, {"Authorization": f"Bearer {each}"}) for each in tokens]
            cookie = asyncio.run(sign_in(program.port, EMAIL, password))
            yield Server(program, doors, cookie, models, database, census)


def _model(folder: Path) -> Command:
    def argv(port: int) -> list[str]:
        return [sys.executable, "-m", "bench.soak.model", str(port)]

    return Command(argv, log=folder / "model.log", cwd=ROOT)


def _settings(model: Program, models: tuple[Behaviour, ...]) -> dict[str, str]:
    """Everything on; the limits per person are out of the way, and silence is not borne long."""
    names = [behaviour.model for behaviour in models]
    return {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1",
        "OPENAI_API_KEY": "none",
        "CHATAPP_MODEL": names[0],
        "CHATAPP_MODELS": ",".join([*names, *FAULTY]),
        "CHATAPP_MAX_STREAMS_PER_USER": "100000",
        "CHATAPP_RATE_LIMIT": "1000000/minute",
        "CHATAPP_FIRST_TOKEN_TIMEOUT": str(SILENCE),
    }


def _people(path: Path) -> list[str]:
    """The tokens of new people."""
    database = Database(create_engine(f"sqlite:///{path}"))
    try:
        return [make_person(database) for _ in range(PEOPLE - 1)]
    finally:
        database.dispose()
