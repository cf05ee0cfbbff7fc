"""Finished sets as messages, and their files as bytes.

Only whole sets are handed over: every file was compared with the manifest, which is written last. What a
reader then opens by path it compares with the hashes of the message; a set may be replaced at any time.

Everything here reads disks and may be called from any thread; none of it belongs on the event loop.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

from assetgen.errors import (
    AssetGenError,
    FileChanged,
    NotFound,
    PathRefused,
    RequestError,
    StoreError,
)
from assetgen.serve.assets.download import OpenFile, Stamp, find_whole, open_plain, send, stamp_of
from assetgen.serve.assets.sets import (
    TARGET,
    AssetFiles,
    KnownProject,
    asset_message,
    confined_set,
    manifest_name,
    manifest_text,
    output_of,
    parsed,
    set_folder,
    targets_in,
    verified,
)
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.store.keys import is_hash
from assetgen.store.manifest import ManifestFile
from assetgen.store.paths import MAX_PATH_BYTES, confined, safe_relative
from assetgen.store.records import Publication, State, path_key
from assetgen.store.store import Store

DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 500
PAGE_BYTES: Final = 2 << 20
"""A page ends early rather than grow over this: clients refuse messages of 4 MiB by default."""
RETRY_DELAYS_S: Final = (0.005, 0.015, 0.03)
"""Waits between looks at a set that does not verify, because it is most likely being replaced: 50 ms in all."""

_NAME: Final = re.compile(r"projects/([0-9a-f]{12})/assets/(.+)", re.DOTALL)
_REMEMBERED_BLOBS: Final = 4096
_LOG: Final = logging.getLogger("assetgen.serve")

_Rows = dict[str, list[Publication]]


class Projects(Protocol):
    """The registered projects."""

    def find(self, name: str) -> KnownProject:
        """Return a project by resource name, id or absolute root; NotFound when there is none."""
        ...

    def all(self) -> Iterable[KnownProject]:
        """Return every project."""
        ...


class Assets:
    """What lies finished in the output folders of the registered projects.

    Args:
        store: the cache whose index knows what was published.
        projects: the registered projects.
        sleep: waits between looks at a set that is being replaced.
    """

    def __init__(
        self, store: Store, projects: Projects, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._projects = projects
        self._sleep = sleep
        self._mutex = threading.Lock()
        self._whole_blobs: dict[str, Stamp] = {}

    def read_asset(self, root: Path, asset: str, manifests: Sequence[str]) -> pb.Asset:
        """Return an asset with those of its sets that are whole now; every file is read and hashed.

        Args:
            root: absolute root of the project. Once it is no longer registered the message has no name.
            asset: its id.
            manifests: absolute paths of the manifests, `<output>/<target>/<asset>/<name>.assetgen.json`.
        """
        sets = []
        for path in manifests:
            try:
                sets.append(self._read_whole(confined_set(root, asset, Path(path)), asset))
            except AssetGenError as error:
                _LOG.info("a set of %s is left out: %s", asset, error)
        try:
            project = self._projects.find(str(root)).id
        except RequestError:
            project = ""
        return asset_message(project, asset, sets)

    def get(self, name: str) -> pb.Asset:
        """Return an asset by resource name with every set of it that lies whole in the output folder.

        Raises:
            RequestError: this is no asset's resource name.
            PathRefused: its id could never be a path below the output folder.
            NotFound: there is no such project, or nothing of that asset; names near it are told.
            StoreError: sets are there and none is whole: they are being replaced, or were edited.
        """
        project, asset = self._parse(name)
        sets: list[AssetFiles] = []
        flaws: list[AssetGenError] = []
        for target in _targets_with(project, asset):
            try:
                sets.append(self._read_whole(set_folder(project, target, asset), asset))
            except AssetGenError as error:
                flaws.append(error)
        if sets:
            return asset_message(project.id, asset, sets)
        if flaws:
            raise flaws[0]
        raise self._no_asset(project, asset)

    def list(
        self, project: str, page_size: int = 0, page_token: str = ""
    ) -> tuple[tuple[pb.Asset, ...], str]:
        """Return a page of a project's published assets by id, and the token of the next page or "".

        Files are looked at, not read: a set counts when its files have the sizes that its manifest lists, and
        nobody hashes them here. Sets in the middle of being replaced are read as `get` does. A page may hold
        fewer assets than asked for though another follows.

        Args:
            project: resource name.
            page_size: 0 for 50; more than 500 is taken for 500.
            page_token: from the page before; it stays good when assets come and go.

        Raises:
            NotFound: there is no such project.
            RequestError: the size is negative, or the token was not given out for this project.
        """
        if page_size < 0:
            raise RequestError(f"page_size = {page_size} is negative; write 0 for {DEFAULT_PAGE}.")
        size = min(page_size or DEFAULT_PAGE, LARGEST_PAGE)
        known = self._projects.find(project)
        rows = self._publications(known)
        ids = sorted(rows)
        if page_token:
            after = _after(page_token, known.id)
            ids = [asset for asset in ids if asset > after]
        page: list[pb.Asset] = []
        used = done = 0
        for asset in ids[:size]:
            message = self._listed(known, asset, rows[asset])
            used += message.ByteSize()
            if page and used > PAGE_BYTES:
                break
            done += 1
            if message.sets:
                page.append(message)
        return tuple(page), _token(known.id, ids[done - 1]) if done < len(ids) else ""

    def every(self, project: str) -> Iterator[pb.Asset]:
        """Yield all published assets of a project by id, looked at as by `list`: for a feed's first messages.

        Raises:
            NotFound: there is no such project.
        """
        known = self._projects.find(project)
        rows = self._publications(known)
        for asset in sorted(rows):
            message = self._listed(known, asset, rows[asset])
            if message.sets:
                yield message

    def open_file(self, asset_name: str, target: str, relative_path: str, if_sha256: str = "") -> OpenFile:
        """Return a file of an asset's set, found whole: nothing but what the set's manifest lists can be read.

        The bytes come from the store, where they never change, and from the published file once the store has
        lost them. So a file that was edited by hand is sent as it was made.

        Args:
            asset_name: resource name.
            target: engine of the set.
            relative_path: from the set's folder, as the manifest spells it.
            if_sha256: refuse another file than this; empty takes any.

        Raises:
            RequestError: a name or hash is not written as it should be.
            PathRefused: the set's folder lies behind a link, or could never exist.
            NotFound: there is no such asset, set or file, or nothing has the bytes that the manifest lists.
            FileChanged: the file has another hash than `if_sha256`.
        """
        if if_sha256 and not is_hash(if_sha256):
            raise RequestError(f"if_sha256 = {if_sha256[:80]!r} is not a sha256 in lower-case hex.")
        if not TARGET.fullmatch(target):
            raise RequestError(f"target = {target[:80]!r} is not an engine's name; write one such as unity.")
        project, asset = self._parse(asset_name)
        folder = set_folder(project, target, asset)
        listed = self._listed_file(project, asset, folder, target, relative_path)
        if if_sha256 and listed.sha256 != if_sha256:
            raise FileChanged(
                f"{relative_path} of {asset} is {listed.sha256} by now, not {if_sha256}; get the asset again.",
                asset=asset,
            )
        found = self._whole_blob(listed.sha256) or find_whole(
            confined(folder, listed.path), sha256=listed.sha256
        )
        if found is None or found.size != listed.size_bytes:
            raise NotFound(
                f"{relative_path} of {asset} was edited or removed, and the cache has no copy; bake again.",
                asset=asset,
            )
        return found

    def chunks(self, file: OpenFile, offset: int = 0) -> Iterator[pb.DownloadFileResponse]:
        """Return the messages that carry a file from an offset on; see `download.send`."""
        return send(file, offset=offset)

    def blob(self, sha256: str) -> Path:
        """Return where the bytes with a hash lie whole: in the store, else in a set of a registered project.

        Raises:
            RequestError: this is not a sha256.
            NotFound: nothing here has that hash.
        """
        if not is_hash(sha256):
            raise RequestError(f"{sha256[:80]!r} is not a sha256 in lower-case hex.")
        found = self._whole_blob(sha256) or self._published(sha256)
        if found is None:
            raise NotFound(f"nothing here has the sha256 {sha256}; get the asset again, or bake it.")
        return found.path

    # Reading sets

    def _read_whole(self, folder: Path, asset: str) -> AssetFiles:
        """Return a set after comparing every file; one that is being replaced is looked at a few times.

        Raises:
            StoreError: it did not become whole; the message names the first file that is wrong.
        """
        for delay in RETRY_DELAYS_S:
            try:
                return verified(folder, asset)
            except StoreError:
                self._sleep(delay)
        return verified(folder, asset)

    def _listed(self, project: KnownProject, asset: str, rows: Sequence[Publication]) -> pb.Asset:
        sets = []
        for row in sorted(rows, key=lambda row: row.target):
            try:
                sets.append(self._glanced(project, asset, row))
            except AssetGenError as error:
                _LOG.info("a set of %s is left out: %s", asset, error)
        return asset_message(project.id, asset, sets)

    def _glanced(self, project: KnownProject, asset: str, row: Publication) -> AssetFiles:
        """Return a set by the sizes of its files; read it whole when it is being replaced."""
        folder = set_folder(project, row.target, asset)
        if row.state is State.PENDING:
            return self._read_whole(folder, asset)
        if row.is_untouched():
            return AssetFiles(folder, row.manifest(), row.manifest_json)
        text = manifest_text(folder / row.name)
        manifest = parsed(folder / row.name, text, asset)
        for file in manifest.files:
            path = confined(folder, file.path)
            if not path.is_file() or path.stat().st_size != file.size_bytes:
                raise StoreError(f"{path} is not the file its manifest lists; bake again to restore it.")
        return AssetFiles(folder, manifest, text)

    def _listed_file(
        self, project: KnownProject, asset: str, folder: Path, target: str, relative_path: str
    ) -> ManifestFile:
        path = folder / manifest_name(asset)
        if not os.path.lexists(path):
            if others := _targets_with(project, asset):
                raise NotFound(f"{asset} has no set for {target}; it has {', '.join(others)}.", asset=asset)
            raise self._no_asset(project, asset)
        manifest = parsed(path, manifest_text(path), asset)
        files = {file.path: file for file in manifest.files}
        if relative_path not in files:
            advice = _advice(relative_path, files)
            raise NotFound(f"the set of {asset} for {target} has no file {relative_path!r}{advice}.")
        return files[relative_path]

    # Names

    def _parse(self, name: str) -> tuple[KnownProject, str]:
        found = _NAME.fullmatch(name)
        if found is None:
            shown = name[:120].encode("utf-8", "backslashreplace").decode()
            raise RequestError(f"{shown!r} names no asset; write projects/PROJECT/assets/ASSET.")
        asset = found[2]
        if str(safe_relative(asset)) != asset:
            raise PathRefused(f"the id {asset!r} is not in normal form (NFC); write it as lists spell it.")
        return self._projects.find(f"projects/{found[1]}"), asset

    def _no_asset(self, project: KnownProject, asset: str) -> NotFound:
        advice = _advice(asset, self._publications(project))
        return NotFound(f"there is no finished asset {asset!r} in project {project.id}{advice}.", asset=asset)

    def _publications(self, project: KnownProject) -> _Rows:
        """Return the rows of a project by asset; only rows that lie where their asset belongs."""
        output = output_of(project)
        base = path_key(output)
        rows: _Rows = {}
        for row in self._store.index.publications(output):
            if row.folder == f"{base}/{row.target}/{row.asset}" and row.name == manifest_name(row.asset):
                rows.setdefault(row.asset, []).append(row)
        return rows

    # Bytes

    def _whole_blob(self, sha256: str) -> OpenFile | None:
        """Return the store's blob when it is whole; it is hashed once, for a blob never changes after."""
        path = self._store.blobs.path(sha256)
        try:
            with open_plain(path) as file:
                stamp = stamp_of(file)
        except OSError:
            return None
        with self._mutex:
            if self._whole_blobs.get(sha256) == stamp:
                return OpenFile(path, stamp[2], sha256, stamp)
        found = find_whole(path, sha256=sha256)
        if found is not None:
            with self._mutex:
                if len(self._whole_blobs) >= _REMEMBERED_BLOBS:
                    self._whole_blobs.clear()
                self._whole_blobs[sha256] = found.stamp
        return found

    def _published(self, sha256: str) -> OpenFile | None:
        for project in self._projects.all():
            for asset, rows in self._publications(project).items():
                for row in rows:
                    if sha256.encode() in row.manifest_json and (
                        found := _in_set(project, asset, row, sha256)
                    ):
                        return found
        return None


