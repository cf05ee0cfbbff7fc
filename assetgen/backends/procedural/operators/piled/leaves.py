"""Small shapes that lie over each other: leaves, needles, blades of grass, petals, chips.

`throw` scatters shapes over the tile and says of each where it lies, how large it is and how it is tilted; a recipe
may move, turn or sort them. `lay_shapes` draws them: at every texel the highest wins, and what lies right below it is
drawn too, so that an edge blends into what it hides. Outlines stand in `foliage.py`; any of their form will do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import row_bands
from assetgen.backends.procedural.field.numbered import Numbered
from assetgen.backends.procedural.field.torus import Torus

Outline = Callable[[Tensor, Tensor, Tensor], Tensor]
"""From x (-1 at the base to 1 at the tip), y (across, in half widths) and a number 0..1 of the shape's own to how far
inside a point lies, in half widths, negative outside."""

_AT_ONCE = 1 << 18
"""Texels looked at together; keeps temporaries in the cache and 4096 within memory."""
_NUMBER_BITS = 24
_HEIGHT_STEPS = 100_000.0
"""Heights are compared in steps of a hundredth of a millimetre."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Thrown:
    """Shapes before they are drawn; every field is (count,).

    Args:
        x: middle, in tiles to the right.
        y: middle, in tiles downwards.
        turn: direction from base to tip in radians; 0 points to the right, a quarter turn down.
        half_m: half of the length in metres.
        half_width_m: half of the largest width in metres.
        bend: radians by which it turns aside from base to tip, within about 2.
        lift_m: height of its middle.
        tilt: rise towards the tip, metres per metre.
        roll: rise towards the side that y points to, metres per metre.
        arch: how far base and tip hang below the middle, as a share of half the length.
        cup: how far the sides stand above the midrib, as a share of half the width.
        own: a number 0..1 that makes its outline its own.
        kind: int64, which of the outlines.
    """

    x: Tensor
    y: Tensor
    turn: Tensor
    half_m: Tensor
    half_width_m: Tensor
    bend: Tensor
    lift_m: Tensor
    tilt: Tensor
    roll: Tensor
    arch: Tensor
    cup: Tensor
    own: Tensor
    kind: Tensor

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.x)

    def kept(self, wanted: Tensor) -> Thrown:
        """Return those for which `wanted`, (count,) bool, is set."""
        return Thrown(**{part.name: getattr(self, part.name)[wanted] for part in fields(self)})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lying(Numbered):
    """The shape that every texel shows; where there is none, `cover` is 0 and the rest is of no meaning.

    Args:
        id: (N, N) int32, 0..count-1.
        count: how many shapes there are.
        x: (N, N) place along it, -1 at the base to 1 at the tip.
        y: (N, N) place across it in half widths, 0 on the midrib.
        inside_m: (N, N) about how many metres from its border.
        height_m: (N, N) height of the shape.
        cover: (N, N) how much of the texel it covers, 0..1.
    """

    x: Tensor
    y: Tensor
    inside_m: Tensor
    height_m: Tensor
    cover: Tensor

    def rows(self, rows: slice) -> Lying:
        """Return a band of rows of it."""
        bands = {part.name: getattr(self, part.name) for part in fields(self)}
        return Lying(
            **{name: band[rows] if isinstance(band, Tensor) else band for name, band in bands.items()}
        )


