"""What is worked into the rectangles of a plan: inner frames, rows of fasteners, beads, and random splits.

Everything is measured in metres from the centre of a piece, so a rivet belongs to its plate and to no other.
Narrow profiles are averaged over a texel: a joint of 4 mm is still there, only fainter, where a texel is 8 mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus, hash_uniform
from assetgen.backends.procedural.operators.layouts.plans import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The nearest fastener of every texel.

    Args:
        distance: (N, N) metres to its centre.
        x: (N, N) metres to the right of its centre.
        y: (N, N) metres below its centre.
        id: (N, N) int64, the same for all texels around one fastener.
    """

    distance: Tensor
    x: Tensor
    y: Tensor
    id: Tensor

    def random(self, torus: Torus, name: str) -> Tensor:
        """Give every fastener one uniform number of a stream, spread over the texels."""
        return hash_uniform(self.id, torus.stream(name))


def split(torus: Torus, name: str, units: int, *, sizes: tuple[tuple[int, int], ...]) -> Plan:
    """Return a random tiling of `units` x `units` by rectangles of given sizes, gaps filled by smaller ones.

    Args:
        torus: the tile.
        name: the random stream.
        units: units along both axes.
        sizes: (width, height) to choose from; each is tried first at some free unit.
    """
    order = torus.uniform(name, units * units, 2).tolist()
    free = [[True] * units for _ in range(units)]
    pieces: list[tuple[int, int, int, int]] = []
    # Free units are taken in a shuffled order first, so that large pieces do not line up in reading order.
    for number in sorted(range(units * units), key=lambda i: order[i][0]):
        x, y = number % units, number // units
        while free[y][x]:
            width, height = sizes[int(order[number][1] * len(sizes))]
            while not _fits(free, x, y, width, height):
                width, height = (width - 1, height) if width >= height else (width, height - 1)
            for row in range(y, y + height):
                for column in range(x, x + width):
                    free[row % units][column % units] = False
            pieces.append((x, y, width, height))
    return Plan(columns=units, rows=units, pieces=tuple(pieces))


def _fits(free: list[list[bool]], x: int, y: int, width: int, height: int) -> bool:
    units = len(free)
    return all(
        free[row % units][column % units] for row in range(y, y + height) for column in range(x, x + width)
    )


def half_extents(torus: Torus, plan: Plan) -> Tensor:
    """Return half the width and half the height of every piece of a plan in metres, (2, count)."""
    table = torch.tensor(plan.pieces, dtype=torch.float32, device=torus.device)
    unit_x, unit_y = torus.tile_m / plan.columns, torus.tile_m / plan.rows
    return torch.stack([table[:, 2] * (unit_x / 2), table[:, 3] * (unit_y / 2)])


def centres(torus: Torus, plan: Plan) -> Tensor:
    """Return the middle of every piece of a plan in tiles, (2, count)."""
    table = torch.tensor(plan.pieces, dtype=torch.float32, device=torus.device)
    middle = table[:, :2] + table[:, 2:] * 0.5
    return torch.stack([middle[:, 0] / plan.columns, middle[:, 1] / plan.rows])


def inner_frame(pieces: Elements, half: Tensor, inset_m: float, corner_m: float) -> Tensor:
    """Return metres to a rounded rectangle drawn `inset_m` inside every piece, positive inside, (N, N)."""
    inner = pieces.pick((half - inset_m).clamp(min=0.002))
    away_x = pieces.x.abs() - inner[0] + corner_m
    away_y = pieces.y.abs() - inner[1] + corner_m
    outside = torch.sqrt(away_x.clamp(min=0).square_() + away_y.clamp(min=0).square_())
    return corner_m - outside - torch.maximum(away_x, away_y).clamp_(max=0)


