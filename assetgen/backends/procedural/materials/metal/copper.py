"""Copper: bright from the mill, brown after a year of hands and air, green after decades of rain."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.panels import band, swell
from assetgen.backends.procedural.operators.layouts.plans import boards, lay
from assetgen.backends.procedural.operators.metal.plates import buckled
from assetgen.backends.procedural.operators.metal.skins import rolled
from assetgen.backends.procedural.operators.metal.verdigris import verdigris
from assetgen.backends.procedural.operators.traces.handled import (
    dents,
    dried_drops,
    fingerprints,
    hairlines,
    hand_marks,
    smears,
)
from assetgen.backends.procedural.operators.traces.run_off import run_off
from assetgen.backends.procedural.surface import Surface

_BRIGHT: Final = ("#dba388", "#e9b79c", "#f0c8b0")
"""Measured reflectance, a little redder: no copper is without its first breath of oxide."""
_FILM: Final = ("#d59a70", "#b6745a", "#8f5a49", "#6a4436", "#4c3127")
"""Oxide as it thickens: straw, rose, brown, umber."""
_GREEN: Final = ("#3c4f48", "#567168", "#74958a", "#97b2a4", "#bccbbd")
"""Basic sulphate over brown, from the oldest crust to the chalk of the youngest."""
_THICKNESS: Final = {"bright": 0.10, "brown": 0.62, "verdigris": 0.72}
"""Mean thickness of the brown film in each state, 0..1."""


def copper(torus: Torus, look: Look) -> Surface:
    """Sheet copper with its film of oxide, thin where hands rub it; crusts of verdigris where rain runs."""
    state = look.option("state", "bright")
    sheets_m, joint, own = _sheets(torus, look)
    skin = rolled(torus)
    fine = hairlines(torus, "hairlines", 60 + 400 * look["wear"], length_m=(0.01, 0.12), wide_m=0.0007)
    deep = hairlines(torus, "scratches", 3 + 14 * look["wear"], length_m=(0.05, 0.3), wide_m=0.0014)
    struck = dents(torus, "dents", 0.07, share=0.2 * look["wear"])
    film = _film(torus, look, _THICKNESS[state], joint, own) - fine * 0.25 - deep * 0.6 - struck * 0.16

    oxide = smoothstep(-0.02, 0.5, film)
    bare = look.bare_metal(*_BRIGHT).paint(0.5 + skin.tone * 0.8 + fine * 0.3)
    color = mix(bare, look.palette(*_FILM).paint(film + skin.tone * 0.15), oxide)
    touched = smears(torus, "smears", 0.2) * 0.18 + fingerprints(torus, "fingers", share=0.35) * 0.2
    roughness = look.roughness(0.27) + skin.dull + touched * look["smudges"] + oxide * 0.12 + fine * 0.15
    surface = Surface(
        torus=torus,
        height_m=sheets_m + (skin.height_m + struck * 0.0015 - deep * 0.00008) * look.relief,
        color=color,
        roughness=roughness + smoothstep(0.3, 1.0, film) * 0.16,
        metallic=mix(torus.zeros() + look.metallic, 0.78 - 0.42 * film.clamp(0, 1), oxide),
    )
    if state == "verdigris":
        surface = _greened(look, surface, joint, own)
    return surface.with_grime(0.2 + 0.6 * look["dirt"], 0.012)


def _sheets(torus: Torus, look: Look) -> tuple[Tensor, Tensor, Tensor]:
    """Return the height of the sheets in metres, their joints (0..1) and a number of each (-0.5..0.5)."""
    deep_m = look["buckle_m"] * look.relief
    if look.option("layout", "sheet") == "sheet":
        bulges = spectral_noise(torus, "sheet/bulges", slope=3.0, low=2, high=40)
        return bulges * (0.45 * deep_m), torus.zeros(), torus.zeros()
    pans = torus.cells_across(look["pan_m"])
    start = [torus.draw(f"pans/{number}", 0, 8) for number in range(pans)]
    plan = boards([[int(first), int(first) + 8] for first in start], length=16, standing=True)
    pieces = lay(torus, plan)
    side = torus.tile_m / pans / 2 - pieces.x.abs()
    end = torus.tile_m / 4 - pieces.y.abs()
    seam = swell(torus, side, 0.011)
    lock = smoothstep(0.030, 0.024, end) * smoothstep(0.0, 0.002, pieces.y)
    slit = torch.maximum(band(torus, side - 0.0125, 0.0012), band(torus, end, 0.0016))
    height_m = seam * 0.013 + lock * 0.0016 - slit * 0.001
    height_m = height_m * look.relief + buckled(torus, pieces, deep_m) * smoothstep(0.0, 0.06, side)
    return height_m, slit, pieces.random_apart(torus, "pans/tone", -0.5, 0.5)


def _film(torus: Torus, look: Look, mean: float, joint: Tensor, own: Tensor) -> Tensor:
    """Return the thickness of the oxide, about 0..1: drawn out as the sheet was rolled, deep in its joints.

    Drops have dried on it and hands have taken hold of it, and each has etched its own shape.
    """
    spread = (0.26 + 0.34 * look["age"]) * (0.6 + 0.6 * mean)
    broad = fbm(torus, "film/broad", torus.cells_across(0.2), octaves=5, gain=0.45)
    drawn = spectral_noise(torus, "film/drawn", slope=1.3, low=5, stretch=(12.0, 1.0))
    film = mean + (look["age"] - 0.45) * 0.35 + spread * (0.85 * broad + 0.11 * drawn)
    drops = dried_drops(torus, "film/drops", 0.06, share=0.03 + 0.25 * look["age"])
    hands = hand_marks(torus, "film/hands", share=0.3) * look["smudges"]
    film = film + drops * (0.10 + 0.14 * look["age"]) + hands * 0.22
    return film + run_off(torus, "film/runs", joint, 0.12)[0] * 0.25 + joint * 0.2 + own * 0.10


def _greened(look: Look, surface: Surface, joint: Tensor, own: Tensor) -> Surface:
    torus = surface.torus
    broad = fbm(torus, "green/broad", torus.cells_across(0.24), octaves=5, gain=0.55)
    drawn = spectral_noise(torus, "green/drawn", slope=1.3, low=5, stretch=(1.0, 7.0))
    below = run_off(torus, "green/below", torch.maximum(joint, smoothstep(0.2, 0.6, broad)), 0.2)[0]
    ready = broad * 0.6 + drawn * 0.16 + below * 0.6 + own * 0.25
    green = look.palette(*_GREEN, tint=0.5)
    dark = look.palette("#3a2a22", "#553d31", "#6e5142", tint=0.0)
    return verdigris(surface, ready, share=look["green"], green=green, dark=dark)
