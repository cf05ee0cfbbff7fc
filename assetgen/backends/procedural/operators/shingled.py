"""Courses that overlap: each tile of a roof lies on the two below it, and its tail stands proud of them.

Seen from above, a texel shows the uppermost of the tiles that reach it: usually its own course's, the one above where
that has slipped, or the one below where its own is broken. So a slipped, short or missing tile needs no special case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.numbered import look_up
from assetgen.backends.procedural.operators.torus import Torus


@dataclass(frozen=True, slots=True, eq=False)
class Shingles:
    """A roof seen from every texel.

    Args:
        pieces: which tile; x metres right of its middle, y metres below the line where its exposure begins, edge
            metres to its outline (tail and sides), negative where no tile lies.
        level: (N, N) how many tiles' tails lie under the texel: grows by one along an exposure, falls at a tail;
            averaged over a texel.
        width_m: (N, N) width of the tile.
    """

    pieces: Elements
    level: Tensor
    width_m: Tensor


Outline = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""From (tile number, x, y, width): metres to the border of the tile, positive inside; y as in `Shingles`."""


def lay_shingles(
    torus: Torus,
    name: str,
    *,
    columns: int,
    rows: int,
    outline: Outline,
    shift: float = 0.5,
    gap_m: float = 0.002,
    slip_m: float = 0.004,
    turn: float = 0.01,
    mixed: float = 0.0,
    lost: float = 0.0,
    phase: tuple[float, float] | None = None,
) -> Shingles:
    """Return the tiles of a roof; rows run across, tails point down.

    Args:
        torus: the tile.
        name: the random stream.
        columns: tiles along a row.
        rows: courses; an even number where every other one is shifted.
        outline: sides and tail of a tile in its own frame; what lies past the joints beside it is cut off anyway.
        shift: by how much of a tile's width every other course is shifted.
        gap_m: width of the joints beside a tile.
        slip_m: largest error of place down the roof; rare tiles slip four times as far.
        turn: largest error of direction in radians.
        mixed: 0 tiles of one width .. 1 of very different ones.
        lost: share of tiles that are gone.
        phase: (x, y) by which all is moved, in tiles' widths and courses; left out, the seed says.
    """
    count, shape = columns * rows, (torus.size, torus.size)
    start = _start(torus, name) if phase is None else phase
    table = torus.uniform(name, count, 5)
    slip = (table[:, 0] * 2 - 1) * slip_m + torch.where(table[:, 1] > 0.96, table[:, 0] * 4 * slip_m, 0.0)
    turned = (table[:, 2] * 2 - 1) * turn
    gone = table[:, 3] < lost
    seams = (table[:, 4] - 0.5) * (0.7 * mixed)
    wide_m, tall_m, texel_m = (torus.tile_m / parts for parts in (columns, rows, torus.size))
    down = (torus.v * rows + start[1]).expand(shape)
    course = torch.floor(down)
    found = [torch.zeros(shape, dtype=torch.int32, device=torus.device)]
    found += [torch.zeros(shape, device=torus.device) for _ in range(4)]
    found[3] -= 1.0
    found[4] += wide_m
    ids, x_m, y_m, edge, width = found
    level = torch.full(shape, -1.0, device=torus.device)
    for step in (1, 0, -1):
        row = course + step
        y = (down - row) * tall_m
        along = torus.u * columns + start[0] + torch.remainder(row, 2) * shift
        line = torch.remainder(row, rows).to(torch.int64) * columns
        column = torch.floor(along)
        cell = torch.remainder(column, columns).to(torch.int64)
        # Seams between tiles of mixed widths lie off the lattice; the texel may belong to a neighbour.
        left, right = look_up(seams, line + cell), look_up(seams, line + (cell + 1) % columns)
        inside = along - column
        move = (inside >= 1 + right).to(torch.int64) - (inside < left).to(torch.int64)
        cell = torch.remainder(cell + move, columns)
        piece = line + cell
        first, last = look_up(seams, piece), look_up(seams, line + (cell + 1) % columns)
        own_m = (1 + last - first) * wide_m
        x = (inside - move - (1 + last + first) * 0.5) * wide_m
        angle = look_up(turned, piece)
        x, y = x + y * angle, y - x * angle - look_up(slip, piece)
        number = piece.to(torch.int32)
        beside = own_m * 0.5 - gap_m * 0.5 - x.abs()
        border = torch.minimum(beside, outline(number, x, y, own_m))
        there = ~look_up(gone, piece)
        share = (border * (1 / texel_m) + 0.5).clamp_(0, 1) * there
        level = level + (y * (1 / tall_m) - level) * share
        over = (border > 0) & there
        for kept, value in zip((ids, x_m, y_m, edge, width), (number, x, y, border, own_m), strict=True):
            torch.where(over, value, kept, out=kept)
    pieces = Elements(
        id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=torch.zeros(count, device=torus.device)
    )
    return Shingles(pieces=pieces, level=level, width_m=width)


