"""The cache keys of an asset: one for making it, one for each target it is exported to.

make    the canonical spec without anything about export, the backend's fingerprint, the versions of the steps
        that make, and the content of every input - a picture's hash, another asset's make key
export  the make key, what the spec says about this target, the file name, the versions of the steps that export

So a new target or container re-exports without generating again, and a raised BC7 version touches no make key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from assetgen.backends.table import BACKENDS, fingerprint
from assetgen.errors import AssetGenError, PromptFileError
from assetgen.project.project_file import PROMPT_SUFFIX
from assetgen.specs.base import TARGETS, Spec
from assetgen.specs.picture_formats import missing_modules
from assetgen.specs.table import spec_from_json
from assetgen.store.keys import action_key, hash_file
from assetgen.store.paths import safe_relative
from assetgen.versions import KEY_SCHEMA, STEPS

_MAKE_STEPS: Final = ("finish",)
_SOURCE_STEPS: Final = ("sources",)
_EXPORT_STEPS: Final = (
    "finish",
    "pack",
    "bc7",
    "bc45",
    "bc1",
    "bc3",
    "bc6h",
    "dds",
    "ktx2",
    "png",
    "pictures",
    "metadata",
)


@dataclass(frozen=True, slots=True)
class AssetKeys:
    """The keys of one asset.

    Args:
        make: of the value.
        exports: of the files, by target; every target has one, wanted or not.
        inputs: what was found behind each source, by its path: a picture's sha256, another asset's make key.
    """

    make: str
    exports: Mapping[str, str]
    inputs: Mapping[str, str]


class ExportKeys(Mapping[str, str]):
    """The key of an asset's files for each target, made when it is first asked for: most need one of five.

    Args:
        spec: the asset, or its spec as JSON.
        make: its make key.
        known: keys that are known already.
    """

    __slots__ = ("_known", "_make", "_spec")

    def __init__(
        self, spec: Spec | Mapping[str, Any], make: str, known: Mapping[str, str] | None = None
    ) -> None:
        self._spec, self._make = spec, make
        self._known = dict(known or {})

    def __getitem__(self, target: str) -> str:
        """Return the key for a target."""
        if target not in self._known:
            if target not in TARGETS:
                raise KeyError(target)
            self._known[target] = self._key(target)
        return self._known[target]

    def __iter__(self) -> Iterator[str]:
        """Return the targets."""
        return iter(TARGETS)

    def __len__(self) -> int:
        """Return how many targets there are."""
        return len(TARGETS)

    def _key(self, target: str) -> str:
        if not isinstance(self._spec, Spec):
            self._spec = spec_from_json(self._spec)
        document = {
            "make": self._make,
            "spec": self._spec.export_document(target),
            "name": self._spec.asset.rsplit("/", 1)[-1],
            "steps": {step: STEPS[step] for step in (*_EXPORT_STEPS, *self._spec.export_steps)},
        }
        lacking = missing_modules(self._spec.formats_asked())
        if lacking:  # something else is written then, until they are installed
            document["without"] = lacking
        return action_key("export", document)


def keys_of(
    spec: Spec,
    *,
    root: Path,
    upstream: Mapping[str, str],
    hash_picture: Callable[[Path], str] = hash_file,
) -> AssetKeys:
    """Return the keys of a spec.

    Args:
        spec: the asset.
        root: the project's root, which source paths start from.
        upstream: make keys of the assets that it uses, by the path of their prompt file.
        hash_picture: gives the sha256 of a source picture.

    Raises:
        PromptFileError: a source cannot be read, no such backend exists, or no system could hold the id as a path.
    """
    try:
        safe_relative(spec.asset)
        paths = spec.source.values() if spec.source else ()
        inputs = {path: _input(path, root, upstream, hash_picture) for path in paths}
        make = _make_key(spec, inputs)
        return AssetKeys(make=make, exports=ExportKeys(spec, make), inputs=inputs)
    except AssetGenError as error:
        raise PromptFileError(error.message, asset=spec.asset) from error


@lru_cache(maxsize=1)
def versions_fingerprint() -> str:
    """Return a hash of everything besides the spec that keys depend on."""
    backends = {
        name: {kind: fingerprint(name, kind=kind) for kind in row.kinds} for name, row in BACKENDS.items()
    }
    document = [KEY_SCHEMA, STEPS, backends, TARGETS, missing_modules()]
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _input(path: str, root: Path, upstream: Mapping[str, str], hash_picture: Callable[[Path], str]) -> str:
    if not path.endswith(PROMPT_SUFFIX):
        return hash_picture(root / path)
    if path not in upstream:
        raise PromptFileError(f'"{path}", which it uses, cannot be built; mend that one first.')
    return upstream[path]


def _make_key(spec: Spec, inputs: Mapping[str, str]) -> str:
    document: dict[str, object] = {
        "spec": spec.make_document(),
        "steps": {step: STEPS[step] for step in (*_MAKE_STEPS, *spec.make_steps)},
    }
    if spec.source:
        # What the sources hold counts, not where they lie: a picture may move.
        document["spec"] = {name: value for name, value in spec.make_document().items() if name != "source"}
        document["steps"] = {step: STEPS[step] for step in (*_MAKE_STEPS, *_SOURCE_STEPS)}
        document["sources"] = {role: inputs[path] for role, path in spec.source.items()}
    else:
        document["backend"] = fingerprint(spec.backend, kind=spec.kind)
    return action_key("make", document)
