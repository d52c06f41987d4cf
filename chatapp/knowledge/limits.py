"""How much reading a file may take."""

from __future__ import annotations

import msgspec

MEGABYTE = 1_000_000


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a process that reads files may take, for each file or for itself."""

    memory: int = 768 * MEGABYTE
    """Bytes of address space, the interpreter's own 60 MB among them."""

    cpu_seconds: int = 60
    """Seconds of computing for one file."""

    wall_seconds: float = 300.0
    """Seconds until one file has to be read, however busy the machine is."""

    text: int = 10 * MEGABYTE
    """Characters that the text of a file may have."""

    reply: int = 200 * MEGABYTE
    """Bytes that may come back for one file."""

    descriptors: int = 64
    """Files that may be open at once."""

    files: int = 500
    """Files after which a new process takes over."""

    grown: int = 300 * MEGABYTE
    """Bytes of memory from which on a process makes way for a new one after its file."""

    idle_seconds: float = 60.0
    """Seconds after which a process without work ends itself."""
