"""Stones thrown on a heap: each is a solid of its own, smaller ones lie on larger ones, and the topmost is seen.

Every stone is splatted into the texels of its box. Height and number ride in one integer whose maximum is kept, so
the order in which threads arrive changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.torus import Torus

_STEP = 1.0 / (1 << 24)
"""Height in metres of one step of the integer; heights lie within a metre of zero."""
_NUMBERS = 1 << 20
_SAMPLES_AT_ONCE = 1 << 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """Stones of about one size.

    Args:
        radius_m: smallest and largest; small ones are commoner.
        spacing_m: from one stone to the next.
        sunk: least and most share of its radius by which a stone lies lower than it could.
    """

    radius_m: tuple[float, float]
    spacing_m: float
    sunk: tuple[float, float] = (0.1, 0.5)


class Solid(Protocol):
    """The shapes of all stones of a sort; lengths are in radii of the stone."""

    def height(self, x: Tensor, y: Tensor, stones: Tensor) -> Tensor:
        """Return the height over the middle plane, (K, P, P), for x (K, 1, P), y (K, P, 1) of stones (K,)."""
        ...

    def inside(self, x: Tensor, y: Tensor, stones: Tensor) -> Tensor:
        """Return the distance to the outline, positive inside; x, y and the stones' numbers are (N, N)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Crushed:
    """Stones with flat faces and sharp edges, as a crusher breaks them.

    Args:
        sides: (count, S, 3) planes that bound the outline: height at the centre, slope along x and along y.
        tops: (count, T, 3) planes that bound it from above.
    """

    sides: Tensor
    tops: Tensor

    @classmethod
    def of(
        cls,
        torus: Torus,
        name: str,
        count: int,
        *,
        long: float = 1.5,
        flat: float = 0.62,
        tilt: float = 0.42,
        steep: float = 1.9,
    ) -> Crushed:
        """Return random stones.

        Args:
            torus: the tile.
            name: the random stream.
            count: how many.
            long: largest length by width.
            flat: height by width.
            tilt: steepest slope of the upper faces.
            steep: typical slope of the flanks.
        """
        corners, faces = 7, 3
        draw = torus.uniform(f"{name}/sides", count * corners, 3).view(count, corners, 3)
        whole = torus.uniform(f"{name}/whole", count, 3)
        turn = torch.arange(corners, device=torus.device) + draw[..., 0] * 0.9
        angle = (turn / corners + whole[:, :1]) * (2 * math.pi)
        stretch = 1 / (1 + (long - 1) * whole[:, 1:2])
        lean = angle - whole[:, 2:] * (2 * math.pi)
        reach = torch.sqrt(torch.cos(lean).square() + (torch.sin(lean) * stretch).square())
        reach = reach * (0.72 + 0.28 * draw[..., 1])
        slope = steep * (0.45 + 1.1 * draw[..., 2])
        sides = torch.stack([slope * reach, -slope * torch.cos(angle), -slope * torch.sin(angle)], dim=-1)
        up = torus.uniform(f"{name}/tops", count * faces, 3).view(count, faces, 3)
        tops = (up - 0.5) * 2 * tilt
        tops[..., 0] = flat * (0.72 + 0.4 * up[..., 0])
        return cls(sides=sides, tops=tops)

    def height(self, x: Tensor, y: Tensor, stones: Tensor) -> Tensor:
        """Return the height over the middle plane; see `Solid`."""
        planes = torch.cat([self.sides, self.tops], dim=1)[stones][..., None, None]  # (K, S + T, 3, 1, 1)
        lowest = None
        for number in range(planes.shape[1]):
            plane = planes[:, number, 1] * x + (planes[:, number, 0] + planes[:, number, 2] * y)
            lowest = plane if lowest is None else torch.minimum(lowest, plane)
        assert lowest is not None
        return lowest

    def inside(self, x: Tensor, y: Tensor, stones: Tensor) -> Tensor:
        """Return the distance to the outline; see `Solid`."""
        length = torch.sqrt(self.sides[..., 1].square() + self.sides[..., 2].square())
        lines = (self.sides / length[..., None]).flatten(1).T.contiguous()  # (S * 3, count)
        nearest = torch.full_like(x, 9.0)
        index = stones.reshape(-1)
        for number in range(self.sides.shape[1]):
            rest, along_x, along_y = (
                torch.index_select(line, 0, index).view(x.shape)
                for line in lines[number * 3 : number * 3 + 3]
            )
            nearest = torch.minimum(nearest, rest.addcmul_(along_x, x).addcmul_(along_y, y))
        return nearest


