"""Woven cloth: yarns that go over and under each other in any binding - plain, twill, satin, basket.

Warp yarns run along y, weft yarns along x. A binding says for every crossing which one lies on top; between two
crossings a yarn swings smoothly from one side of the cloth to the other, and the higher one is what is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import Warp, positions
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.numbered import chance_of, look_up
from assetgen.backends.procedural.field.torus import Torus

Binding = tuple[tuple[int, ...], ...]
"""Rows of crossings from the top, a row for each weft yarn: 1 where the warp lies on top, 0 where the weft does."""
_KNOTS: Final = 24
"""Places along a yarn between which its thickness changes."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cloth:
    """A weave seen from every texel.

    Args:
        height: (N, N) 0 at the middle plane, about 1 on the crest of a yarn on top, -1 in a hole.
        warp: (N, N) 1 where a warp yarn is seen, 0 where a weft yarn is; soft between, grey where yarns are finer
            than texels.
        cover: (N, N) how much of a texel is yarn rather than hole, 0..1.
        yarn: (N, N) int32 number of the yarn on top; warp yarns first, then weft yarns.
        ends: how many warp yarns the tile holds.
        count: how many yarns it holds.
        across: (N, N) -1..1 from one side of that yarn to the other.
        along: (N, N) tiles along that yarn.
        thick: (N, N) how far that yarn is thicker than usual there, 0..1: slubs.
        seen: 0 where yarns are too fine for the texels .. 1 where each of them shows.
    """

    height: Tensor
    warp: Tensor
    cover: Tensor
    yarn: Tensor
    ends: int
    count: int
    across: Tensor
    along: Tensor
    thick: Tensor
    seen: float

    def pick(self, table: Tensor) -> Tensor:
        """Spread a value per yarn, (count,) or (K, count), over the texels."""
        return look_up(table, self.yarn)

    def random(self, torus: Torus, name: str, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Give every yarn one uniform number of a stream, spread over the texels."""
        return chance_of(torus, name, self.yarn, self.count, low, high)

    def random_apart(self, torus: Torus, name: str, low: float, high: float) -> Tensor:
        """Give every yarn a number unlike its neighbours': no bundle of them stands out as a stripe."""
        step = torch.arange(self.count, device=torus.device) * 0.6180339887 + torus.draw(name, 0.0, 1.0)
        return self.pick((step - torch.floor(step)) * (high - low) + low)

    def twist(self, torus: Torus, lay_m: float) -> Tensor:
        """Return the strands that a yarn is spun of, -1 in the groove between two, 1 on a strand, (N, N).

        Args:
            torus: the tile.
            lay_m: metres along a yarn from one strand to the next; fades where texels are wider.
        """
        texel_m = torus.tile_m / torus.size
        clear = float(smoothstep(1.8, 3.5, torch.tensor(lay_m / texel_m)))
        if clear == 0:
            return torch.zeros_like(self.along)
        turns = torus.cells_across(lay_m)
        phase = self.along * turns + self.across * (0.5 + 0.18 * self.across * self.across)
        return torch.cos(phase * 6.2831853).mul_(clear)


def plain() -> Binding:
    """Return over one, under one."""
    return ((1, 0), (0, 1))


def basket(size: int = 2) -> Binding:
    """Return plain weave of bundles of `size` yarns."""
    return tuple(
        tuple(int((end // size + pick // size) % 2 == 0) for end in range(2 * size))
        for pick in range(2 * size)
    )


def twill(over: int, under: int, *, step: int = 1) -> Binding:
    """Return diagonal ribs: every next weft yarn moves the floats on by `step` ends."""
    size = over + under
    return tuple(tuple(int((end + pick * step) % size < over) for end in range(size)) for pick in range(size))


def herringbone(over: int, under: int, *, width: int) -> Binding:
    """Return twill whose diagonal turns round after every `width` ends."""
    size = over + under
    rows = []
    for pick in range(size):
        there = [int((end + pick) % size < over) for end in range(width)]
        back = [int((width - 1 - end + pick + over) % size < over) for end in range(width)]
        rows.append(tuple(there + back))
    return tuple(rows)


def satin(size: int, step: int) -> Binding:
    """Return long warp floats, bound once in `size` by a weft; bindings lie `step` ends apart, never in a line."""
    return tuple(tuple(int((end - pick * step) % size != 0) for end in range(size)) for pick in range(size))


def fitted(wanted: float, binding: int) -> int:
    """Return a number of yarns near the wanted one that holds the binding a whole number of times."""
    return max(round(wanted / binding), 1) * binding


def weave(
    torus: Torus,
    name: str,
    binding: Binding,
    *,
    pitch_m: tuple[float, float],
    fill: tuple[float, float] = (1.0, 1.0),
    crimp: tuple[float, float] = (0.5, 0.5),
    slubs: tuple[float, float] = (0.0, 0.0),
    warp: Warp | None = None,
) -> Cloth:
    """Return a cloth; of every pair of numbers the first is the warp's, the second the weft's.

    Args:
        torus: the tile.
        name: the random stream.
        binding: what lies on top where.
        pitch_m: metres from one yarn to the next; moved to the nearest that closes.
        fill: width of a yarn by its pitch; less than 1 leaves holes.
        crimp: how far a yarn swings up and down, by the height of the cloth; the rest is its own roundness.
        slubs: how uneven the yarns are along their way, 0..1.
        warp: (x, y) offsets in tiles by which the cloth is pulled out of shape.
    """
    ends = fitted(torus.tile_m / pitch_m[0], len(binding[0]))
    picks = fitted(torus.tile_m / pitch_m[1], len(binding))
    texels = torus.size / max(ends, picks)
    seen = float(smoothstep(1.1, 2.2, torch.tensor(texels)))
    lattice = _Lattice.of(torus, name, binding, ends, picks)
    start = torus.uniform(f"{name}/start", 2)[:, 0].tolist()
    shift = ((int(start[0] * ends) + 0.5) / ends, (int(start[1] * picks) + 0.5) / picks)
    shape = (torus.size, torus.size)
    height, share, cover, across, along, thick = (torch.empty(shape, device=torus.device) for _ in range(6))
    yarn = torch.empty(shape, dtype=torch.int32, device=torus.device)
    for rows, u, v in positions(torus, warp, shift=shift):
        one = lattice.warps(u * ends, v * picks, texel=ends / torus.size, fill=fill[0], slub=slubs[0])
        other = lattice.wefts(u * ends, v * picks, texel=picks / torus.size, fill=fill[1], slub=slubs[1])
        tall = one.height(crimp[0]), other.height(crimp[1])
        on_top = tall[0] > tall[1]
        height[rows] = torch.maximum(tall[0], tall[1])
        share[rows] = ((tall[0] - tall[1]) * 4 + 0.5).clamp_(0, 1)
        cover[rows] = torch.maximum(one.cover, other.cover)
        across[rows] = torch.where(on_top, one.across, other.across)
        along[rows] = torch.where(on_top, v, u)
        thick[rows] = torch.where(on_top, one.thick, other.thick)
        yarn[rows] = torch.where(on_top, one.number, other.number + ends)
    if seen < 1:
        warps = sum(map(sum, binding)) / (len(binding) * len(binding[0]))
        height, share = height * seen + 0.3 * (1 - seen), share * seen + warps * (1 - seen)
    return Cloth(
        height=height,
        warp=share,
        cover=cover,
        yarn=yarn,
        ends=ends,
        count=ends + picks,
        across=across,
        along=along,
        thick=thick,
        seen=seen,
    )


@dataclass(slots=True, eq=False)
class _Run:
    """One family of yarns in a band of texels: where in its yarn a texel lies and which side of the cloth that is."""

    number: Tensor
    across: Tensor
    side: Tensor
    round: Tensor
    cover: Tensor
    thick: Tensor

    def height(self, crimp: float) -> Tensor:
        """Return the height of these yarns, sunk to the floor of a hole beside them."""
        tall = self.side * crimp + self.round * (1 - crimp) * (1 + 0.4 * self.thick)
        return (tall + 1) * self.cover - 1


@dataclass(frozen=True, slots=True, eq=False)
class _Lattice:
    """Which yarn lies on top at every crossing of the tile, -1 the weft or 1 the warp, and how thick yarns are."""

    sides: Tensor
    ends: int
    picks: int
    warp_slubs: Tensor
    weft_slubs: Tensor

    @classmethod
    def of(cls, torus: Torus, name: str, binding: Binding, ends: int, picks: int) -> _Lattice:
        table = torch.tensor(binding, dtype=torch.float32, device=torus.device) * 2 - 1
        sides = table.repeat(picks // table.shape[0], ends // table.shape[1])

        def slubs(kind: str, count: int) -> Tensor:
            # The fourth power of a draw: most places are even, few are thick.
            return torus.uniform(f"{name}/{kind}", count * _KNOTS)[:, 0].square().square()

        return cls(
            sides=sides.reshape(-1),
            ends=ends,
            picks=picks,
            warp_slubs=slubs("warp-slubs", ends),
            weft_slubs=slubs("weft-slubs", picks),
        )

    def warps(self, s: Tensor, t: Tensor, *, texel: float, fill: float, slub: float) -> _Run:
        number = torch.floor(s).clamp_(max=self.ends - 1)
        before, after, share = _between(t - 0.5, self.picks)
        side = torch.lerp(
            _at(self.sides, before * self.ends + number),
            _at(self.sides, after * self.ends + number),
            share,
        )
        thick = _along_yarn(self.warp_slubs, number, t * (1 / self.picks))
        return _run(s - number - 0.5, number, side, thick, texel, fill, slub)

    def wefts(self, s: Tensor, t: Tensor, *, texel: float, fill: float, slub: float) -> _Run:
        number = torch.floor(t).clamp_(max=self.picks - 1)
        before, after, share = _between(s - 0.5, self.ends)
        line = number * self.ends
        side = torch.lerp(_at(self.sides, line + before), _at(self.sides, line + after), share).neg_()
        thick = _along_yarn(self.weft_slubs, number, s * (1 / self.ends))
        return _run(t - number - 0.5, number, side, thick, texel, fill, slub)


def _run(
    off: Tensor, number: Tensor, side: Tensor, thick: Tensor, texel: float, fill: float, slub: float
) -> _Run:
    half = (1 + (thick - 0.35) * (0.9 * slub)) * (fill / 2)
    across = off / half
    span = texel / half
    # The mean of a parabola over the texel: a thin yarn grows shallower in a small tile, it does not flicker.
    left, right = (across - span * 0.5).clamp_(-1, 1), (across + span * 0.5).clamp_(-1, 1)
    area = (right - left) - (right * right * right - left * left * left) * (1 / 3)
    # What a texel shows beyond this yarn and the gap beside it is the next yarn.
    beyond = (off.abs() + half + (texel * 0.5 - 1)).clamp_(min=0)
    covered = (right - left) / span + beyond * (1 / texel)
    return _Run(
        number=number.to(torch.int32),
        across=across.clamp_(-1, 1),
        side=side,
        round=area / (right - left).clamp_(min=1e-4),
        cover=covered.clamp_(0, 1),
        thick=thick * slub,
    )


def _between(position: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the crossing before and after a place, wrapped, and how far it lies between them, eased."""
    low = torch.floor(position)
    share = position - low
    share = share * share * (3 - 2 * share)
    return torch.remainder(low, count), torch.remainder(low + 1, count), share


def _along_yarn(table: Tensor, number: Tensor, place: Tensor) -> Tensor:
    """Return a value that changes smoothly along each yarn; place counts in tiles."""
    before, after, share = _between(place * _KNOTS, _KNOTS)
    line = number * _KNOTS
    return torch.lerp(_at(table, line + before), _at(table, line + after), share)


def _at(table: Tensor, place: Tensor) -> Tensor:
    return look_up(table, place.to(torch.int32))
