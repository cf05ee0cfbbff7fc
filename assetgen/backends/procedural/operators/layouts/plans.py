"""Tilings by rectangles: brick bonds, planks, tiles, plates - all one operator over a plan.

A plan divides the torus into a grid of small units and says which piece each unit belongs to and where that piece
lies. Builders below make plans; `lay` looks every texel up in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import positions
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.numbered import look_up
from assetgen.backends.procedural.field.torus import Torus
from assetgen.errors import SpecError


@dataclass(frozen=True, slots=True)
class Plan:
    """A periodic tiling by rectangles, in whole units.

    Args:
        columns: units along x.
        rows: units along y.
        pieces: (x, y, width, height) of each rectangle; x and y are taken modulo the grid.

    Raises:
        SpecError: rectangles that overlap or leave a gap.
    """

    columns: int
    rows: int
    pieces: tuple[tuple[int, int, int, int], ...]

    def owners(self) -> list[list[int]]:
        """Return which piece owns each unit, as rows of piece numbers."""
        grid = [[-1] * self.columns for _ in range(self.rows)]
        for number, (left, top, width, height) in enumerate(self.pieces):
            for y in range(top, top + height):
                for x in range(left, left + width):
                    if grid[y % self.rows][x % self.columns] != -1:
                        raise SpecError("two pieces of a layout overlap.")
                    grid[y % self.rows][x % self.columns] = number
        if any(-1 in row for row in grid):
            raise SpecError("a layout leaves a gap.")
        return grid


def lay(
    torus: Torus, plan: Plan, *, warp: tuple[Tensor, Tensor] | None = None, corner_m: float = 0.0
) -> Elements:
    """Return the pieces of a plan stretched over the tile.

    Args:
        torus: the tile.
        plan: the tiling.
        warp: (x, y) offsets in tiles added to every texel's position.
        corner_m: radius by which the border distance rounds the corners.
    """
    shape = (torus.size, torus.size)
    owners = torch.tensor(plan.owners(), dtype=torch.int32, device=torus.device).reshape(-1)
    table = torch.tensor(plan.pieces, dtype=torch.float32, device=torus.device)
    unit_x, unit_y = torus.tile_m / plan.columns, torus.tile_m / plan.rows
    ids = torch.empty(shape, dtype=torch.int32, device=torus.device)
    x_m, y_m, edge = (torch.empty(shape, device=torus.device) for _ in range(3))
    # Half a unit of shift keeps the tile's border out of the joints: a joint that lies just there is no seam, but
    # both an eye looking for one and the seam measure would take it for one.
    for rows, u, v in positions(torus, warp, shift=(0.5 / plan.columns, 0.5 / plan.rows)):
        x, y = u * plan.columns, v * plan.rows
        column, row = (
            x.to(torch.int64).clamp_(max=plan.columns - 1),
            y.to(torch.int64).clamp_(max=plan.rows - 1),
        )
        unit = row.mul_(plan.columns).add_(column)
        ids[rows] = look_up(owners, unit)
        x_m[rows], inside_x = _along_axis(x, table[:, 0], table[:, 2], ids[rows], plan.columns, unit_x)
        y_m[rows], inside_y = _along_axis(y, table[:, 1], table[:, 3], ids[rows], plan.rows, unit_y)
        edge[rows] = box_distance(inside_x, inside_y, corner_m)
    turned = (table[:, 3] * unit_y > table[:, 2] * unit_x).float()
    return Elements(id=ids, count=len(plan.pieces), x=x_m, y=y_m, edge=edge, turned=turned)


def _along_axis(
    position: Tensor, start: Tensor, extent: Tensor, ids: Tensor, count: int, unit_m: float
) -> tuple[Tensor, Tensor]:
    """Return metres from each texel's piece's centre along one axis, and metres to its nearer side."""
    centre = look_up(start + extent / 2, ids)
    half_m = look_up(extent * (unit_m / 2), ids)
    apart = position - centre
    apart_m = apart.sub_(torch.round(apart / count).mul_(count)).mul_(unit_m)
    return apart_m, half_m.sub_(apart_m.abs())


def box_distance(inside_x: Tensor, inside_y: Tensor, corner_m: float) -> Tensor:
    """Return the distance to a rectangle's border, exact outside too, from those to its sides; corners rounded."""
    if not corner_m:
        return torch.minimum(inside_x, inside_y)
    short_x, short_y = (corner_m - inside_x).clamp_(min=0), (corner_m - inside_y).clamp_(min=0)
    round_part = corner_m - torch.sqrt(short_x * short_x + short_y * short_y)
    return torch.where((short_x > 0) & (short_y > 0), round_part, torch.minimum(inside_x, inside_y))


