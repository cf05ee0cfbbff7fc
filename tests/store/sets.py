"""Small sets to publish, and an independent reader that judges what lies in a folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from assetgen.settings import Durability
from assetgen.store.blobs import Blobs
from assetgen.store.manifest import Manifest, ManifestFile
from assetgen.store.store import Store

ROLES = ("albedo", "normal", "orm")


def open_store(cache: Path, durability: Durability = Durability.FAST) -> Store:
    return Store.open(cache, durability=durability)


def contents(revision: int, *, asset: str = "wall", size: int = 200, roles: tuple[str, ...] = ROLES) -> dict:
    """path -> bytes; every file says its revision over and over, so any torn or mixed state shows."""
    name = asset.rpartition("/")[2]
    return {f"{name}_{role}.dds": (b"%s:%06d|" % (role.encode(), revision)) * size for role in roles}


def manifest_of(
    files: dict[str, bytes], revision: int, *, asset: str = "wall", target: str = "unity"
) -> Manifest:
    return Manifest(
        asset=asset,
        kind="material",
        target=target,
        key=hashlib.sha256(b"make%d" % revision).hexdigest(),
        full_key=hashlib.sha256(b"export%d" % revision).hexdigest(),
        files=tuple(
            ManifestFile(
                role=path,
                path=path,
                format="BC7_UNORM",
                media_type="image/vnd-ms.dds",
                size_bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                width=4,
                height=4,
                mips=3,
                color_space="srgb",
            )
            for path, data in files.items()
        ),
        provenance={"revision": revision},
        quality={"psnr_db": 41.5},
        warnings=("just a test",),
    )


def put(blobs: Blobs, files: dict[str, bytes]) -> dict[str, str]:
    return {path: blobs.put(data) for path, data in files.items()}


def read_as_engine_does(manifest_path: Path) -> int | None:
    """Read a set as a plugin does, sharing no code with the store; the revision it holds, or None if refused.

    Each file is read once and judged by the bytes that were read. An accepted set must be of one revision,
    which the bytes themselves tell: that is the assertion.
    """
    try:
        document = json.loads(manifest_path.read_bytes())
        data = {
            file["path"]: (manifest_path.parent / file["path"]).read_bytes() for file in document["files"]
        }
    except (OSError, ValueError):
        return None
    for file in document["files"]:
        if hashlib.sha256(data[file["path"]]).hexdigest() != file["sha256"]:
            return None
    revision = document["provenance"]["revision"]
    for path, content in data.items():
        pieces = set(content.split(b"|")[:-1])
        assert len(pieces) == 1, f"{path} is torn"
        assert pieces.pop().endswith(b":%06d" % revision), f"{path} is of another revision"
    return revision


def strays(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith(".assetgen-tmp")]
