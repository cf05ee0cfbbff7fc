"""A lock between processes that the operating system lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Generator
from pathlib import Path

_PAUSE_S = 0.02


@contextlib.contextmanager
def held(path: Path, *, timeout_s: float) -> Generator[bool]:
    """Hold the lock of a file for the length of the block; yields False when others held it all the time."""
    # Opened for appending and never removed: a lock on a file that was replaced would exclude nobody.
    with path.open("ab") as file:
        deadline = time.monotonic() + timeout_s
        while not (is_ours := _try_lock(file.fileno())) and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
        try:
            yield is_ours
        finally:
            if is_ours:
                _unlock(file.fileno())


if os.name == "nt":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
