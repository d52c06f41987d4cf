"""What a process takes from itself before it opens the files of others."""

from __future__ import annotations

import logging
import os
import resource
import select
import sys
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Any

from chatapp.knowledge.limits import Limits

FORBIDDEN = frozenset(
    {
        *("socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"),
        *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn"),
        *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod"),
        *("os.kill", "urllib.Request", "webbrowser.open", "ctypes.dlopen"),
    }
)
"""What no reading of a file needs; see https://docs.python.org/3/library/audit_events.html"""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def confine(limits: Limits) -> None:
    """Takes memory, files, the network, other processes and most of the processor away.

    Modules that are imported later can still be read. What is taken cannot be had back by the
    libraries that read files; against native code only the limits of the system stand.
    """
    os.nice(10)
    with suppress(OSError):  # not on every system: when memory runs out, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")
    logging.disable()
    warnings.simplefilter("ignore")
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_NOFILE, limits.descriptors),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    sys.addaudithook(_refuse)


def allow_computing(seconds: int) -> None:
    """From now on so many seconds of computing; then the system ends the process by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))


def most_memory() -> int:
    """The most bytes of memory that this process has used so far.

    `ru_maxrss` would not do on Linux: it begins with what the process that started this one used.
    """
    try:
        with open("/proc/self/status", "rb") as status:
            (peak,) = (line for line in status if line.startswith(b"VmHWM:"))
    except FileNotFoundError:  # elsewhere, where it is in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak.split()[1]) * 1024


def end_with(line: socket) -> None:
    """Ends this process as soon as the other end of the line is gone, whatever it is doing."""
    threading.stack_size(256 * 1024)
    threading.Thread(target=_watch, args=(line,), daemon=True).start()


def _watch(line: socket) -> None:
    watched = select.poll()
    watched.register(line, 0)  # a hang-up is always told
    watched.poll()
    os._exit(0)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in FORBIDDEN:
        raise PermissionError(f"{event} while reading a file")
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise PermissionError("writing while reading a file")
