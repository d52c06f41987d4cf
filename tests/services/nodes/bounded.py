"""Doing what takes its time, but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from tests.support.loops import run_in_thread

T = TypeVar("T")

PATIENCE = 60.0


def run(work: Awaitable[T]) -> T:
    """Does it; fails where it takes for ever."""

    async def bounded() -> T:
        return await asyncio.wait_for(work, PATIENCE)

    return run_in_thread(bounded())
