"""Flat strips plaited over and under each other: mats, baskets, cane."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plaited:
    """The strip on top at every texel.

    Args:
        strips: which; x along and y across it in metres, edge to its side, below 0 in the holes of the mat.
        rise: (N, N) how high it runs there: 1 over another strip, -1 under one.
    """

    strips: Elements
    rise: Tensor


def plait(torus: Torus, name: str, *, strip_m: float, gap: float, over: int, uneven: float) -> Plaited:
    """Return strips along x and y, each over as many others as it then goes under, stepping on from row to row.

    Args:
        torus: the tile.
        name: the random stream.
        strip_m: distance from one strip to the next, moved to the nearest that closes.
        gap: width of the hole between two, by that distance.
        over: 1 plain weave, 2 twill.
        uneven: how far strips differ in width, 0..1.
    """
    turn = 2 * over
    count = max(round(torus.tile_m / strip_m / turn), 1) * turn
    cell_m = torus.tile_m / count
    # The border of the tile lies in the middle of a strip.
    a, b = torus.u * count + 0.5, torus.v * count + 0.5
    column, row = torch.floor(a), torch.floor(b)
    shape = (torus.size, torus.size)
    widths = (0.5 - gap / 2) * (1 - uneven * 0.3 * torus.uniform(name, 2 * count)[:, 0])
    lying, standing = torch.remainder(row, count), torch.remainder(column, count) + count
    side = [
        (widths[number.long()] - (place - whole - 0.5).abs()).expand(shape)
        for place, whole, number in ((b, row, lying), (a, column, standing))
    ]
    middle = over / 2
    rise = [
        torch.cos((a - row - middle) * (math.pi / over)),
        torch.cos(
            (b - column - middle - over) * (math.pi / over) if over > 1 else (b - column - 1.5) * math.pi
        ),
    ]
    height = [torch.where(near > 0, up, -2.0) for near, up in zip(side, rise, strict=True)]
    # Where both are as high, on the diagonals, rounding must not decide.
    is_lying = height[0] > height[1] + 1e-4

    def pick(first: Tensor, second: Tensor) -> Tensor:
        return torch.where(is_lying, first.expand(shape), second.expand(shape))

    strips = Elements(
        id=pick(lying, standing).to(torch.int32),
        count=2 * count,
        x=pick(*((torch.remainder(place / count, 1) - 0.5) * torus.tile_m for place in (a, b))),
        y=pick((b - row - 0.5) * cell_m, (a - column - 0.5) * cell_m),
        edge=pick(*side) * cell_m,
        turned=(torch.arange(2 * count, device=torus.device) >= count).float(),
    )
    return Plaited(strips=strips, rise=torch.maximum(*height).clamp(min=-1))
