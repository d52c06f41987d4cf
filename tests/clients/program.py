"""A client as a running program: questions in, what it hears out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any

from tests.support.instance import ROOT

HERE = Path(__file__).parent
PYTHON = HERE / "python" / ".venv" / "bin" / "python"
NODE_MODULES = HERE / "node" / "node_modules"
BROWSER = "browser/"
"""What the names of scripts begin with that run in a page."""

START = 60.0
"""Seconds that a client may take to load what it needs."""

QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # it would fetch a list of prices
    "LITELLM_LOG": "CRITICAL",
    "AI_SDK_LOG_WARNINGS": "false",
    "NODE_NO_WARNINGS": "1",
}


@dataclass(frozen=True)
class Ended:
    """How an answer ended for the client: `end`, `error`, `stopped`, or `silence` where it did
    not; and the error's words."""

    how: str
    words: str = ""


class Client:
    """A running client."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._heard: Queue[dict[str, Any] | None] = Queue()
        assert process.stdout
        Thread(target=self._listen, args=(process.stdout,), daemon=True).start()

    def wait_until_ready(self) -> None:
        """Returns once it has loaded what it needs. Raises `RuntimeError`."""
        self._next(START)

    def ask(self, question: str, *, stop: bool = False) -> None:
        """Lets it ask; with `stop` it stops after the first words."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"question": question, "stop": stop}) + "\n")
        self._process.stdin.flush()

    def hear(self, patience: float) -> str | Ended:
        """The next words, or how it ended; `silence` after so many seconds."""
        try:
            told = self._next(patience)
        except Empty:
            return Ended("silence")
        if "delta" in told:
            return str(told["delta"])
        return Ended(told["done"], told.get("words", ""))

    def _listen(self, lines: IO[str]) -> None:
        for line in lines:
            if line.startswith("{"):  # some libraries print advice
                self._heard.put(json.loads(line))
        self._heard.put(None)

    def _next(self, patience: float) -> dict[str, Any]:
        told = self._heard.get(timeout=patience)
        if told is None:
            raise RuntimeError("the client has ended")
        return told


@contextmanager
def running(script: str, folder: Path, env: Mapping[str, str]) -> Iterator[Client]:
    """The client, for as long as the block lasts; its notes go to `folder`."""
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    own |= {"PYTHONPATH": str(ROOT), "LLM_USER_PATH": str(folder / "llm"), **QUIET, **env}
    with (folder / "client.log").open("w") as log:
        process = subprocess.Popen(
            command(script),
            cwd=folder,
            env=own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        try:
            client = Client(process)
            client.wait_until_ready()
            yield client
        finally:
            process.kill()


def command(script: str) -> Sequence[str]:
    """How a client is started."""
    if script.startswith(BROWSER):
        return [sys.executable, "-m", "tests.clients.browser", script.removeprefix(BROWSER)]
    if script.endswith(".js"):
        return ["node", str(HERE / "node" / script)]
    return [str(PYTHON), "-m", f"tests.clients.python.{script.removesuffix('.py')}"]
