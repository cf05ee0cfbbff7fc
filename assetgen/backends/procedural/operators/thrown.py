"""Flat pieces thrown down one over the other, each in its own direction: chips, strands of board, straw, shavings."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.torus import Torus

_SAMPLES = 1 << 20
"""Samples splatted at once; bounds the memory that a large tile takes."""
_LEVELS = 1 << 20
"""How finely heights are told apart."""
_STEP = 0.7
"""Texels between two samples of a piece: under half the diagonal of a texel, so that none is missed."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Thrown:
    """The topmost piece under every texel.

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


def throw(
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
) -> Thrown:
    """Throw rectangles on the tile, the later over the earlier; or, with `lift`, leaning on those before them.

    Args:
        torus: the tile.
        name: the random stream.
        count: how many.
        length_m: shortest and longest.
        width_m: narrowest and widest.
        direction: main direction in radians; 0 lies along x, pi / 2 along y; one number or one for each, (count,).
        spread: radians to either side of it; the middle is commoner.
        center: (count, 2) where their middles lie in tiles; anywhere when left out.
        lift: 0 flat .. 1 every piece rises from its start to its end, and whichever is higher is seen: so the ends
            of straw cover the starts of the next, all around the torus.
    """
    size, texel_m = torus.size, torus.tile_m / torus.size
    draws = torus.uniform(name, count, 7)
    middle = draws[:, :2] if center is None else center
    rank = draws[:, 6] * (1 - lift)
    long_m = (length_m[0] + (length_m[1] - length_m[0]) * draws[:, 2]) / 2
    wide_m = (width_m[0] + (width_m[1] - width_m[0]) * draws[:, 3]) / 2
    turn = direction + (draws[:, 4] + draws[:, 5] - 1) * spread
    cos, sin = torch.cos(turn), torch.sin(turn)
    steps_long, steps_wide = (
        max(math.ceil(bound / texel_m / _STEP), 1) + 1 for bound in (length_m[1], width_m[1])
    )
    along = torch.linspace(-1, 1, steps_long, device=torus.device)[None, :, None]
    across = torch.linspace(-1, 1, steps_wide, device=torus.device)[None, None, :]
    owner = torch.zeros(size * size, dtype=torch.int64, device=torus.device)
    at_once = max(_SAMPLES // (steps_long * steps_wide), 1)
    for start in range(0, count, at_once):
        own = slice(start, min(start + at_once, count))
        x_m, y_m = along * long_m[own, None, None], across * wide_m[own, None, None]
        own_cos, own_sin = cos[own, None, None], sin[own, None, None]
        column, dx = _texel(torus, middle[own, 0], x_m * own_cos - y_m * own_sin)
        line, dy = _texel(torus, middle[own, 1], x_m * own_sin + y_m * own_cos)
        # A piece owns a texel whose centre it covers: one that it only touches would make small pictures coarse.
        place = dx * own_cos + dy * own_sin
        inside = place.abs() <= long_m[own, None, None]
        inside &= (dy * own_cos - dx * own_sin).abs_() <= wide_m[own, None, None]
        slot = ((line - torus.origin[1]) % size).mul_(size).add_((column - torus.origin[0]) % size)
        number = torch.arange(own.start + 1, own.stop + 1, device=torus.device)[:, None, None].expand_as(slot)
        if lift:
            rise = (place / long_m[own, None, None] + 1).mul_(lift / 2).add_(rank[own, None, None])
            number = number + (rise * _LEVELS).to(torch.int64) * (count + 1)
        owner.scatter_reduce_(0, slot.reshape(-1), torch.where(inside, number, 0).reshape(-1), "amax")
    owner = owner.view(size, size)
    number = owner % (count + 1) if lift else owner
    seen = _seen(torus, (number - 1).clamp(min=0).to(torch.int32), owner > 0, middle, (long_m, wide_m), turn)
    level = seen.pieces.pick(rank) + lift * (seen.pieces.x / (2 * seen.half_long_m) + 0.5)
    return replace(seen, level=level if lift else number / count)


def _texel(torus: Torus, center: Tensor, away_m: Tensor) -> tuple[Tensor, Tensor]:
    """Return the number of the texel at some metres from a center, and metres from the center to its middle."""
    middle = center[:, None, None]
    texel = torch.floor((middle + away_m / torus.tile_m) * torus.size)
    away = ((texel + 0.5) / torus.size - middle) * torus.tile_m
    return texel.to(torch.int64), away


def _seen(
    torus: Torus,
    ids: Tensor,
    covered: Tensor,
    middle: Tensor,
    half_m: tuple[Tensor, Tensor],
    turn: Tensor,
) -> Thrown:
    """Measure every texel in the frame of the piece on top of it."""
    flat = ids.reshape(-1)

    def pick(table: Tensor) -> Tensor:
        return torch.index_select(table, 0, flat).view(ids.shape)

    dx, dy = torus.u - pick(middle[:, 0].contiguous()), torus.v - pick(middle[:, 1].contiguous())
    dx, dy = (dx - torch.round(dx)) * torus.tile_m, (dy - torch.round(dy)) * torus.tile_m
    angle = pick(turn)
    cos, sin = torch.cos(angle), torch.sin(angle)
    x, y = dx * cos + dy * sin, dy * cos - dx * sin
    long_m, wide_m = (pick(half) for half in half_m)
    edge = torch.minimum(long_m - x.abs(), wide_m - y.abs())
    edge = torch.where(covered, edge, torch.full_like(edge, -torus.tile_m))
    count = len(turn)
    pieces = Elements(
        id=ids, count=count, x=x, y=y, edge=edge, turned=torch.zeros(count, device=torus.device)
    )
    return Thrown(pieces=pieces, half_long_m=long_m, half_wide_m=wide_m, turn=angle, level=edge)