def throw(
    torus: Torus,
    name: str,
    count: int,
    *,
    length_m: tuple[float, float],
    slim: tuple[float, float],
    lift_m: tuple[float, float] = (0.0, 0.0),
    bend: float = 0.0,
    tilt: float = 0.0,
    roll: float = 0.0,
    arch: tuple[float, float] = (0.0, 0.0),
    cup: tuple[float, float] = (0.0, 0.0),
    kinds: int = 1,
) -> Thrown:
    """Return about `count` shapes (the next square number) spread evenly over the tile, pointing anywhere.

    Args:
        torus: the tile.
        name: the random stream.
        count: how many.
        length_m: shortest and longest.
        slim: width as a share of the length.
        lift_m: lowest and highest.
        bend: radians by which one turns aside from base to tip, at most, either way.
        tilt: largest rise towards the tip, metres per metre, either way.
        roll: the same across.
        arch: how far base and tip hang, see `Thrown`.
        cup: how far the sides stand up.
        kinds: how many outlines they share in.
    """
    across = max(math.ceil(math.sqrt(count)), 1)
    draws = torus.uniform(name, across * across, 14).T.contiguous()
    cell = torch.arange(across * across, device=torus.device)

    def between(row: int, bounds: tuple[float, float]) -> Tensor:
        return draws[row] * (bounds[1] - bounds[0]) + bounds[0]

    half_m = between(3, length_m) * 0.5
    return Thrown(
        x=(cell % across + draws[0]) / across,
        y=(torch.div(cell, across, rounding_mode="floor") + draws[1]) / across,
        turn=draws[2] * (2 * math.pi),
        half_m=half_m,
        half_width_m=half_m * between(4, slim),
        bend=between(5, (-bend, bend)),
        lift_m=between(6, lift_m),
        tilt=between(7, (-tilt, tilt)),
        roll=between(8, (-roll, roll)),
        arch=between(9, arch),
        cup=between(10, cup),
        own=draws[11],
        kind=(draws[12] * kinds).to(torch.int64).clamp_(max=kinds - 1),
    )


def joined(*groups: Thrown) -> Thrown:
    """Return several groups of shapes as one, so that they lie among each other; each keeps its kinds."""
    return Thrown(
        **{part.name: torch.cat([getattr(one, part.name) for one in groups]) for part in fields(Thrown)}
    )


def drift(torus: Torus, name: str, x: Tensor, y: Tensor, waves: int) -> Tensor:
    """Return a slow random field at single places, about -1..1: what neighbours have in common.

    Args:
        torus: the tile.
        name: the random stream.
        x: places in tiles, any shape.
        y: the same downwards.
        waves: how many waves of the shortest kind fit along the tile.
    """
    draws = torus.uniform(name, 8, 4)
    total = torch.zeros_like(x)
    for along, down, phase, _ in draws.tolist():
        across = round((2 * along - 1) * waves), round((2 * down - 1) * waves)
        across = across if any(across) else (waves, -waves)
        total += torch.sin((x * across[0] + y * across[1] + phase) * (2 * math.pi))
    return total * 0.4


def lay_shapes(
    torus: Torus, thrown: Thrown, outlines: Sequence[Outline], *, layers: int = 2
) -> tuple[Lying, ...]:
    """Return the highest shape at every texel, then the one right below it, and so on down.

    Every shape claims the texels around it with its height there; the largest claim wins, which does not depend on
    the order in which threads arrive. A shape may be as wide as the tile, but no wider.

    Args:
        torus: the tile.
        thrown: the shapes.
        outlines: for every kind its outline.
        layers: how many shapes deep to look.
    """
    table = _Table.of(torus, thrown)
    claims = [table.claims(torus, group, outlines) for group in table.groups()]
    found: list[Tensor] = []
    for _ in range(layers):
        highest = torch.full((torus.size * torus.size,), -1, dtype=torch.int64, device=torus.device)
        for slot, claim in claims:
            index = slot.to(torch.int64)
            left = torch.where(claim < torch.index_select(found[-1], 0, index), claim, -1) if found else claim
            highest.scatter_reduce_(0, index, left, "amax")
        found.append(highest)
    del claims
    return tuple(_seen(torus, table, outlines, claim.view(torus.size, torus.size)) for claim in found)


