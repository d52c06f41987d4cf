"""Which disks are network disks."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatapp.doctor.disk import network_type

MOUNTS = r"""
overlay / overlay rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/sda1 /home/ann/fast ext4 rw 0 0
//nas/share /mnt/my\040share cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/chatapp", None),
        ("/home/ann", "nfs4"),
        ("/home/ann/fast/chatapp", None),
        ("/homeward", None),
        ("/mnt/my share/chatapp", "cifs"),
    ],
)
def test_the_nearest_mount_decides(tmp_path: Path, folder: str, kind: str | None) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS.lstrip())
    assert network_type(Path(folder), mounts) == kind


def test_a_system_that_does_not_tell_has_no_network_disks(tmp_path: Path) -> None:
    assert network_type(Path("/home"), tmp_path / "nowhere") is None
