"""Lugs rolled into floor plate so that boots hold: lozenges, bars in fives, round studs."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus

_BARS = {"lozenge": 1, "bars": 5}


def tread(torus: Torus, name: str, style: str, pitch_m: float) -> tuple[Tensor, Elements]:
    """Return the relief of lugs, (N, N) 0..1, and the cell of each: neighbours lie across one another.

    Args:
        torus: the tile.
        name: the random stream of where the pattern starts.
        style: "lozenge", "bars" or "stud".
        pitch_m: from one lug or group of bars to the next.
    """
    count = max(2 * round(torus.tile_m / pitch_m / 2), 2)
    cell_m = torus.tile_m / count
    start = torus.uniform(name, 2)[:, 0]
    x, y = (torus.u + start[0]) * count, (torus.v + start[1]) * count
    column, line = torch.floor(x), torch.floor(y)
    in_x = ((x - column - 0.5) * cell_m).expand(torus.size, -1)
    in_y = ((y - line - 0.5) * cell_m).expand(-1, torus.size)
    number = torch.remainder(line, count) * count + torch.remainder(column, count)
    side = torch.where(torch.remainder(column + line, 2) > 0.5, 1.0, -1.0)
    along = (in_x + in_y * side) * math.sqrt(0.5)
    across = (in_y - in_x * side) * math.sqrt(0.5)
    lug = (
        _stud(torus, in_x, in_y, cell_m)
        if style == "stud"
        else _bars(torus, along, across, cell_m, _BARS[style])
    )
    flat = torch.zeros(count * count, device=torus.device)
    edge = cell_m / 2 - torch.maximum(in_x.abs(), in_y.abs())
    cells = Elements(id=number.to(torch.int32), count=count * count, x=in_x, y=in_y, edge=edge, turned=flat)
    return lug, cells


def _stud(torus: Torus, x: Tensor, y: Tensor, cell_m: float) -> Tensor:
    """Return flat round studs with a sloping rim."""
    soft = max(0.16 * cell_m, 1.5 * torus.tile_m / torus.size)
    rise = ((0.34 * cell_m - torch.sqrt(x * x + y * y)) / soft + 0.5).clamp_(0, 1)
    return rise * rise * (3 - 2 * rise)


def _bars(torus: Torus, along: Tensor, across: Tensor, cell_m: float, count: int) -> Tensor:
    """Return bars side by side, each pointed at both ends and rounded over its back."""
    step = cell_m * (0.20 if count > 1 else 1.0)
    nearest = torch.round(across / step).clamp_(-(count // 2), count // 2)
    half_long = cell_m * (0.52 if count > 1 else 0.60)
    half_wide = cell_m * (0.075 if count > 1 else 0.155)
    taper = (1 - (along / half_long).square()).clamp_(min=0)
    # A lug narrower than a texel is widened and lowered, so that its volume stays.
    wide = max(half_wide, torus.tile_m / torus.size)
    inside = (1 - (across - nearest * step).abs() / (wide * taper.clamp(min=1e-3))).clamp_(min=0)
    back = (inside * (2 - inside) * 1.25).clamp_(max=1.0)
    return back * torch.sqrt(taper) * (half_wide / wide)
