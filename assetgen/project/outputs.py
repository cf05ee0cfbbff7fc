"""Where an asset's finished sets lie, and how one gets there: output folder / target / id."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assetgen.project.plan import TargetPlan
from assetgen.project.scan import ScannedAsset
from assetgen.store.manifest import Manifest
from assetgen.store.paths import confined
from assetgen.store.publish import publish
from assetgen.store.store import Store


def known_manifest(store: Store, asset: ScannedAsset, target: TargetPlan) -> Manifest | None:
    """Return the manifest of a set that was exported before, whose blobs are all in the store."""
    found = store.find(target.full_key)
    # Assets that ask for the same in folders of their own share a result, and each goes by its own id.
    return None if found is None else replace(Manifest.from_document(found), asset=asset.asset)


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
    folder = confined(output, target.folder.relative_to(output).as_posix())
    publish(store, folder, manifest, manifest.hashes(), force=overwrite)
    return target.manifest_path(asset.asset)
