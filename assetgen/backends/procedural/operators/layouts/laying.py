"""Pieces as a hand lays them: a little off their place, a little turned, with broken corners and chipped edges.

`lay_by_hand` measures every texel in the frame of its own piece, so a joint opens and closes along a course;
`lay_hexagons` does the same for six-sided tiles. The other functions break pieces that were laid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.plans import Plan, box_distance, lay


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Pieces in their places.

    Args:
        pieces: x, y and edge lie in each piece's own frame; edge is negative in the joint.
        corner_m: (N, N) metres to the nearest corner along the diagonal that cuts it off.
        corner: (N, N) int32 which of the piece's corners that is, 0..corners-1.
        corners: how many corners a piece has.
        long_m: (count,) a piece's longer side.
        column: (count,) place of a piece along x, in pieces; counts on from row to row.
        row: (count,) place of a piece along y, in pieces.
    """

    pieces: Elements
    corner_m: Tensor
    corner: Tensor
    corners: int
    long_m: Tensor
    column: Tensor
    row: Tensor

    def cover(self, torus: Torus, bitten_m: Tensor | float = 0.0) -> Tensor:
        """Return how much of a texel is piece rather than joint, 0..1, filtered over the texel."""
        texel_m = torus.tile_m / torus.size
        return ((self.pieces.edge - bitten_m) * (1 / texel_m) + 0.5).clamp_(0, 1)


def lay_by_hand(
    torus: Torus,
    plan: Plan,
    name: str,
    *,
    gap_m: float,
    shift_m: float = 0.0,
    turn: float = 0.0,
    rounding_m: float = 0.0,
    warp: tuple[Tensor, Tensor] | None = None,
) -> Laid:
    """Return the pieces of a plan with a joint around each, starting at any unit: no two walls' joints agree.

    The tile's border keeps to the middle half of a unit: a joint along the very border is no seam, but an eye that
    looks for one, and the seam measure in a small mip, would take it for one.

    Args:
        torus: the tile.
        plan: the tiling; a piece fills its rectangle less half a joint on every side.
        name: the random stream of the hand's errors.
        gap_m: width of a joint.
        shift_m: largest error of place along each axis.
        turn: largest error of direction in radians.
        rounding_m: radius of the corners.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    start = _within_units(torus, f"{name}/start", plan)
    bend_x, bend_y = (0.0, 0.0) if warp is None else warp
    shape = (torus.size, torus.size)
    shift_x = torch.as_tensor(start[0] + bend_x, device=torus.device).expand(shape)
    shift_y = torch.as_tensor(start[1] + bend_y, device=torus.device).expand(shape)
    placed = lay(torus, plan, warp=(shift_x, shift_y))
    table = torch.tensor(plan.pieces, dtype=torch.float32, device=torus.device)
    half = table[:, 2:] * 0.5
    half[:, 0] *= torus.tile_m / plan.columns
    half[:, 1] *= torus.tile_m / plan.rows
    error = torus.uniform(name, placed.count, 3) * 2 - 1
    angle = placed.pick(error[:, 2] * turn)
    x = placed.x + placed.y * angle - placed.pick(error[:, 0] * shift_m)
    y = placed.y - placed.x * angle - placed.pick(error[:, 1] * shift_m)
    to_side = placed.pick(half[:, 0] - gap_m / 2) - x.abs()
    to_bed = placed.pick(half[:, 1] - gap_m / 2) - y.abs()
    pieces = Elements(
        id=placed.id,
        count=placed.count,
        x=x,
        y=y,
        edge=box_distance(to_side, to_bed, rounding_m),
        turned=placed.turned,
    )
    column, row = torch.floor(table[:, 0] / table[:, 2]), torch.floor(table[:, 1] / table[:, 3])
    return Laid(
        pieces=pieces,
        corner_m=(to_side + to_bed) * math.sqrt(0.5),
        corner=(x > 0).to(torch.int32) + 2 * (y > 0).to(torch.int32),
        corners=4,
        long_m=half.amax(1) * 2 - gap_m,
        column=column,
        row=row,
    )


def _within_units(torus: Torus, name: str, plan: Plan) -> tuple[float, float]:
    """Return where a plan starts, in tiles: whole units and up to a quarter of one either way."""
    shares = torus.uniform(name, 2)[:, 0].tolist()
    starts = []
    for share, units in zip(shares, (plan.columns, plan.rows), strict=True):
        whole = int(share * units)
        starts.append((whole + (share * units - whole - 0.5) * 0.5) / units)
    return starts[0], starts[1]


def lay_hexagons(
    torus: Torus, width_m: float, name: str, *, gap_m: float, shift_m: float = 0.0, rounding_m: float = 0.0
) -> Laid:
    """Return hexagons standing on a corner, as regular as whole numbers along the tile allow (within 2 %).

    Args:
        torus: the tile.
        width_m: distance between opposite sides, the joint included; moved to the nearest that closes.
        name: the random stream of the hand's errors.
        gap_m: width of a joint.
        shift_m: largest error of place along each axis.
        rounding_m: radius of the corners.
    """
    columns, rows = _hexagon_counts(torus.cells_across(width_m))
    start = torus.uniform(f"{name}/start", 2)[:, 0]
    x, y = (torus.u + start[0]) * columns, (torus.v + start[1]) * rows
    even = _nearest_lattice(x, y, 0.0)
    odd = _nearest_lattice(x, y, 1.0)
    # In columns, a row of regular hexagons is sqrt(3)/2 high.
    squash = math.sqrt(0.75)
    closer = even[0] ** 2 + (even[1] * squash) ** 2 <= odd[0] ** 2 + (odd[1] * squash) ** 2
    to_x, to_y, column, row = (torch.where(closer, a, b) for a, b in zip(even, odd, strict=True))
    ids = (torch.remainder(row, rows) * columns + torch.remainder(column, columns)).to(torch.int32)
    count, cell_m = columns * rows, torus.tile_m / columns
    error = (torus.uniform(name, count, 2) * 2 - 1) * shift_m
    flat = ids.reshape(-1)
    x_m = to_x * cell_m - torch.index_select(error[:, 0], 0, flat).view(ids.shape)
    y_m = to_y * (cell_m * squash) - torch.index_select(error[:, 1], 0, flat).view(ids.shape)
    edge, corner_m = _hexagon_distances(x_m, y_m, (cell_m - gap_m) / 2, rounding_m)
    number = torch.arange(count, device=torus.device)
    upright = torch.zeros(count, device=torus.device)
    return Laid(
        pieces=Elements(id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=upright),
        corner_m=corner_m,
        corner=torch.floor(angle_of(y_m, x_m) * (3 / math.pi)).to(torch.int32) % 6,
        corners=6,
        long_m=upright + (cell_m - gap_m),
        column=(number % columns).float(),
        row=torch.div(number, columns, rounding_mode="floor").float(),
    )


def _hexagon_counts(wanted: int) -> tuple[int, int]:
    """Return columns and an even number of rows, near the wanted columns and close to regular."""

    def badness(columns: int) -> tuple[float, int]:
        rows = max(2 * round(columns / math.sqrt(0.75) / 2), 2)
        skew = abs(rows * math.sqrt(0.75) / columns - 1)
        return (round(skew * 30) / 30, abs(columns - wanted))

    columns = min(range(max(wanted - 2, 1), wanted + 3), key=badness)
    return columns, max(2 * round(columns / math.sqrt(0.75) / 2), 2)


def _nearest_lattice(x: Tensor, y: Tensor, odd: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the way from the nearest centre in the even or odd rows, and its column and row."""
    row = torch.round((y - odd) / 2) * 2 + odd
    column = torch.round(x - odd / 2)
    return (
        x - odd / 2 - column,
        (y - row).expand(-1, x.shape[1]),
        column.expand(y.shape[0], -1),
        row.expand(-1, x.shape[1]),
    )


