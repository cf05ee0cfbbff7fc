"""`<asset>.prompt.lock` beside a prompt file: exactly what its products came from, for version control.

JSON, sorted, without times: it changes only when a product, an input or what made it changes.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from assetgen.bake.results import AssetResult, BakeResult, Status
from assetgen.errors import AssetGenError
from assetgen.project.project_file import PROMPT_SUFFIX
from assetgen.store.manifest import Manifest

LOCK_SUFFIX: Final = ".prompt.lock"
LOCK_VERSION: Final = 1

_LOG = logging.getLogger("assetgen.bake")


def write_locks(result: BakeResult) -> None:
    """Write the lock of every prompt file of which something was put in place, or which has none yet.

    A lock that cannot be written costs no asset: it is logged, and the next bake tries again.
    """
    by_file: dict[Path, list[AssetResult]] = {}
    for asset in result.assets:
        by_file.setdefault(asset.prompt_file, []).append(asset)
    for path, assets in by_file.items():
        lock = lock_path(path)
        is_whole = all(asset.status in (Status.BAKED, Status.CACHED) for asset in assets)
        is_due = any(asset.reason for asset in assets) or not lock.exists()
        if is_whole and is_due:
            try:
                _write(lock, _document(lock, assets))
            except (OSError, AssetGenError) as error:
                _LOG.warning("%s was not written: %s", lock, error)


def lock_path(prompt_file: Path) -> Path:
    """Return where the lock of a prompt file lies."""
    return prompt_file.with_name(prompt_file.name.removesuffix(PROMPT_SUFFIX) + LOCK_SUFFIX)


def _document(lock: Path, assets: list[AssetResult]) -> dict[str, object]:
    """Return the lock; targets of an earlier bake with the same make key are kept."""
    old = _read(lock)
    entries = {}
    for asset in assets:
        manifests = {
            target: Manifest.from_json(Path(path).read_bytes()) for target, path in asset.manifests.items()
        }
        if not manifests:
            continue
        first = next(iter(manifests.values()))
        before = old.get(asset.name, {})
        kept = before.get("outputs", {}) if before.get("make_key") == first.key else {}
        outputs = {target: {"key": m.full_key, "files": m.hashes()} for target, m in manifests.items()}
        entries[asset.name] = {
            "kind": first.kind,
            "seed": first.provenance["seed"],
            "backend": first.provenance["backend"],
            "licence": first.provenance["licence"],
            "steps": first.provenance["steps"],
            "make_key": first.key,
            "outputs": {**kept, **outputs},
        }
    return {"assetgen_lock": LOCK_VERSION, "assets": entries}


def _read(lock: Path) -> Mapping[str, dict]:
    try:
        document = json.loads(lock.read_bytes())
        return document["assets"] if document["assetgen_lock"] == LOCK_VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(lock: Path, document: Mapping[str, object]) -> None:
    data = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    with suppress(OSError):
        if lock.read_bytes() == data:
            return
    staged = lock.with_name(f".{lock.name}.{os.getpid()}.assetgen-tmp")
    try:
        staged.write_bytes(data)
        staged.replace(lock)
    finally:
        staged.unlink(missing_ok=True)
