"""Mail: rings of wire, each through four others, row leaning left and row leaning right."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import positions
from assetgen.backends.procedural.field.numbered import chance_of, look_up
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus

_RADIUS, _LEAN = 0.50, 0.30
"""Of a ring's middle line, and how far its sides stand above its middle, by the distance between rings of a row."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Mail:
    """Mail seen from above.

    Args:
        wire: (N, N) 1 on a ring, 0 where one sees through.
        height_m: (N, N) metres above the plane of the rings' middles; falls to the lowest wire in the gaps.
        crown: (N, N) 0 at the side of a wire to 1 on its back.
        ring: (N, N) int64 number of the uppermost ring.
        rivet: (N, N) 0..1 the flattened, riveted end of each ring.
        count: how many rings the tile holds.
    """

    wire: Tensor
    height_m: Tensor
    crown: Tensor
    ring: Tensor
    rivet: Tensor
    count: int

    def random(self, torus: Torus, name: str, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Give every ring one uniform number of a stream, spread over the texels."""
        return chance_of(torus, name, self.ring, self.count, low, high)


def mail(torus: Torus, name: str, pitch_m: float, *, wire: float, uneven: float) -> Mail:
    """Return mail of four rings in one.

    A row's rings lean about the upright axis and the next row's the other way, so that of the two places where
    neighbors cross, one ring lies above at one and below at the other: they are truly linked.

    Args:
        torus: the tile.
        name: the random stream.
        pitch_m: from one ring of a row to the next.
        wire: radius of the wire by the pitch, about 0.08 to 0.12.
        uneven: how far rings differ in place, size and lean, 0..1.
    """
    columns = torus.cells_across(pitch_m)
    rows_count = 2 * max(round(columns / 1.16), 1)
    cell_m, count = torus.tile_m / columns, columns * rows_count
    tall = columns / rows_count  # distance between rows in pitches
    table = (torus.uniform(name, count, 5) - 0.5) * uneven
    shape = (torus.size, torus.size)
    height, crown, rivet = (torch.empty(shape, device=torus.device) for _ in range(3))
    ring = torch.empty(shape, dtype=torch.int64, device=torus.device)
    start = torus.uniform(f"{name}/start", 2)[:, 0].tolist()
    for rows, u, v in positions(torus, None, shift=(start[0], start[1])):
        x, y = u * columns, v * rows_count
        line = torch.round(y)
        best = torch.full_like(x, -9.0)
        found = [torch.zeros_like(x), torch.zeros_like(x)]
        owner = torch.zeros_like(x, dtype=torch.int64)
        for step_y in (-1, 0, 1):
            row = line + step_y
            odd = torch.remainder(row, 2)
            nearest = torch.round(x - odd * 0.5)
            for step_x in (-1, 0, 1):
                column = nearest + step_x
                number = torch.remainder(row, rows_count) * columns + torch.remainder(column, columns)
                number = number.to(torch.int64)
                own = [look_up(table[:, i], number) for i in range(5)]
                away_x = x - column - odd * 0.5 - own[0] * 0.10
                away_y = (y - row) * tall - own[1] * 0.10
                reach = torch.sqrt(away_x.square() + away_y.square())
                off = (reach - _RADIUS * (1 + own[2] * 0.08)).abs() / wire
                lean = (1 - 2 * odd) * _LEAN * (1 + own[3] * 0.5) * away_x
                back = torch.sqrt((1 - off.square()).clamp(min=0))
                end = angle_of(away_y, away_x) + own[4] * 3
                tip = torch.exp(-((torch.cos(end) - 1) * 9).square()) * (off < 1.4)
                level = torch.where(off < 1, lean + back * wire, off * -0.01 - 2.0)
                better = level > best
                best = torch.where(better, level, best)
                found = [torch.where(better, a, b) for a, b in zip((back, tip), found, strict=True)]
                owner = torch.where(better, number, owner)
        height[rows], crown[rows], rivet[rows], ring[rows] = best, found[0], found[1], owner
    on_wire = (height > -1.5).float()
    low = -(_LEAN * _RADIUS + wire)
    return Mail(
        wire=on_wire,
        height_m=torch.where(on_wire > 0, height, torch.full_like(height, low)) * cell_m,
        crown=crown * on_wire,
        ring=ring,
        rivet=rivet * on_wire,
        count=count,
    )