def laid_over(below: Tensor, lying: Sequence[Lying], values: Sequence[Tensor]) -> Tensor:
    """Return a field or planar color with that of the shapes over it, the deepest laid first.

    Args:
        below: what lies under all of them.
        lying: as `lay_shapes` returns them, the highest first.
        values: of each its own field or color.
    """
    for shapes, value in zip(reversed(lying), reversed(values), strict=True):
        below = below + (value - below) * shapes.cover
    return below


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Shapes in texels, as rows of numbers that are looked up together.

    Args:
        whole: (2, count) int32 texel column and row of the middle.
        numbers: (14, count) see `of`.
        kind: (count,) int64.
        reach: (2, count) int64 texels to look at from the middle, along the main axis and across it.
        texel_m: metres per texel.
    """

    whole: Tensor
    numbers: Tensor
    kind: Tensor
    reach: Tensor
    texel_m: float

    @classmethod
    def of(cls, torus: Torus, thrown: Thrown) -> _Table:
        texel_m = torus.tile_m / torus.size
        place = torch.stack([thrown.x, thrown.y]) * torus.size - 0.5
        whole = torch.floor(place)
        cos, sin = torch.cos(thrown.turn), torch.sin(thrown.turn)
        half, wide = thrown.half_m / texel_m, thrown.half_width_m / texel_m
        sag = thrown.bend * 0.25 / half
        steep, flat = torch.minimum(cos.abs(), sin.abs()), torch.maximum(cos.abs(), sin.abs())
        along = half * flat + (wide + half * thrown.bend.abs() * 0.25) * steep + 1.0
        # A column cuts a bent strip at a slant: this is half of the longest cut.
        across = wide / (flat - 0.5 * thrown.bend.abs() * steep).clamp(min=0.3) + 1.0
        rise = [thrown.lift_m, thrown.tilt * thrown.half_m, thrown.roll * thrown.half_width_m]
        numbers = torch.stack(
            [
                *(place - whole),
                cos,
                sin,
                half,
                wide,
                sag,
                *rise,
                thrown.arch * thrown.half_m,
                thrown.cup * thrown.half_width_m,
                thrown.own,
                thrown.kind.float(),
            ]
        )
        limit = torus.size // 2
        reach = torch.stack([along.ceil().clamp(max=limit), across.ceil().clamp(max=limit)])
        return cls(whole.to(torch.int32), numbers, thrown.kind, reach.to(torch.int64), texel_m)

    def groups(self) -> Iterator[Tensor]:
        """Yield the numbers of shapes of one kind and about one size, as many as fit in the cache."""
        along, across = self.reach
        order = torch.argsort((self.kind * 65536 + along) * 65536 + across, stable=True)
        sizes = torch.stack([self.kind, 2 * along + 1, 2 * across + 1])[:, order].T.tolist()
        start, widest = 0, 0
        for end, (kind, length, width) in enumerate(sizes):
            widest = max(widest, width)
            full = (end - start + 1) * length * widest > _AT_ONCE and end > start
            if full or kind != sizes[start][0]:
                yield order[start:end]
                start, widest = end, width
        yield order[start:]

    def claims(self, torus: Torus, group: Tensor, outlines: Sequence[Outline]) -> tuple[Tensor, Tensor]:
        """Return for every texel that a shape of a group covers: its slot (int32), and the shape's claim."""
        outline = outlines[int(self.kind[group[0]])]
        column, line = self._around(group)
        frame = self.frame(self.numbers[:, group, None, None], column, line)
        inside = outline(frame[0], frame[1], self.numbers[12, group, None, None])
        soft = self.soft(self.numbers[5, group, None, None])
        shape, step, side = torch.nonzero(inside > -0.5 * soft, as_tuple=True)
        kept = (shape * column.shape[1] + step) * column.shape[2] + side
        x, y = torch.take(frame[0], kept), torch.take(frame[1], kept)
        column, line = (torch.take(part.expand_as(inside), kept).to(torch.int32) for part in (column, line))
        shape = torch.index_select(group, 0, shape)
        height = self.height([torch.index_select(row, 0, shape) for row in self.numbers[7:12]], x, y)
        claim = (height * _HEIGHT_STEPS).to(torch.int64).add_(1 << 30).bitwise_left_shift_(_NUMBER_BITS)
        column += torch.index_select(self.whole[0], 0, shape) - torus.origin[0]
        line += torch.index_select(self.whole[1], 0, shape) - torus.origin[1]
        column, line = column.remainder_(torus.size), line.remainder_(torus.size)
        return line.mul_(torus.size).add_(column), claim.add_(shape)

    def _around(self, group: Tensor) -> tuple[Tensor, Tensor]:
        """Return the columns and lines to look at from each shape's middle, (count, along, across) floats.

        They follow the curved middle line along the axis to which the shape keeps closer.
        """
        aside_x, aside_y, cos, sin, half, _, sag = self.numbers[:7, group, None, None]
        standing = sin.abs() > cos.abs()
        main, cross = torch.where(standing, sin, cos), torch.where(standing, cos, -sin)
        along, across = (int(bound) for bound in self.reach[:, group].amax(1))
        step = torch.arange(-along, along + 1, dtype=torch.float32, device=group.device)[None, :, None]
        forth = step - torch.where(standing, aside_y, aside_x)
        place = forth / main
        for _ in range(3):  # how far along the line its curve crosses this column
            place = torch.minimum(torch.maximum(place, half * -1.2), half * 1.2)
            place = (forth - cross * sag * place * place) / main
        place = torch.minimum(torch.maximum(place, half * -1.2), half * 1.2)
        beside = torch.where(standing, cos, sin) * place
        beside = beside + torch.where(standing, -sin, cos) * sag * place * place
        start = torch.floor(beside + torch.where(standing, aside_x, aside_y) + 0.5)
        side = start + torch.arange(-across, across + 1, dtype=torch.float32, device=group.device)
        return torch.where(standing, side, step), torch.where(standing, step, side)

    def frame(self, numbers: Tensor, column: Tensor, line: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and y of texels that lie so many columns and lines from their shape's middle texel."""
        right, down = column - numbers[0], line - numbers[1]
        forth = (right * numbers[2]).addcmul_(down, numbers[3])
        side = (down * numbers[2]).addcmul_(right, numbers[3], value=-1)
        side.addcmul_(forth * forth, numbers[6], value=-1)
        return forth.div_(numbers[4]), side.div_(numbers[5])

    def height(self, rise: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
        """Return the height of shapes in metres at places in their frame, `rise` being rows 7 to 11 of `numbers`."""
        lift, tilt_m, roll_m, arch_m, cup_m = rise
        return lift + tilt_m * x + roll_m * y - arch_m * x * x + cup_m * y * y

    def soft(self, wide: Tensor) -> Tensor:
        """Return how wide the soft border of a shape is, in its half widths, from that in texels.

        As wide as a texel; what is narrower than its texel is hit or missed, which keeps its area.
        """
        return (1 / wide).clamp(max=2.0)


def _seen(torus: Torus, table: _Table, outlines: Sequence[Outline], claims: Tensor) -> Lying:
    """Measure every texel in the frame of the shape that won it."""
    size = torus.size
    drawn = [torch.empty(size, size, device=torus.device) for _ in range(5)]
    ids = torch.empty(size, size, dtype=torch.int32, device=torus.device)
    axis = torch.arange(size, device=torus.device)
    for rows in row_bands(torus):
        claim = claims[rows]
        number = claim.clamp(min=0) & ((1 << _NUMBER_BITS) - 1)
        flat = number.view(-1)
        numbers = torch.stack([torch.index_select(row, 0, flat).view(number.shape) for row in table.numbers])
        whole = torch.stack([torch.index_select(row, 0, flat).view(number.shape) for row in table.whole])
        column = (axis[None, :] + torus.origin[0] - whole[0] + size // 2) % size - size // 2
        line = (axis[rows, None] + torus.origin[1] - whole[1] + size // 2) % size - size // 2
        x, y = table.frame(numbers, column.float(), line.float())
        inside = outlines[0](x, y, numbers[12])
        for kind, outline in enumerate(outlines[1:], start=1):
            inside = torch.where(numbers[13] == kind, outline(x, y, numbers[12]), inside)
        cover = (inside / table.soft(numbers[5]) + 0.5).clamp_(0, 1) * (claim >= 0)
        inside_m, height_m = inside * (numbers[5] * table.texel_m), table.height(list(numbers[7:12]), x, y)
        for field, band in zip(drawn, (x, y, inside_m, height_m, cover), strict=True):
            field[rows] = band
        ids[rows] = number
    x, y, inside, height, cover = drawn
    return Lying(id=ids, count=len(table.kind), x=x, y=y, inside_m=inside, height_m=height, cover=cover)
