"""Removing published sets, and the cache: only what is certainly ours.

A file goes if it still is what its manifest says, and of the cache folder only what the store laid there - somebody
may have pointed ASSETGEN_CACHE_DIR at a folder with other things in it.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from assetgen.errors import AssetGenError
from assetgen.store.durable import discard
from assetgen.store.keys import hash_file
from assetgen.store.manifest import MANIFEST_SUFFIX, Manifest
from assetgen.store.store import Store

REPORT_NAME: Final = "report.html"

_CACHE_FOLDERS: Final = ("blobs", "tmp", "quarantine", "locks")
_CACHE_FILES: Final = "index.*"


def clean_output(folder: Path, store: Store) -> list[Path]:
    """Remove every published set below a folder and return the files that went.

    The manifest goes first: without it no reader takes what is left for a set.
    """
    removed: list[Path] = []
    for path in sorted(folder.rglob(f"*{MANIFEST_SUFFIX}")):
        try:
            manifest = Manifest.from_json(path.read_bytes())
        except (OSError, AssetGenError):
            continue  # not ours, or no longer readable as ours
        removed += _remove(path)
        for file in manifest.files:
            removed += _remove_unedited(path.parent / file.path, file.sha256)
        store.index.forget_publication(path.parent, path.name)
        _remove_empty(path.parent, folder)
    removed += _remove(folder / REPORT_NAME)
    _remove_empty(folder, folder)
    return removed


def remove_cache(cache_dir: Path) -> None:
    """Remove the store from its folder, and the folder if nothing else is in it; nothing may have it open."""
    for name in _CACHE_FOLDERS:
        folder = cache_dir / name
        for path in folder.rglob("*"):
            if path.is_file():
                discard(path)  # Windows removes no read-only file by `rmtree`
        shutil.rmtree(folder, ignore_errors=True)
    for path in cache_dir.glob(_CACHE_FILES):
        discard(path)
    with suppress(OSError):
        cache_dir.rmdir()


def _remove_unedited(path: Path, sha256: str) -> list[Path]:
    with suppress(AssetGenError):
        if not path.is_symlink() and hash_file(path) == sha256:
            return _remove(path)
    return []


def _remove(path: Path) -> list[Path]:
    with suppress(OSError):
        path.unlink()
        return [path]
    return []


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder and the folders above it, up to `top`, as far as they are empty."""
    while True:
        try:
            folder.rmdir()
        except OSError:
            return
        if folder == top:
            return
        folder = folder.parent