def border_points(pieces: Elements, half: Tensor, inset_m: float, pitch_m: float) -> Points:
    """Return fasteners set along the border of every piece: one in each corner, even steps between them.

    Args:
        pieces: the laid pieces.
        half: their half extents, as `half_extents` gives them.
        inset_m: metres from the border to the row.
        pitch_m: wanted metres from one to the next; the step is fitted to each side.
    """
    reach = (half - inset_m).clamp(min=0.001)
    steps = torch.round(reach * (2 / pitch_m)).clamp_(min=1)
    reach_x, reach_y, steps_x, steps_y = pieces.pick(torch.cat([reach, steps]))
    pitch_x, pitch_y = 2 * reach_x / steps_x, 2 * reach_y / steps_y
    right, below = pieces.x > 0, pieces.y > 0
    # The rows along x own the corners; the columns along y leave them out, so that none is set twice.
    along_x = torch.minimum(torch.round((pieces.x + reach_x) / pitch_x).clamp_(min=0), steps_x)
    along_y = torch.minimum(torch.round((pieces.y + reach_y) / pitch_y).clamp_(min=1), steps_y - 1)
    row_x = pieces.x - (along_x * pitch_x - reach_x)
    row_y = pieces.y.abs().sub_(reach_y)
    column_x = pieces.x.abs().sub_(reach_x)
    column_y = pieces.y - (along_y * pitch_y - reach_y)
    in_row = row_x.square().add_(row_y.square()) <= column_x.square().add_(column_y.square())
    x = torch.where(in_row, row_x, torch.where(right, column_x, -column_x))
    y = torch.where(in_row, torch.where(below, row_y, -row_y), column_y)
    place = torch.where(in_row, along_x * 2 + below, along_y * 2 + right + 512).to(torch.int64)
    number = pieces.id.to(torch.int64) * 1024 + place
    return Points(distance=torch.sqrt(x * x + y * y), x=x, y=y, id=number)


def rows_inside(pieces: Elements, half: Tensor, inset_m: float, pitch_m: float) -> Tensor:
    """Return metres to the nearest of several parallel lines along every piece's long side, (N, N).

    The lines end `inset_m` before the border, so a profile over the distance draws beads with round ends.
    """
    long_half = torch.maximum(half[0], half[1]) - inset_m
    short_half = torch.minimum(half[0], half[1]) - inset_m
    count = torch.floor(short_half * (2 / pitch_m)).clamp_(min=1)
    reach = (count - 1) * (pitch_m / 2)
    long_m, reach_m = pieces.pick(torch.stack([long_half.clamp(min=0.001), reach]))
    across, along = pieces.across(), pieces.along()
    line = torch.round((across + reach_m) / pitch_m).mul_(pitch_m).sub_(reach_m)
    line = torch.minimum(torch.maximum(line, -reach_m), reach_m)
    beyond = (along.abs() - long_m).clamp_(min=0)
    return torch.sqrt((across - line).square_() + beyond.square_())


def band(torus: Torus, distance_m: Tensor, half_m: Tensor | float, *, soft_m: float = 0.0) -> Tensor:
    """Return how much of a texel lies within `half_m` of a line, 0..1: a box profile seen through a box.

    Args:
        torus: the tile.
        distance_m: (N, N) metres to the line, either sign.
        half_m: half the width of the band in metres, one number or (N, N).
        soft_m: least width of its slopes in metres; a texel's width if that is more.
    """
    slope = max(torus.tile_m / torus.size, soft_m)
    away = distance_m.abs()
    half = torch.as_tensor(half_m, device=torus.device)
    high, low = torch.minimum(away + slope / 2, half), torch.maximum(away - slope / 2, -half)
    return (high - low).clamp_(min=0).mul_(1 / slope)


def within(torus: Torus, edge_m: Tensor) -> Tensor:
    """Return how much of a texel lies within a border, 0..1, from metres to it, positive inside."""
    return (edge_m * (torus.size / torus.tile_m) + 0.5).clamp_(0, 1)


def swell(torus: Torus, distance_m: Tensor, radius_m: float) -> Tensor:
    """Return a round bead or rivet head over the distance to its line or point, 0..1, flat at the crown.

    Where a texel is wider than the head, the head is widened and lowered so that its volume stays.
    """
    wide = max(radius_m, torus.tile_m / torus.size)
    rise = (1 - (distance_m * (1 / wide)).square_()).clamp_(min=0)
    return rise.sqrt_().mul_(1.12).clamp_(max=1.0).mul_(radius_m / wide)
