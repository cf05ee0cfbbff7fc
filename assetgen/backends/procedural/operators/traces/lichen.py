"""Lichen: round crusts that grow from single spores, the young over the old, each with a lobed rim."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from assetgen.backends.procedural.field.bands import Warp, positions
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_at_points, warp_field
from assetgen.backends.procedural.surface import Surface

_STEPS = tuple((x, y) for y in range(3) for x in range(3))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Thalli:
    """The crust that lies on top at every texel, (N, N) each; where there is none, the one nearest by.

    Args:
        inside_m: metres from its rim, negative outside.
        cover: how much of the texel any crust covers, 0..1.
        radius_m: how large it has grown.
        age: 0 young to 1 old; the young lie over the old.
        own: a number 0..1 of its own.
    """

    inside_m: Tensor
    cover: Tensor
    radius_m: Tensor
    age: Tensor
    own: Tensor


def thalli(
    torus: Torus,
    name: str,
    size_m: float,
    amount: float,
    *,
    likes: Tensor,
    reach: Tensor,
    warp: Warp | None = None,
) -> Thalli:
    """Let crusts grow from one spore in every square of `size_m`, as far as each finds it good.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: about how wide the largest become.
        amount: 0 none to 1 nearly everywhere.
        likes: (N, N) how well one grows, about -1..1; read where its spore fell.
        reach: (N, N) factor on the radius: above 1 in a lobe of the rim, 0 or less where it cannot grow.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    across = torus.cells_across(size_m)
    place = torus.uniform(name, across * across, 2).T.contiguous()
    cell = torch.arange(across * across, device=torus.device)
    line = torch.div(cell, across, rounding_mode="floor")
    here = fetch_at_points(torus, likes, (cell % across + place[0]) / across, (line + place[1]) / across)
    luck, age, own = (
        torus.uniform(f"{name}/{part}", across * across)[:, 0] for part in ("luck", "age", "own")
    )
    come = smoothstep(0.0, 0.8, 2.1 * amount + here - 0.9 * luck - 0.15)
    cell_m = torus.tile_m / across
    radius_m = cell_m * (0.10 + 0.50 * age * age) * come
    rows = [part.view(1, 1, across, across) for part in (*place, radius_m, age, own)]
    spores = torch.stack([functional.pad(row, (1, 1, 1, 1), mode="circular").reshape(-1) for row in rows])
    drawn = torch.empty(5, torus.size, torus.size, device=torus.device)
    for band, x, y in positions(torus, warp):
        drawn[:, band] = _topmost(spores, across, cell_m, (x, y), reach[band])
    inside_m, most_m, radius_m, age, own = drawn
    soft = 1 / max(torus.tile_m / torus.size, 0.0012)
    cover = (most_m * soft + 0.5).clamp_(0, 1)
    return Thalli(inside_m=inside_m, cover=cover, radius_m=radius_m, age=age, own=own)


def _topmost(spores: Tensor, across: int, cell_m: float, at: tuple[Tensor, Tensor], reach: Tensor) -> Tensor:
    """Return of the youngest crust at every texel its inside, the largest inside of any, and its numbers."""
    column, line = (torch.floor(part * across).clamp_(max=across - 1) for part in at)
    in_x, in_y = at[0] * across - column, at[1] * across - line
    first = (line * (across + 2) + column).to(torch.int64)

    def read(row: int, slot: Tensor) -> Tensor:
        return torch.index_select(spores[row], 0, slot.reshape(-1)).view(slot.shape)

    best, inside_m, most_m = (torch.full_like(in_x, -9.0) for _ in range(3))
    chosen = first
    for step_x, step_y in _STEPS:
        slot = first + (step_y * (across + 2) + step_x)
        dx, dy = read(0, slot).add_(step_x - 1 - in_x), read(1, slot).add_(step_y - 1 - in_y)
        away_m = torch.sqrt(dx.mul_(dx).addcmul_(dy, dy)).mul_(cell_m)
        radius_m = read(2, slot)
        # What no one has come to is nowhere, however small its distance.
        own_m = (radius_m * reach - away_m).clamp_(max=cell_m) - (radius_m < 0.001) * 1.0
        rank = torch.where(own_m > 0, 2 - read(3, slot), own_m)
        on_top = rank > best
        best = torch.where(on_top, rank, best)
        inside_m = torch.where(on_top, own_m, inside_m)
        chosen = torch.where(on_top, slot, chosen)
        most_m = torch.maximum(most_m, own_m)
    return torch.stack([inside_m, most_m, *(read(row, chosen) for row in (2, 3, 4))])


@dataclass(frozen=True, slots=True, eq=False)
class Crusts:
    """Crusts of lichen on rock.

    Args:
        cover: (N, N) how much of a texel is lichen, 0..1.
        tone: (N, N) 0 dark heart to 1 pale young rim.
        kind: (N, N) one number 0..1 for every crust.
    """

    cover: Tensor
    tone: Tensor
    kind: Tensor


def crusts(torus: Torus, name: str, size_m: float, amount: float) -> Crusts:
    """Return crusts in colonies, large and old ones with small and young ones between and over them.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: width of the largest crust.
        amount: 0 none to 1 nearly everywhere.
    """
    likes = fbm(torus, f"{name}/colony", torus.cells_across(size_m * 4), octaves=4) * 1.3 - 0.15
    lobe = fbm(torus, f"{name}/lobes", torus.cells_across(size_m * 0.22), octaves=5, gain=0.6)
    bend = warp_field(torus, f"{name}/bend", torus.cells_across(size_m * 0.5), 0.2 * size_m / torus.tile_m)
    cover, tone, kind = torus.zeros(), torus.zeros(), torus.zeros()
    for number, share in enumerate((1.0, 0.42)):
        grown = thalli(
            torus,
            f"{name}/{number}",
            size_m * share,
            amount,
            likes=likes,
            reach=1 + 0.45 * lobe,
            warp=bend,
        )
        ring = smoothstep(0.45, 0.05, grown.inside_m / grown.radius_m.clamp(min=1e-4)) * 0.7 + 0.3
        tone, kind = mix(tone, ring, grown.cover), torch.where(grown.cover > 0.5, grown.own, kind)
        cover = torch.maximum(cover, grown.cover)
    return Crusts(cover=cover, tone=tone, kind=kind)


def with_lichen(
    surface: Surface,
    name: str,
    size_m: float,
    amount: float,
    grain: Tensor,
    ramp: Palette,
    *,
    where: Tensor | float = 1.0,
) -> Surface:
    """Return a surface on which lichen grows; the crusts stand less than a millimetre high.

    Args:
        surface: bare rock.
        name: the random stream.
        size_m: width of the largest crust.
        amount: 0 none to 1 nearly everywhere.
        grain: (N, N) micro grain of the rock, deviation 1.
        ramp: colors of the crusts, from their dark hearts to pale rims, kinds side by side.
        where: 0 where nothing can grow.
    """
    found = crusts(surface.torus, name, size_m, amount)
    cover = found.cover * (0.82 + 0.09 * grain).clamp_(0, 1) * where
    return replace(
        surface,
        height_m=surface.height_m + cover * (0.0003 + 0.0001 * grain),
        color=mix(surface.color, ramp.paint(found.tone * 0.5 + found.kind * 0.5), cover * 0.62),
        roughness=mix(surface.roughness, 0.94, cover),
    )
