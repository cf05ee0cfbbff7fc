"""The rows of the index as values: a prompt file seen before, and a set that was published."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from assetgen.errors import PathRefused
from assetgen.store.manifest import Manifest

RACY_NS: Final = 2_000_000_000
"""The coarsest time stamp of a common file system (FAT). A file hashed within this time of its last change
could change again without a new stamp, so its hash is taken once more the next time."""

_INODE_MASK: Final = (1 << 63) - 1  # SQLite integers are signed; Windows file numbers are not


class State(Enum):
    """How far a publication has come."""

    PENDING = "pending"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A prompt file as it was when it was last read.

    Args:
        path: absolute, forward slashes.
        size: in bytes.
        mtime_ns: time of its last change.
        inode: the file system's number for it.
        sha256: of its bytes.
        document: what it parsed to, as JSON.
        recorded_ns: when the row was written; 0 in a value that is yet to be recorded.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    sha256: str
    document: str
    recorded_ns: int = 0

    @classmethod
    def of(cls, path: Path, status: os.stat_result, *, sha256: str, document: str) -> SourceFile:
        """Return the record of a file, given its stat from before it was read."""
        return cls(
            path=path_key(path),
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            inode=status.st_ino & _INODE_MASK,
            sha256=sha256,
            document=document,
        )

    def matches(self, status: os.stat_result) -> bool:
        """Tell whether the file is certainly unchanged, so that neither reading nor hashing is needed."""
        seen = (status.st_size, status.st_mtime_ns, status.st_ino & _INODE_MASK)
        is_same = seen == (self.size, self.mtime_ns, self.inode)
        return is_same and self.recorded_ns - self.mtime_ns >= RACY_NS


@dataclass(frozen=True, slots=True)
class FileStat:
    """Size and time of a published file, enough to see later that nobody touched it."""

    path: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, relative: str, status: os.stat_result) -> FileStat:
        """Return the record of one file."""
        return cls(relative, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A published or half-published set.

    Args:
        folder: absolute, forward slashes.
        name: the manifest's file name.
        asset: the asset's id.
        target: the engine's name.
        full_key: of the revision in `manifest`.
        state: PENDING from the journal entry until everything is in place.
        manifest_json: the bytes of the manifest file.
        owned: path -> hashes of what assetgen may have put there before this revision; empty once done.
        stats: the files and the manifest as they were left; empty while pending.
    """

    folder: str
    name: str
    asset: str
    target: str
    full_key: str
    state: State
    manifest_json: bytes
    owned: Mapping[str, frozenset[str]]
    stats: tuple[FileStat, ...]

    def manifest(self) -> Manifest:
        """Return the manifest, parsed.

        Raises:
            FormatError: the row is damaged.
        """
        return Manifest.from_json(self.manifest_json)

    def is_untouched(self) -> bool:
        """Tell by stat alone whether every file still lies as it was left."""
        if self.state is not State.DONE or not self.stats:
            return False
        for file in self.stats:
            try:
                # os.stat on a joined string: a bake asks this for every file of the project.
                status = os.stat(f"{self.folder}/{file.path}")  # noqa: PTH116
            except OSError:
                return False
            if status.st_size != file.size or status.st_mtime_ns != file.mtime_ns:
                return False
        return True


def path_key(path: Path) -> str:
    """Return a path as the index spells it: absolute, links resolved in its folder, forward slashes.

    Raises:
        PathRefused: its name is not Unicode.
    """
    text = path.resolve().as_posix()
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PathRefused(f"the path {text!r} is not Unicode; rename the folder or file.") from None
    return text
