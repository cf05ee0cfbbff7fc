"""Snow as ground: fresh powder, a crust carved by the wind, or old snow in cups that the sun has eaten."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.soil import clods
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.traces.tracks import Tracks, wished_tracks
from assetgen.backends.procedural.surface import Surface


def snow_field(torus: Torus, look: Look) -> Surface:
    """Snow lies in drifts; wind, sun and feet carve it, and single crystals flash."""
    kind = look.option("kind", "fresh")
    drift = spectral_noise(torus, "drifts", slope=2.4, low=3, high=14)
    lumps = fbm(torus, "lumps", torus.cells_across(0.12), octaves=6, gain=0.5)
    micro = spectral_noise(torus, "micro", slope=0.5, low=90)
    carve = {"fresh": _fresh, "crust": _crust, "old": _old}[kind]
    carved_m, ice, dirt = carve(torus, look, drift, lumps)
    height_m = drift * 0.012 * look["drifts"] + carved_m + micro * 0.00022
    tracks = wished_tracks(torus, look, step_soft_m=0.016, rut_soft_m=0.025)
    if tracks is not None:
        height_m, ice = _walked_on(
            torus, tracks, height_m, ice, lumps, deep_m=0.018 if kind == "crust" else 0.045
        )

    hollow = convexity(torus, height_m, 0.02).mul_(-90).clamp_(-1, 1)
    tone = 0.62 + 0.06 * lumps + 0.05 * micro.clamp(-2, 2) - 0.16 * hollow - 0.25 * ice
    color = look.palette("#a3adb7", "#bfc6cc", "#d2d6d9", "#e1e3e4", most_chroma=0.06).paint(tone)
    grime = look.palette("#3f3a33", "#6c6459", tint=0.2).paint(lumps + 0.5)
    color = mix(color, grime, dirt * (0.25 + 0.75 * look["dirt"]))
    surface = Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=_crystals(torus, look, micro, ice) + 0.15 * dirt,
        metallic=torus.zeros(),
    )
    return surface


def _fresh(torus: Torus, look: Look, drift: Tensor, lumps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return powder: pillows, soft hummocks, and the dents of snow that has dropped from above; no ice, no dirt."""
    bend = warp_field(torus, "pillows/bend", torus.cells_across(0.25), 0.03, octaves=4)
    rise_m = torus.zeros()
    for name, size_m in (("pillows", 0.34), ("hummocks", 0.12)):
        pillows = cells(torus, name, torus.cells_across(size_m), roundness=9.0, warp=bend)
        high = pillows.random(torus, f"{name}/rise", -0.4, 1.0).clamp(min=0)
        rise_m += smoothstep(-0.05 * size_m, 0.5 * size_m, pillows.edge) * high * size_m * 0.11
    drops = grains(torus, "drops", torus.cells_across(0.22), jitter=1.0, warp=bend)
    size = drops.random(torus, "drops/size")
    dent = smoothstep(1.0, 0.0, drops.near / (0.05 + 0.22 * size * size) + lumps * 0.4) * (size > 0.6)
    crumb, _ = clods(torus, "crumbs", 0.026, least=0.84, lumps=lumps)
    soft_m = blur(torus, rise_m + lumps * 0.010 - dent * 0.010 * look["carved"], 0.012)
    return soft_m + lumps * 0.0016 + crumb * 0.003, torus.zeros(), torus.zeros()


def _crust(torus: Torus, look: Look, drift: Tensor, lumps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return wind crust: shelves that the wind has cut into layers, scoured along its way."""
    stands = torus.draw("wind", 0.0, 1.0) > 0.5
    along, across = torus.cells_across(1.0), torus.cells_across(0.34)
    period, period_y = (across, along) if stands else (along, across)
    carved = fbm(torus, "shelves", period, period_y=period_y, octaves=6, gain=0.47)
    shelf = carved * 3.6 + drift * 0.4
    within = shelf - torch.floor(shelf)
    # Each layer is eaten from one side: a flat top, a sharp edge, a scoured foot.
    stair = torch.floor(shelf) + smoothstep(0.70, 1.0, within) * 0.8 + within * 0.2
    scour = fbm(torus, "scour", period * 6, period_y=period_y * 6, octaves=4, gain=0.6)
    flat = smoothstep(0.02, 0.3, within) * smoothstep(0.75, 0.5, within)
    ice = smoothstep(0.25, 0.9, flat * (0.6 + drift * 0.4)) * look["ice"]
    height_m = stair * 0.013 * look["carved"] + scour * 0.0035 * (1 - 0.6 * ice)
    return blur(torus, height_m, 0.002), ice, torus.zeros()


def _old(torus: Torus, look: Look, drift: Tensor, lumps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return old snow: cups with sharp rims, coarse grains refrozen, and the dust of weeks in the cups."""
    bend = warp_field(torus, "cups/bend", torus.cells_across(0.14), 0.018, octaves=4)
    cups = cells(torus, "cups", torus.cells_across(0.19), jitter=0.9, roundness=11.0, warp=bend)
    deep = cups.random(torus, "cups/deep", 0.5, 1.2)
    inside = (cups.edge / 0.075).clamp(0, 1)
    bowl = (1 - (1 - inside).square()) * deep
    coarse = fbm(torus, "coarse", torus.cells_across(0.03), octaves=4, gain=0.6, shape="billow")
    ice = smoothstep(0.1, 0.7, bowl * 0.5 + lumps * 0.8 + drift * 0.2) * look["ice"]
    speck = grains(torus, "specks", torus.cells_across(0.012), jitter=1.0)
    specks = smoothstep(0.30, 0.18, speck.near) * (speck.random(torus, "specks/own") < 0.05 + 0.25 * bowl)
    shown = min(1.0, 0.004 * torus.size / torus.tile_m)
    dirt = smoothstep(0.35, 1.1, bowl + lumps * 0.7) * 0.45 + specks * shown * 0.6
    return -bowl * 0.026 * look["carved"] + coarse * 0.0022 + lumps * 0.004, ice, dirt.clamp(0, 1)


def _walked_on(
    torus: Torus, tracks: Tracks, height_m: Tensor, ice: Tensor, lumps: Tensor, *, deep_m: float
) -> tuple[Tensor, Tensor]:
    """Press tracks into it: packed hard and a little icy on their bottom, crumbs thrown up around them."""
    crumb, _ = clods(torus, "thrown", 0.035, least=0.35, lumps=lumps)
    level_m = mix(height_m, blur(torus, height_m, 0.04), tracks.pressed * 0.8)
    thrown_m = crumb * (tracks.rim * 1.3 + 0.25 * tracks.pressed) * 0.010
    return level_m + tracks.relief_m(deep_m, rim=0.12, tread=0.35) + thrown_m, mix(ice, 0.35, tracks.pressed)


def _crystals(torus: Torus, look: Look, micro: Tensor, ice: Tensor) -> Tensor:
    """Return the roughness: soft grains, glazed ice, and single crystals that face the light."""
    flash = grains(torus, "flash", torus.cells_across(0.007), jitter=1.0)
    shown = min(1.0, 0.0025 * torus.size / torus.tile_m)
    facet = smoothstep(0.32, 0.20, flash.near) * (flash.random(torus, "flash/own") > 0.90) * shown
    body = look.roughness(0.64) + 0.065 * micro.clamp(-2, 2)
    body = mix(body, 0.24 + 0.05 * micro.clamp(-2, 2), ice)
    return mix(body, 0.14, facet * (0.35 + 0.6 * look["sparkle"]))
