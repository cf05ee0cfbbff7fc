"""Padding held down along lines or at points: quilted and buttoned upholstery, and the stitches that hold it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.height import smoothstep
from assetgen.backends.procedural.operators.panels import band
from assetgen.backends.procedural.operators.torus import Torus


@dataclass(frozen=True, slots=True, eq=False)
class Quilt:
    """Diamonds of padding, seen from every texel.

    Args:
        seam_m: (N, N) metres to the nearest seam.
        along: (N, N) place along that seam in diamonds, 0..1 from crossing to crossing.
        crossing_m: (N, N) metres to the nearest crossing of seams.
        crossing_x: (N, N) metres to the right of that crossing.
        crossing_y: (N, N) metres below it.
        puff: (N, N) 0 on the seams to 1 in the middle of a diamond, round like a cushion.
    """

    seam_m: Tensor
    along: Tensor
    crossing_m: Tensor
    crossing_x: Tensor
    crossing_y: Tensor
    puff: Tensor


def quilt(torus: Torus, columns: int, rows: int, *, warp: tuple[Tensor, Tensor] | None = None) -> Quilt:
    """Return `columns` x `rows` diamonds, each next row shifted by half a diamond.

    Args:
        torus: the tile.
        columns: diamonds across the tile.
        rows: diamonds down the tile.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    bend_x, bend_y = (0.0, 0.0) if warp is None else warp
    # A quarter of a diamond keeps crossings and seams off the very border of the tile.
    x, y = (torus.u + bend_x) * columns + 0.25, (torus.v + bend_y) * rows + 0.25
    rising, falling = x + y, x - y
    to_rising, to_falling = rising - torch.round(rising), falling - torch.round(falling)
    wide, tall = torus.tile_m / columns, torus.tile_m / rows
    across_m = wide * tall / math.hypot(wide, tall)  # between neighbouring parallel seams
    is_rising = to_rising.abs() < to_falling.abs()
    half_x, half_y = (to_rising + to_falling) * 0.5, (to_rising - to_falling) * 0.5
    crossing_x, crossing_y = half_x * wide, half_y * tall
    puff = (torch.cos(to_rising * (2 * math.pi)) - 1) * (torch.cos(to_falling * (2 * math.pi)) - 1) * 0.25
    return Quilt(
        seam_m=torch.minimum(to_rising.abs(), to_falling.abs()) * across_m,
        along=torch.where(is_rising, falling, rising).remainder(1.0),
        crossing_m=torch.sqrt(crossing_x * crossing_x + crossing_y * crossing_y),
        crossing_x=crossing_x,
        crossing_y=crossing_y,
        puff=puff.clamp_(0, 1).sqrt_(),
    )


def stitches(
    torus: Torus, seam_m: Tensor, along: Tensor, *, count: int, length: float = 0.72, thick_m: float = 0.0009
) -> Tensor:
    """Return the stitches of a seam, (N, N), 0..1: round threads with gaps where they dive into the cloth.

    Args:
        torus: the tile.
        seam_m: (N, N) metres to the seam, either sign.
        along: (N, N) place along it, 0..1 from one end to the other.
        count: stitches from end to end.
        length: share of a stitch that lies on top.
        thick_m: width of the thread in metres.
    """
    place = along * count
    middle = (place - torch.floor(place) - 0.5).abs()
    on_top = smoothstep(length * 0.5, length * 0.5 - 0.12, middle)
    return band(torus, seam_m, on_top * (thick_m * 0.5) + 1e-6, soft_m=thick_m * 0.6) * on_top
