"""Work that keeps a processor busy, away from the greenlets that serve streams."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from chatapp import greenlets

T = TypeVar("T")


def offload(work: Callable[[], T]) -> T:
    """Runs `work` in gevent's thread pool where greenlets serve, else here. It must not raise:
    gevent prints what is raised in its pool."""
    if greenlets.in_use():
        return sys.modules["gevent"].get_hub().threadpool.apply(work)  # type: ignore[no-any-return]
    return work()