def snapped(
    torus: Torus, name: str, count: int, *, share: float, depth_m: float, jag_m: Tensor
) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Return how far above its break a place on a tile lies, as a function of (tile number, x, y above the tail).

    Args:
        torus: the tile.
        name: the random stream.
        count: how many tiles there are.
        share: share of the tiles whose tail has snapped off.
        depth_m: how much of a tail is missing at most.
        jag_m: (N, N) metres by which the break wanders.
    """
    table = torus.uniform(name, count, 3)
    depth = torch.where(table[:, 0] < share, (0.15 + 0.85 * table[:, 1]) * depth_m, -depth_m)
    slant = (table[:, 2] - 0.5) * 1.6

    def above_break(number: Tensor, x: Tensor, above_tail: Tensor) -> Tensor:
        index = number.to(torch.int64)
        return above_tail - look_up(depth, index) - x * look_up(slant, index) + jag_m

    return above_break


@dataclass(frozen=True, slots=True, eq=False)
class Barrels:
    """Half pipes of clay: hollow ones as gutters, round ones over the gaps between them.

    Args:
        pieces: which tile, gutters first; the frame is that of `Shingles`.
        level: (N, N) as in `Shingles`.
        arch: (N, N) height above the roof's plane by the cross section alone, in widths of a column.
        is_cover: (N, N) whether the texel shows one of the round ones.
    """

    pieces: Elements
    level: Tensor
    arch: Tensor
    is_cover: Tensor


def lay_barrels(
    torus: Torus,
    name: str,
    *,
    columns: int,
    rows: int,
    slip_m: float,
    turn: float,
    broken: float,
    jag_m: Tensor,
) -> Barrels:
    """Return a roof of half pipes that taper upwards; the round ones lie half a course lower than the hollow ones.

    Args:
        torus: the tile.
        name: the random stream.
        columns: gutters along a row.
        rows: courses.
        slip_m: largest error of place, as for `lay_shingles`.
        turn: largest error of direction in radians.
        broken: share of tiles whose tail has snapped off.
        jag_m: (N, N) metres by which breaks and tails wander.
    """
    wide_m, tall_m, count = torus.tile_m / columns, torus.tile_m / rows, columns * rows

    def laid(part: str, phase: tuple[float, float], half: tuple[float, float]) -> tuple[Shingles, Tensor]:
        above = snapped(torus, f"{part}/snap", count, share=broken, depth_m=0.4 * tall_m, jag_m=jag_m)

        def half_m(y: Tensor) -> Tensor:
            return (half[0] + (half[1] - half[0]) * y / tall_m) * wide_m

        def outline(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
            tail = torch.minimum(tall_m - y + 0.2 * jag_m, above(number, x, tall_m - y))
            return torch.minimum(half_m(y) - x.abs(), tail)

        tiles = lay_shingles(
            torus,
            part,
            columns=columns,
            rows=rows,
            outline=outline,
            shift=0.0,
            gap_m=0.0,
            slip_m=slip_m,
            turn=turn,
            phase=phase,
        )
        return tiles, (tiles.pieces.x / half_m(tiles.pieces.y)).clamp_(-1, 1)

    x, y = _start(torus, name)
    gutters, hollow = laid(f"{name}/gutters", (x + 0.5, y - 0.22), (0.5, 0.5))
    covers, bow = laid(f"{name}/covers", (x, y + 0.23), (0.30, 0.40))
    above = covers.pieces.edge > 0
    round_ = torch.sqrt(1 - bow * bow) * (0.30 + 0.05 * covers.level) - 0.05
    return Barrels(
        pieces=_over(covers.pieces, gutters.pieces, above),
        level=torch.where(above, covers.level, gutters.level),
        arch=torch.where(above, round_, (hollow * hollow - 1) * 0.20),
        is_cover=above,
    )


def _over(upper: Elements, lower: Elements, mask: Tensor) -> Elements:
    count = lower.count + upper.count
    return Elements(
        id=torch.where(mask, upper.id + lower.count, lower.id),
        count=count,
        x=torch.where(mask, upper.x, lower.x),
        y=torch.where(mask, upper.y, lower.y),
        edge=torch.where(mask, upper.edge, lower.edge),
        turned=torch.zeros(count, device=mask.device),
    )


def _start(torus: Torus, name: str) -> tuple[float, float]:
    """Return where a roof starts, in tiles and courses, so that no joint or tail lies along the tile's border."""
    across, down = torus.uniform(f"{name}/start", 2)[:, 0].tolist()
    return 0.17 + 0.16 * across, 0.40 + 0.25 * down
