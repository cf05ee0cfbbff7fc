"""A layer: something that settles on any finished base, placed by the base's own height, hollows and matter."""

from __future__ import annotations

from typing import Protocol

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import Look, as_matter
from assetgen.backends.procedural.operators.palette import Palette
from assetgen.backends.procedural.surface import Surface


class Layer(Protocol):
    """One layer, a function of the surface below.

    It returns the surface itself at amount 0, never covers less at a larger amount, and covers all that its cause
    can reach at amount 1.
    """

    def __call__(self, surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
        """Return the surface with the layer on it.

        Args:
            surface: any base, with or without other layers.
            amount: how much of it there is, 0..1.
            look: the wishes of the asset; its colors belong to the base, not to the layer.
            color: the color asked for this layer ("gold veins"), or None.
        """
        ...


def layer_palette(color: ColorWord | None, *stops: str) -> Palette:
    """Return a ramp in the layer's own color: the base's color has no say in its moss."""
    ramp = Palette.of(*stops)
    return ramp if color is None else ramp.tinted(as_matter(color))
