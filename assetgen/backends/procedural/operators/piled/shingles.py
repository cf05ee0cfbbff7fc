"""Courses that overlap, as on a roof: each piece lies on those below it, and its tail stands proud of them.

Seen from above, a texel shows the uppermost of the pieces that reach it: usually its own course's, the one above
where that hangs low or has slipped, or the one below where its own is broken. So a slipped, short or missing piece
needs no special case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.numbered import look_up
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.plans import Plan, courses

_TRIES = 24


@dataclass(frozen=True, slots=True, eq=False)
class Shingles:
    """A roof seen from every texel.

    Args:
        pieces: which shingle, slate or tile; x metres right of its middle, y metres below the line where its exposure
            begins, edge metres to its outline (tail and sides), negative where none lies.
        level: (N, N) how many tails lie under the texel: grows by one along an exposure, falls at a tail; averaged
            over a texel.
        width_m: (N, N) width of the piece.
        side_m: (N, N) metres to the gap at its nearer side, below 0 in it.
        tail_m: (N, N) metres to the outline that was asked for, as if there were no joints beside it.
        under_m: (N, N) metres from the piece above that covers its upper part.
        course_m: how much of a course shows.
    """

    pieces: Elements
    level: Tensor
    width_m: Tensor
    side_m: Tensor
    tail_m: Tensor
    under_m: Tensor
    course_m: float


Outline = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""From (number, x, y, width): metres to the border of a piece, positive inside; y as in `Shingles`."""


