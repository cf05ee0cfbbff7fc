"""Content-addressed bytes: each blob is an immutable read-only file named by the sha256 of what it holds.

    <root>/blobs/ab/abcd...        mode 0444, appears complete or not at all, never changes
    <root>/tmp/<pid>-<random>      being written; locked by its writer, so a dead writer's file is known
    <root>/quarantine/<sha>-<n>    was found not to match its name

A blob is never hard-linked into a project: an editor that writes in place would change it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from assetgen.errors import StoreError
from assetgen.settings import Durability
from assetgen.store import fault, locks
from assetgen.store.durable import create, discard, disk_errors, make_folders, sync_folder, write_all
from assetgen.store.keys import hash_bytes, hash_file, is_hash

_READ_ONLY: Final = 0o444
_TRIES: Final = 3


class Blobs:
    """The blobs below one folder; any number of processes may use the same folder at once.

    Args:
        root: the cache folder; made when it is missing.
        durability: what a returned `put` has promised about a power cut.

    Raises:
        StoreError: the folder cannot be made or read.
    """

    def __init__(self, root: Path, *, durability: Durability = Durability.FULL) -> None:
        self.root = root
        self.durability = durability
        self._temp = root / "tmp"
        with disk_errors("open the cache", root):
            make_folders(root / "blobs", durability=durability)
            make_folders(self._temp, durability=durability)
            self._remove_stale()

    def put(self, data: bytes) -> str:
        """Keep bytes and return their sha256. Bytes that are here already are checked, and healed if damaged.

        Raises:
            StoreError: the disk refused; no temp file stays behind.
        """
        sha = hash_bytes(data)
        path = self.path(sha)
        with disk_errors("write the blob", path):
            if self._is_whole(path, sha):
                return sha
            # Somebody may delete the cache while we write, or take our file for a dead writer's in the
            # instant between closing and naming it.
            for remaining in reversed(range(_TRIES)):
                try:
                    self._write(data, path)
                except FileNotFoundError:
                    if not remaining:
                        raise
                else:
                    break
        return sha

    def get(self, sha: str) -> bytes:
        """Return a blob's bytes, verified.

        Raises:
            StoreError: there is no such blob, or it did not match its name and was moved to quarantine.
        """
        path = self.path(sha)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise StoreError(f"the blob {sha} is not in the cache; bake again to remake it.") from None
        except OSError as error:
            raise StoreError(f"cannot read the blob {path}: {error.strerror}.") from error
        if hash_bytes(data) != sha:
            kept = self._quarantine(path, sha)
            raise StoreError(f"the blob {sha} was damaged and now lies in {kept}; bake again to remake it.")
        return data

    def find(self, sha: str) -> bytes | None:
        """Return a blob's verified bytes, or None when it is missing or damaged."""
        try:
            return self.get(sha)
        except StoreError:
            return None

    def path(self, sha: str) -> Path:
        """Return where a blob lies, whether it exists or not.

        Raises:
            StoreError: this is not a sha256 in lower-case hex.
        """
        if not is_hash(sha):
            raise StoreError(f"{sha!r} is not a sha256 in lower-case hex, so it names no blob.")
        return self.root / "blobs" / sha[:2] / sha

    def has(self, sha: str) -> bool:
        """Tell whether a blob of this name exists; its bytes are checked when they are read."""
        return self.path(sha).is_file()

    def size(self, sha: str) -> int:
        """Return a blob's length in bytes.

        Raises:
            StoreError: there is no such blob.
        """
        try:
            return self.path(sha).stat().st_size
        except OSError:
            raise StoreError(f"the blob {sha} is not in the cache; bake again to remake it.") from None

    def verify(self) -> tuple[str, ...]:
        """Read every blob, move the damaged ones to quarantine and return their names."""
        damaged: list[str] = []
        for path in self._all():
            with disk_errors("verify the blob", path):
                if not self._is_whole(path, path.name):
                    damaged.append(path.name)
        return tuple(damaged)

    def _all(self) -> Iterator[Path]:
        for path in sorted((self.root / "blobs").glob("??/*")):
            if is_hash(path.name):
                yield path

    def _is_whole(self, path: Path, sha: str) -> bool:
        if not path.is_file():
            return False
        if hash_file(path) == sha:
            return True
        self._quarantine(path, sha)
        return False

    def _write(self, data: bytes, path: Path) -> None:
        make_folders(path.parent, durability=self.durability)
        make_folders(self._temp, durability=self.durability)
        temp = self._temp / f"{os.getpid()}-{secrets.token_hex(8)}"
        descriptor = create(temp)
        try:
            try:
                locks.try_hold(descriptor)
                write_all(descriptor, data, durability=self.durability, point="blob")
            finally:
                os.close(descriptor)
            temp.chmod(_READ_ONLY)
            fault.reach("blob.written")
            self._name(temp, path)
        finally:
            discard(temp)
        sync_folder(path.parent, durability=self.durability)

    def _name(self, temp: Path, path: Path) -> None:
        try:
            temp.replace(path)
        except PermissionError:
            # Windows does not replace a read-only file: another process was quicker with the same bytes.
            if not self._is_whole(path, path.name):
                raise
        fault.reach("blob.named")

    def _quarantine(self, path: Path, sha: str) -> Path:
        kept = self.root / "quarantine" / f"{sha}-{secrets.token_hex(4)}"
        with disk_errors("move the damaged blob to", kept):
            make_folders(kept.parent, durability=self.durability)
            with suppress(FileNotFoundError):  # another process was quicker
                path.replace(kept)
        return kept

    def _remove_stale(self) -> None:
        for path in self._temp.iterdir():
            if not _is_being_written(path):
                discard(path)


def _is_being_written(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not locks.try_hold(descriptor)
    finally:
        os.close(descriptor)
