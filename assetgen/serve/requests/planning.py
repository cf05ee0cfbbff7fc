"""What a request means: which assets, under which keys, and what is still to be done for them.

A request names a prompt file, or describes an asset that has none. Both become the same scanned assets that a bake
plans with; what they use comes before them.

    planner.resolve(request)   reads and checks; milliseconds at most, since every submitted job waits for it
    planner.plan(request)      compares with the store and the output folder, and puts back what is in the cache
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from assetgen.errors import (
    AlreadyExists,
    AssetGenError,
    PathRefused,
    Place,
    ProjectGone,
    PromptFileError,
    RequestError,
)
from assetgen.project.order import BuildOrder
from assetgen.project.outputs import put_back
from assetgen.project.places import placed
from assetgen.project.plan import AssetPlan, Need, plan
from assetgen.project.project_file import PROMPT_SUFFIX, Project
from assetgen.project.prompt_file import PromptFile, read_described, read_prompt_file
from assetgen.project.remembered import RememberedProjects
from assetgen.project.scan import Scan, ScannedAsset, scan_read
from assetgen.serve.jobs.job import Request, Resolved
from assetgen.serve.jobs.seams import Planned
from assetgen.store.durable import disk_errors
from assetgen.store.keys import hash_file
from assetgen.store.network import is_network
from assetgen.store.paths import confined, is_link, safe_relative
from assetgen.store.records import SourceFile
from assetgen.store.store import Store

_READS_FILES: Final = frozenset({"source", "uses"})
"""Keys whose meaning lies on the disk."""
MOST_PICTURES: Final = 1024
"""Source pictures whose hashes are remembered."""


class Planning:
    """Reads requests against projects and one store; safe in any thread.

    Args:
        store: the cache.
        remembered: reads project files.
    """

    def __init__(self, store: Store, *, remembered: RememberedProjects | None = None) -> None:
        self._store = store
        self._remembered = remembered or RememberedProjects()
        self._pictures = _Pictures()
        self._is_local: dict[Path, bool] = {}

    def is_quick(self, request: Request) -> bool:
        """Return whether `resolve` only computes: a described asset without pictures, on a local disk."""
        if request.document is None or not _READS_FILES.isdisjoint(request.document):
            return False
        if request.project not in self._is_local:
            self._is_local[request.project] = not is_network(request.project)
        return self._is_local[request.project]

    def resolve(self, request: Request) -> Resolved:
        """Return what a request asks for, read and found good.

        Raises:
            AssetGenError: it cannot be made; an error in a prompt file has its line, one in a described asset the
                name of its key.
        """
        own, _ = self._read(request)
        return Resolved(
            key=_key(request, own),
            title=request.prompt_file or own[0].asset,
            assets=tuple(asset.asset for asset in own),
        )

    def plan(self, request: Request) -> Planned:
        """Return what is still to be done for a request; sets that the cache has whole are put in place at once.

        Raises:
            AssetGenError: as `resolve`; or what is in the way of a set that was to be put back.
        """
        own, used = self._read(request)
        plans = plan((*used, *own), self._store, targets=request.targets, force=request.force)
        mine = {asset.asset for asset in own}
        orders = [
            # What is only used is made, never published: its own prompt file's job does that.
            _order(replace(one, targets=()), request, is_own=False)
            for one in plans
            if one.asset not in mine and one.is_input
        ]
        wanted = [one for one in plans if one.asset in mine]
        orders += [_order(one, request, is_own=True) for one in wanted if self._is_due(one, request)]
        manifests = {
            one.asset: tuple(str(target.manifest_path(one.asset)) for target in one.targets) for one in wanted
        }
        return Planned(orders=tuple(orders), manifests=manifests, key=_key(request, own))

    def _is_due(self, asset: AssetPlan, request: Request) -> bool:
        """Put an asset back in place when nothing is left to compute; tell whether there is."""
        if asset.need is not Need.PUBLISH:
            return asset.need is not Need.NOTHING
        for target in asset.targets:
            if target.need is not Need.PUBLISH:
                continue
            try:
                if put_back(self._store, asset.scanned, target, overwrite=request.overwrite) is None:
                    return True
            except AssetGenError as error:
                error.asset = error.asset or asset.asset
                raise placed(error, asset.scanned) from error.__cause__
        return False

    def _read(self, request: Request) -> tuple[list[ScannedAsset], list[ScannedAsset]]:
        """Return the request's own assets, and those that they use, which come first."""
        with disk_errors("read", request.project):
            return self._read_disk(request)

    def _read_disk(self, request: Request) -> tuple[list[ScannedAsset], list[ScannedAsset]]:
        if not request.project.is_dir():
            raise ProjectGone(
                f"the project's folder {request.project} is not there; put it back, or unregister it."
            )
        file = self._file(request) if request.document is None else self._described(request)
        found = scan_read([file], hash_picture=self._pictures.sha256)
        mine = {spec.asset for spec in file.specs}
        own = [asset for asset in found.assets if asset.path == file.path]
        if found.errors or {asset.asset for asset in own} != mine:
            raise _foremost(found, file)
        return own, [asset for asset in found.assets if asset.path != file.path]

    def _file(self, request: Request) -> PromptFile:
        path = _prompt_path(request.project, request.prompt_file)
        return read_prompt_file(path, project=self._project(request.project, request.prompt_file))

    def _described(self, request: Request) -> PromptFile:
        assert request.document is not None
        try:
            asset = str(safe_relative(request.asset))
        except PathRefused as error:
            raise PathRefused(error.message, place=Place("spec.asset")) from None
        file = read_described(request.document, asset=asset, project=self._project(request.project, asset))
        for spec in file.specs:
            if os.path.lexists(f"{request.project}/{spec.asset}{PROMPT_SUFFIX}"):
                raise AlreadyExists(
                    f"{spec.asset} is made by {spec.asset}{PROMPT_SUFFIX}; edit that file, or choose another id.",
                    place=Place("spec.asset"),
                )
        return file

    def _project(self, root: Path, name: str) -> Project:
        """Return the project that holds for a prompt file or an asset."""
        project = self._remembered.read(root, name.rpartition("/")[0])
        if project.root != root:
            raise ProjectGone(
                f"{root} is part of the project {project.root} by now; register that one instead."
            )
        return project


