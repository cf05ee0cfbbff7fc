"""A recipe: how one base material is made, and the numbers it can be asked to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from assetgen.backends.procedural.look import Look, Parameter
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.surface import Surface, halved

_COMMON_TRAITS: Final = frozenset({"relief", "gloss", "brightness", "saturation", "warmth"})
"""What `Look` itself applies to heights, roughness and palettes, whatever the recipe."""

_SMALL: Final = 256
"""Texels along an edge up to which a tile is drawn twice as large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One base material.

    Args:
        make: draws the surface.
        tile_m: edge length of a tile in metres when nobody asks for another.
        parameters: the numbers it understands, with their ranges.
        options: the named choices it offers, and every value of each; an open one is left to seed or recipe.
        has_fine_steps: whether joints or steps are narrower than a texel of a small tile.
    """

    make: Callable[[Torus, Look], Surface]
    tile_m: float
    parameters: tuple[Parameter, ...]
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_fine_steps: bool = False

    def draw(self, torus: Torus, look: Look) -> Surface:
        """Return the surface; a small tile with fine steps is drawn twice as large and averaged.

        Joints and steps narrower than a texel are sampled, not averaged, and a 256 px tile would disagree with
        the 1024 px one that it stands for: the heights of planks correlated at 0.981, now at 0.996.
        """
        if torus.size > _SMALL or not self.has_fine_steps:
            return self.make(torus, look)
        origin = (torus.origin[0] * 2, torus.origin[1] * 2)
        return halved(self.make(replace(torus, size=torus.size * 2, origin=origin), look), torus)

    def heeds(self, trait: str) -> bool:
        """Say whether a trait of the prompt can change the picture."""
        if trait == "scale":
            return any(parameter.scales for parameter in self.parameters)
        return trait in _COMMON_TRAITS or any(trait in parameter.traits for parameter in self.parameters)
