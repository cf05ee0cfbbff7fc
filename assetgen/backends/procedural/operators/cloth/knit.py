"""Knitted cloth: true loops of yarn hung into each other, from plain stocking stitch to ribs and cables.

One repeat of a pattern is drawn as tubes of yarn around the space curve of its loops, the highest tube kept at every
point, and every texel of the tile looks itself up in that repeat. Lengths are in wales (columns of stitches) unless
they say metres. Source of the curve: K. Singal et al. and others use x = t + a sin 2t, y = h cos t, z = d cos 2t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from assetgen.backends.procedural.field.bands import Warp, positions
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.numbered import chance_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch
from assetgen.backends.procedural.operators.cloth.weave import fitted

_ASPECT: Final = 0.8
"""Height of a course by the width of a wale."""
_LOOP: Final = 0.82
"""How far a loop reaches up and down from its course, in courses: into the next one's."""
_OMEGA: Final = 1.35
"""How far a loop's legs lean: 0 a sine, 1.5 an omega."""
_POINTS: Final = 72
"""Points along the yarn of a stitch: a quarter of its radius apart, which leaves ripples of a hundredth."""
_AT_ONCE: Final = 4_000_000
"""Touched texels of the repeat that are held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One repeat of a knitting pattern.

    Args:
        faces: rows of courses from the top: 1 a knit stitch (its legs lie in front), -1 a purl stitch.
        cables: (first wale, how many cross, -1 or 1) of every cable; half of its wales pass over the other half.
    """

    faces: tuple[tuple[int, ...], ...]
    cables: tuple[tuple[int, int, int], ...] = ()

    @property
    def wales(self) -> int:
        """Stitches along a course of the repeat."""
        return len(self.faces[0])

    @property
    def courses(self) -> int:
        """Courses of the repeat."""
        return len(self.faces)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Knit:
    """Knitted cloth seen from every texel.

    Args:
        height_m: (N, N) metres over the middle plane.
        cover: (N, N) 1 where there is yarn, 0 in a hole.
        across: (N, N) -1..1 from one side of the yarn to the other.
        along: (N, N) stitches along the yarn of a course, from the tile's own start.
        course: (N, N) int32 which course.
        stitch: (N, N) int32 which stitch.
        counts: wales and courses of the tile.
        yarn_m: radius of the yarn.
    """

    height_m: Tensor
    cover: Tensor
    across: Tensor
    along: Tensor
    course: Tensor
    stitch: Tensor
    counts: tuple[int, int]
    yarn_m: float

    def random(self, torus: Torus, name: str, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Give every stitch one uniform number of a stream, spread over the texels."""
        return chance_of(torus, name, self.stitch, self.counts[0] * self.counts[1], low, high)

    def plies(self, turns: float) -> Tensor:
        """Return the strands that the yarn is twisted of, -1 in the groove between two, 1 on a strand, (N, N).

        Args:
            turns: strands that pass in one stitch; moved to the nearest that closes.
        """
        exact = round(turns * self.counts[0]) / self.counts[0]
        phase = self.along * exact + self.across * (0.42 + 0.16 * self.across * self.across)
        return torch.cos(phase * math.pi).abs_().mul_(2).sub_(1)

    def fibres(self, torus: Torus, field: Tensor, name: str) -> Tensor:
        """Read a field along the yarn, x along it and y across (2.5 times finer), elsewhere for every course.

        Args:
            torus: the tile.
            field: (N, N) or (C, N, N), drawn on this tile.
            name: the random stream.
        """
        shift = torus.uniform(name, self.counts[1], 2)
        flat = self.course.reshape(-1)
        start_u, start_v = (
            torch.index_select(shift[:, axis], 0, flat).view(self.course.shape) for axis in (0, 1)
        )
        # The yarn of a course is almost three times as long as the course is wide.
        u = self.along * (3 / self.counts[0]) + start_u
        v = self.across * (2.5 * self.yarn_m / torus.tile_m) + start_v
        return fetch(torus, field, u - torus.u, v - torus.v)


def stocking() -> Pattern:
    """Return the plain face of a jumper: columns of V."""
    return Pattern(faces=((1,),))


def rib(knits: int = 2, purls: int = 2) -> Pattern:
    """Return columns that stand out and columns that lie deep."""
    return Pattern(faces=((1,) * knits + (-1,) * purls,))


def moss_stitch() -> Pattern:
    """Return knit and purl like a chessboard: a pebbled face."""
    return Pattern(faces=((1, -1), (-1, 1)))


def cables(width: int = 6, *, courses: int = 8, purls: int = 3, mirrored: bool = False) -> Pattern:
    """Return cables with purl stitches between them; mirrored ones turn against each other, two a repeat."""
    row = (-1,) * purls + (1,) * width
    first, second = (purls, width, 1), (2 * purls + width, width, -1)
    return Pattern(
        faces=(row * 2 if mirrored else row,) * courses, cables=(first, second) if mirrored else (first,)
    )


def knit(
    torus: Torus,
    name: str,
    pattern: Pattern,
    *,
    wale_m: float,
    yarn: float = 0.19,
    multiple: tuple[int, int] = (1, 1),
    warp: Warp | None = None,
) -> Knit:
    """Return knitted cloth.

    Args:
        torus: the tile.
        name: the random stream.
        pattern: its stitches.
        wale_m: width of a stitch; moved to the nearest that closes.
        yarn: radius of the yarn by the width of a stitch; 0.13 is airy, 0.2 dense.
        multiple: wales and courses that a chart of colors needs to close on the tile.
        warp: (x, y) offsets in tiles by which the cloth is pulled out of shape.
    """
    wales = fitted(torus.tile_m / wale_m, math.lcm(pattern.wales, multiple[0]))
    courses = fitted(wales / _ASPECT, math.lcm(pattern.courses, multiple[1]))
    finest = max(min(math.ceil(torus.size / wales * 1.25), 192), 12)
    repeat = _Repeat.of(torus, pattern, yarn=yarn, finest=finest)
    start = [int(share * 64) / 64 for share in torus.uniform(f"{name}/start", 2)[:, 0].tolist()]
    shape = (torus.size, torus.size)
    height, cover, across, along = (torch.empty(shape, device=torus.device) for _ in range(4))
    course, stitch = (torch.empty(shape, dtype=torch.int32, device=torus.device) for _ in range(2))
    for rows, u, v in positions(torus, warp, shift=(start[0], start[1])):
        x, y = u * wales, v * courses
        height[rows] = repeat.height_at(x, y)
        sample = repeat.sample_at(x, y)
        cover[rows] = (sample.number >= 0).float()
        across[rows] = sample.across
        along[rows] = sample.wale + sample.share
        line = torch.remainder(sample.course, courses).to(torch.int32)
        course[rows] = line
        stitch[rows] = line * wales + torch.remainder(sample.wale, wales).to(torch.int32)
    real_m = torus.tile_m / wales
    return Knit(
        height_m=height.mul_(real_m),
        cover=cover,
        across=across,
        along=along,
        course=course,
        stitch=stitch,
        counts=(wales, courses),
        yarn_m=yarn * real_m,
    )


@dataclass(slots=True, eq=False)
class _Curve:
    """Points along the yarn of one repeat, (count,) each, in texels of its map."""

    x: Tensor
    y: Tensor
    z: Tensor
    tangent_x: Tensor
    tangent_y: Tensor
    wale: Tensor
    course: Tensor
    share: Tensor
    stretch: Tensor


@dataclass(slots=True, eq=False)
class _Sample:
    """The point of the curve that each texel of a band sees, and the course and wale of the tile it belongs to."""

    number: Tensor
    across: Tensor
    wale: Tensor
    course: Tensor
    share: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Repeat:
    """One repeat of a pattern, drawn: height in wales, which point of the curve is seen, where across the yarn.

    `beyond` counts by how many repeats a point lies off, (2, tall, wide): loops reach over the repeat's border.
    """

    pattern: Pattern
    height: Tensor
    number: Tensor
    across: Tensor
    share: Tensor
    beyond: Tensor
    curve: _Curve

    @classmethod
    def of(cls, torus: Torus, pattern: Pattern, *, yarn: float, finest: int) -> _Repeat:
        wide = pattern.wales * finest
        tall = max(round(pattern.courses * finest * _ASPECT), 4)
        curve = _curve(torus, pattern, yarn=yarn, scale=(finest, tall / pattern.courses))
        radius = yarn * finest
        flat = torch.full((wide * tall,), -2.2 * radius, device=torus.device)
        owner = torch.full((wide * tall,), -1.0, device=torus.device)
        reach = math.ceil(radius)
        per_point = (2 * reach + 1) ** 2
        parts = torch.arange(curve.x.numel(), device=torus.device).split(max(_AT_ONCE // per_point, 1))
        for part in parts:
            slot, top, _ = _touched(curve, part, reach, radius, (wide, tall))
            flat.scatter_reduce_(0, slot, top, "amax")
        for part in parts:
            slot, top, number = _touched(curve, part, reach, radius, (wide, tall))
            seen = top >= torch.take(flat, slot)
            owner.scatter_reduce_(0, slot[seen], number[seen], "amax")
        index = owner.to(torch.int64)
        across, share, beyond = _around(curve, index.clamp(min=0), radius, (wide, tall))
        return cls(
            pattern=pattern,
            height=flat.view(tall, wide) / finest,
            number=index,
            across=across,
            share=share,
            beyond=beyond,
            curve=curve,
        )

    def height_at(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the height at places in wales and courses, bilinear, wrapping."""
        tall, wide = self.height.shape
        padded = functional.pad(self.height[None, None], (1, 1, 1, 1), mode="circular")
        grid = torch.stack(
            [
                (_fraction(x, self.pattern.wales) * wide + 1) * (2 / (wide + 2)) - 1,
                (_fraction(y, self.pattern.courses) * tall + 1) * (2 / (tall + 2)) - 1,
            ],
            dim=-1,
        )
        return functional.grid_sample(padded, grid[None], mode="bilinear", align_corners=False)[0, 0]

    def sample_at(self, x: Tensor, y: Tensor) -> _Sample:
        """Return what is seen at places in wales and courses."""
        tall, wide = self.height.shape
        column = (_fraction(x, self.pattern.wales) * wide).to(torch.int64).clamp_(max=wide - 1)
        line = (_fraction(y, self.pattern.courses) * tall).to(torch.int64).clamp_(max=tall - 1)
        slot = (line * wide + column).view(-1)
        number = torch.index_select(self.number, 0, slot)
        point = number.clamp(min=0)

        def read(table: Tensor) -> Tensor:
            return torch.index_select(table, 0, point).view(x.shape)

        def home(table: Tensor, place: Tensor, axis: int, period: int) -> Tensor:
            repeats = torch.floor(place * (1 / period)) + torch.index_select(self.beyond[axis], 0, slot).view(
                x.shape
            )
            return read(table) + repeats * period

        return _Sample(
            number=number.view(x.shape),
            across=torch.index_select(self.across, 0, slot).view(x.shape),
            wale=home(self.curve.wale, x, 0, self.pattern.wales),
            course=home(self.curve.course, y, 1, self.pattern.courses),
            share=torch.index_select(self.share, 0, slot).view(x.shape),
        )


def _curve(torus: Torus, pattern: Pattern, *, yarn: float, scale: tuple[float, float]) -> _Curve:
    """Return the points of every loop of a repeat, close enough that their balls make a tube."""
    turn = (torch.arange(_POINTS, device=torus.device) + 0.5) / _POINTS  # 0..1 from one sinker to the next
    t = (turn - 0.5) * (2 * math.pi)
    faces = torch.tensor(pattern.faces, dtype=torch.float32, device=torus.device)
    lines, columns = faces.shape
    near = smoothstep(0.3 * math.pi, math.pi, t.abs()) * 0.5
    beside = torch.where(t > 0, torch.roll(faces, -1, 1)[..., None], torch.roll(faces, 1, 1)[..., None])
    face = faces[..., None] * (1 - near) + beside * near  # (courses, wales, steps)
    wale = torch.arange(columns, device=torus.device, dtype=torch.float32)[None, :, None].expand_as(face)
    course = torch.arange(lines, device=torus.device, dtype=torch.float32)[:, None, None].expand_as(face)
    x = wale + turn + _OMEGA * torch.sin(2 * t) / (2 * math.pi)
    y = course + 0.5 - _LOOP * torch.cos(t)
    z = -yarn * 1.05 * torch.cos(2 * t) * face + _stand(faces, wale, turn) * yarn * 1.5
    for first, width, way in pattern.cables:
        x, z = _crossed(x, y, z, wale, first, width, way, (columns, lines), yarn)
    x = _gathered(faces, x)
    points = [part.reshape(-1) for part in (x * scale[0], y * scale[1], z * scale[0])]
    step_x = torch.gradient(x * scale[0], dim=-1)[0].reshape(-1)
    step_y = torch.gradient(y * scale[1], dim=-1)[0].reshape(-1)
    length = torch.sqrt(step_x * step_x + step_y * step_y).clamp_(min=1e-6)
    walked = torch.cumsum(length.view(-1, _POINTS).double(), 1)
    stretch = walked[:, -1:].float().expand_as(walked).reshape(-1)
    share = walked.float().reshape(-1) / stretch
    return _Curve(
        *points,
        tangent_x=step_x / length,
        tangent_y=step_y / length,
        wale=wale.reshape(-1),
        course=course.reshape(-1),
        share=share,
        stretch=stretch,
    )


def _stand(faces: Tensor, wale: Tensor, turn: Tensor) -> Tensor:
    """Return how far a point stands out because its column does: columns of knit stitches beside purl ones."""
    if bool((faces == faces[:1, :1]).all()) or bool((faces != faces[:1]).any()):
        return torch.zeros_like(wale)
    column = faces[0]
    place = wale + turn - 0.5
    low = torch.floor(place)
    share = smoothstep(0.0, 1.0, place - low)
    index = torch.remainder(low, column.numel()).to(torch.int64)
    return torch.lerp(column[index], torch.roll(column, -1)[index], share)


def _gathered(faces: Tensor, x: Tensor) -> Tensor:
    """Draw purl columns together and let knit columns spread, as ribs do by themselves."""
    column = faces[0]
    if bool((column == column[0]).all()) or bool((faces != faces[:1]).any()):
        return x
    purl = sum(face < 0 for face in column.tolist()) / column.numel()
    width = torch.where(column > 0, 1 + 0.45 * purl, 1 - 0.45 * (1 - purl))
    edges = torch.cat([torch.zeros(1, device=x.device), torch.cumsum(width, 0)])
    low = torch.floor(x)
    index = torch.remainder(low, column.numel()).to(torch.int64)
    return (low - index) + edges[index] + (x - low) * width[index]


def _crossed(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    wale: Tensor,
    first: int,
    width: int,
    way: int,
    size: tuple[int, int],
    yarn: float,
) -> tuple[Tensor, Tensor]:
    """Move the two halves of a cable past each other in the middle courses of the repeat."""
    half, (columns, lines) = width // 2, size
    place = (torch.remainder(y, lines) - lines / 2) / (0.34 * lines) * 0.5 + 0.5
    share = smoothstep(0.0, 1.0, place)
    inside = (wale >= first) & (wale < first + width)
    left = wale < first + half
    over = left if way > 0 else ~left
    aside = torch.where(left, share, -share) * half
    # A cable draws in where it crosses; the purl stitches beside it stretch to follow.
    drawn = torch.minimum(share, 1 - share) * half
    before, after = _nearest(x - first, columns), _nearest(x - (first + width), columns)
    beside = ((before + 3) / 3).clamp(0, 1) * (before < 0) - ((3 - after) / 3).clamp(0, 1) * (after > 0)
    bump = 4 * share * (1 - share)
    rise = torch.where(over, bump * 1.9, bump * -1.7) * yarn
    body = yarn * 0.9
    return x + torch.where(inside, aside, beside * drawn), z + torch.where(inside, rise + body, 0.0)


def _nearest(away: Tensor, period: int) -> Tensor:
    return away - torch.round(away / period) * period


def _touched(
    curve: _Curve, part: Tensor, reach: int, radius: float, size: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Return for every texel of the map near some points: its slot, the height of the ball there, its number."""
    near = torch.arange(-reach, reach + 1, device=part.device)
    x, y = curve.x[part], curve.y[part]
    column = torch.floor(x)[:, None, None] + near
    line = torch.floor(y)[:, None, None] + near[:, None]
    off_x, off_y = column + 0.5 - x[:, None, None], line + 0.5 - y[:, None, None]
    left = radius * radius - off_x * off_x - off_y * off_y
    inside = left > 0
    top = curve.z[part][:, None, None] + torch.sqrt(left.clamp(min=0))
    slot = line.to(torch.int64) % size[1] * size[0] + column.to(torch.int64) % size[0]
    number = part.float()[:, None, None].expand_as(top)
    return slot[inside], top[inside], number[inside]


def _around(
    curve: _Curve, index: Tensor, radius: float, size: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Return where every texel of the map lies across its yarn, -1..1, and along it, and its point's repeats off."""
    place = torch.arange(size[0] * size[1], device=index.device)
    off_x = (place % size[0]).float() + 0.5 - curve.x[index]
    off_y = torch.div(place, size[0], rounding_mode="floor").float() + 0.5 - curve.y[index]
    beyond = torch.stack([torch.round(off_x / size[0]), torch.round(off_y / size[1])])
    off_x, off_y = off_x - beyond[0] * size[0], off_y - beyond[1] * size[1]
    side = off_x * curve.tangent_y[index] - off_y * curve.tangent_x[index]
    ahead = off_x * curve.tangent_x[index] + off_y * curve.tangent_y[index]
    share = curve.share[index] + ahead / curve.stretch[index]
    return (side * (1 / radius)).clamp_(-1, 1), share, beyond


def _fraction(place: Tensor, period: int) -> Tensor:
    share = place * (1 / period)
    return share - torch.floor(share)
