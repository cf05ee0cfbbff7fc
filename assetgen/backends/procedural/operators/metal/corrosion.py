"""What corrosion does to the shape of metal: pits eaten into it, and sheets of scale that lift and crack."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import grains


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScaleSheet:
    """A sheet of scale over corroded metal.

    Args:
        body: (N, N) 1 where it lies, 0 where it fell off.
        height_m: (N, N) metres by which it stands above what lies under it; its border breaks in three steps.
        hold: (N, N) a number 0..1 for every flake.
        crack: (N, N) 1 in the cracks between flakes.
        curl: (N, N) 0..1 where a flake's border lifts.
    """

    body: Tensor
    height_m: Tensor
    hold: Tensor
    crack: Tensor
    curl: Tensor


def eaten_pits(torus: Torus, name: str, rough: Tensor, *, share: float) -> Tensor:
    """Return pits of two sizes that run into one another, (N, N) 0..1, deepest in their middle.

    Args:
        torus: the tile.
        name: the random stream.
        rough: (N, N) about -1..1, what makes their borders ragged.
        share: share of the places that are eaten, 0..1.
    """
    pit = torus.zeros()
    for number, size_m in enumerate((0.034, 0.015)):
        bend = warp_field(
            torus, f"{name}/bend/{number}", torus.cells_across(size_m), 0.3 * size_m / torus.tile_m
        )
        holes = grains(torus, f"{name}/{number}", torus.cells_across(size_m), jitter=1.0, warp=bend)
        wide = holes.random(torus, f"{name}/wide/{number}")
        here = (holes.random(torus, f"{name}/here/{number}") < share).float()
        bowl = smoothstep(0.55, 0.02, (holes.near + 0.10 * rough) / (wide + 0.22)) * (0.35 + 0.65 * wide)
        pit = torch.maximum(pit, bowl * here * (1.0 if number == 0 else 0.6))
    return pit


def scale_sheet(torus: Torus, name: str, rough: Tensor, *, share: float, flake_m: float) -> ScaleSheet:
    """Return a sheet of scale that covers a share of the tile; it breaks along the borders of its flakes.

    Args:
        torus: the tile.
        name: the random stream.
        rough: (N, N) about -1..1, what makes its borders ragged.
        share: covered share, 0..1.
        flake_m: width of a flake.
    """
    wide = warp_field(torus, f"{name}/wide", torus.cells_across(0.09), 0.020 / torus.tile_m, octaves=3)
    fine = warp_field(torus, f"{name}/fine", torus.cells_across(0.014), 0.0035 / torus.tile_m, octaves=3)
    bend = (wide[0] + fine[0], wide[1] + fine[1])
    flakes = grains(torus, f"{name}/flakes", torus.cells_across(flake_m), jitter=1.0, warp=bend)
    hold = flakes.random(torus, f"{name}/hold")
    where = fbm(torus, f"{name}/where", torus.cells_across(0.20), octaves=5, gain=0.5)
    depth = grown(where + (hold - 0.5) * 0.5 + rough * 0.22, share, deep=0.4)
    body = smoothstep(0.0, 0.03, depth)
    steps = (body + smoothstep(0.10, 0.13, depth) + smoothstep(0.24, 0.27, depth)) / 3
    curl = torch.exp(depth.clamp(min=0) * -6) * hold
    crack = smoothstep(0.07, 0.0, flakes.far - flakes.near) * smoothstep(0.1, 0.3, depth)
    height_m = steps * 0.0016 + body * (curl * 0.0008 + hold * 0.0007 + rough * 0.0003) - crack * 0.0011
    return ScaleSheet(body=body, height_m=height_m, hold=hold, crack=crack, curl=curl * body)
