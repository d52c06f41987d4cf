"""A real server of ours in front of a real model's server, as clients of OpenAI's reach it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai

from tests.support.instance import Instance
from tests.support.model_server import ModelServer
from tests.support.restartable import Restartable, restartable

PATIENCE = 20.0


@dataclass(frozen=True)
class Site:
    """A model, and what clients are told to reach us."""

    model: ModelServer
    server: Restartable
    token: str
    folder: Path

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL is for clients of ours."""
        return f"http://127.0.0.1:{self.server.port}/v1"

    def client(self, **options: Any) -> openai.OpenAI:
        """The client as everybody makes it."""
        given: dict[str, Any] = {"base_url": self.base_url, "api_key": self.token}
        given |= {"timeout": PATIENCE, "max_retries": 0}
        return openai.OpenAI(**(given | options))

    def newest(self) -> str:
        """The text of the newest answer that is stored."""
        query = (
            "SELECT text FROM messages WHERE role = 'assistant' ORDER BY created_at DESC LIMIT 1"
        )
        with closing(sqlite3.connect(self.folder / "chatapp.db")) as database:
            ((text,),) = database.execute(query).fetchall()
            return str(text)


@contextmanager
def v1_site(
    folder: Path, settings: Mapping[str, str] | None = None, *options: str
) -> Iterator[Site]:
    """A site with these settings beside its own, and these options of gunicorn's."""
    with ModelServer() as model:
        shared = {"CHATAPP_MODEL": "m", "OPENAI_BASE_URL": model.base_url}
        instance = Instance(folder, shared | dict(settings or {}))
        with restartable(instance.gunicorn(1, *options)) as server:
            yield Site(model, server, instance.token, folder)
