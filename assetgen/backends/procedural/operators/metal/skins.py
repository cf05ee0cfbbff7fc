"""The skin that making leaves on bare metal: roll lines, sand of a mould, zinc crystals, mill scale, blasting.

Each is a `Skin`: relief in metres and what it does to tone and roughness; the recipe brings the metal.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import cells, grains


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Skin:
    """What a face of metal is like before use.

    Args:
        height_m: (N, N) metres of fine relief.
        tone: (N, N) about -0.5..0.5, darker and lighter along the metal's ramp.
        dull: (N, N) added to the roughness.
        oxide: (N, N) 0..1 where a dark film still covers the metal.
    """

    height_m: Tensor
    tone: Tensor
    dull: Tensor
    oxide: Tensor


def rolled(torus: Torus) -> Skin:
    """Return sheet from the rolls: fine lines along it, and long faint bands."""
    lines = spectral_noise(torus, "rolled/lines", slope=0.6, low=_cycles(torus, 0.04), stretch=(16.0, 1.0))
    bands = spectral_noise(
        torus,
        "rolled/bands",
        slope=1.2,
        low=_cycles(torus, 0.16),
        high=_cycles(torus, 0.006),
        stretch=(10.0, 1.0),
    )
    grain = spectral_noise(torus, "rolled/grain", slope=0.3, low=_cycles(torus, 0.011))
    return Skin(
        height_m=lines * 0.000008 + grain * 0.000005,
        tone=lines * 0.10 + bands * 0.08 + grain * 0.06,
        dull=lines * 0.022 + bands * 0.026 + grain * 0.010,
        oxide=torus.zeros(),
    )


def blasted(torus: Torus) -> Skin:
    """Return a face blown with grit: even, fine, without direction."""
    grit = spectral_noise(torus, "blasted/grit", slope=0.1, low=_cycles(torus, 0.01))
    cloud = fbm(torus, "blasted/cloud", torus.cells_across(0.16), octaves=5, gain=0.6)
    return Skin(
        height_m=grit * 0.000022,
        tone=grit * 0.10 + cloud * 0.25,
        dull=grit * 0.022 + cloud * 0.08,
        oxide=torus.zeros(),
    )


def blued(torus: Torus) -> Skin:
    """Return fine-blasted metal under a whole film of dark oxide, with the clouds of its bath."""
    face = blasted(torus)
    return Skin(
        height_m=face.height_m * 0.5, tone=face.tone, dull=face.dull * 1.3, oxide=torus.zeros().add_(1)
    )


def cast(torus: Torus, grain_m: float = 0.004) -> Skin:
    """Return the skin of a sand mould: grains printed in it, soft lumps, blow holes; oxide where nothing rubs.

    Args:
        torus: the tile.
        grain_m: how large the lumps of sand are.
    """
    sand = spectral_noise(torus, "cast/sand", slope=0.6, low=_cycles(torus, grain_m * 4))
    bend = warp_field(torus, "cast/bend", torus.cells_across(grain_m * 2), 0.7 * grain_m / torus.tile_m)
    printed = grains(torus, "cast/grains", torus.cells_across(grain_m * 1.6), jitter=1.0, warp=bend)
    bump = smoothstep(0.85, 0.1, printed.near) * printed.random(torus, "cast/size")
    lumps = fbm(torus, "cast/lumps", torus.cells_across(0.05), octaves=5, gain=0.55)
    holes = grains(torus, "cast/holes", torus.cells_across(grain_m * 6), jitter=1.0, warp=bend)
    bore = holes.random(torus, "cast/bore")
    hole = smoothstep(0.16, 0.05, holes.near / (0.35 + bore)) * (bore > 0.82).float()
    height_m = sand * (grain_m * 0.018) + bump * (grain_m * 0.09) + lumps * 0.0008 - hole * (grain_m * 0.3)
    return Skin(
        height_m=height_m,
        tone=sand * 0.08 + bump * 0.16 + lumps * 0.35 - hole * 0.5 - 0.05,
        dull=sand * 0.03 - bump * 0.09 + lumps * 0.08 + hole * 0.15,
        oxide=(1.0 - bump * 0.16 + lumps * 0.05).clamp_(0, 1),
    )


def spangle(torus: Torus, size_m: float = 0.016) -> Skin:
    """Return hot-dip zinc: crystals with frost ferns, each mirroring another way.

    Args:
        torus: the tile.
        size_m: width of a crystal.
    """
    bend = warp_field(torus, "spangle/bend", torus.cells_across(size_m * 0.6), 0.22 * size_m / torus.tile_m)
    crystals = cells(torus, "spangle", torus.cells_across(size_m), jitter=1.0, warp=bend)
    facing = crystals.random(torus, "spangle/facing", -0.5, 0.5)
    turn = crystals.random(torus, "spangle/turn", 0.0, 3.14159)
    arms = torch.cos(angle_of(crystals.y, crystals.x) * 6 + turn * 6)
    along = crystals.x * torch.cos(turn) + crystals.y * torch.sin(turn)
    ribs_m = size_m * 0.09
    fine = min(max(0.5 * ribs_m * torus.size / torus.tile_m - 0.5, 0.0), 1.0)
    ribs = torch.cos((along + arms * (size_m * 0.03)) * (6.2831853 / ribs_m)).mul_(fine)
    bloom = fbm(torus, "spangle/bloom", torus.cells_across(0.22), octaves=6, gain=0.6)
    rim = smoothstep(size_m * 0.05, 0.0, crystals.edge)
    grain = spectral_noise(torus, "spangle/grain", slope=0.8, low=_cycles(torus, 0.016))
    return Skin(
        height_m=facing * 0.00002 + ribs * 0.000006 - rim * 0.000015 + grain * 0.000004,
        tone=facing * 0.75 + arms * 0.10 + ribs * 0.07 - rim * 0.12 + grain * 0.03,
        dull=facing * -0.16 + arms * 0.025 + bloom * 0.13 + grain * 0.01,
        oxide=torus.zeros(),
    )


def mill_scale(torus: Torus) -> Skin:
    """Return hot-rolled plate: a thin scale that the rolls drew out, tinted by heat, flaked off in small places."""
    plate = rolled(torus)
    heat = spectral_noise(
        torus, "scale/heat", slope=2.0, low=_cycles(torus, 0.3), high=_cycles(torus, 0.02), stretch=(3.0, 1.0)
    )
    drawn = spectral_noise(torus, "scale/drawn", slope=0.9, low=_cycles(torus, 0.2), stretch=(18.0, 1.0))
    bend = warp_field(torus, "scale/bend", torus.cells_across(0.016), 0.004 / torus.tile_m, octaves=3)
    flake = grains(torus, "scale/flakes", torus.cells_across(0.008), jitter=1.0, warp=bend)
    where = fbm(torus, "scale/where", torus.cells_across(0.12), octaves=6, gain=0.64)
    ready = where + drawn * 0.09 + (flake.random(torus, "scale/hold") - 0.5) * 0.45
    lost = grown(ready, torus.draw("scale/lost", 0.004, 0.06), deep=0.3)
    gone = smoothstep(0.0, 0.06, lost)
    # Around a loss the scale has cracked and lifted, and air has browned it.
    loose = smoothstep(-0.7, 0.0, lost) * (1 - gone)
    craze = smoothstep(0.10, 0.0, flake.far - flake.near) * loose
    return Skin(
        height_m=plate.height_m + (1 - gone) * 0.00007 + loose * 0.00003 - craze * 0.00004,
        tone=plate.tone * 0.8 + heat * 0.06 + drawn * 0.042 - loose * 0.13 - craze * 0.12,
        dull=plate.dull + drawn * 0.022 + heat * 0.012 + loose * 0.12 - gone * 0.03,
        oxide=(1 - gone) * (0.95 - 0.10 * smoothstep(-1.0, 1.5, drawn)),
    )


def _cycles(torus: Torus, wave_m: float) -> int:
    """Return how many waves of a length fit the tile, no more than spectral noise has."""
    return min(torus.cells_across(wave_m), 400)
