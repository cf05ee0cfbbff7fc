"""What is pressed into a sheet of metal to stiffen it: a frame, a raised field, beads, a cross."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.panels import inner_frame, rows_inside, swell

PRESSINGS = ("frame", "field", "beads", "cross")
"""Every way of pressing; "none" leaves the sheet flat."""


def pressed(
    torus: Torus, pieces: Elements, half: Tensor, style: str, *, inset_m: float, deep_m: float
) -> Tensor:
    """Return how far a pressing stands out of each sheet in metres, (N, N).

    Args:
        torus: the tile.
        pieces: the sheets.
        half: their half extents, as `half_extents` gives them.
        style: one of PRESSINGS, or "none".
        inset_m: from a sheet's border to the pressing.
        deep_m: its height.
    """
    if style == "beads":
        return swell(torus, rows_inside(pieces, half, inset_m + 0.07, 0.15), 0.024).mul_(deep_m)
    if style == "cross":
        span = pieces.pick((half - inset_m * 0.6).clamp(min=0.01))
        crease = 1 - torch.maximum(pieces.x.abs() / span[0], pieces.y.abs() / span[1])
        return crease.clamp_(min=0).mul_(deep_m * 1.8)
    inside = inner_frame(pieces, half, inset_m, 0.045)
    if style == "field":
        return smoothstep(0.0, 0.022, inside).mul_(deep_m)
    if style == "frame":
        return swell(torus, inside - 0.022, 0.022).mul_(deep_m)
    return torus.zeros()
