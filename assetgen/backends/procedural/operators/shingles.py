"""Courses that overlap, as on a roof: every piece hangs down over the course below and hides its upper part.

A plan knows only where courses would end if all butts were straight. Here a butt may hang lower, ragged or rounded,
so every texel asks two courses: the one above, whether it still reaches down to it, and else its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.layouts import Plan, lay
from assetgen.backends.procedural.operators.rings import groove
from assetgen.backends.procedural.operators.torus import Torus

_TRIES = 24


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Course:
    """Pieces of one course, at every texel, before it is known whether they reach it.

    Args:
        pieces: which; x and y in metres from the middle of its visible part.
        half_m: (N, N) half its width.
        side_m: (N, N) metres to its nearer side, below 0 in the gap between two.
        from_top: (N, N) metres below the line where its visible part would begin.
    """

    pieces: Elements
    half_m: Tensor
    side_m: Tensor
    from_top: Tensor


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Shingles:
    """What is seen.

    Args:
        pieces: the piece on top; x metres from its middle line, y from the middle of its visible part.
        half_m: (N, N) half its width.
        side_m: (N, N) metres to its nearer side, below 0 in the gap beside it.
        to_butt: (N, N) metres up from its lower end.
        under: (N, N) metres below the butt of the piece that covers it.
        course_m: how much of a course shows.
    """

    pieces: Elements
    half_m: Tensor
    side_m: Tensor
    to_butt: Tensor
    under: Tensor
    course_m: float


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


def hang_course(torus: Torus, plan: Plan, *, above: bool, gap_m: float, skew: float) -> Course:
    """Return the course that each texel would belong to, or the one above it.

    Args:
        torus: the tile.
        plan: rows of pieces.
        above: the course above instead of its own.
        gap_m: mean width of the gap between two pieces.
        skew: largest slant of a piece's sides in radians.
    """
    shape = (torus.size, torus.size)
    shift = torch.full(shape, -1.0 / plan.rows if above else 0.0, device=torus.device)
    laid = lay(torus, plan, warp=(torch.zeros(shape, device=torus.device), shift))
    course_m = torus.tile_m / plan.rows
    table = torch.tensor(plan.pieces, dtype=torch.float32, device=torus.device)
    half_m = laid.pick(table[:, 2] * (torus.tile_m / plan.columns / 2))
    from_top = laid.y + course_m * (1.5 if above else 0.5)
    gap = laid.random(torus, "shingles/gap", 0.4, 1.6) * (gap_m / 2)
    slant = laid.random(torus, "shingles/skew", -skew, skew) * from_top
    side_m = half_m - (laid.x + slant).abs() - gap
    return Course(pieces=laid, half_m=half_m, side_m=side_m, from_top=from_top)


def overlap(
    torus: Torus, plan: Plan, own: Course, over: Course, own_hang: Tensor, over_hang: Tensor
) -> Shingles:
    """Return what is seen of two courses.

    Args:
        torus: the tile.
        plan: the rows that both are of.
        own: each texel's own course.
        over: the course above it.
        own_hang: (N, N) metres by which the pieces of `own` hang below their line.
        over_hang: (N, N) the same for those of `over`.
    """
    course_m = torus.tile_m / plan.rows
    own_butt, over_butt = course_m + own_hang - own.from_top, course_m + over_hang - over.from_top
    covers = (over_butt > 0) & (over.side_m > 0)

    def pick(above: Tensor, below: Tensor) -> Tensor:
        return torch.where(covers, above, below)

    pieces = Elements(
        id=pick(over.pieces.id, own.pieces.id),
        count=own.pieces.count,
        x=pick(over.pieces.x, own.pieces.x),
        y=pick(over.from_top, own.from_top) - course_m / 2,
        edge=pick(torch.minimum(over.side_m, over_butt), torch.minimum(own.side_m, own_butt)),
        turned=own.pieces.turned,
    )
    return Shingles(
        pieces=pieces,
        half_m=pick(over.half_m, own.half_m),
        side_m=pick(over.side_m, own.side_m),
        to_butt=pick(over_butt, own_butt),
        under=pick(over.from_top, -over_butt),
        course_m=course_m,
    )


def butt_splits(torus: Torus, shingles: Shingles, wander_m: Tensor, *, age: float) -> Tensor:
    """Return splits that run up from the butts of old pieces, (N, N) 0..1.

    Args:
        torus: the tile.
        shingles: the pieces.
        wander_m: (N, N) metres by which a split follows the grain.
        age: how long they have hung, 0..1.
    """
    pieces = shingles.pieces
    place = pieces.random(torus, "splits/place", -0.6, 0.6) * shingles.half_m
    reach = pieces.random(torus, "splits/reach", -1.2, 1.0) + age
    taper = (1 - shingles.to_butt / (reach * shingles.course_m).clamp(min=1e-3)).clamp(0, 1)
    soft = max(torus.tile_m / torus.size, 0.0008)
    return groove(pieces.x - place + wander_m, taper.sqrt() * 0.0014, soft) * (taper > 0)
