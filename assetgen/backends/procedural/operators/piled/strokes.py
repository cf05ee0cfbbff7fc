"""Strokes of a hand laid one over the other: trowel sweeps, brush marks, dabs - each in a frame of its own."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus


def lay_strokes(
    torus: Torus,
    name: str,
    spacing_m: float,
    *,
    length_m: tuple[float, float],
    width_m: tuple[float, float],
    direction: float = 0.0,
    spread: float = math.pi,
    bend: float = 0.0,
    roundness: float = 0.5,
    ragged_m: Tensor | None = None,
) -> Elements:
    """Return the uppermost stroke of every texel; a later stroke hides what it crosses.

    In the result `x` runs along a stroke and `y` across it, in metres from its middle; `edge` is metres to its border
    and negative where no stroke has come. Strokes are drawn one by one in the window that each needs.

    Args:
        torus: the tile.
        name: the random stream.
        spacing_m: mean distance of their middles; under the width of a stroke next to nothing stays bare.
        length_m: shortest and longest.
        width_m: narrowest and widest.
        direction: main direction in radians; 0 runs to the right.
        spread: radians around it, either way.
        bend: largest sagitta of its arc by its length, either way.
        roundness: 0 square ends, 1 round ones.
        ragged_m: (N, N) metres added to the border distance.
    """
    across = torus.cells_across(spacing_m)
    count = across * across
    table = torus.uniform(name, count, 7)
    places = torch.arange(count, device=torus.device)
    middle_x = (places % across + table[:, 0]) / across
    middle_y = (torch.div(places, across, rounding_mode="floor") + table[:, 1]) / across
    angles = direction + (table[:, 2] * 2 - 1) * spread
    halves = (length_m[0] + (length_m[1] - length_m[0]) * table[:, 3]) * 0.5
    widths = (width_m[0] + (width_m[1] - width_m[0]) * table[:, 4]) * 0.5
    bends = (table[:, 5] * 2 - 1) * bend
    shape = (torus.size, torus.size)
    ids = torch.zeros(shape, dtype=torch.int32, device=torus.device)
    x_m, y_m = torch.zeros(2, *shape, device=torus.device)
    edge = torch.full(shape, -1.0, device=torus.device)
    plans = torch.stack([middle_x, middle_y, angles, halves, widths, bends], dim=1).tolist()
    for number in torch.argsort(table[:, 6], stable=True).tolist():
        centre_x, centre_y, angle, half, wide, sag = plans[number]
        radius_m = math.hypot(half, wide) + 2 * half * abs(sag)
        columns, away_x = _window(torus, centre_x, torus.origin[0], radius_m)
        rows, away_y = _window(torus, centre_y, torus.origin[1], radius_m)
        cos, sin = math.cos(angle), math.sin(angle)
        along = away_x[None, :] * cos + away_y[:, None] * sin
        across_m = away_y[:, None] * cos - away_x[None, :] * sin
        across_m = across_m - (2 * sag / half) * (along * along)
        inside = _round_box(along, across_m, half, wide, roundness * min(half, wide))
        place = (rows[:, None], columns[None, :])
        if ragged_m is not None:
            inside = inside + ragged_m[place]
        over = inside > 0
        for field, value in ((x_m, along), (y_m, across_m), (edge, inside)):
            field[place] = torch.where(over, value, field[place])
        ids[place] = torch.where(over, number, ids[place])
    return Elements(
        id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=torch.zeros(count, device=torus.device)
    )


def _window(torus: Torus, centre: float, origin: int, radius_m: float) -> tuple[Tensor, Tensor]:
    """Return the texels of one axis within a radius of a place (in tiles), and metres from it to each."""
    texel_m = torus.tile_m / torus.size
    middle = centre * torus.size - 0.5 - origin
    reach = min(math.ceil(radius_m / texel_m) + 1, (torus.size - 1) // 2)
    texels = torch.arange(-reach, reach + 1, device=torus.device) + math.floor(middle + 0.5)
    return texels % torus.size, (texels - middle) * texel_m


def _round_box(x: Tensor, y: Tensor, half_x: float, half_y: float, radius: float) -> Tensor:
    over_x, over_y = x.abs() - (half_x - radius), y.abs() - (half_y - radius)
    beyond = torch.hypot(over_x.clamp(min=0), over_y.clamp(min=0))
    return radius - beyond - torch.maximum(over_x, over_y).clamp_(max=0)
