"""Things that lie on one another: scales, feathers, crystals, sacs. Of all that reach a texel the highest shows.

A piece is a shape of its own, given as a height over its own frame; where two meet, they part as solid bodies do, and
nothing has to say which of them lies on top.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import Warp, positions
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus

NOWHERE = -1.0
"""Height in metres that a shape gives where it does not reach."""

Shape = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Height in metres over metres right of and below a piece's root in its own frame, and its (K, ...) traits."""


@dataclass(frozen=True, slots=True, eq=False)
class Pile:
    """The topmost piece of every texel.

    Args:
        pieces: x and y lie in the piece's own frame; edge is how far its top stands above the second highest.
        top_m: (N, N) height of the topmost piece, NOWHERE where there is none.
    """

    pieces: Elements
    top_m: Tensor


def pile(
    torus: Torus,
    name: str,
    period: int,
    shape: Shape,
    *,
    traits: Tensor | None = None,
    turn: Tensor | float = 0.0,
    period_y: int | None = None,
    jitter: float = 1.0,
    brick_rows: bool = False,
    reach: tuple[int, int, int, int] = (1, 1, 1, 1),
    warp: Warp | None = None,
) -> Pile:
    """Return what shows of pieces whose roots lie on a jittered lattice.

    Args:
        torus: the tile.
        name: the random stream of the roots.
        period: roots along x; `period_y` along y when it differs.
        shape: the height of a piece over its own frame.
        traits: (K, count) numbers of every piece that its shape is to know.
        turn: (count,) radians by which every piece is turned clockwise, or one number for all.
        period_y: roots along y.
        jitter: 0 a regular grid, 1 roots anywhere in their lattice cell.
        brick_rows: shift every other row by half a cell; needs an even number of rows.
        reach: how many lattice cells a piece reaches to the (left, right, top, bottom) of the cell of its root.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    nx, ny = period, period_y or period
    table, number, stride, pad = _padded(torus, name, nx, ny, traits, turn, jitter, brick_rows=brick_rows)
    size_m = torus.tile_m / nx, torus.tile_m / ny
    columns = range(-reach[1] - int(brick_rows), reach[0] + 1)
    steps = list(itertools.product(range(-reach[3], reach[2] + 1), columns))
    shape_of = (torus.size, torus.size)
    ids = torch.zeros(shape_of, dtype=torch.int32, device=torus.device)
    x_m, y_m, top_m, second_m = (torch.zeros(shape_of, device=torus.device) for _ in range(4))
    for rows, u, v in positions(torus, warp):
        column, row = (u * nx).floor_().clamp_(max=nx - 1), (v * ny).floor_().clamp_(max=ny - 1)
        base = (row.to(torch.int64) + pad) * stride + column.to(torch.int64) + pad
        in_x, in_y = u * nx - column, v * ny - row
        top = torch.full_like(in_x, NOWHERE)
        second, best_x, best_y = top.clone(), torch.zeros_like(top), torch.zeros_like(top)
        best = torch.zeros_like(base)
        for step_y, step_x in steps:
            slot = base + (step_y * stride + step_x)
            at = torch.stack([torch.take(line, slot) for line in table])
            right, below = (in_x - at[0] - step_x) * size_m[0], (in_y - at[1] - step_y) * size_m[1]
            x, y = right * at[2] + below * at[3], below * at[2] - right * at[3]
            height = shape(x, y, at[4:])
            wins = height > top
            second = torch.where(wins, top, torch.maximum(second, height))
            top, best = torch.where(wins, height, top), torch.where(wins, slot, best)
            best_x, best_y = torch.where(wins, x, best_x), torch.where(wins, y, best_y)
        x_m[rows], y_m[rows], top_m[rows], second_m[rows] = best_x, best_y, top, second
        ids[rows] = torch.take(number, best)
    still = torch.zeros(nx * ny, device=torus.device)
    pieces = Elements(id=ids, count=nx * ny, x=x_m, y=y_m, edge=top_m - second_m, turned=still)
    return Pile(pieces=pieces, top_m=top_m)


def _padded(
    torus: Torus,
    name: str,
    nx: int,
    ny: int,
    traits: Tensor | None,
    turn: Tensor | float,
    jitter: float,
    *,
    brick_rows: bool,
) -> tuple[Tensor, Tensor, int, int]:
    """Return rows of a padded lattice (x, y, cosine, sine, traits), its piece numbers, its stride and padding."""
    pad = 8
    offset = ((torus.uniform(name, nx * ny, 2) - 0.5) * jitter + 0.5).T
    angle = torch.as_tensor(turn, dtype=torch.float32, device=torus.device).expand(nx * ny)
    lines = [offset[0], offset[1], torch.cos(angle), torch.sin(angle)]
    if brick_rows:
        lines[0] = lines[0] + (torch.arange(nx * ny, device=torus.device) // nx % 2) * 0.5
    whole = torch.stack(lines) if traits is None else torch.cat([torch.stack(lines), traits])
    columns = torch.arange(-pad, nx + pad, device=torus.device) % nx
    down = torch.arange(-pad, ny + pad, device=torus.device) % ny
    order = (down[:, None] * nx + columns[None, :]).reshape(-1)
    return whole[:, order].contiguous(), order.to(torch.int32), nx + 2 * pad, pad