def shingle_plan(
    torus: Torus, name: str, *, rows: int, units: int, widths: tuple[int, int], regular: bool = False
) -> Plan:
    """Return rows of pieces of many widths, their joints as far as may be from those of the row above.

    Args:
        torus: the tile.
        name: the random stream.
        rows: how many courses.
        units: units along a course.
        widths: least and largest width in units; the least divides `units` when `regular`.
        regular: all of the least width, every row shifted by half of it (an even number of units and rows).
    """
    if regular:
        low = widths[0]
        cuts = [[(at + row % 2 * (low // 2)) % units for at in range(0, units, low)] for row in range(rows)]
    else:
        cuts = _random_cuts(torus, name, rows, units, widths)
    pieces = []
    for row, starts in enumerate(cuts):
        ordered = sorted(starts)
        ends = [*ordered[1:], ordered[0] + units]
        pieces += [(start, row, end - start, 1) for start, end in zip(ordered, ends, strict=True)]
    return Plan(columns=units, rows=rows, pieces=tuple(pieces))


def _random_cuts(torus: Torus, name: str, rows: int, units: int, widths: tuple[int, int]) -> list[list[int]]:
    low, high = widths
    per_try = units // low + 2
    draws = torus.uniform(name, rows * _TRIES, per_try).tolist()
    chosen: list[list[int]] = []
    for row in range(rows):
        near = set(chosen[-1]) if chosen else set()
        if row == rows - 1:
            near |= set(chosen[0])

        def clearance(cuts: list[int], near: set[int] = near) -> int:
            gaps = [min((a - b) % units, (b - a) % units) for a in cuts for b in near]
            return -sum(max(3 - gap, 0) ** 2 for gap in gaps)

        candidates = []
        for first, *others in draws[row * _TRIES : (row + 1) * _TRIES]:
            at, cuts = int(first * units), []
            left = units
            for share in others:
                width = low + int(share * (high - low + 1))
                if left - width < low:
                    cuts.append(at % units)
                    break
                cuts.append(at % units)
                at, left = at + width, left - width
            candidates.append(cuts)
        chosen.append(max(candidates, key=clearance))
    return _turned_away(chosen, units)


def _turned_away(rows: list[list[int]], units: int) -> list[list[int]]:
    """Turn all rows alike until few joints lie near the tile's border: many would look like a seam."""
    joints = [sum(at in row for row in rows) for at in range(units)]
    near = [sum(joints[(at + step) % units] for step in (-1, 0, 1, 2)) for at in range(units)]
    quiet = near.index(min(near))
    return [[(at - quiet) % units for at in row] for row in rows]


def lay_shingles(
    torus: Torus,
    name: str,
    plan: Plan,
    *,
    outline: Outline,
    gap_m: float = 0.002,
    slip_m: float = 0.004,
    turn: float = 0.01,
    lost: float = 0.0,
    phase: tuple[float, float] | None = None,
) -> Shingles:
    """Return the pieces of a roof; courses run across, tails point down.

    Args:
        torus: the tile.
        name: the random stream.
        plan: courses of pieces, each one row high.
        outline: sides and tail of a piece in its own frame; what lies past the joints beside it is cut off anyway.
        gap_m: mean width of the joints beside a piece.
        slip_m: largest error of place down the roof; rare pieces slip four times as far.
        turn: largest error of direction in radians.
        lost: share of pieces that are gone.
        phase: (x, y) by which all is moved, in units and courses; left out, the seed says.
    """
    units, rows, count, shape = plan.columns, plan.rows, len(plan.pieces), (torus.size, torus.size)
    start = _start(torus, name) if phase is None else phase
    table = torus.uniform(name, count, 5)
    slip = (table[:, 0] * 2 - 1) * slip_m + torch.where(table[:, 1] > 0.96, table[:, 0] * 4 * slip_m, 0.0)
    turned = (table[:, 2] * 2 - 1) * turn
    gone, joint = table[:, 3] < lost, (0.4 + 1.2 * table[:, 4]) * (gap_m / 2)
    places = torch.tensor(plan.pieces, dtype=torch.float32, device=torus.device)
    middles, wide_m = places[:, 0] + places[:, 2] / 2, places[:, 2] * (torus.tile_m / units)
    owners = torch.tensor(plan.owners(), dtype=torch.int32, device=torus.device).reshape(-1)
    tall_m, texel_m = torus.tile_m / rows, torus.tile_m / torus.size
    along = torch.remainder(torus.u * units + start[0], units).expand(shape)
    column = along.to(torch.int64).clamp_(max=units - 1)
    down = (torus.v * rows + start[1]).expand(shape)
    course = torch.floor(down)
    ids = torch.zeros(shape, dtype=torch.int32, device=torus.device)
    x_m, y_m, side_m, tail_m = (torch.zeros(shape, device=torus.device) for _ in range(4))
    width = torch.full(shape, torus.tile_m * rows / count, device=torus.device)
    edge, level, under_m = (torch.full(shape, value, device=torus.device) for value in (-1.0, -1.0, tall_m))
    for step in (1, 0, -1):
        row = course + step
        y = (down - row) * tall_m
        piece = look_up(owners, torch.remainder(row, rows).to(torch.int64) * units + column)
        x = along - look_up(middles, piece)
        x = (x - torch.round(x * (1 / units)) * units) * (torus.tile_m / units)
        angle, own_m = look_up(turned, piece), look_up(wide_m, piece)
        x, y = x + y * angle, y - x * angle - look_up(slip, piece)
        beside = own_m * 0.5 - look_up(joint, piece) - x.abs()
        tail = outline(piece, x, y, own_m)
        border = torch.where(look_up(gone, piece), -tall_m, torch.minimum(beside, tail))
        share = (border * (1 / texel_m) + 0.5).clamp_(0, 1)
        level = level + (y * (1 / tall_m) - level) * share
        over = border > 0
        under_m = torch.where(over, tall_m, torch.minimum(under_m, -border))
        seen = (ids, x_m, y_m, edge, width, side_m, tail_m)
        for kept, value in zip(seen, (piece, x, y, border, own_m, beside, tail), strict=True):
            torch.where(over, value, kept, out=kept)
    pieces = Elements(
        id=ids, count=count, x=x_m, y=y_m, edge=edge, turned=torch.zeros(count, device=torus.device)
    )
    return Shingles(
        pieces=pieces,
        level=level,
        width_m=width,
        side_m=side_m,
        tail_m=tail_m,
        under_m=under_m,
        course_m=tall_m,
    )


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


def butt_splits(torus: Torus, shingles: Shingles, wander_m: Tensor, *, age: float) -> Tensor:
    """Return splits that run up from the butts of old pieces, (N, N) 0..1.

    Args:
        torus: the tile.
        shingles: the pieces.
        wander_m: (N, N) metres by which a split follows the grain.
        age: how long they have hung, 0..1.
    """
    pieces = shingles.pieces
    place = pieces.random(torus, "splits/place", -0.6, 0.6) * (shingles.width_m / 2)
    reach = pieces.random(torus, "splits/reach", -1.2, 1.0) + age
    taper = (1 - shingles.tail_m / (reach * shingles.course_m).clamp(min=1e-3)).clamp(0, 1)
    soft = max(torus.tile_m / torus.size, 0.0008)
    return groove(pieces.x - place + wander_m, taper.sqrt() * 0.0014, soft) * (taper > 0)


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
            courses(columns, rows, shift=0),
            outline=outline,
            gap_m=0.0,
            slip_m=slip_m,
            turn=turn,
            phase=phase,
        )
        return tiles, (tiles.pieces.x / half_m(tiles.pieces.y)).clamp_(-1, 1)

    x, y = _start(torus, name)  # in half columns and courses
    gutters, hollow = laid(f"{name}/gutters", (x + 1.0, y - 0.22), (0.5, 0.5))
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
    """Return where a roof starts, in units and courses, so that no joint or tail lies along the tile's border."""
    across, down = torus.uniform(f"{name}/start", 2)[:, 0].tolist()
    return 0.34 + 0.32 * across, 0.40 + 0.25 * down
