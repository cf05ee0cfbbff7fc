"""Tells whether a folder lies on a network file system, on which SQLite's locks cannot be trusted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

NETWORK_TYPES: Final = frozenset(
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "ceph", "fuse.sshfs", "fuse.glusterfs"]
)
_DRIVE_REMOTE: Final = 4


def is_network(folder: Path) -> bool:
    """Tell whether a folder is known to lie on a network file system; False where that cannot be told."""
    if sys.platform == "win32":
        return _is_remote_drive(folder)
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # no such table on macOS
        return False
    return mount_type(os.path.realpath(folder), mounts) in NETWORK_TYPES


def mount_type(path: str, mounts: str) -> str:
    """Return the file system type at a resolved path, given a Linux mount table; empty when unknown."""
    best, kind = "", ""
    for line in mounts.splitlines():
        columns = line.split(" ")
        if len(columns) < 3:
            continue
        point = columns[1].replace("\\040", " ").rstrip("/")
        # The longest mount point wins, and of two on the same point the later one, which hides the other.
        if len(point) >= len(best) and (path == point or path.startswith(f"{point}/")):
            best, kind = point, columns[2]
    return kind


def _is_remote_drive(folder: Path) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    anchor = folder.resolve().anchor
    return anchor.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(anchor) == _DRIVE_REMOTE