def _targets_with(project: KnownProject, asset: str) -> tuple[str, ...]:
    below = f"{asset}/{manifest_name(asset)}"
    output = output_of(project)
    return tuple(target for target in targets_in(output) if os.path.lexists(output / target / below))


def _in_set(project: KnownProject, asset: str, row: Publication, sha256: str) -> OpenFile | None:
    try:
        folder = set_folder(project, row.target, asset)
        paths = [confined(folder, file.path) for file in row.manifest().files if file.sha256 == sha256]
    except AssetGenError:
        return None
    return next((found for path in paths if (found := find_whole(path, sha256=sha256))), None)


def _advice(word: str, names: Iterable[str]) -> str:
    if len(word) > MAX_PATH_BYTES:
        return ""
    near = difflib.get_close_matches(word, list(names), n=3, cutoff=0.6)
    return f"; near it are {', '.join(near)}" if near else ""


# Page tokens: the project and the last id that was told, so that nothing is skipped or told twice


def _token(project: str, asset: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([1, project, asset]).encode()).decode()


def _after(token: str, project: str) -> str:
    refusal = RequestError("page_token was not given out for this project; start again without one.")
    try:
        values = json.loads(base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise refusal from None
    match values:
        case [1, str(owner), str(asset)] if owner == project and token == _token(owner, asset):
            return asset
    raise refusal
