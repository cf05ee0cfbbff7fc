"""One published set: where it lies, whether it is whole, and its message.

The output folder of a project is trusted and may lie behind a link; nothing below it may.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from assetgen.errors import FormatError, PathRefused, StoreError
from assetgen.serve.assets.download import open_plain
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.store.manifest import (
    MANIFEST_SUFFIX,
    MAX_MANIFEST_BYTES,
    Manifest,
    ManifestFile,
    verify_set,
)
from assetgen.store.paths import confined

TARGET: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_KINDS: Final[Mapping[str, pb.AssetKind]] = {
    "texture": pb.ASSET_KIND_TEXTURE,
    "material": pb.ASSET_KIND_MATERIAL,
    "sprite_sheet": pb.ASSET_KIND_SPRITE_SHEET,
    "atlas": pb.ASSET_KIND_ATLAS,
    "audio": pb.ASSET_KIND_AUDIO,
    "mesh": pb.ASSET_KIND_MESH,
}


class KnownProject(Protocol):
    """What has to be known of a project."""

    @property
    def id(self) -> str:
        """12 hex digits."""
        ...

    @property
    def root(self) -> Path:
        """Its absolute folder."""
        ...

    @property
    def output(self) -> str:
        """The folder of finished assets, a posix path from the root."""
        ...


@dataclass(frozen=True, slots=True)
class AssetFiles:
    """A set as it was read: where its manifest lies, the manifest and its very text."""

    folder: Path
    manifest: Manifest
    text: bytes


def output_of(project: KnownProject) -> Path:
    """Return the absolute output folder of a project."""
    return project.root / project.output


def set_folder(project: KnownProject, target: str, asset: str) -> Path:
    """Return the folder of a set; below the output folder, which may itself lie behind a link, none may be."""
    return confined(output_of(project), f"{target}/{asset}")


def manifest_name(asset: str) -> str:
    """Return the file name of an asset's manifest."""
    return asset.rpartition("/")[2] + MANIFEST_SUFFIX


def targets_in(output: Path) -> tuple[str, ...]:
    """Return the names in an output folder that could be a target's."""
    try:
        with os.scandir(output) as entries:
            names = [entry.name for entry in entries if TARGET.fullmatch(entry.name)]
    except OSError:
        return ()
    return tuple(sorted(names))


def confined_set(root: Path, asset: str, manifest: Path) -> Path:
    """Return the folder of a set, given where its manifest lies, after checking every step below the output."""
    path = root / manifest
    depth = len(asset.split("/")) + 2  # target, id and the manifest itself
    if ".." in path.parts or not path.is_relative_to(root) or len(path.relative_to(root).parts) < depth:
        raise PathRefused(f"{path} is no manifest of {asset} below {root}.", asset=asset)
    return confined(path.parents[depth - 1], "/".join(path.parts[-depth:])).parent


def verified(folder: Path, asset: str) -> AssetFiles:
    """Return a set after comparing every file with its manifest.

    Raises:
        StoreError: a file is missing, torn, edited or of another revision, or the manifest is another asset's.
        PathRefused: the manifest is a link.
    """
    path = confined(folder, manifest_name(asset))
    text = manifest_text(path)
    manifest = verify_set(path)
    if parsed(path, text, asset) != manifest:
        raise StoreError(f"{path} was replaced while it was being read; ask again.")
    return AssetFiles(folder, manifest, text)


def manifest_text(path: Path) -> bytes:
    """Return the bytes of a manifest file; StoreError when it cannot be read."""
    try:
        with open_plain(path) as file:
            return file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise StoreError(f"the manifest {path} cannot be read: {error.strerror or error}.") from error


def parsed(path: Path, text: bytes, asset: str) -> Manifest:
    """Return the manifest of a text read from a path; StoreError when it is not this asset's at this place."""
    try:
        manifest = Manifest.from_json(text)
    except FormatError as error:
        raise StoreError(f"the manifest {path} is damaged: {error.message}") from error
    target = path.parents[asset.count("/") + 1].name
    if (manifest.asset, manifest.target) != (asset, target):
        raise StoreError(f"{path} is the manifest of {manifest.asset!r} for {manifest.target}; bake again.")
    return manifest


def asset_message(project: str, asset: str, sets: Sequence[AssetFiles]) -> pb.Asset:
    """Return the message of an asset, with a name when the project has an id."""
    kind = sets[0].manifest.kind if sets else ""
    return pb.Asset(
        name=f"projects/{project}/assets/{asset}" if project else "",
        asset=asset,
        kind=_KINDS.get(kind, pb.ASSET_KIND_UNSPECIFIED),
        sets=[_set_message(one) for one in sets],
    )


def _set_message(one: AssetFiles) -> pb.AssetSet:
    return pb.AssetSet(
        target=one.manifest.target,
        folder=str(one.folder),
        etag=one.manifest.full_key,
        files=[_file_message(one.folder, file) for file in one.manifest.files],
        manifest_json=one.text.decode(),
    )


def _file_message(folder: Path, file: ManifestFile) -> pb.AssetFile:
    return pb.AssetFile(
        role=file.role,
        local_path=str(folder / file.path),
        relative_path=file.path,
        media_type=file.media_type,
        format=file.format,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        width=file.width,
        height=file.height,
        mips=file.mips,
        color_space=file.color_space,
    )