def _hexagon_distances(x: Tensor, y: Tensor, apothem_m: float, radius_m: float) -> tuple[Tensor, Tensor]:
    """Return metres to the border, corners rounded, and metres to the nearest corner along its diagonal."""
    level = x.abs()
    slant, steep = level * 0.5 + y.abs() * math.sqrt(0.75), (level * 0.5 - y.abs() * math.sqrt(0.75)).abs()
    edge = apothem_m - torch.maximum(level, slant)
    beside = apothem_m - torch.maximum(torch.minimum(level, slant), steep)
    # Two sides meet at 120 degrees; a corner's arc spans the 60 degrees between their normals.
    short, less = (radius_m - edge).clamp_(min=0), (radius_m - beside).clamp_(min=0)
    bent = radius_m - torch.sqrt((short * short + less * less - short * less) / 0.75)
    corner_m = (edge + beside) / math.sqrt(3.0)
    return torch.where(less > short * 0.5, bent, edge), corner_m


def rounded_edge(torus: Torus, laid: Laid, radius_m: Tensor | float) -> Tensor:
    """Return metres by which a quarter-round edge falls below a piece's face, 0 away from it.

    An edge narrower than a texel spreads over one and grows shallower, so every size shows the same.
    """
    radius = torch.as_tensor(radius_m, device=torus.device)
    wide = radius.clamp(min=torus.tile_m / torus.size)
    short = (1 - laid.pieces.edge / wide).clamp_(0, 1)
    return (1 - torch.sqrt((1 - short * short).clamp_(min=0))) * (radius * radius / wide)


def corner_loss(torus: Torus, laid: Laid, name: str, *, share: float, size_m: float) -> Tensor:
    """Return metres by which a break cuts into a texel at broken corners, negative where the piece is whole.

    Args:
        torus: the tile.
        laid: the pieces.
        name: the random stream.
        share: share of corners that are broken.
        size_m: deepest break along the diagonal.
    """
    draws = torus.uniform(name, laid.pieces.count * laid.corners, 2)
    reach = torch.where(draws[:, 0] < share, (0.25 + 0.75 * draws[:, 1]) * size_m, -size_m)
    slot = (laid.pieces.id * laid.corners + laid.corner).reshape(-1)
    return torch.index_select(reach, 0, slot).view(laid.corner.shape) - laid.corner_m


def edge_loss(laid: Laid, noise: Tensor, *, amount: float, depth_m: float) -> Tensor:
    """Return metres by which chips cut into a texel along the edges, negative where the edge is whole.

    Args:
        laid: the pieces.
        noise: (N, N) about -1..1, read elsewhere for every piece; its crests become chips.
        amount: 0 sound edges .. 1 chipped all along.
        depth_m: how far the largest chip reaches into the piece.
    """
    start = 0.75 - 0.75 * amount
    reach = ((noise - start) * (1 / 0.55)).clamp_(0, 1).sqrt_()
    return reach * (depth_m * (0.4 + 0.6 * amount)) - laid.pieces.edge
