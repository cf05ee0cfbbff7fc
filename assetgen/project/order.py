"""What is asked of a worker and what it answers: plain values that cross a process boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assetgen.project.plan import AssetPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOrder:
    """One asset to build.

    Args:
        plan: the asset and its targets.
        force: make and export again though the store knows the result.
        overwrite: move files in the way that are not ours aside instead of refusing.
        preview: show it: a sketch before it is made, and what was made before it is exported.
    """

    plan: AssetPlan
    force: bool = False
    overwrite: bool = False
    preview: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build did.

    Args:
        asset: the asset's id.
        was_made: whether the value was generated now, not taken from the store.
        manifests: path of the manifest by target.
        seconds: wall time.
        warnings: plain sentences.
    """

    asset: str
    was_made: bool
    manifests: Mapping[str, str]
    seconds: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InspectOrder:
    """One image, texture or sound file to be described."""

    path: Path


@dataclass(frozen=True, slots=True)
class MachineOrder:
    """The question what this machine can compute on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwatchOrder:
    """A picture of what a prompt gives, and a taste of a sound, for looking through a catalog; nothing is kept.

    Args:
        prompt: that names a material, or a sound.
        mode: of a sound; empty for a material.
        style: a style over it, if any.
        seed: to draw from.
        edge: of the picture in pixels.
    """

    prompt: str
    mode: str = ""
    style: str | None = None
    seed: int = 1
    edge: int = 256


@dataclass(frozen=True, slots=True)
class WarmUpOrder:
    """Every block encoder compiled and kept, for this machine and for NVIDIA cards named as "sm_89"."""

    cards: tuple[str, ...] = ()


WorkOrder = BuildOrder | InspectOrder | MachineOrder | SwatchOrder | WarmUpOrder
"""Everything that a worker can be asked."""
Answer = Built | Mapping[str, object]
"""What a worker gives back: for a build what it did, else plain JSON."""
