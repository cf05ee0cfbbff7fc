"""Every asset of some prompt files with its keys, re-reading only files that changed.

A prompt file that looks as it did when it was last read (size, time, inode) is taken from the index with its keys
ready-made; that is what lets a bake of a thousand unchanged files answer within a second. Files that refer to
others are always read, because what they depend on may have changed beneath them; the pictures that they refer to
are hashed once and known by their looks from then on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from assetgen.errors import PathRefused, Place, PromptFileError
from assetgen.project.discover import ProjectFiles
from assetgen.project.graph import link, order
from assetgen.project.keys import AssetKeys, ExportKeys, keys_of, versions_fingerprint
from assetgen.project.project_file import Project
from assetgen.project.prompt_file import PromptFile, check_prompt_file, read_prompt_file
from assetgen.specs.base import Spec
from assetgen.specs.paths import collision_key
from assetgen.specs.table import spec_from_json
from assetgen.store.keys import hash_file
from assetgen.store.records import SourceFile, path_key
from assetgen.store.store import Store

_FEW: Final = 64
"""Files up to which a query each is quicker than one for a whole project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedAsset:
    """One asset of a prompt file, as much of it as a plan needs.

    Args:
        path: the prompt file.
        project: what it belongs to.
        asset: its id.
        kind: its kind.
        targets: engines that it is exported to unless the caller asks for others.
        keys: its cache keys.
        document: its spec as JSON; `spec` reads it.
        is_described: whether there is no such prompt file: a document described the asset.
    """

    path: Path
    project: Project
    asset: str
    kind: str
    targets: tuple[str, ...]
    keys: AssetKeys
    document: Mapping[str, Any]
    is_described: bool = False

    @property
    def spec(self) -> Spec:
        """The whole spec."""
        return spec_from_json(self.document)


@dataclass(frozen=True, slots=True)
class Scan:
    """All assets in an order in which they can be built, and what is wrong with the other files."""

    assets: tuple[ScannedAsset, ...]
    errors: tuple[PromptFileError, ...]


def scan(found: Sequence[ProjectFiles], store: Store) -> Scan:
    """Return the assets of prompt files, from the index where nothing changed."""
    memory = _Memory(store, is_few=sum(len(group.files) for group in found) <= _FEW)
    known: list[ScannedAsset] = []
    fresh: list[PromptFile] = []
    errors: list[PromptFileError] = []
    for group in found:
        for path in group.files:
            cached = memory.assets(path, group.project)
            if cached:
                known += cached
                continue
            try:
                fresh.append(read_prompt_file(path, project=group.project))
            except PromptFileError as error:
                errors += check_prompt_file(path, project=group.project) or (error,)
    linked = link(fresh)
    errors += linked.errors
    read: list[ScannedAsset] = []
    for root in sorted({file.project.root for file in linked.files}):
        mine = [file for file in linked.files if file.project.root == root]
        assets, unkeyed = _keyed(mine, partial(memory.hash_picture, root))
        read += assets
        errors += unkeyed
    memory.remember(linked.files, read)
    # Linking reads again what a read file refers to, so a file may have come both ways.
    again = {_absolute(asset.path) for asset in read}
    if again:
        known = [asset for asset in known if _absolute(asset.path) not in again]
    everything = [*known, *read]
    clashes = _collisions(everything)
    errors += clashes.values()
    return Scan(_in_order([asset for asset in everything if asset.path not in clashes]), tuple(errors))


def scan_read(files: Sequence[PromptFile], *, hash_picture: Callable[[Path], str] = hash_file) -> Scan:
    """Return the assets of prompt files that were read already, and of those that they use, without an index.

    Args:
        files: read prompt files and described assets.
        hash_picture: gives the sha256 of a source picture.
    """
    linked = link(files)
    assets, unkeyed = _keyed(linked.files, hash_picture)
    clashes = _collisions(assets)
    errors = (*linked.errors, *unkeyed, *clashes.values())
    return Scan(_in_order([asset for asset in assets if asset.path not in clashes]), errors)


