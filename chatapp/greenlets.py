"""Whether greenlets serve here, as under gunicorn, or threads, as in a development server."""

from __future__ import annotations

import sys


def in_use() -> bool:
    """Whether gevent has patched the standard library; it does so before anything else runs."""
    monkey = sys.modules.get("gevent.monkey")
    return bool(monkey and monkey.is_module_patched("threading"))
