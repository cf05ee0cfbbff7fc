"""Parts of bodies: sacs, blood vessels, ribbed pipes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import Warp
from assetgen.backends.procedural.field.height import dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.piled.piles import NOWHERE, pile
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches


@dataclass(frozen=True, slots=True, eq=False)
class Sacs:
    """Round bodies half sunk into a ground.

    Args:
        dome: (N, N) 0 at the rim of a sac and outside to 1 at its crown.
        height_m: (N, N) metres over the ground.
        number: (N, N) a number of every sac, -0.5..0.5; 0 outside.
    """

    dome: Tensor
    height_m: Tensor
    number: Tensor


def sacs(torus: Torus, name: str, size_m: float, *, share: float, tall: float) -> Sacs:
    """Return sacs of all sizes up to about `size_m` across.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: distance between their places.
        share: share of places that have one.
        tall: height of a sac by its radius.
    """
    across = torus.cells_across(size_m)
    cell_m = torus.tile_m / across
    draws = torus.uniform(f"{name}/form", across * across, 3).T
    radius = (0.3 + 0.42 * draws[1] * draws[1] + 0.1 * draws[2]) * cell_m
    radius = torch.where(draws[0] < share, radius, 1e-6)

    def shape(x: Tensor, y: Tensor, traits: Tensor) -> Tensor:
        inside = 1 - (x * x + y * y * 0.7) / (traits[0] * traits[0])
        return torch.where(inside > 0, inside.clamp(min=0).sqrt() * traits[0] * tall, NOWHERE)

    bend = warp_field(torus, f"{name}/bend", across, 0.08 / across, octaves=3)
    lain = pile(torus, name, across, shape, traits=radius[None], turn=draws[2] * math.tau, warp=bend)
    height_m = lain.top_m.clamp(min=0)
    own = lain.pieces.pick(radius) * tall
    return Sacs(
        dome=(height_m / own).clamp(0, 1),
        height_m=height_m,
        number=lain.pieces.pick(draws[1] - 0.5) * (height_m > 0),
    )


def vessels(torus: Torus, name: str, *, amount: float) -> Tensor:
    """Return blood vessels under a skin, (N, N), 0..1: a coarse net that swells, and twigs that leave it in places.

    Args:
        torus: the tile.
        name: the random stream.
        amount: 0 a few faint ones .. 1 veins all over.
    """
    swell = fbm(torus, f"{name}/swell", torus.cells_across(0.05), octaves=3)
    coarse = crack_distance(torus, f"{name}/coarse", 0.085, wander=1.0) - 0.001 * swell
    twigs = crack_distance(torus, f"{name}/twigs", 0.03, wander=1.0)
    shown = patches(torus, f"{name}/shown", 0.09, amount=0.2 + 0.6 * amount, soft=0.25)
    stem = smoothstep(0.0032, 0.0006, coarse) * (0.3 + 0.7 * shown)
    return torch.maximum(stem, smoothstep(0.0016, 0.0003, twigs) * shown * 0.6) * (0.4 + 0.6 * amount)


def pipes(torus: Torus, name: str, wide_m: float, *, ribbed: float, warp: Warp) -> tuple[Tensor, Tensor]:
    """Return pipes that run down the tile: how far a texel stands out, 0..1, and height in metres, (N, N) each.

    Args:
        torus: the tile.
        name: the random stream.
        wide_m: distance between them.
        ribbed: share of pipes that have ribs.
        warp: (x, y) offsets in tiles added to every texel's position.
    """
    across = torus.cells_across(wide_m)
    cell_m = torus.tile_m / across
    # A quarter of a pipe keeps the gaps off the very border of the tile.
    x = (torus.u + warp[0]) * across + 0.25
    number = torch.remainder(torch.floor(x), across).to(torch.int64)
    draws = torus.uniform(f"{name}/form", across, 4).T
    half = 0.3 + 0.2 * torch.take(draws[0], number)
    place = (x - torch.floor(x) - 0.5) / half
    pipe = dome(1 - place.abs(), 1.0)
    ribs = torch.take(torch.round(torus.tile_m / (wide_m * (0.28 + 0.28 * draws[1]))), number)
    along = (torus.v + warp[1] + torch.take(draws[2], number)) * ribs + 0.22 * place * place
    rib = torch.sqrt(torch.cos(along * math.tau) * 0.5 + 0.5)
    rib = torch.where(torch.take(draws[3], number) < ribbed, rib, 0.85) * pipe
    return rib, (pipe * half * 0.75 + rib * 0.13) * cell_m
