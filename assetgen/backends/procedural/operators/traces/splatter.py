"""Drops of something liquid thrown against a surface: round where they fall, drawn out where they fly."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_at_centres, warp_field
from assetgen.backends.procedural.operators.layouts.cells import scatter


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Splatter:
    """Drops seen from every texel.

    Args:
        thick: (N, N) 0 beside a drop to 1 in the middle of the largest.
        rim: (N, N) 1 on the border of a drop, where it dries last.
    """

    thick: Tensor
    rim: Tensor


def splatter(
    torus: Torus, name: str, size_m: float, *, share: float, burst_m: float = 0.5, drawn_out: float = 0.6
) -> Splatter:
    """Return drops of one size class, more of them where a burst hit.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: diameter of the largest; small ones are commoner.
        share: how many of the places for a drop are taken, 0..1; a larger share never takes one away.
        burst_m: size of a burst.
        drawn_out: how far drops are drawn out in the direction in which they flew, 0..1.
    """
    bend = warp_field(
        torus, f"{name}/bend", torus.cells_across(size_m * 0.9), size_m * 0.16 / torus.tile_m, octaves=3
    )
    drops = scatter(torus, name, torus.cells_across(size_m * 1.5), warp=bend)
    burst = fbm(torus, f"{name}/burst", torus.cells_across(burst_m), octaves=4, gain=0.55)
    here = fetch_at_centres(torus, burst, drops, bend)
    luck = drops.random(torus, f"{name}/luck")
    # A drop swells as its turn comes, so that none pops up whole.
    come = smoothstep(0.0, 0.30, share * 1.5 - 0.55 + here * 0.9 - luck * 0.7 + 0.25)
    size = drops.random(torus, f"{name}/size")
    radius_m = size_m * (0.10 + 0.40 * size * size) * come
    angle = drops.random(torus, f"{name}/angle", 0.0, 2 * math.pi)
    cos, sin = torch.cos(angle), torch.sin(angle)
    along, across = drops.x * cos + drops.y * sin, drops.y * cos - drops.x * sin
    stretch = 1 + drawn_out * drops.random(torus, f"{name}/flight") * smoothstep(0.8, 0.2, size)
    # Ahead of its middle a drop is round, behind it runs out into a tail.
    tail = along.clamp(min=0) / (stretch * stretch) - along.clamp(max=0)
    away = torch.sqrt(tail.square_().add_(across.mul_(stretch).square_()))
    # Drops that meet flatten against each other.
    inside = torch.minimum(1 - away / radius_m.clamp(min=1e-6), drops.edge * 2 / radius_m.clamp(min=1e-6))
    texel = (0.7 * torus.tile_m / torus.size) / radius_m.clamp(min=1e-6)
    cover = ((inside + texel * 0.5) / texel.clamp(min=0.02)).clamp_(0, 1) * smoothstep(0.02, 0.2, come)
    dome = torch.sqrt((inside * (2 - inside)).clamp_(min=0)) * (0.35 + 0.65 * size) * come
    rim = torch.exp((inside * 7).square_().neg_()) * cover
    return Splatter(thick=torch.maximum(dome, cover * 0.12), rim=rim)
