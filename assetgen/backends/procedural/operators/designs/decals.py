"""What is painted on plates by stencil: bands, warning stripes, numbers."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.torus import Torus

_SEGMENTS: Final = (
    (0.0, -1.0, 0.5, 0.17),
    (0.5, -0.5, 0.17, 0.5),
    (0.5, 0.5, 0.17, 0.5),
    (0.0, 1.0, 0.5, 0.17),
    (-0.5, 0.5, 0.17, 0.5),
    (-0.5, -0.5, 0.17, 0.5),
    (0.0, 0.0, 0.5, 0.17),
)
"""Middle and half extents of the strokes of a digit that is 1 wide and 2 high, clockwise from the top."""
_DIGITS: Final = (0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F)
"""Which strokes each digit has, a bit each."""


def painted_band(torus: Torus, name: str, ragged: Tensor, half_m: float, *, upright: bool = False) -> Tensor:
    """Return one band across the tile, (N, N) 0..1, sharp as a masked edge but for where paint crept under.

    Args:
        torus: the tile.
        name: the random stream of its place.
        ragged: (N, N) about -1..1, where its border creeps and its paint is thin.
        half_m: half its width.
        upright: from top to bottom in place of left to right.
    """
    place = (torus.u if upright else torus.v) - torus.draw(name, 0.2, 0.8)
    away_m = (place - place.round()).abs_().mul_(torus.tile_m).expand_as(ragged)
    soft = max(0.0012, 0.7 * torus.tile_m / torus.size)
    painted = smoothstep(soft, -soft, away_m - half_m + ragged * 0.0012)
    return painted * (0.86 + 0.14 * smoothstep(0.3, -0.1, ragged))


def warning_stripes(torus: Torus, pieces: Elements, wide_m: float) -> Tensor:
    """Return slanting stripes over every piece, (N, N): 1 on the dark ones, 0 on the light."""
    phase = (pieces.x + pieces.y) * (0.5 / wide_m)
    away = (phase - torch.round(phase)).abs_()
    soft = max(0.03, 0.7 * torus.tile_m / torus.size / wide_m)
    return smoothstep(0.25 + soft, 0.25 - soft, away)


def numerals(
    torus: Torus, name: str, pieces: Elements, half: Tensor, *, high_m: float, inset_m: float = 0.06
) -> Tensor:
    """Return a number of three stencilled digits in the upper left of every piece, (N, N) 0..1.

    Args:
        torus: the tile.
        name: the random stream.
        pieces: the plates.
        half: their half extents in metres, (2, count).
        high_m: height of a digit.
        inset_m: from a plate's left and upper border to the number.
    """
    unit = high_m / 2
    reach = pieces.pick(half)
    # From the middle of the first digit, in half heights.
    x = (pieces.x + reach[0] - inset_m) / unit - 0.6
    y = (pieces.y + reach[1] - inset_m) / unit - 1.1
    slot = torch.round(x / 1.55).clamp_(0, 2)
    x = x - slot * 1.55
    table = torus.uniform(name, pieces.count * 3)[:, 0].mul(10).to(torch.int64).clamp_(max=9)
    strokes = torch.tensor(_DIGITS, device=torus.device)[table]
    own = torch.index_select(
        strokes, 0, (pieces.id.to(torch.int64) * 3 + slot.to(torch.int64)).view(-1)
    ).view(x.shape)
    soft = max(0.03, 0.7 * torus.tile_m / torus.size / unit)
    drawn = torch.zeros_like(x)
    for bit, (middle_x, middle_y, wide, tall) in enumerate(_SEGMENTS):
        away = torch.maximum((x - middle_x).abs() - wide + 0.07, (y - middle_y).abs() - tall + 0.07)
        here = ((own >> bit) & 1).to(x.dtype)
        drawn = torch.maximum(drawn, smoothstep(soft, -soft, away - 0.04) * here)
    return drawn
