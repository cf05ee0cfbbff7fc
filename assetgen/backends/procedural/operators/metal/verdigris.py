"""Verdigris: the green crust that weather leaves on copper and its alloys."""

from __future__ import annotations

from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.surface import Surface


def verdigris(surface: Surface, ready: Tensor, *, share: float, green: Palette, dark: Palette) -> Surface:
    """Return the surface with a crust of verdigris over a share of it, and the dark film that goes before it.

    Args:
        surface: copper, bronze or brass.
        ready: (N, N) about -1..1, how early the crust comes to each place.
        share: covered share of the tile, 0..1.
        green: from thick and dark over plain to young and pale.
        dark: the brown film around it.
    """
    torus = surface.torus
    rough = fbm(torus, "verdigris/rough", torus.cells_across(0.05), octaves=6, gain=0.62)
    grain = spectral_noise(torus, "verdigris/grain", slope=0.7, low=60).clamp_(-2.5, 2.5)
    bend = warp_field(torus, "verdigris/bend", torus.cells_across(0.02), 0.004 / torus.tile_m, octaves=3)
    crusts = grains(torus, "verdigris/crusts", torus.cells_across(0.010), jitter=1.0, warp=bend)
    grip = crusts.random(torus, "verdigris/grip")
    depth = grown(ready + rough * 0.6 + (grip - 0.5) * 0.22 + grain * 0.05, share, deep=0.7)
    film = smoothstep(-0.55, 0.05, depth)
    surface = surface.covered(film * 0.85, color=dark.paint(0.5 + rough * 0.7), roughness=0.58, metallic=0.35)
    crust = smoothstep(-0.08, 0.42, depth + grain * 0.03)
    thick = smoothstep(0.1, 0.9, depth)
    bloom = fbm(torus, "verdigris/bloom", torus.cells_across(0.16), octaves=6, gain=0.62)
    pale = smoothstep(0.05, 0.45, bloom + grain * 0.05) * 0.30
    tone = 0.44 + bloom * 0.40 + rough * 0.26 + grain * 0.06 + (grip - 0.5) * 0.16 - thick * 0.10 + pale
    bulk = crust * (0.00012 + thick * 0.00025 * (1 + rough) + grain * 0.00007 + grip * 0.0001)
    return surface.covered(
        crust * (0.72 + 0.28 * thick),
        color=green.paint(tone),
        roughness=0.84 + grain * 0.03 + rough * 0.06 + pale * 0.1,
        metallic=0.0,
        height_m=surface.height_m + bulk,
    )