class _Pictures:
    """Hashes of source pictures; one that is certainly unchanged is not read again."""

    def __init__(self) -> None:
        self._known: OrderedDict[Path, SourceFile] = OrderedDict()
        self._lock = threading.Lock()

    def sha256(self, path: Path) -> str:
        """Return the sha256 of a picture.

        Raises:
            StoreError: it cannot be read.
        """
        seen_ns = time.time_ns()
        try:
            status = path.stat()
        except OSError:
            return hash_file(path)  # says what is wrong
        with self._lock:
            known = self._known.get(path)
        if known is not None and known.matches(status):
            return known.sha256
        row = SourceFile.of(path, status, sha256=hash_file(path), document="")
        with self._lock:
            self._known[path] = replace(row, recorded_ns=seen_ns)
            self._known.move_to_end(path)
            while len(self._known) > MOST_PICTURES:
                self._known.popitem(last=False)
        return row.sha256


def _order(asset: AssetPlan, request: Request, *, is_own: bool) -> BuildOrder:
    return BuildOrder(
        plan=asset,
        force=request.force and is_own,
        overwrite=request.overwrite,
        preview=request.previews and is_own,
    )


def _key(request: Request, assets: Sequence[ScannedAsset]) -> str:
    """Return the hash of what decides the files of some assets and where they go."""
    sets = [
        [asset.asset, [[name, asset.keys.exports[name]] for name in request.targets or asset.targets]]
        for asset in assets
    ]
    output = assets[0].project.output
    document = [str(request.project), output, sets, request.force, request.overwrite]
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()


def _foremost(found: Scan, file: PromptFile) -> AssetGenError:
    """Return the error of the request's own assets, or else the first of what they use."""
    mine = {spec.asset for spec in file.specs}
    return next((error for error in found.errors if error.asset in mine), found.errors[0])


def _prompt_path(root: Path, name: str) -> Path:
    """Return the path of a prompt file in a project.

    Raises:
        PathRefused: it leads out of the project, or by way of a link.
        RequestError: its name is not that of a prompt file.
        PromptFileError: there is no such file.
    """
    path = confined(root, name)
    if not name.endswith(PROMPT_SUFFIX):
        raise RequestError(f"{name} is no prompt file by its name; its name ends in {PROMPT_SUFFIX}.")
    if not path.is_file() and not name.isascii():
        path = _as_spelled(root, name)
    if not path.is_file():
        raise PromptFileError("there is no such prompt file; check its name.", place=Place(str(path)))
    return path


def _as_spelled(root: Path, name: str) -> Path:
    """Return a path in the given spelling; some systems write names in another normal form than ours."""
    path = root
    for part in name.split("/"):
        path = path / part
        if path.is_symlink() or (path.exists() and is_link(path.lstat())):
            raise PathRefused(
                f"the path {str(path)!r} is a link, which could lead outside; put a real file there."
            )
    return path
