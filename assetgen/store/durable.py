"""Writing a new file whole, flushing it and its folder, and saying in plain words why the disk refused."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from assetgen.errors import StoreError
from assetgen.settings import Durability
from assetgen.store import fault

_PIECE_BYTES: Final = 1 << 16
_CREATE: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_ADVICE: Final = {
    errno.ENOSPC: "the disk is full; free some space and bake again",
    errno.EDQUOT: "the disk quota is used up; free some space and bake again",
    errno.EIO: "the disk reported a read or write error; check it before baking again",
    errno.EROFS: "the disk is mounted read-only; choose another folder",
    errno.EACCES: "access was denied; check the permissions, and close programs that have it open",
    errno.EPERM: "access was denied; check the permissions, and close programs that have it open",
    errno.EMFILE: "too many files are open; lower the number of jobs",
    errno.ENOTDIR: "a file stands where a folder is needed; move it away",
}


@contextmanager
def disk_errors(action: str, path: Path) -> Generator[None, None, None]:
    """Turn an OSError inside the block into a StoreError: `cannot write PATH: the disk is full; free ...`."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, error.strerror or str(error))
        raise StoreError(f"cannot {action} {path}: {advice}.") from error


def create(path: Path, *, mode: int = 0o666) -> int:
    """Open a file that must not exist yet, for writing; return its descriptor."""
    return os.open(path, _CREATE, mode)


def write_all(descriptor: int, data: bytes, *, durability: Durability, point: str) -> None:
    """Write all bytes in pieces, then flush them to the disk if `durability` asks for it.

    Args:
        descriptor: an open file at its start.
        data: its content.
        durability: FULL returns only when the bytes are on the disk.
        point: prefix of the fault points passed on the way.
    """
    fault.reach(f"{point}.opened")
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest[:_PIECE_BYTES]) :]
        fault.reach(f"{point}.writing")
    if durability is Durability.FULL:
        os.fsync(descriptor)


def sync_folder(folder: Path, *, durability: Durability) -> None:
    """Flush a folder's entries, so that a rename in it survives a power cut. Windows has no such call."""
    if durability is not Durability.FULL or os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folders(folder: Path, *, durability: Durability) -> None:
    """Make a folder and its missing parents, each entry as durable as the files to come."""
    missing = [folder]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for path in reversed(missing):
        with suppress(FileExistsError):
            path.mkdir()
            sync_folder(path.parent, durability=durability)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def discard(path: Path) -> None:
    """Remove a file if it is there and can be removed, read-only or not; never raises."""
    with suppress(OSError):
        try:
            path.unlink()
        except PermissionError:  # Windows does not remove a read-only file
            path.chmod(stat.S_IWRITE | stat.S_IREAD)
            path.unlink()
