"""Sand: a dry beach with shells, the wind ripples of a dune, or wet sand that the tide has left flat."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.soil import clods
from assetgen.backends.procedural.operators.earth.waves import waves
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.living.foliage import oval
from assetgen.backends.procedural.operators.piled.leaves import laid_over, lay_shapes, throw
from assetgen.backends.procedural.operators.traces.tracks import footprints
from assetgen.backends.procedural.surface import Surface

_RIPPLES = {"beach": 0.12, "dunes": 1.0, "wet": 0.30}  # as a share of a dune's
_SANDS = (
    ("#6e5a42", "#94795a", "#b3966f", "#c7ae88", "#d8c5a5"),
    ("#7b6d5a", "#9e8f78", "#bbac93", "#cdc1ab", "#dfd6c5"),
    ("#6a5a48", "#8a7861", "#a4917a", "#b9a78f", "#cbbda9"),
)
_DESERTS = (
    *_SANDS[:1],
    ("#6b4a30", "#936a46", "#b3875c", "#c79f74", "#d6b893"),
    ("#6a4331", "#8f6048", "#ab7a5c", "#bf9275", "#cfab92"),
)


def sand(torus: Torus, look: Look) -> Surface:
    """Wind or water lays sand in ripples that fork; coarse dark grains gather where it is calm."""
    kind = look.option("kind", "beach")
    swell = spectral_noise(torus, "heave", slope=2.4, low=3, high=12)
    micro = spectral_noise(torus, "micro", slope=0.4, low=90)
    ripple, ripple_m = _ripples(torus, look, kind, swell)
    height_m = swell * look["swell"] * (0.011 if kind == "beach" else 0.006) + ripple_m + micro * 0.00016
    if kind == "beach":
        height_m = height_m + _churned(torus) * look["dimples"]
    if look.option("tracks", "none") == "footprints":
        prints = footprints(torus, "steps", 2, soft_m=0.02)
        # Inside a print the sand is smooth; dry sand slumps back into it.
        height_m = mix(height_m, blur(torus, height_m, 0.03), prints.pressed)
        height_m = height_m + blur(torus, prints.relief_m(0.030), 0.002 if kind == "wet" else 0.007)
    wet = _wetness(torus, kind, height_m)

    color = _sand_color(torus, look, kind, swell, ripple, micro) * (1 - 0.55 * wet)
    roughness = look.roughness(0.90) + 0.045 * micro.clamp(-2, 2) + 0.05 * swell - 0.04 * ripple
    roughness = mix(roughness, 1.02 - 0.85 * wet + 0.06 * micro.clamp(-2, 2), (wet * 1.4).clamp(max=1))
    surface = Surface(
        torus=torus, height_m=height_m * look.relief, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface if kind == "dunes" else _washed_up(surface, look)


def _ripples(torus: Torus, look: Look, kind: str, swell: Tensor) -> tuple[Tensor, Tensor]:
    """Return the crests of the ripples, 0..1, and their height; they fade where the ground lies in the lee."""
    length_m = look["ripple_m"] * (0.6 if kind == "wet" else 1.0)
    wind = torus.draw("wind", 0.0, 6.283)
    wander = 0.40 if kind == "wet" else 0.24
    large = waves(torus, "ripples", length_m, direction=wind, wander=wander, uneven=0.13)
    crest = large.profile(lean=0.5, sharp=0.25) if kind == "wet" else large.profile(lean=0.27, sharp=0.35)
    small = waves(torus, "ripples/small", length_m * 0.31, direction=wind + 0.3, wander=0.4, uneven=0.2)
    shelter = 0.25 + 0.75 * smoothstep(-1.6, 0.2, swell + 0.5)
    high_m = length_m * 0.070 * look["ripples"] * _RIPPLES[kind]
    rise = crest * shelter + small.profile(lean=0.35) * 0.13 * (1 - 0.6 * crest)
    return crest * shelter, rise * high_m


def _churned(torus: Torus) -> Tensor:
    """Return dry sand that many feet have churned, in metres: prints that have run together, lumps and crumbs."""
    lumps = fbm(torus, "lumps", torus.cells_across(0.20), octaves=7, gain=0.50)
    old = footprints(torus, "old", 14, length_m=0.30, step_m=0.5, soft_m=0.09)
    old_m = old.relief_m(0.036, rim=0.30, tread=0.0)
    crumb, _ = clods(torus, "crumbs", 0.026, least=0.70, lumps=lumps)
    return blur(torus, old_m + lumps * 0.020, 0.007) + lumps * 0.003 + crumb * 0.003


def _wetness(torus: Torus, kind: str, height_m: Tensor) -> Tensor:
    """Return how wet it is, 0..1: the tide has just left, and a film still stands in the hollows."""
    if kind != "wet":
        return torus.zeros()
    hollow = (blur(torus, height_m, 0.03) - height_m) * 260
    return 0.70 + 0.30 * smoothstep(
        -0.5, 0.5, hollow + fbm(torus, "film", torus.cells_across(0.22), octaves=5)
    )


def _sand_color(torus: Torus, look: Look, kind: str, swell: Tensor, ripple: Tensor, micro: Tensor) -> Tensor:
    ramp = look.palette(*choose(torus, "sands", _DESERTS if kind == "dunes" else _SANDS))
    tone = 0.50 + 0.05 * swell + 0.10 * (ripple - 0.4) + 0.085 * micro
    color = warmed(ramp.paint(tone), 0.035 * micro + 0.02 * swell + 0.06 * (ripple - 0.4))
    # Single grains: dark minerals and white shell, several texels wide only where texels are small.
    lattice = grains(torus, "grains", torus.cells_across(0.0055), jitter=1.0)
    own = lattice.random(torus, "grains/own")
    shown = min(1.0, 0.0028 * torus.size / torus.tile_m) * smoothstep(0.5, 0.3, lattice.near)
    dark = (own < 0.05 + 0.14 * look["minerals"] * (1 - ripple)) * shown
    light = (own > 0.96) * shown
    heavy = smoothstep(
        0.2, 0.9, micro * 0.25 + fbm(torus, "heavy", torus.cells_across(0.3), octaves=5) + 0.45 - ripple
    )
    color = color * (1 - 0.20 * look["minerals"] * heavy)
    color = mix(color, look.palette("#4a3f35", "#66584a", tint=0.3).paint(own * 12), dark * 0.75)
    return mix(color, look.palette("#d9cfbf", "#e2dacb", tint=0.2).paint(own), light * 0.7)


def _washed_up(surface: Surface, look: Look) -> Surface:
    """Strew shells and small pebbles, half sunk in; some are ribbed like a fan, some ringed."""
    torus = surface.torus
    shells = throw(
        torus,
        "shells",
        round(110 * look["shells"] * torus.tile_m**2),
        length_m=(0.006, 0.034),
        slim=(0.6, 1.0),
        lift_m=(0.001, 0.004),
        tilt=0.2,
        roll=0.2,
        arch=(0.3, 0.5),
        cup=(-0.5, -0.3),
    )
    size = 0.35 + 0.65 * shells.own.square()
    shells = replace(shells, half_m=shells.half_m * size, half_width_m=shells.half_width_m * size)
    lying = lay_shapes(torus, shells, (oval,))
    bed_m = blur(torus, surface.height_m, 0.01)
    white = look.palette("#9d8a78", "#d8cdbd", "#e4ddd2", tint=0.0)
    rose = look.palette("#6f625a", "#a58a78", "#c9b0a0", tint=0.0)
    colors, heights = [], []
    for one in lying:
        own = (one.pick(shells.own) * 7.0).frac()
        ribs = torch.cos(one.y / (one.x + 1.35) * 22) * smoothstep(0.5, 0.7, own)
        tone = own + 0.14 * ribs + 0.10 * torch.cos(one.x * 13) * smoothstep(0.5, 0.3, own)
        colors.append(mix(white.paint(tone), rose.paint(tone), (own > 0.62).float()))
        heights.append(torch.maximum(surface.height_m, bed_m + one.height_m * look.relief + 0.0004 * ribs))
    return replace(
        surface,
        color=laid_over(surface.color, lying, colors),
        roughness=laid_over(surface.roughness, lying, [0.45 + 0.3 * one.y.abs() for one in lying]),
        height_m=laid_over(surface.height_m, lying, heights),
    )
