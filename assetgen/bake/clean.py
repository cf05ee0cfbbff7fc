"""Removing published sets: only files that still are what their manifest says."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from assetgen.errors import AssetGenError
from assetgen.store.keys import hash_file
from assetgen.store.manifest import MANIFEST_SUFFIX, Manifest
from assetgen.store.store import Store

REPORT_NAME = "report.html"


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
            member = path.parent / file.path
            with suppress(OSError):
                if not member.is_symlink() and hash_file(member) == file.sha256:
                    removed += _remove(member)
        store.index.forget_publication(path.parent, path.name)
        _remove_empty(path.parent, folder)
    removed += _remove(folder / REPORT_NAME)
    _remove_empty(folder, folder)
    return removed


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
