"""A recipe: how one base material is made, and the numbers it can be asked to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.catalog.catalog import MaterialCard, Parameter
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.surface import Surface, halved

_COMMON_TRAITS: Final = frozenset({"relief", "gloss", "brightness", "saturation", "warmth"})
"""What `Look` itself applies to heights, roughness and palettes, whatever the recipe."""

_SMALL: Final = 256
"""Texels along an edge up to which a tile is drawn twice as large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One base material: the function that draws its surface, and its card in the catalog."""

    make: Callable[[Torus, Look], Surface]
    card: MaterialCard

    @property
    def tile_m(self) -> float:
        """Edge length of a tile in metres when nobody asks for another."""
        return self.card.tile_m

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The numbers it understands."""
        return self.card.parameters

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """The named choices it offers, and every value of each."""
        return {name: tuple(values) for name, values in self.card.options.items()}

    def draw(self, torus: Torus, look: Look) -> Surface:
        """Return the surface; a small tile with fine steps is drawn twice as large and averaged.

        Joints and steps narrower than a texel are sampled, not averaged, and a 256 px tile would disagree with
        the 1024 px one that it stands for: the heights of planks correlated at 0.981, now at 0.996.
        """
        if torus.size > _SMALL or not self.card.has_fine_steps:
            surface = self.make(torus, look)
        else:
            origin = (torus.origin[0] * 2, torus.origin[1] * 2)
            surface = halved(self.make(replace(torus, size=torus.size * 2, origin=origin), look), torus)
        surface = replace(surface, burns=self.card.category == "wood")
        if self.card.covers == "heap" and surface.loose is None:
            # What lies heaped over other things is loose by itself, too: feet and wheels sink into it.
            return replace(surface, loose=torus.zeros() + 1)
        return surface

    def heeds(self, trait: str) -> bool:
        """Say whether a trait of the prompt can change the picture."""
        if trait == "scale":
            return any(parameter.scales for parameter in self.parameters)
        return trait in _COMMON_TRAITS or any(trait in parameter.traits for parameter in self.parameters)


def either_way(make: Callable[[Torus, Look], Surface], torus: Torus, look: Look) -> Surface:
    """Return what a recipe for pieces that lie along x makes, standing when direction = "vertical"."""
    is_standing = look.option("direction", "horizontal") == "vertical"
    return upright(make, torus, look) if is_standing else make(torus, look)


def upright(make: Callable[[Torus, Look], Surface], torus: Torus, look: Look) -> Surface:
    """Return what a recipe for pieces that lie along x makes with its pieces standing.

    Standing boards are lying ones on a tile turned over its diagonal.
    """
    lying = make(replace(torus, origin=torus.origin[::-1]), look)

    def turn(field: Tensor) -> Tensor:
        return field.mT.contiguous()

    return replace(
        lying,
        torus=torus,
        height_m=turn(lying.height_m),
        color=turn(lying.color),
        roughness=turn(lying.roughness),
        metallic=turn(lying.metallic),
        emissive=None if lying.emissive is None else turn(lying.emissive),
    )
