"""Whether greenlets serve here, as under gunicorn, or threads, as in a development server."""

from __future__ import annotations

import sys
from threading import Lock


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
