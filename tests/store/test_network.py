from __future__ import annotations

from pathlib import Path

import pytest

from assetgen.store.network import NETWORK_TYPES, is_network, mount_type

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local xfs rw 0 0
//nas/share /mnt/big\\040share cifs rw 0 0
tmpfs /over tmpfs rw 0 0
server:/x /over nfs rw 0 0
odd
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/cache", "ext4"),
        ("/home/me", "nfs4"),
        ("/homeland", "ext4"),
        ("/home/local/x", "xfs"),
        ("/mnt/big share/cache", "cifs"),
        ("/over/a", "nfs"),
    ],
)
def test_the_longest_and_latest_mount_decides(folder: str, kind: str) -> None:
    assert mount_type(folder, MOUNTS) == kind


def test_a_local_folder_is_not_on_the_network(tmp_path: Path) -> None:
    assert not is_network(tmp_path)
    assert "ext4" not in NETWORK_TYPES
