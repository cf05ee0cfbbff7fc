"""Padding held down along lines or at points: quilted and buttoned upholstery, and what holds it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.cloth.stitching import Stitches, stitches


@dataclass(frozen=True, slots=True, eq=False)
class Quilt:
    """Diamonds of padding, seen from every texel.

    Args:
        seam_m: (N, N) metres to the nearest seam.
        away_m: (N, N) the same, negative on one side of it.
        along: (N, N) place along that seam, 0..1 from crossing to crossing.
        seam: (N, N) int64 number of that stretch of seam.
        side_m: metres from crossing to crossing.
        crossing_m: (N, N) metres to the nearest crossing of seams.
        crossing_x: (N, N) metres to the right of that crossing.
        crossing_y: (N, N) metres below it.
        puff: (N, N) 0 on the seams to 1 in the middle of a diamond, round like a cushion.
    """

    seam_m: Tensor
    away_m: Tensor
    along: Tensor
    seam: Tensor
    side_m: float
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
    along = torch.where(is_rising, falling, rising)
    half_x, half_y = (to_rising + to_falling) * 0.5, (to_rising - to_falling) * 0.5
    crossing_x, crossing_y = half_x * wide, half_y * tall
    puff = (torch.cos(to_rising * (2 * math.pi)) - 1) * (torch.cos(to_falling * (2 * math.pi)) - 1) * 0.25
    away_m = torch.where(is_rising, to_rising, to_falling) * across_m
    line = torch.round(torch.where(is_rising, rising, falling)) * 2
    middle = torch.floor(along) * 2 + 1
    # The middle of the stretch in quarters of a diamond: a whole number on either axis.
    at_x, at_y = line + middle, torch.where(is_rising, line - middle, middle - line)
    place = torch.remainder(at_x, 4 * columns) * (4 * rows) + torch.remainder(at_y, 4 * rows)
    return Quilt(
        seam_m=away_m.abs(),
        away_m=away_m,
        along=along - torch.floor(along),
        seam=place.to(torch.int64),
        side_m=math.hypot(wide, tall) * 0.5,
        crossing_m=torch.sqrt(crossing_x * crossing_x + crossing_y * crossing_y),
        crossing_x=crossing_x,
        crossing_y=crossing_y,
        puff=puff.clamp_(0, 1).sqrt_(),
    )


def sewn(torus: Torus, name: str, quilted: Quilt, *, stitch_m: float, thread_m: float) -> Stitches:
    """Return the stitches along all seams of a quilt; arguments as for `stitches`."""
    return stitches(
        torus,
        name,
        quilted.away_m,
        quilted.along,
        stitch_m=stitch_m,
        thread_m=thread_m,
        seam_m=quilted.side_m,
        seam=quilted.seam,
    )
