"""A recipe: how one base material is made, and the numbers it can be asked to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from assetgen.backends.procedural.look import Look, Parameter
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.surface import Surface

_COMMON_TRAITS: Final = frozenset({"relief", "gloss", "brightness", "saturation", "warmth"})
"""What `Look` itself applies to heights, roughness and palettes, whatever the recipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One base material.

    Args:
        make: draws the surface.
        tile_m: edge length of a tile in metres when nobody asks for another.
        parameters: the numbers it understands, with their ranges.
        options: the named choices it offers, and every value of each; an open one is left to seed or recipe.
    """

    make: Callable[[Torus, Look], Surface]
    tile_m: float
    parameters: tuple[Parameter, ...]
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def heeds(self, trait: str) -> bool:
        """Say whether a trait of the prompt can change the picture."""
        if trait == "scale":
            return any(parameter.scales for parameter in self.parameters)
        return trait in _COMMON_TRAITS or any(trait in parameter.traits for parameter in self.parameters)
