"""Where an asset's finished sets lie, and how one gets there: output folder / target / id."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assetgen.errors import StoreError
from assetgen.project.plan import TargetPlan
from assetgen.project.scan import ScannedAsset
from assetgen.store.manifest import Manifest
from assetgen.store.paths import confined
from assetgen.store.publish import publish
from assetgen.store.store import Store


def put_in_place(
    store: Store, asset: ScannedAsset, target: TargetPlan, manifest: Manifest, *, overwrite: bool
) -> Path:
    """Publish a set whose blobs are in the store; return where its manifest lies.

    Raises:
        PathRefused: a folder between the output folder and the set is a link, which could lead anywhere.
        PublishConflict: files in the way are not ours, and `overwrite` does not ask to move them aside.
        StoreError: the disk refused, or a blob is damaged.
    """
    output = asset.project.output_folder
    if output.exists() and not output.is_dir():
        raise StoreError(f"the output folder {output} is a file; move it away, or name another folder.")
    folder = confined(output, target.folder.relative_to(output).as_posix())
    publish(store, folder, manifest, manifest.hashes(), force=overwrite)
    return target.manifest_path(asset.asset)


def put_back(store: Store, asset: ScannedAsset, target: TargetPlan, *, overwrite: bool) -> Path | None:
    """Publish a set that was exported before; return where its manifest lies, or None when the store lost it.

    Raises:
        AssetGenError: as `put_in_place`.
    """
    manifest = _known_manifest(store, asset, target)
    if manifest is None:
        return None
    try:
        return put_in_place(store, asset, target, manifest, overwrite=overwrite)
    except StoreError:
        if _known_manifest(store, asset, target) is None:
            return None  # reading a damaged blob moved it to quarantine
        raise


def _known_manifest(store: Store, asset: ScannedAsset, target: TargetPlan) -> Manifest | None:
    found = store.find(target.full_key)
    # Assets that ask for the same in folders of their own share a result, and each goes by its own id.
    return None if found is None else replace(Manifest.from_document(found), asset=asset.asset)
