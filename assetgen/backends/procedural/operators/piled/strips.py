"""Flat strips thrown down one over the other, each in its own direction: chips, strands of board, straw, shavings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.piled.leaves import Lying, Thrown, lay_shapes


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Strips:
    """The topmost strip under every texel.

    Args:
        pieces: which; x along and y across it in metres, edge to its rim, below 0 where nothing lies.
        half_long_m: (N, N) half of its length.
        half_wide_m: (N, N) half of its width.
        turn: (N, N) its direction in radians, 0 to the right.
        level: (N, N) how high it lies there, 0..1.
    """

    pieces: Elements
    half_long_m: Tensor
    half_wide_m: Tensor
    turn: Tensor
    level: Tensor


def throw_strips(
    torus: Torus,
    name: str,
    count: int,
    *,
    length_m: tuple[float, float],
    width_m: tuple[float, float],
    direction: float | Tensor = 0.0,
    spread: float = math.pi / 2,
    center: Tensor | None = None,
    lift: float = 0.0,
) -> Strips:
    """Throw rectangles on the tile, one over the other; or, with `lift`, leaning on each other.

    Args:
        torus: the tile.
        name: the random stream.
        count: how many.
        length_m: shortest and longest.
        width_m: narrowest and widest.
        direction: main direction in radians; 0 lies along x, pi / 2 along y; one number or one for each, (count,).
        spread: radians to either side of it; the middle is commoner.
        center: (count, 2) where their middles lie in tiles; anywhere when left out.
        lift: 0 flat .. 1 every strip rises from its start to its end, and whichever is higher is seen: so the ends
            of straw cover the starts of the next, all around the torus.
    """
    draws = torus.uniform(name, count, 7).T
    middle = draws[:2] if center is None else center.T
    half_m = torch.stack(
        [
            (low + (high - low) * share) / 2
            for share, (low, high) in zip(draws[2:4], (length_m, width_m), strict=True)
        ]
    )
    # A strip owns a texel whose centre it covers, but shapes reach half a texel past their outline.
    drawn_m = (half_m - 0.5 * torus.tile_m / torus.size).clamp(min=0.05 * torus.tile_m / torus.size)
    turn = direction + (draws[4] + draws[5] - 1) * spread
    none = torch.zeros(count, device=torus.device)
    thrown = Thrown(
        x=middle[0], y=middle[1], turn=turn, half_m=drawn_m[0], half_width_m=drawn_m[1],
        lift_m=draws[6] * (1 - lift) + lift / 2, tilt=lift / 2 / drawn_m[0],
        bend=none, roll=none, arch=none, cup=none, own=none, kind=none.to(torch.int64),
    )  # fmt: skip
    (top,) = lay_shapes(torus, thrown, (_strip,), layers=1)
    return _measured(torus, top, half_m, drawn_m, turn)


def _strip(x: Tensor, y: Tensor, own: Tensor) -> Tensor:
    # Ends are cut square: 60 half widths to the half length leave next to nothing beyond them.
    return torch.minimum(1 - y.abs(), (1 - x.abs()) * 60)


def _measured(torus: Torus, top: Lying, half_m: Tensor, drawn_m: Tensor, turn: Tensor) -> Strips:
    """Measure every texel in the frame of the strip on top of it."""
    (long_m, wide_m), drawn = top.pick(half_m), top.pick(drawn_m)
    x, y = top.x * drawn[0], top.y * drawn[1]
    edge = torch.minimum(long_m - x.abs(), wide_m - y.abs()).clamp_(min=0)
    pieces = Elements(
        id=top.id,
        count=top.count,
        x=x,
        y=y,
        edge=torch.where(top.cover > 0, edge, -torus.tile_m),
        turned=torch.zeros(top.count, device=torus.device),
    )
    return Strips(
        pieces=pieces, half_long_m=long_m, half_wide_m=wide_m, turn=top.pick(turn), level=top.height_m
    )
