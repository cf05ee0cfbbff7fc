"""The cache keys of an asset: one for making it, one for each target it is exported to.

make    the canonical spec without anything about export, the backend's fingerprint, the versions of the steps
        that make, and the content of every input - a picture's hash, another asset's make key
export  the make key, what the spec says about this target, the file name, the versions of the steps that export

So a new target or container re-exports without generating again, and a raised BC7 version touches no make key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from assetgen.backends.table import BACKENDS, fingerprint
from assetgen.errors import AssetGenError, PromptFileError
from assetgen.project.project_file import PROMPT_SUFFIX
from assetgen.specs.base import TARGETS, Spec
from assetgen.store.keys import action_key, hash_file
from assetgen.versions import KEY_SCHEMA, STEPS

_MAKE_STEPS: Final = ("finish",)
_EXPORT_STEPS: Final = ("finish", "pack", "bc7", "bc45", "dds", "png")


@dataclass(frozen=True, slots=True)
class AssetKeys:
    """The keys of one asset.

    Args:
        make: of the value.
        exports: of the files, by target; every target has one, wanted or not.
    """

    make: str
    exports: Mapping[str, str]


def keys_of(spec: Spec, *, root: Path, upstream: Mapping[str, str]) -> AssetKeys:
    """Return the keys of a spec.

    Args:
        spec: the asset.
        root: the project's root, which source paths start from.
        upstream: make keys of the assets that it uses, by id.

    Raises:
        PromptFileError: a source cannot be read, or no such backend exists.
    """
    try:
        return AssetKeys(make=(make := _make_key(spec, root, upstream)), exports=_export_keys(spec, make))
    except PromptFileError:
        raise
    except AssetGenError as error:
        raise PromptFileError(error.message, asset=spec.asset) from error


@lru_cache(maxsize=1)
def versions_fingerprint() -> str:
    """Return a hash of everything besides the spec that keys depend on."""
    backends = {
        name: {kind: fingerprint(name, kind=kind) for kind in row.kinds} for name, row in BACKENDS.items()
    }
    document = [KEY_SCHEMA, STEPS, backends, TARGETS]
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _make_key(spec: Spec, root: Path, upstream: Mapping[str, str]) -> str:
    document: dict[str, object] = {
        "spec": spec.make_document(),
        "steps": {step: STEPS[step] for step in _MAKE_STEPS},
    }
    if spec.source:
        document["sources"] = {
            role: _source_key(path, root, upstream, spec.asset) for role, path in spec.source.items()
        }
    else:
        document["backend"] = fingerprint(spec.backend, kind=spec.kind)
    return action_key("make", document)


def _source_key(path: str, root: Path, upstream: Mapping[str, str], asset: str) -> str:
    if path.endswith(PROMPT_SUFFIX):
        used = path.removesuffix(PROMPT_SUFFIX)
        if used not in upstream:
            raise PromptFileError(f'"{used}", which it uses, cannot be built.', asset=asset)
        return upstream[used]
    try:
        return hash_file(root / path)
    except OSError as error:
        raise PromptFileError(
            f'the source "{path}" cannot be read: {error.strerror}.', asset=asset
        ) from error


def _export_keys(spec: Spec, make: str) -> dict[str, str]:
    steps = {step: STEPS[step] for step in _EXPORT_STEPS}
    name = spec.asset.rsplit("/", 1)[-1]
    return {
        target: action_key(
            "export", {"make": make, "spec": spec.export_document(target), "name": name, "steps": steps}
        )
        for target in TARGETS
    }
