"""Which connections a server holds, as Linux tells it."""

from __future__ import annotations

from pathlib import Path

from tests.support.processes import Program


def inodes_of(port: int, peer: int) -> set[str]:
    """The sockets that serve a peer, as Linux numbers them."""
    wanted = (f"0100007F:{port:04X}", f"0100007F:{peer:04X}")
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = (line.split() for line in lines)
    return {each[9] for each in fields if (each[1], each[2]) == wanted}


def open_sockets(server: Program) -> set[str]:
    """The sockets that the workers of a server hold."""
    held: set[str] = set()
    for worker in server.children():
        for name in Path(f"/proc/{worker}/fd").iterdir():
            target = str(name.readlink()) if name.is_symlink() else ""
            held.add(target.removeprefix("socket:[").removesuffix("]"))
    return held
