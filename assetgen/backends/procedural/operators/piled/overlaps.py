"""Pieces that lie partly on one another: sheets of gold leaf, the swirls of engine turning, scales."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import positions
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.numbered import look_up
from assetgen.backends.procedural.field.torus import Torus


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Overlaps:
    """Overlapping pieces seen from above.

    Args:
        pieces: the uppermost piece of every texel; its edge is negative where none lies.
        layers: (N, N) how many lie on one another there.
    """

    pieces: Elements
    layers: Tensor


def overlapping(
    torus: Torus,
    name: str,
    period: int,
    *,
    size: float,
    square: bool = False,
    jitter: float = 0.0,
    turn: float = 0.0,
    in_order: bool = False,
) -> Overlaps:
    """Return discs or squares on a lattice of `period` sites along the tile, each over some of its neighbours.

    Args:
        torus: the tile.
        name: the random stream.
        period: sites along both axes.
        size: diameter or side in lattice cells; up to about 1.6 without jitter.
        square: squares in place of discs.
        jitter: 0 a regular lattice, 1 anywhere in a cell.
        turn: radians by which a piece is turned at most.
        in_order: each lies on its left and upper neighbours, as worked row by row; else as they were thrown.
    """
    count, cell_m = period * period, torus.tile_m / period
    table = torus.uniform(name, count, 4)
    offset = (table[:, :2] - 0.5) * jitter + 0.5
    angle = (table[:, 2] * 2 - 1) * turn
    sites = (offset[:, 0], offset[:, 1], torch.cos(angle), torch.sin(angle), table[:, 3])
    shape = (torus.size, torus.size)
    ids = torch.empty(shape, dtype=torch.int32, device=torus.device)
    x_m, y_m, edge, layers = (torch.empty(shape, device=torus.device) for _ in range(4))
    for rows, u, v in positions(torus, None):
        x, y = u * period, v * period
        column, line = torch.floor(x), torch.floor(y)
        score, found = torch.full_like(x, -9.0), [torch.zeros_like(x) for _ in range(3)]
        owner, seen = torch.zeros(x.shape, dtype=torch.int64, device=torus.device), torch.zeros_like(x)
        for rank, (step_x, step_y) in enumerate((i, j) for j in (-1, 0, 1) for i in (-1, 0, 1)):
            number = torch.remainder(line + step_y, period) * period + torch.remainder(
                column + step_x, period
            )
            number = number.to(torch.int64)
            own_x, own_y, cos, sin, thrown = (look_up(site, number) for site in sites)
            away_x, away_y = x - column - step_x - own_x, y - line - step_y - own_y
            turned_x, turned_y = away_x * cos + away_y * sin, away_y * cos - away_x * sin
            reach = (
                torch.maximum(turned_x.abs(), turned_y.abs())
                if square
                else torch.sqrt(turned_x.square() + turned_y.square())
            )
            inside = size / 2 - reach
            covers = inside > 0
            seen += covers
            mine = torch.where(covers, 10.0 + rank if in_order else 10.0 + thrown, inside)
            better = mine > score
            score = torch.where(better, mine, score)
            owner = torch.where(better, number, owner)
            found = [
                torch.where(better, a, b) for a, b in zip((turned_x, turned_y, inside), found, strict=True)
            ]
        ids[rows] = owner.to(torch.int32)
        layers[rows] = seen
        for field, value in zip((x_m, y_m, edge), found, strict=True):
            field[rows] = value * cell_m
    upright = torch.zeros(count, device=torus.device)
    return Overlaps(
        pieces=Elements(id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=upright), layers=layers
    )
