"""Crushed stone in a binder: the face of asphalt, washed concrete or a rolled path."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.cells import scatter


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Aggregate:
    """Stones and what holds them, seen from every texel.

    Args:
        stone: (N, N) how much of the texel is stone rather than binder, 0..1.
        own: (N, N) a number 0..1 of the stone's own, 0.5 in the binder.
        height_m: (N, N) metres above the binder; a stone torn out leaves a pit.
        micro: (N, N) fine grain, deviation 1.
    """

    stone: Tensor
    own: Tensor
    height_m: Tensor
    micro: Tensor


def rolled_stones(
    torus: Torus, name: str, stone_m: float, *, fill: float = 0.62, torn: float = 0.12, tilt: float = 0.12
) -> Aggregate:
    """Return stones of two sizes rolled level with each other.

    Args:
        torus: the tile.
        name: the random stream.
        stone_m: size of the cells in which one of the larger stones lies.
        fill: share of these that hold one; the smaller ones fill what is left.
        torn: share of stones that have been torn out.
        tilt: how far their faces tilt, metres per metre.
    """
    texel_m = torus.tile_m / torus.size
    micro = spectral_noise(torus, f"{name}/micro", slope=0.6, low=120)
    stone, own, height_m = torus.zeros(), torus.zeros() + 0.5, micro * 0.00010
    for size, size_m, share in (("small", stone_m * 0.5, 0.9), ("large", stone_m, fill)):
        pieces = scatter(torus, f"{name}/{size}", torus.cells_across(size_m), jitter=0.95)
        draws = torus.uniform(f"{name}/{size}/stones", pieces.count, 6).T.contiguous()
        sunk = torch.where(draws[2] < torn, -0.20, 0.06 + 0.10 * draws[2])
        there, margin, sunk, tilt_x, tilt_y, number = pieces.pick(
            torch.stack([draws[0], 0.04 + 0.12 * draws[1], sunk, *((draws[3:5] - 0.5) * 2 * tilt), draws[5]])
        )
        edge = pieces.edge - size_m * margin
        body = ((edge / texel_m) * 0.7 + 0.5).clamp(0, 1) * (there < share)
        top_m = smoothstep(0.0, 0.22 * size_m, edge) * sunk * size_m + pieces.x * tilt_x + pieces.y * tilt_y
        # Stones smaller than two texels would alias: they fade into the mean of their face.
        shown = min(1.0, size_m / (2.0 * texel_m))
        height_m = mix(height_m, top_m * shown, body)
        stone, own = torch.maximum(stone, body), torch.where(body > 0.5, number, own)
    return Aggregate(stone=stone, own=own, height_m=height_m, micro=micro)
