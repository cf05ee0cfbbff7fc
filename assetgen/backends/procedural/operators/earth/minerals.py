"""Crystals grown into one another as melted rock cools: granite and its kin."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import cells, grains


@dataclass(frozen=True, slots=True, eq=False)
class Minerals:
    """Two generations of crystals, and which mineral a texel shows.

    Args:
        large: those that grew first.
        small: those that filled the room between them.
        is_large: (N, N) 1 where a large crystal lies open, else 0.
        quartz: (N, N) 1 where quartz fills the room, else 0.
        mica: (N, N) 1 where a flake of dark mineral lies, else 0.
        flow: (N, N) bands of the flow, about -1..1; 0 where nothing flowed.
    """

    large: Elements
    small: Elements
    is_large: Tensor
    quartz: Tensor
    mica: Tensor
    flow: Tensor


def grow_minerals(
    torus: Torus,
    name: str,
    *,
    small_m: float,
    large_m: float,
    large: float,
    quartz: float,
    mica: float,
    swirled: bool = False,
) -> Minerals:
    """Return crystals of two sizes.

    Args:
        torus: the tile.
        name: the random stream.
        small_m: width of a small crystal.
        large_m: width of a large one.
        large: share of the places for a large crystal that are taken, 0..1.
        quartz: share of the small ones that are quartz.
        mica: share of the small ones that are dark.
        swirled: whether the rock was half molten once more, so that crystals lie along a flow and pale and dark ones
            have parted into bands.
    """
    jag = warp_field(
        torus, f"{name}/jag", torus.cells_across(small_m), small_m * 0.45 / torus.tile_m, octaves=3
    )
    flow, flat = torus.zeros(), 1.0
    if swirled:
        bend = warp_field(torus, f"{name}/bend", 2, 0.16, octaves=3)
        lean = torus.u * choose(torus, f"{name}/way", (-1, 0, 1))
        jag = jag[0] + bend[0], jag[1] + bend[1] + lean
        flow, flat = _bands(torus, name, torus.v + jag[1]), 1.9
    wide, fine = torus.cells_across(large_m), torus.cells_across(small_m)
    first = cells(torus, f"{name}/large", wide, jitter=1.0, warp=jag, period_y=round(wide * flat))
    rest = cells(torus, f"{name}/small", fine, jitter=1.0, warp=jag, period_y=round(fine * flat))
    crowd = fbm(torus, f"{name}/crowd", torus.cells_across(small_m * 9), octaves=4) * 0.45
    is_large = (first.random(torus, f"{name}/here") + 0.3 * flow < large).float()
    kind = rest.random(torus, f"{name}/kind") + crowd + flow * 0.6
    # Mica grew first and fits in anywhere; quartz fills what feldspar has left.
    within = (is_large < 0.5) | (rest.random(torus, f"{name}/within") < 0.25)
    dark = ((kind > 1.02 - mica) & within).float()
    return Minerals(
        large=first,
        small=rest,
        is_large=is_large * (1 - dark),
        quartz=(kind < quartz - 0.05).float() * (1 - is_large),
        mica=dark,
        flow=flow,
    )


def _bands(torus: Torus, name: str, across: Tensor) -> Tensor:
    """Return wide and narrow bands, each fading in and out."""
    total = torus.zeros()
    for turns, share in ((3, 0.7), (8, 0.6), (21, 0.35)):
        swell = fbm(torus, f"{name}/bands/{turns}", turns, octaves=3)
        total += share * torch.sin(across * (6.2832 * turns) + swell * 5) * (0.5 + 1.5 * swell)
    return total


def mineral_specks(torus: Torus, name: str, sizes_m: tuple[float, ...]) -> Tensor:
    """Return how pale or dark the minerals of a stone are, (N, N), about -1..1: each grain of one tone.

    Grains finer than a texel and a half are left out, those up to three texels fade in, so a small tile stays calm.

    Args:
        torus: the tile.
        name: the random stream.
        sizes_m: widths of the grains, the most visible first.
    """
    total, share = torus.zeros(), 1.0
    for number, size_m in enumerate(sizes_m):
        texels = size_m * torus.size / torus.tile_m
        shown = min(max((texels - 1.5) / 1.5, 0.0), 1.0)
        if shown > 0:
            grain = grains(torus, f"{name}/{number}", torus.cells_across(size_m), jitter=1.0)
            own = grain.random(torus, f"{name}/{number}/own") * 2 - 1
            # Most grains are of the common mineral; the pale and the dark ones stand out.
            tone = own * own * own * 0.8 + own * 0.35
            total.add_(tone * smoothstep(0.75, 0.35, grain.near), alpha=share * shown)
        share *= 0.75
    return total


def pores(torus: Torus, name: str, sizes_m: tuple[float, ...], *, share: float = 0.12) -> Tensor:
    """Return small holes where grains have fallen out, (N, N), 0..1 in the middle of a hole.

    Args:
        torus: the tile.
        name: the random stream.
        sizes_m: distances between the places that may hold one, the largest first.
        share: share of the places that do.
    """
    deepest = torus.zeros()
    for number, size_m in enumerate(sizes_m):
        texels = size_m * torus.size / torus.tile_m
        shown = min(max((texels - 2.0) / 2.0, 0.0), 1.0)
        if shown > 0:
            holes = grains(torus, f"{name}/{number}", torus.cells_across(size_m), jitter=1.0)
            own = holes.random(torus, f"{name}/{number}/own") * (1 / share)
            hole = smoothstep(0.0, 0.18, 0.42 - 0.2 * own - holes.near) * (own < 1)
            deepest = torch.maximum(deepest, hole * (shown * size_m / sizes_m[0]))
    return deepest
