"""What lies in one cache folder: the blobs, the index, and the right to publish a set.

`publish` works on shelves; `Store` is shelves that were opened, recovered and can be asked for results.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from assetgen.settings import Durability
from assetgen.store import locks
from assetgen.store.blobs import Blobs
from assetgen.store.index import Index
from assetgen.store.keys import hash_bytes
from assetgen.store.records import path_key


class Shelves:
    """Blobs and index of one cache.

    Args:
        blobs: the bytes.
        index: the rows.
        durability: what finished writes have promised about a power cut.
    """

    def __init__(self, blobs: Blobs, index: Index, *, durability: Durability) -> None:
        self.blobs = blobs
        self.index = index
        self.durability = durability

    def set_lock(self, folder: Path, name: str) -> AbstractContextManager[None]:
        """Hold the right to publish the set whose manifest is folder / name, waiting for whoever has it."""
        return locks.exclusive(self._lock_path(folder, name))

    @contextmanager
    def set_lock_if_free(self, folder: Path, name: str) -> Generator[bool, None, None]:
        """Yield True and hold the right to publish a set when nobody else has it, else yield False."""
        with locks.if_free(self._lock_path(folder, name)) as is_ours:
            yield is_ours

    def _lock_path(self, folder: Path, name: str) -> Path:
        # 256 lock files that are never removed; two sets that share one merely wait for each other.
        digest = hash_bytes(f"{path_key(folder)}/{name}".encode())
        return self.blobs.root / "locks" / digest[:2]
