"""Metal with holes in it: bar grating, perforated sheet, expanded mesh."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.panels import within

STYLES = {"bars": 0.25, "perforated": 0.65, "mesh": 0.40}
"""Every style, and about how much of it is metal."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Openwork:
    """A pierced face.

    Args:
        solid: (N, N) 1 on metal, 0 in a hole, filtered over the texel.
        rise: (N, N) 0..1 how high the metal stands within its own thickness.
        edge_m: (N, N) metres to the border of the metal, positive on it.
        crossing: (N, N) 0..1 where bars or strands meet.
    """

    solid: Tensor
    rise: Tensor
    edge_m: Tensor
    crossing: Tensor


def openwork(torus: Torus, name: str, style: str, pitch_m: float) -> Openwork:
    """Return metal with holes.

    Args:
        torus: the tile.
        name: the random stream of where the pattern starts.
        style: one of STYLES.
        pitch_m: from one bar, hole or mesh to the next.
    """
    start = torus.uniform(name, 2)[:, 0]
    u, v = torus.u + start[0], torus.v + start[1]
    return {"bars": _bars, "perforated": _perforated, "mesh": _mesh}[style](torus, u, v, pitch_m)


def _from_line(place: Tensor, count: int, tile_m: float) -> Tensor:
    """Return metres to the nearest of `count` lines along a tile."""
    phase = place * count
    return (phase - torch.round(phase)).abs_().mul_(tile_m / count)


def _bars(torus: Torus, u: Tensor, v: Tensor, pitch_m: float) -> Openwork:
    """Bearing bars that run down the tile, and round rods through them at three times their pitch."""
    shape = (torus.size, torus.size)
    many = torus.cells_across(pitch_m)
    few = max(round(many / 3), 1)
    bar = (pitch_m * 0.085 - _from_line(u, many, torus.tile_m)).expand(shape)
    rod = (pitch_m * 0.10 - _from_line(v, few, torus.tile_m)).expand(shape)
    edge = torch.maximum(bar, rod)
    # A rod is let into the bars: its back lies lower than their tops.
    back = (rod / (pitch_m * 0.10)).clamp(0, 1)
    round_back = torch.sqrt((back * (2 - back)).clamp(min=0)) * 0.72
    rise = torch.maximum(within(torus, bar), round_back)
    meet = torch.exp(-((bar.clamp(max=0).square() + rod.clamp(max=0).square()) * (1 / (pitch_m * 0.12) ** 2)))
    return Openwork(solid=within(torus, edge), rise=rise, edge_m=edge, crossing=meet)


def _perforated(torus: Torus, u: Tensor, v: Tensor, pitch_m: float) -> Openwork:
    """Round holes in rows that are shifted by half, their rims drawn in a little by the punch."""
    columns = torus.cells_across(pitch_m * 0.62)
    rows = max(2 * round(columns / math.sqrt(0.75) / 2), 2)
    cell_m = torus.tile_m / columns
    x, y = u * columns, v * rows
    tall = torus.tile_m / rows
    away = torch.full((torus.size, torus.size), 9.0, device=torus.device)
    for odd in (0.0, 1.0):
        row = torch.round((y - odd) / 2) * 2 + odd
        column = torch.round(x - odd / 2)
        to_x, to_y = (x - odd / 2 - column) * cell_m, (y - row) * tall
        away = torch.minimum(away, torch.sqrt(to_x.square() + to_y.square()))
    edge = away - cell_m * 0.30
    rim = torch.exp(-edge.clamp(min=0) * (1 / (cell_m * 0.07)))
    return Openwork(solid=within(torus, edge), rise=1 - rim * 0.35, edge_m=edge, crossing=torus.zeros())


def _mesh(torus: Torus, u: Tensor, v: Tensor, pitch_m: float) -> Openwork:
    """Sheet slit and drawn apart: strands that lean, wide where four of them meet."""
    across, down = torus.cells_across(pitch_m * 1.5), torus.cells_across(pitch_m * 0.66)
    one, other = u * across + v * down, u * across - v * down
    to_one, to_other = (one - torch.round(one)), (other - torch.round(other))
    # Metres across a strand, from the gradient of its phase.
    slope_m = torus.tile_m / math.hypot(across, down)
    far_one, far_other = to_one.abs() * slope_m, to_other.abs() * slope_m
    near, far = torch.minimum(far_one, far_other), torch.maximum(far_one, far_other)
    knuckle = torch.exp(-far * (1 / (pitch_m * 0.10)))
    edge = pitch_m * (0.075 + 0.06 * knuckle) - near
    lean = torch.where(far_one < far_other, to_one, to_other) * (slope_m / (pitch_m * 0.15))
    rise = (0.72 + 0.40 * lean.clamp(-0.7, 0.7) * (1 - knuckle) - 0.10 * knuckle).clamp_(0, 1)
    return Openwork(solid=within(torus, edge), rise=rise, edge_m=edge, crossing=knuckle)
