"""Asking a part whether it is well, without waiting for one that says nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import TypeAlias

log = logging.getLogger(__name__)

Parts: TypeAlias = dict[str, str]
"""The names of parts, each with `OK` or with words on what is wrong."""

OK = "ok"


class Probe:
    """A check that runs at most once at a time: one that hangs does not pile up.

    `name` is the part that is blamed where the check itself fails.
    """

    def __init__(self, name: str, check: Callable[[], Parts]) -> None:
        self.name = name
        self._check = check
        self._asked: Future[Parts] | None = None
        self._lock = Lock()

    def ask(self) -> Future[Parts]:
        """What the check will say; who asks while it runs gets the same."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                Thread(target=self._answer, args=(self._asked,), daemon=True).start()
            return self._asked

    def _answer(self, asked: Future[Parts]) -> None:
        try:
            asked.set_result(self._check())
        except Exception:
            log.exception("the check of the part %s failed", self.name)
            asked.set_result({self.name: "cannot be checked"})
