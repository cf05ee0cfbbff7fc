"""What kinds share whose value is a material: how it is kept, shown and told of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch

from assetgen.formats.material_bundle import read_material_bundle, write_material_bundle
from assetgen.imaging.quality import check_plausible, measure_material
from assetgen.media.material import Material


class MaterialValue:
    """The part of a kind that only its value matters to."""

    has_textures: ClassVar[bool] = True

    def to_bundle(self, value: Material) -> bytes:
        """Return the material's maps at 16 bits and its factors."""
        return write_material_bundle(value)

    def from_bundle(self, data: bytes, *, device: torch.device) -> Material:
        """Return the material of a bundle."""
        return read_material_bundle(data, device=device)

    def measure(self, value: Material) -> tuple[Mapping[str, float], tuple[str, ...]]:
        """Return the quality figures of a material and what is implausible about them."""
        figures = measure_material(value)
        return figures, check_plausible(figures)

    def shown(self, value: Material) -> Material:
        """Return the material itself."""
        return value

    def heard(self, value: Material) -> None:
        """Return nothing: it is only seen."""

    def facts(self, value: Material) -> Mapping[str, float]:
        """Return its physical size and the strength of its light."""
        return {
            "tile_m": round(value.tile_m, 6),
            "relief_m": round(value.relief_m, 6),
            "emissive_strength": round(value.emissive_strength, 6),
        }
