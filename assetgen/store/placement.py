"""What publishing a set would do to its folder, worked out before anything is touched.

Every path of the new set is one of four things: absent, already right, ours (assetgen put these bytes there)
or foreign (somebody else made or edited the file). Only foreign files stop a publication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assetgen.errors import FormatError, StoreError
from assetgen.specs.paths import collision_key
from assetgen.store.blobs import Blobs
from assetgen.store.durable import disk_errors
from assetgen.store.keys import hash_bytes, hash_file
from assetgen.store.manifest import MAX_MANIFEST_BYTES, Manifest, ManifestFile
from assetgen.store.paths import TEMP_SUFFIX, confined
from assetgen.store.records import FileStat, Publication

Owned = Mapping[str, frozenset[str]]
"""path -> sha256 of every content that assetgen may have left there."""

_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Write:
    """A file to be put in place.

    Args:
        path: relative to the set's folder.
        sha256: of its new bytes.
        seen: what stood there when the plan was made; None when nothing did.
    """

    path: str
    sha256: str
    seen: FileStat | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The plan of one publication.

    Args:
        folder: the set's folder.
        manifest: the new manifest.
        owned: what of ours may stand in the folder.
        kept: files that are right already, and the manifest if it is.
        writes: files to put in place, without the manifest.
        foreign: files in the way that are not ours.
        obsolete: files of ours, still there, that the new set no longer has.
        manifest_stands: whether the manifest on disk is already the new one.
    """

    folder: Path
    manifest: Manifest
    owned: Owned
    kept: tuple[FileStat, ...]
    writes: tuple[Write, ...]
    foreign: tuple[Path, ...]
    obsolete: tuple[str, ...]
    manifest_stands: bool

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing to do."""
        return self.manifest_stands and not self.writes and not self.obsolete


def plan_placement(
    folder: Path, manifest: Manifest, record: Publication | None, *, blobs: Blobs
) -> Placement:
    """Return what publishing `manifest` into `folder` would do.

    Args:
        folder: the set's folder; it need not exist.
        manifest: the new manifest.
        record: the index's row of this set, if it has one.
        blobs: tells bytes that assetgen made from bytes that it did not.

    Raises:
        PathRefused: a file of the set lies behind a link.
        StoreError: the folder cannot be read.
    """
    standing = _read_standing(folder, manifest)
    owned = _owned(manifest, record, standing)
    kept: list[FileStat] = []
    writes: list[Write] = []
    foreign: list[Path] = []
    ours = _by_collision(owned)
    for file in manifest.files:
        seen, sha = _look(folder, file.path)
        if seen and sha == file.sha256:
            kept.append(seen)
            continue
        if seen and not _is_ours(sha, ours.get(collision_key(file.path)), blobs):
            foreign.append(folder / file.path)
        writes.append(Write(file.path, file.sha256, seen))
    seen, sha = _look(folder, manifest.filename)
    stands = sha == hash_bytes(manifest.to_json())
    if seen and stands:
        kept.append(seen)
    elif seen and standing is None:
        foreign.append(folder / manifest.filename)
    return Placement(
        folder=folder,
        manifest=manifest,
        owned=owned,
        kept=tuple(kept),
        writes=tuple(writes),
        foreign=tuple(foreign),
        obsolete=tuple(_obsolete(folder, manifest, owned)),
        manifest_stands=stands,
    )


def still_ours(folder: Path, path: str, *, owned: Owned, blobs: Blobs) -> bool:
    """Tell whether a file that left the set still holds what assetgen put there."""
    seen, sha = _look(folder, path)
    return seen is not None and _is_ours(sha, owned.get(path), blobs)


def look(path: Path, relative: str) -> FileStat | None:
    """Return what stands at a path now, by size and time; None when nothing does."""
    try:
        return FileStat.of(relative, path.lstat())
    except FileNotFoundError:
        return None


def staged_name(path: Path) -> Path:
    """Return where the new content of a file waits, beside it, until it takes the file's place."""
    return path.with_name(f".{path.name}{TEMP_SUFFIX}")


def _read_standing(folder: Path, manifest: Manifest) -> Manifest | None:
    """Return the manifest on disk if it is an earlier one of this very set."""
    path = confined(folder, manifest.filename)
    try:
        with disk_errors("read", path), path.open("rb") as file:
            standing = Manifest.from_json(file.read(MAX_MANIFEST_BYTES + 1))
    except (StoreError, FormatError):
        return None
    return standing if (standing.asset, standing.target) == (manifest.asset, manifest.target) else None


def _owned(manifest: Manifest, record: Publication | None, standing: Manifest | None) -> Owned:
    owned: dict[str, frozenset[str]] = {}
    sources: list[Mapping[str, frozenset[str]]] = [_sets(standing)]
    if record and (record.asset, record.target) == (manifest.asset, manifest.target):
        sources += [record.owned, _sets(_parsed(record))]
    for source in sources:
        for path, hashes in source.items():
            owned[path] = owned.get(path, _NOTHING) | hashes
    return owned


def _parsed(record: Publication) -> Manifest | None:
    try:
        return record.manifest()
    except FormatError:
        return None


def _sets(manifest: Manifest | None) -> dict[str, frozenset[str]]:
    return {path: frozenset([sha]) for path, sha in manifest.hashes().items()} if manifest else {}


def _by_collision(owned: Owned) -> dict[str, frozenset[str]]:
    folded: dict[str, frozenset[str]] = {}
    for path, hashes in owned.items():
        key = collision_key(path)
        folded[key] = folded.get(key, _NOTHING) | hashes
    return folded


def _look(folder: Path, relative: str) -> tuple[FileStat | None, str]:
    """Return size and time from before hashing, and the hash; a folder in the way has none."""
    path = confined(folder, relative)
    with disk_errors("look at", path):
        seen = look(path, relative)
        return seen, hash_file(path) if seen and path.is_file() else ""


def _is_ours(sha: str, hashes: frozenset[str] | None, blobs: Blobs) -> bool:
    """A path that was never ours is not made so by its content; one that was may hold any of our blobs.

    The blobs cover a folder that version control took back to an older revision without its manifest.
    """
    return hashes is not None and bool(sha) and (sha in hashes or blobs.has(sha))


def _obsolete(folder: Path, manifest: Manifest, owned: Owned) -> Iterator[str]:
    new: dict[str, ManifestFile] = {collision_key(file.path): file for file in manifest.files}
    for path in sorted(owned.keys() - manifest.hashes().keys()):
        old = confined(folder, path)
        if not old.is_file():
            continue
        twin = new.get(collision_key(path))
        # On a case-blind file system `Wall.dds` is the very file that the set now calls `wall.dds`.
        if twin is None or not _is_same_file(old, folder / twin.path):
            yield path


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