@dataclass(frozen=True, slots=True, eq=False)
class Worn:
    """Pebbles: eggs that water has worn round.

    Args:
        table: (5, count) cosine and sine of the direction, width by length, height, how far one end is blunter.
    """

    table: Tensor

    @classmethod
    def of(cls, torus: Torus, name: str, count: int, *, long: float = 1.7, flat: float = 0.55) -> Worn:
        """Return random pebbles, at most `long` times as long as wide and about `flat` as high as wide."""
        draw = torus.uniform(f"{name}/eggs", count, 4)
        angle = draw[:, 0] * (2 * math.pi)
        narrow = 1 / (1 + (long - 1) * draw[:, 1])
        high = flat * (0.65 + 0.6 * draw[:, 2]) * torch.sqrt(narrow)
        blunt = (draw[:, 3] - 0.5) * 0.7
        return cls(table=torch.stack([torch.cos(angle), torch.sin(angle), narrow, high, blunt]))

    def _radius(self, x: Tensor, y: Tensor, row: Sequence[Tensor]) -> Tensor:
        along, across = x * row[0] + y * row[1], (y * row[0] - x * row[1]) / row[2]
        return along.square() + across.square() * (1 + row[4] * along.clamp(-1, 1))

    def height(self, x: Tensor, y: Tensor, stones: Tensor) -> Tensor:
        """Return the height over the middle plane; see `Solid`."""
        row = [part[stones][:, None, None] for part in self.table]
        out = self._radius(x, y, row)
        # Flatter on top than an ellipsoid; outside the outline it falls away steeply.
        body = torch.sqrt((1 - out).clamp_(min=0))
        return torch.where(out < 1, body * (1.25 - 0.25 * body) * row[3], -out)

    def inside(self, x: Tensor, y: Tensor, stones: Tensor) -> Tensor:
        """Return the distance to the outline; see `Solid`."""
        index = stones.reshape(-1)
        row = [torch.index_select(part, 0, index).view(x.shape) for part in self.table]
        return (1 - torch.sqrt(self._radius(x, y, row))) * row[2]


class Kind(Protocol):
    """What makes the solids of a sort: `Crushed.of` or `Worn.of`, or either with its numbers set."""

    def __call__(self, torus: Torus, name: str, count: int, /) -> Solid:
        """Return that many solids of a random stream."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Heap:
    """A heap seen from above.

    Args:
        pieces: the topmost stone of every texel; edge is metres to its outline, as if it lay alone.
        height_m: (N, N) metres above the ground.
        bare: (N, N) 1 where no stone lies, else 0; the other fields mean nothing there.
        radius_m: (count,) metres.
        sort: (count,) which of the sorts a stone is of.
    """

    pieces: Elements
    height_m: Tensor
    bare: Tensor
    radius_m: Tensor
    sort: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Lying:
    """Where the stones of a sort lie: texel coordinates, metres, and the slope that they lie on."""

    x: Tensor
    y: Tensor
    radius_m: Tensor
    base_m: Tensor
    slope_x: Tensor
    slope_y: Tensor


def heap(
    torus: Torus, name: str, sorts: Sequence[Sort], kind: Kind, *, ground_m: float = -0.5, lean: float = 1.0
) -> Heap:
    """Throw stones, sort after sort: those of the first on the ground, the others on what lies there.

    Args:
        torus: the tile.
        name: the random stream.
        sorts: from the largest to the smallest.
        kind: their shape.
        ground_m: height under which nothing is seen of a stone.
        lean: how far a stone takes on the slope of what it lies on, 0..1.
    """
    size = torus.size
    floor = int((ground_m + 1) / _STEP) * _NUMBERS
    top = torch.full((size * size,), floor, dtype=torch.int64, device=torus.device)
    solids, lying, first = [], [], 0
    for number, sort in enumerate(sorts):
        stream = f"{name}/{number}"
        below_m = _decoded(top).view(size, size) if number else None
        placed = _throw(torus, stream, sort, below_m, lean)
        solid = kind(torus, stream, placed.x.numel())
        _splat(torus, top, placed, solid, first)
        solids.append(solid)
        lying.append(placed)
        first += placed.x.numel()
    return _seen(torus, top, floor, solids, lying)


def _decoded(top: Tensor) -> Tensor:
    return torch.div(top, _NUMBERS, rounding_mode="floor").to(torch.float32) * _STEP - 1


def _throw(torus: Torus, name: str, sort: Sort, below_m: Tensor | None, lean: float) -> _Lying:
    across = torus.cells_across(sort.spacing_m)
    table = torus.uniform(name, across * across, 4)
    cell = torch.arange(across * across, device=torus.device)
    row = torch.div(cell, across, rounding_mode="floor")
    x = (cell % across + table[:, 0]) / across * torus.size - 0.5 - torus.origin[0]
    y = (row + table[:, 1]) / across * torus.size - 0.5 - torus.origin[1]
    small, large = sort.radius_m
    radius = small + (large - small) * table[:, 2].square()
    sunk = (sort.sunk[0] + (sort.sunk[1] - sort.sunk[0]) * table[:, 3]) * radius
    level = torch.zeros_like(x)
    if below_m is None:
        return _Lying(x=x, y=y, radius_m=radius, base_m=-sunk, slope_x=level, slope_y=level)
    reach = radius * (0.6 * torus.size / torus.tile_m)
    left, right = _read_at(below_m, x - reach, y), _read_at(below_m, x + reach, y)
    above, under = _read_at(below_m, x, y - reach), _read_at(below_m, x, y + reach)
    base = (left + right + above + under) * 0.25 - sunk
    tilt = lean / (1.2 * radius)
    slope_x = ((right - left) * tilt).clamp_(-0.8, 0.8)
    slope_y = ((under - above) * tilt).clamp_(-0.8, 0.8)
    return _Lying(x=x, y=y, radius_m=radius, base_m=base, slope_x=slope_x, slope_y=slope_y)


def _read_at(field: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Read a field at points in texels, bilinear, wrapping."""
    size = field.shape[0]
    left, top = torch.floor(x), torch.floor(y)
    total = torch.zeros_like(x)
    for step_y in (0, 1):
        for step_x in (0, 1):
            share = (1 - (x - left - step_x).abs()) * (1 - (y - top - step_y).abs())
            slot = (top.to(torch.int64) + step_y) % size * size + (left.to(torch.int64) + step_x) % size
            total.addcmul_(torch.take(field, slot), share)
    return total


