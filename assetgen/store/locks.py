"""Locks that the operating system releases when their holder dies, whichever way.

A lock is an open file; nothing is read from it and it need not be removed. There is no stale lock to clean up
after a kill, and no process number that could have been given to somebody else.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from assetgen.errors import StoreError

_POLL_S: Final = 0.02
_BUSY: Final = frozenset([errno.EAGAIN, errno.EACCES, errno.EDEADLK, errno.EWOULDBLOCK])

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _release(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def try_hold(descriptor: int) -> bool:
    """Lock an open file until it is closed; return False when somebody else holds it."""
    try:
        _take(descriptor)
    except OSError:
        return False
    return True


@contextmanager
def exclusive(
    path: Path, *, patience_s: float = 120.0, sleep: Callable[[float], None] = time.sleep
) -> Generator[None, None, None]:
    """Hold the lock of a file, waiting for whoever has it; threads of one process exclude each other too.

    Raises:
        StoreError: the holder kept it longer than `patience_s`, or the file cannot be opened.
    """
    for _ in range(max(1, round(patience_s / _POLL_S))):
        with if_free(path) as is_ours:
            if is_ours:
                yield
                return
        sleep(_POLL_S)
    raise StoreError(f"another process held {path} for {patience_s:g} s; end it and bake again.")


@contextmanager
def if_free(path: Path) -> Generator[bool, None, None]:
    """Yield True and hold the lock when it is free, else yield False at once.

    Raises:
        StoreError: the file cannot be opened or this disk knows no locks.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise StoreError(f"the lock {path} cannot be opened: {error.strerror}.") from error
    try:
        is_ours = _try(descriptor, path)
        try:
            yield is_ours
        finally:
            if is_ours:
                _release(descriptor)
    finally:
        os.close(descriptor)


def _try(descriptor: int, path: Path) -> bool:
    try:
        _take(descriptor)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise StoreError(
            f"{path} cannot be locked ({error.strerror}); move the cache to a local disk."
        ) from error
    return True
