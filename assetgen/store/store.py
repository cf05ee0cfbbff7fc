"""The store of one cache folder: blobs and index together, recovered when opened.

    <cache>/blobs/ab/abcd...   <cache>/tmp/   <cache>/quarantine/   see blobs.py
    <cache>/index.db           disposable, see index.py
    <cache>/locks/00 .. ff     held while a set is being published; the system frees them when a process dies

Any number of processes may open the same cache on one host, and it may be deleted at any time: no published
file is lost, only the time to make them again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from assetgen.settings import Durability
from assetgen.store.blobs import Blobs
from assetgen.store.index import Index
from assetgen.store.publish import recover
from assetgen.store.shelves import Shelves


class Store(Shelves):
    """An open cache; use it in a `with` block, or close it."""

    @classmethod
    def open(cls, cache_dir: Path, *, durability: Durability = Durability.FULL) -> Store:
        """Open a cache, making it when missing, and finish what dead publishers left half done.

        Raises:
            StoreError: the folder cannot be used, or lies on a network file system.
        """
        root = cache_dir.absolute()
        blobs = Blobs(root, durability=durability)
        store = cls(blobs, Index(root / "index.db", durability=durability), durability=durability)
        try:
            recover(store)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close the index; a second call does nothing."""
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def record(self, key: str, value: object, *, blobs: Iterable[str] = (), refresh: bool = False) -> None:
        """Remember a step's result, once all the blobs it needs are here.

        Args:
            key: the action's key.
            value: plain JSON, such as a manifest's document.
            blobs: sha256 of every blob that the value refers to.
            refresh: replace an older result; otherwise the first writer wins.

        Raises:
            StoreError: a blob is missing, so the result would be a lie.
        """
        needed = tuple(blobs)
        for sha in needed:
            self.blobs.size(sha)
        self.index.put_action(key, value, blobs=needed, refresh=refresh)

    def find(self, key: str) -> object | None:
        """Return a step's result, or None when it is unknown or one of its blobs is gone."""
        found = self.index.action(key)
        if found is None:
            return None
        value, blobs = found
        if all(self.blobs.has(sha) for sha in blobs):
            return value
        self.index.forget_action(key)  # so that the remade result can be recorded
        return None
