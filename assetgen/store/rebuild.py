"""Fills a new index from the manifests that lie beside the published files."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assetgen.errors import StoreError
from assetgen.store.blobs import Blobs
from assetgen.store.index import Index
from assetgen.store.manifest import MANIFEST_SUFFIX, verify_set
from assetgen.store.records import FileStat

_LOG: Final = logging.getLogger("assetgen.store")


def rebuild(index: Index, blobs: Blobs, folder: Path) -> int:
    """Record every published set below a folder whose manifest verifies; return how many there were.

    A set whose blobs are all in the cache also gets its action row back: its full key leads to its manifest's
    document. Sets that do not verify are logged and left for the next bake.

    Args:
        index: receives the rows.
        blobs: of the same cache.
        folder: a project's output folder; links in it are not followed.
    """
    count = 0
    for path in _manifests(folder):
        try:
            names = [path.name, *verify_set(path).hashes()]
            # The stat comes first and the set is verified again, so a file edited meanwhile is not recorded.
            stats = [FileStat.of(name, (path.parent / name).stat()) for name in names]
            manifest = verify_set(path)
        except (StoreError, OSError) as error:
            _LOG.warning("%s was not taken into the index: %s", path, error)
            continue
        index.finish_publication(path.parent, manifest, stats=stats)
        needed = manifest.hashes().values()
        if all(blobs.has(sha) for sha in needed):
            index.put_action(manifest.full_key, manifest.to_document(), blobs=needed)
        count += 1
    return count


def _manifests(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(files):
            if name.endswith(MANIFEST_SUFFIX):
                yield Path(parent) / name