def courses(columns: int, rows: int, *, width: int = 2, shift: int = 1) -> Plan:
    """Return rows of equal pieces, each row shifted against the one before: running bond, or stack with shift 0.

    Args:
        columns: pieces along a row.
        rows: rows.
        width: units per piece; `shift` counts in these units.
        shift: units by which each next row moves on.
    """
    pieces = [(c * width + r * shift, r, width, 1) for r in range(rows) for c in range(columns)]
    return Plan(columns=columns * width, rows=rows, pieces=tuple(pieces))


def flemish(pairs: int, rows: int) -> Plan:
    """Return Flemish bond: stretchers and headers take turns, headers centred over stretchers."""
    pieces: list[tuple[int, int, int, int]] = []
    for row in range(rows):
        start = 3 * (row % 2)
        for pair in range(pairs):
            pieces += [(pair * 6 + start, row, 4, 1), (pair * 6 + start + 4, row, 2, 1)]
    return Plan(columns=pairs * 6, rows=rows, pieces=tuple(pieces))


def herringbone(repeats: int, *, ratio: int = 2) -> Plan:
    """Return herringbone of pieces `ratio` times as long as wide; the grid is `repeats` x 2 x ratio units square.

    Every diagonal step of the pattern moves by one unit, so it closes after 2 x ratio units both ways.
    """
    size = 2 * ratio * repeats
    pieces = []
    for step in range(size):
        for block in range(repeats):
            base = block * 2 * ratio
            pieces.append((step + base, step, ratio, 1))
            pieces.append((step + base - 1, step, 1, ratio))
    return Plan(columns=size, rows=size, pieces=tuple(pieces))


def basket(repeats: int, *, fingers: int = 2) -> Plan:
    """Return basket weave: as many pieces lying as standing in squares, like a chessboard."""
    pieces: list[tuple[int, int, int, int]] = []
    for block_y in range(2 * repeats):
        for block_x in range(2 * repeats):
            x, y = block_x * fingers, block_y * fingers
            if (block_x + block_y) % 2:
                pieces += [(x + finger, y, 1, fingers) for finger in range(fingers)]
            else:
                pieces += [(x, y + finger, fingers, 1) for finger in range(fingers)]
    return Plan(columns=2 * fingers * repeats, rows=2 * fingers * repeats, pieces=tuple(pieces))


def boards(breaks: Sequence[Sequence[int]], *, length: int, standing: bool = False) -> Plan:
    """Return rows of boards cut at given places.

    Args:
        breaks: for every row the units at which a board ends, ascending, at least one per row.
        length: units along the boards.
        standing: boards run along y instead of x.
    """
    pieces = []
    for row, cuts in enumerate(breaks):
        for cut, following in zip(cuts, [*cuts[1:], cuts[0] + length], strict=True):
            box = (cut, row, following - cut, 1)
            pieces.append((box[1], box[0], box[3], box[2]) if standing else box)
    size = (len(breaks), length) if standing else (length, len(breaks))
    return Plan(columns=size[0], rows=size[1], pieces=tuple(pieces))


def uneven_rows(torus: Torus, name: str, rows: int, *, length: int, shortest: int, longest: int) -> Plan:
    """Return rows of pieces of uneven length; the last of a row may be longer.

    Args:
        torus: the tile.
        name: the random stream.
        rows: rows.
        length: units along a row.
        shortest: least units of a piece.
        longest: most units of a piece.
    """
    breaks = []
    for draws in torus.uniform(name, rows, length // shortest).tolist():
        cuts = [int(draws[0] * shortest)]
        for draw in draws[1:]:
            following = cuts[-1] + shortest + int(draw * (longest - shortest + 1))
            if following > cuts[0] + length - shortest:
                break
            cuts.append(following)
        breaks.append(cuts)
    return boards(breaks, length=length)
