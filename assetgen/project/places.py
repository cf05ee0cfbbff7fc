"""The place that an error of a build gets: the prompt, or the source, in the prompt file that asked for it."""

from __future__ import annotations

from assetgen.errors import AssetGenError, Place
from assetgen.project.scan import ScannedAsset
from assetgen.project.toml_file import read_toml


def placed(error: AssetGenError, asset: ScannedAsset) -> AssetGenError:
    """Return the error with the place of what asked for it, unless it has one.

    A described asset has no file, and its errors name the key: `spec.prompt`.
    """
    if error.place is not None:
        return error
    key = "source" if asset.document.get("source") else "prompt"
    error.place = Place(f"spec.{key}") if asset.is_described else _place(asset, key)
    return error


def _place(asset: ScannedAsset, key: str) -> Place:
    try:
        return read_toml(asset.path).places.of((key,))
    except AssetGenError:
        return Place(str(asset.path))
