"""The settings of chatapp, and a worker that counts what it holds when it is told SIGUSR2."""

from __future__ import annotations

import gc
import os
import runpy
import signal
from collections import Counter
from pathlib import Path
from typing import Any

_OURS = runpy.run_path(str(Path(__file__).parents[2] / "gunicorn.conf.py"))  # patches first of all
globals().update({name: value for name, value in _OURS.items() if not name.startswith("_")})

import gevent  # noqa: E402
from greenlet import greenlet  # noqa: E402

_CENSUS = Path(os.environ["SOAK_CENSUS"])


def post_worker_init(worker: Any) -> None:
    """Has the worker ready to count."""
    _OURS["post_worker_init"](worker)
    gevent.signal_handler(signal.SIGUSR2, _count)


def _count() -> None:
    """Writes the greenlets that live, one a line, by what they run."""
    alive = (each for each in gc.get_objects() if isinstance(each, greenlet) and not each.dead)
    running = Counter(map(_name, alive))
    written = _CENSUS.with_suffix(".new")
    written.write_text("".join(f"{count} {name}\n" for name, count in sorted(running.items())))
    written.rename(_CENSUS)


def _name(each: greenlet) -> str:
    run = getattr(each, "_run", None)
    return getattr(run, "__qualname__", None) or type(each).__qualname__
