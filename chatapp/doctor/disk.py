"""Disks: whether a folder is on this machine's own."""

from __future__ import annotations

from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
NETWORK = frozenset(
    ("9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "lustre", "nfs", "nfs4", "smb3")
)


def network_type(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The type of the network disk that holds a folder; None for others, and where the system
    does not tell. `mounts` is in the form of proc(5): device, place, type and more on each line.
    """
    if not mounts.is_file():
        return None
    best, kind = Path("/"), ""
    for line in mounts.read_text().splitlines():
        _, place, found, *_ = line.split(" ")
        mounted = Path(place.replace("\\040", " "))
        if folder.is_relative_to(mounted) and mounted.is_relative_to(best):
            best, kind = mounted, found
    return kind if kind in NETWORK else None
