"""Every backend, whole in one literal table. Light: naming a backend imports none of its code.

A further backend is one row here. `fingerprint` is the part of every cache key that says who would generate.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

from assetgen.errors import BackendUnavailable
from assetgen.versions import STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendEntry:
    """What is known of a backend without loading it.

    Args:
        module: where its `Backend` class stands.
        class_name: how that class is called.
        kinds: the asset kinds it can make.
        steps: the versioned steps whose output it is.
        licence: what its output may be used for.
    """

    module: str
    class_name: str
    kinds: tuple[str, ...]
    steps: tuple[str, ...]
    licence: str


BACKENDS: Final[dict[str, BackendEntry]] = {
    "procedural": BackendEntry(
        module="assetgen.backends.procedural.backend",
        class_name="ProceduralBackend",
        kinds=("texture", "material", "audio"),
        steps=("grammar", "procedural.material"),
        licence="output is yours without condition",
    ),
}


def find_backend(name: str, *, kind: str) -> BackendEntry:
    """Return a backend's entry.

    Raises:
        BackendUnavailable: there is none of that name, or it cannot make that kind.
    """
    entry = BACKENDS.get(name)
    if entry is None:
        near = difflib.get_close_matches(name, BACKENDS, n=1) or list(BACKENDS)
        raise BackendUnavailable(f'there is no backend "{name}"; write backend = "{near[0]}".')
    if kind not in entry.kinds:
        raise BackendUnavailable(f'backend "{name}" makes {", ".join(entry.kinds)}, not {kind}.')
    return entry


def fingerprint(name: str, *, kind: str) -> dict[str, object]:
    """Return what a cache key must know of a backend: its name and the versions of its steps."""
    entry = find_backend(name, kind=kind)
    return {"backend": name, "steps": {step: STEPS[step] for step in entry.steps}}
