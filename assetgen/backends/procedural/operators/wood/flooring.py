"""Blocks of parquet in their places, and the coat that lies over a wooden floor."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import positions
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.laying import lay_by_hand
from assetgen.backends.procedural.operators.layouts.panels import half_extents
from assetgen.backends.procedural.operators.layouts.plans import Plan
from assetgen.backends.procedural.operators.wood.timber import Boards

_AMBER = (1.0, 0.89, 0.74)
"""What old oil varnish lets through."""


def lay_blocks(torus: Torus, plan: Plan, name: str, *, turn: float = 0.0) -> Boards:
    """Return the blocks of a plan without joints, each measured along and across its own length.

    Args:
        torus: the tile.
        plan: where they lie.
        name: the random stream of the hand's errors.
        turn: largest error of direction in radians.
    """
    pieces = lay_by_hand(torus, plan, name, gap_m=0.0, turn=turn).pieces
    half = half_extents(torus, plan)
    along, across = pieces.along(), pieces.across()
    return Boards(
        pieces=pieces,
        along=along,
        across=across,
        to_end=pieces.pick(half.amax(0)) - along.abs(),
        half_width=pieces.pick(half.amin(0)),
    )


def lay_chevron(torus: Torus, name: str, *, width_m: float, length_m: float, slope: float) -> Boards:
    """Return blocks cut at a slant that meet point to point in columns: French, not Hungarian, herringbone.

    Args:
        torus: the tile.
        name: the random stream of where the floor starts.
        width_m: width of a block, moved to the nearest that closes.
        length_m: length of a block, likewise.
        slope: tangent of the angle to the horizontal, about 0.58 to 1.
    """
    cos = 1 / math.sqrt(1 + slope * slope)
    rows = torus.cells_across(width_m / cos)
    columns = max(2 * round(torus.tile_m / (2 * length_m * cos)), 2)
    column_m, pitch_m = torus.tile_m / columns, torus.tile_m / rows
    shape = (torus.size, torus.size)
    ids = torch.empty(shape, dtype=torch.int32, device=torus.device)
    along, across = (torch.empty(shape, device=torus.device) for _ in range(2))
    # The border keeps off the points of the columns, or the eye would take their line for a seam.
    start = (torus.draw(f"{name}/x", 0.2, 0.8) / columns, torus.draw(f"{name}/y", 0.0, 1.0))
    for band, u, v in positions(torus, None, shift=start):
        x = u * columns
        column = torch.floor(x).clamp_(max=columns - 1)
        x_m = (x - column - 0.5) * column_m
        way = 1 - 2 * torch.remainder(column, 2)
        line = v * rows + x_m * way * (slope / pitch_m)
        row = torch.floor(line)
        y_m = (line - row - 0.5) * pitch_m  # below the block's middle line, straight down
        ids[band] = (torch.remainder(row, rows) * columns + column).to(torch.int32)
        along[band] = x_m / cos - y_m * way * (slope * cos)
        across[band] = y_m * cos
    number = torch.arange(rows * columns, device=torus.device)
    half_m = pitch_m * cos / 2
    # Its ends are cut straight down: metres to one, measured along the block.
    to_end = (column_m / 2 / cos - (along + across * _ways(ids, columns) * slope).abs()).clamp_(min=0)
    pieces = Elements(
        id=ids,
        count=rows * columns,
        x=along,
        y=across,
        edge=torch.minimum(half_m - across.abs(), to_end * cos),
        turned=(number % columns % 2).float(),
    )
    half_width = torch.full(shape, half_m, device=torus.device)
    return Boards(pieces=pieces, along=along, across=across, to_end=to_end, half_width=half_width)


def _ways(ids: Tensor, columns: int) -> Tensor:
    return 1 - 2 * torch.remainder(torch.remainder(ids, columns), 2).float()


def deepened(torus: Torus, color: Tensor, *, amber: float) -> Tensor:
    """Return the color of wood under a clear coat: deeper, and warmer the more the coat has yellowed.

    Args:
        torus: the tile.
        color: (3, N, N) linear, of dry wood.
        amber: 0 water clear .. 1 old oil varnish.
    """
    kept = 1 - (1 - torch.tensor(_AMBER, device=torus.device)[:, None, None]) * amber
    # Half of the depth by channel: by channel alone, teak would come out as orange as paint.
    light = (color + color.mean(0, keepdim=True)) * 0.5
    return color * (0.58 + 0.42 * light.sqrt()) * kept


def walked_paths(torus: Torus, name: str, *, wear: float, fine: Tensor) -> Tensor:
    """Return where feet have worn a coat, (N, N) 0..1: broad paths with ragged borders.

    Args:
        torus: the tile.
        name: the random stream.
        wear: 0 nowhere .. 1 nearly everywhere.
        fine: (N, N) about -0.5..0.5, what wears sooner (edges) and later (hard rings).
    """
    path = fbm(torus, f"{name}/path", 3, octaves=5, gain=0.5)
    scuffs = fbm(torus, f"{name}/scuffs", torus.cells_across(0.12), octaves=4)
    limit = 0.92 - 1.4 * wear
    return smoothstep(limit - 0.18, limit + 0.22, path + 0.35 * scuffs + fine)
