"""Whether greenlets serve here, as under gunicorn, or threads, as in a development server."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Lock, Thread
from typing import TypeVar

T = TypeVar("T")


def in_use() -> bool:
    """Whether gevent has patched the standard library; it does so before anything else runs."""
    monkey = sys.modules.get("gevent.monkey")
    return bool(monkey and monkey.is_module_patched("threading"))


def brief_lock() -> Lock:
    """A lock for sections in which nothing waits.

    It is the system's own, also where gevent has put another in its place, which costs several
    times as much.
    """
    if in_use():
        made: Lock = sys.modules["gevent.monkey"].get_original("threading", "Lock")()
        return made
    return Lock()


def begin(work: Callable[[], object], name: str) -> None:
    """Runs `work` beside all else, in a greenlet or in a thread that ends with the process.

    Raises `RuntimeError` where no thread can be started. A `Thread` under gevent is a greenlet,
    too, but one that is waited for until it has begun.
    """
    if in_use():
        sys.modules["gevent"].spawn(work)
    else:
        Thread(target=work, daemon=True, name=name).start()


def give_way() -> None:
    """Lets greenlets that are ready run first; threads need no asking."""
    if in_use():
        sys.modules["gevent"].sleep(0)


def offload(work: Callable[[], T]) -> T:
    """Runs what keeps a processor busy in gevent's thread pool where greenlets serve, else here.

    It must not raise: gevent prints what is raised in its pool.
    """
    if in_use():
        return sys.modules["gevent"].get_hub().threadpool.apply(work)  # type: ignore[no-any-return]
    return work()
