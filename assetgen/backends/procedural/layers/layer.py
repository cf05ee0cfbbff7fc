"""A layer: something that settles on any finished base, placed by the base's own height, hollows and matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import torch
from torch import Tensor

from assetgen.backends.procedural.field.palette import Palette
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import NATURAL, Look, as_matter
from assetgen.backends.procedural.oklab import linear_to_oklab, oklab_to_linear, srgb_to_linear
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


def layer_palette(color: ColorWord | None, *stops: str, most_chroma: float = NATURAL) -> Palette:
    """Return a ramp in the layer's own color: the base's color has no say in its moss.

    Args:
        color: the color asked for this layer, or None.
        stops: '#rrggbb' stops of the matter as it comes.
        most_chroma: how colorful the matter can be: NATURAL or PAINTED.
    """
    ramp = Palette.of(*stops)
    return ramp if color is None else ramp.tinted(as_matter(color, most_chroma))


def ore_palette(color: ColorWord | None, *stops: str) -> Palette:
    """Return the colors of something let into a base: metal keeps its measured reflectance, stone takes a tint."""
    if color is None or not color.metal:
        return layer_palette(color, *stops)
    plain = srgb_to_linear(color.srgb)
    lightness, a, b = linear_to_oklab(plain)
    dark, light = ((max(min(lightness + step, 0.97), 0.0), a, b) for step in (-0.06, 0.04))
    return Palette(((0.0, oklab_to_linear(dark)), (0.5, plain), (1.0, oklab_to_linear(light))))


def opened_at(surface: Surface, where: Tensor, color: ColorWord | None) -> Surface:
    """Return a surface that remembers where it was broken open or something was let in, and the color asked for it.

    What glows within shows through just there.
    """
    known = where if surface.opened is None else torch.maximum(surface.opened, where)
    asked = surface.opened_color if color is None else srgb_to_linear(color.srgb)
    return replace(surface, opened=known, opened_color=asked)


def bare_metal(surface: Surface) -> Tensor | None:
    """Return the color of the metal that shows somewhere, (3, 1, 1): what is under the paint, or None on others."""
    bare = surface.metallic > 0.5
    if int(bare.sum()) * 5000 <= bare.numel():
        return None
    middle = [torch.median(channel[bare]) for channel in surface.color]
    return torch.stack(middle)[:, None, None]


def broken_open(surface: Surface) -> Tensor:
    """Return the color of the same matter where it is freshly broken or rubbed: paler, drier, less colorful."""
    grey = surface.color.mean(0, keepdim=True)
    return (surface.color * 1.22 + grey * 0.16).add_(0.055).clamp_(max=0.72)
