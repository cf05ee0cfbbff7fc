"""Every asset of some prompt files with its keys, re-reading only files that changed.

A prompt file that looks as it did when it was last read (size, time, inode) is taken from the index with its keys
ready-made; that is what lets a bake of a thousand unchanged files answer within a second. Files that refer to
others are always read, because what they depend on may have changed beneath them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assetgen.errors import PromptFileError
from assetgen.project.discover import ProjectFiles
from assetgen.project.graph import link, order
from assetgen.project.keys import AssetKeys, keys_of, versions_fingerprint
from assetgen.project.project_file import PROMPT_SUFFIX, Project
from assetgen.project.prompt_file import PromptFile, read_prompt_file
from assetgen.specs.base import Spec
from assetgen.specs.paths import collision_key
from assetgen.specs.table import spec_from_json
from assetgen.store.keys import hash_bytes
from assetgen.store.records import SourceFile
from assetgen.store.store import Store


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
    """

    path: Path
    project: Project
    asset: str
    kind: str
    targets: tuple[str, ...]
    keys: AssetKeys
    document: Mapping[str, Any]

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
    known: list[ScannedAsset] = []
    fresh: list[PromptFile] = []
    errors: list[PromptFileError] = []
    for group in found:
        remembered = store.index.sources(group.project.root)
        root_key = group.project.root.resolve().as_posix()
        mark = f"{group.project.fingerprint()}/{versions_fingerprint()}"
        for path in group.files:
            relative = group.project.relative(path)
            row = remembered.get(f"{root_key}/{relative}")
            cached = _from_row(row, path, group.project, mark)
            if cached:
                known += cached
                continue
            try:
                fresh.append(read_prompt_file(path, project=group.project))
            except PromptFileError as error:
                errors.append(error)
    linked = link(fresh)
    errors += linked.errors
    read, unkeyed = _keyed(linked.files, store)
    errors += unkeyed
    _remember(linked.files, read, store)
    clashes = _collisions(known, read)
    errors += clashes.values()
    assets = [asset for asset in (*known, *read) if asset.path not in clashes]
    return Scan(_in_order(assets), tuple(errors))


def _from_row(row: SourceFile | None, path: Path, project: Project, mark: str) -> list[ScannedAsset] | None:
    """Return the assets of a file from its row, or None when it must be read."""
    try:
        if row is None or not row.matches(path.stat()):
            return None
        document = json.loads(row.document)
        if document.get("mark") != mark:
            return None
        return [
            ScannedAsset(
                path=path,
                project=project,
                asset=item["asset"],
                kind=item["kind"],
                targets=tuple(item["targets"]),
                keys=AssetKeys(make=item["make"], exports=item["exports"]),
                document=item["spec"],
            )
            for item in document["assets"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _keyed(files: Sequence[PromptFile], store: Store) -> tuple[list[ScannedAsset], list[PromptFileError]]:
    """Return the assets of read files with their keys; what others use comes before them."""
    where = {spec.asset: file for file in files for spec in file.specs}
    made: dict[str, str] = {}
    assets, errors = [], []
    for wave in order([spec for file in files for spec in file.specs]):
        for spec in wave:
            file = where[spec.asset]
            try:
                keys = keys_of(spec, root=file.project.root, upstream=made)
            except PromptFileError as error:
                errors.append(error)
                continue
            # A source names the prompt file; its first variant is what it means.
            made.setdefault(file.relative.removesuffix(PROMPT_SUFFIX), keys.make)
            assets.append(
                ScannedAsset(
                    path=file.path,
                    project=file.project,
                    asset=spec.asset,
                    kind=spec.kind,
                    targets=spec.targets,
                    keys=keys,
                    document=spec.to_json(),
                )
            )
    return assets, errors


def _remember(files: Sequence[PromptFile], assets: Sequence[ScannedAsset], store: Store) -> None:
    """Write the rows of read files that depend on nothing but themselves."""
    by_path: dict[Path, list[ScannedAsset]] = {}
    for asset in assets:
        by_path.setdefault(asset.path, []).append(asset)
    rows = []
    for file in files:
        mine = by_path.get(file.path, [])
        if len(mine) != len(file.specs) or any(spec.source for spec in file.specs):
            continue
        mark = f"{file.project.fingerprint()}/{versions_fingerprint()}"
        document = {"mark": mark, "assets": [_row_item(asset) for asset in mine]}
        try:
            status = file.path.stat()
            digest = hash_bytes(file.path.read_bytes())
        except OSError:
            continue
        rows.append(SourceFile.of(file.path, status, sha256=digest, document=json.dumps(document)))
    if rows:
        store.index.put_sources(rows)


def _row_item(asset: ScannedAsset) -> dict[str, Any]:
    return {
        "asset": asset.asset,
        "kind": asset.kind,
        "targets": list(asset.targets),
        "make": asset.keys.make,
        "exports": dict(asset.keys.exports),
        "spec": dict(asset.document),
    }


def _collisions(known: Sequence[ScannedAsset], read: Sequence[ScannedAsset]) -> dict[Path, PromptFileError]:
    """Return an error for every file whose asset has the name of another's on some system."""
    taken: dict[tuple[Path, str], ScannedAsset] = {}
    clashes = {}
    for asset in (*known, *read):
        key = (asset.project.root, collision_key(asset.asset))
        other = taken.setdefault(key, asset)
        if other is not asset:
            clashes[asset.path] = PromptFileError(
                f'{asset.path} and {other.path} both make "{asset.asset}"; give one of them another id.',
                asset=asset.asset,
            )
    return clashes


def _in_order(assets: Sequence[ScannedAsset]) -> tuple[ScannedAsset, ...]:
    """Return assets by name, those that others use first; `_keyed` has already sorted what depends."""
    depends = [asset for asset in assets if asset.document.get("source")]
    rest = [asset for asset in assets if not asset.document.get("source")]
    return (*sorted(rest, key=lambda asset: (str(asset.project.root), asset.asset)), *depends)