class _Memory:
    """What the index remembers of prompt files and of the pictures that they refer to.

    A file counts as seen before when its stat is the one of then; that stat is taken before the file is read, so
    that an edit in between makes a row that never matches instead of one that lies.
    """

    def __init__(self, store: Store, *, is_few: bool) -> None:
        self._store = store
        self._is_few = is_few  # then rows are asked for one by one, not all of the project's
        self._rows: dict[Path, dict[str, SourceFile]] = {}
        self._keys: dict[Path, str] = {}
        self._marks: dict[int, str] = {}
        self._seen: dict[Path, os.stat_result] = {}
        self._pictures: dict[Path, SourceFile] = {}

    def assets(self, path: Path, project: Project) -> list[ScannedAsset] | None:
        """Return the assets of a prompt file that is certainly unchanged, or None when it must be read."""
        try:
            self._seen[path] = status = path.stat()
        except OSError:
            return None
        relative = project.relative(path)
        row = self._row(project.root, relative)
        if row is None or not row.matches(status):
            return None
        return _assets_of(row, path, project, mark=f"{relative} {self._mark(project)}")

    def hash_picture(self, root: Path, path: Path) -> str:
        """Return the sha256 of a source picture; one that is certainly unchanged is not read.

        Raises:
            StoreError: it cannot be read.
        """
        try:
            status = path.stat()
        except OSError:
            return hash_file(path)  # says what is wrong
        row = self._row(root, Path(os.path.relpath(path, root)).as_posix())
        if row is not None and row.matches(status):
            return row.sha256
        self._pictures[path] = SourceFile.of(path, status, sha256=hash_file(path), document="")
        return self._pictures[path].sha256

    def remember(self, files: Sequence[PromptFile], assets: Sequence[ScannedAsset]) -> None:
        """Write the rows of read pictures, and of read prompt files that depend on nothing but themselves."""
        by_path: dict[Path, list[ScannedAsset]] = {}
        for asset in assets:
            by_path.setdefault(asset.path, []).append(asset)
        rows = list(self._pictures.values())
        for file in files:
            mine = by_path.get(file.path, [])
            status = self._seen.get(file.path)
            if status is None or len(mine) != len(file.specs) or any(spec.source for spec in file.specs):
                continue
            mark = f"{file.relative} {self._mark(file.project)}"
            document = json.dumps({"mark": mark, "assets": [_row_item(asset) for asset in mine]})
            # Nobody asks for a prompt file's own hash: its stat or its keys decide.
            rows.append(SourceFile.of(file.path, status, sha256="", document=document))
        if rows:
            self._store.index.put_sources(rows)

    def _row(self, root: Path, relative: str | None) -> SourceFile | None:
        if root not in self._keys:
            self._keys[root] = path_key(root)
            if not self._is_few:
                self._rows[root] = self._store.index.sources(root)
        key = f"{self._keys[root]}/{relative}"
        return self._store.index.source(key) if self._is_few else self._rows[root].get(key)

    def _mark(self, project: Project) -> str:
        """Return what else a file's assets depend on: the project's defaults, and what makes them."""
        if id(project) not in self._marks:
            self._marks[id(project)] = f"{project.fingerprint()}/{versions_fingerprint()}"
        return self._marks[id(project)]


def _assets_of(row: SourceFile, path: Path, project: Project, *, mark: str) -> list[ScannedAsset] | None:
    """Return the assets of a file from its row, or None when it is of another project, release or path."""
    try:
        document = json.loads(row.document)
        if document["mark"] != mark:
            return None
        return [
            ScannedAsset(
                path=path,
                project=project,
                asset=item["asset"],
                kind=item["kind"],
                targets=tuple(item["targets"]),
                keys=AssetKeys(
                    make=item["make"],
                    exports=ExportKeys(item["spec"], item["make"], item["exports"]),
                    inputs={},
                ),
                document=item["spec"],
            )
            for item in document["assets"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _keyed(
    files: Sequence[PromptFile], hash_picture: Callable[[Path], str]
) -> tuple[list[ScannedAsset], list[PromptFileError]]:
    """Return the assets of one project's read files with their keys; what others use comes before them."""
    where = {spec.asset: file for file in files for spec in file.specs}
    made: dict[str, str] = {}
    assets: list[ScannedAsset] = []
    errors: list[PromptFileError] = []
    for wave in order([spec for file in files for spec in file.specs]):
        for spec in wave:
            file = where[spec.asset]
            try:
                keys = keys_of(spec, root=file.project.root, upstream=made, hash_picture=hash_picture)
            except PromptFileError as error:
                is_path = isinstance(error.__cause__, PathRefused)
                place = file.places.of(("id",) if is_path else ("source",) if spec.source else ("backend",))
                errors.append(PromptFileError(error.message, place=place, asset=spec.asset))
                continue
            # A source names the prompt file; its first variant is what it means.
            made.setdefault(file.relative, keys.make)
            assets.append(_scanned(spec, file, keys))
    return assets, errors


def _scanned(spec: Spec, file: PromptFile, keys: AssetKeys) -> ScannedAsset:
    return ScannedAsset(
        path=file.path,
        project=file.project,
        asset=spec.asset,
        kind=spec.kind,
        targets=spec.targets,
        keys=keys,
        document=spec.to_json(),
        is_described=file.is_described,
    )


def _row_item(asset: ScannedAsset) -> dict[str, Any]:
    return {
        "asset": asset.asset,
        "kind": asset.kind,
        "targets": list(asset.targets),
        "make": asset.keys.make,
        "exports": {target: asset.keys.exports[target] for target in asset.targets},
        "spec": dict(asset.document),
    }


def _collisions(assets: Sequence[ScannedAsset]) -> dict[Path, PromptFileError]:
    """Return an error for both files of which assets have one name on some system."""
    taken: dict[tuple[Path, str], ScannedAsset] = {}
    clashes: dict[Path, PromptFileError] = {}
    for asset in assets:
        other = taken.setdefault((asset.project.root, collision_key(asset.asset)), asset)
        if other is asset:
            continue
        for mine, its in ((asset, other), (other, asset)):
            clashes[mine.path] = PromptFileError(
                f'the asset id "{mine.asset}" is also that of {its.path}; rename one of the two, '
                "or give one another id.",
                place=Place(str(mine.path)),
                asset=mine.asset,
            )
    return clashes


def _in_order(assets: Sequence[ScannedAsset]) -> tuple[ScannedAsset, ...]:
    """Return assets by name, those that others use first; `_keyed` has already sorted what depends."""
    depends = [asset for asset in assets if asset.document.get("source")]
    rest = [asset for asset in assets if not asset.document.get("source")]
    return (*sorted(rest, key=lambda asset: (str(asset.project.root), asset.asset)), *depends)


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100
