"""A recipe: how one base material is made, and the numbers it can be asked to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assetgen.backends.procedural.look import Look, Parameter
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One base material.

    Args:
        make: draws the surface.
        tile_m: edge length of a tile in metres when nobody asks for another.
        parameters: the numbers it understands, with their ranges.
    """

    make: Callable[[Torus, Look], Surface]
    tile_m: float
    parameters: tuple[Parameter, ...]