def _splat(torus: Torus, top: Tensor, lying: _Lying, solid: Solid, first: int) -> None:
    size, texel_m = torus.size, torus.tile_m / torus.size
    reach = min(math.ceil(float(lying.radius_m.amax()) * 1.15 / texel_m), size // 2 - 1)
    near = torch.arange(-reach, reach + 1, device=torus.device)
    at_once = max(_SAMPLES_AT_ONCE // (near.numel() * near.numel()), 1)
    for start in range(0, lying.x.numel(), at_once):
        stones = torch.arange(start, min(start + at_once, lying.x.numel()), device=torus.device)
        radius = lying.radius_m[stones][:, None, None]
        column, line = torch.floor(lying.x[stones] + 0.5), torch.floor(lying.y[stones] + 0.5)
        x_m = ((column - lying.x[stones])[:, None] + near)[:, None, :] * texel_m  # (K, 1, P)
        y_m = ((line - lying.y[stones])[:, None] + near)[:, :, None] * texel_m
        rise = solid.height(x_m / radius, y_m / radius, stones)
        slope = lying.slope_x[stones][:, None, None] * x_m + lying.slope_y[stones][:, None, None] * y_m
        height = (rise * radius + slope).add_(lying.base_m[stones][:, None, None])
        # Below its own middle plane a stone is hidden by itself.
        height = torch.where(rise > 0, height, -1.0).clamp_(-1, 1)
        key = ((height + 1) / _STEP).to(torch.int64).mul_(_NUMBERS).add_((stones + first)[:, None, None])
        columns = (column.to(torch.int64)[:, None] + near) % size
        lines = (line.to(torch.int64)[:, None] + near) % size
        slot = lines[:, :, None] * size + columns[:, None, :]
        top.scatter_reduce_(0, slot.view(-1), key.view(-1), "amax")


def _seen(torus: Torus, top: Tensor, floor: int, solids: list[Solid], lying: list[_Lying]) -> Heap:
    """Return the heap from the numbers that lie on top."""
    size, shape = torus.size, (torus.size, torus.size)
    height = _decoded(top).view(shape)
    bare = (top == floor).view(shape)
    number = top.remainder_(_NUMBERS).view(shape)
    counts = [one.x.numel() for one in lying]
    radius = torch.cat([one.radius_m for one in lying])
    sort = torch.cat([torch.full_like(one.x, number) for number, one in enumerate(lying)])
    flat = number.reshape(-1)
    per_m = torus.tile_m / size
    offset = torch.arange(size, device=torus.device)
    x = offset[None, :] - torch.index_select(torch.cat([one.x for one in lying]), 0, flat).view(shape)
    y = offset[:, None] - torch.index_select(torch.cat([one.y for one in lying]), 0, flat).view(shape)
    x, y = (part.sub_(torch.round(part / size).mul_(size)).mul_(per_m) for part in (x, y))
    own = torch.index_select(radius, 0, flat).view(shape)
    edge, first = torch.zeros(shape, device=torus.device), 0
    for solid, count in zip(solids, counts, strict=True):
        here = (number >= first) & (number < first + count)
        stones = (number - first).clamp_(0, count - 1)
        edge = torch.where(here, solid.inside(x / own, y / own, stones) * own, edge)
        first += count
    pieces = Elements(
        id=number.to(torch.int32),
        count=first,
        x=x,
        y=y,
        edge=edge,
        turned=torch.zeros(first, device=torus.device),
    )
    return Heap(pieces=pieces, height_m=height, bare=bare.float(), radius_m=radius, sort=sort)
