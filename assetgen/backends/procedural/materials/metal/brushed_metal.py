"""Brushed metal: fine streaks of the belt, or the swirls of engine turning, with fingers and scratches on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.piled.overlaps import overlapping
from assetgen.backends.procedural.operators.traces.handled import fingerprints, hairlines, smears
from assetgen.backends.procedural.operators.traces.marks import scratches
from assetgen.backends.procedural.surface import Surface

_METALS: Final = {
    "steel": (("#b3b0ab", "#cfcbc6", "#e6e3de"), 0.29),
    "aluminium": (("#c9cbcc", "#e0e1e2", "#f0f0f0"), 0.34),
    "brass": (("#cdb172", "#e3cb90", "#f2e3b6"), 0.27),
    "dark": (("#4d5054", "#686b6f", "#84878b"), 0.33),
}
"""Dark to light, sRGB of measured reflectance, and how rough the belt leaves it; "dark" is anodized."""
_ARCS_M: Final = (0.0021, 0.0013, 0.0009)
"""Rings that the rotating brush cuts, from one to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class _Brush:
    """What brushing leaves: fine lines and broad bands, each about -2..2, and their direction (0 along x)."""

    lines: Tensor
    bands: Tensor
    direction: float


def brushed_metal(torus: Torus, look: Look) -> Surface:
    """Metal drawn under a belt: lines of every length, a few too deep, dulled where hands go."""
    colors, rough = _METALS[look.option("metal", choose(torus, "metal", ("steel", "steel", "aluminium")))]
    brush = _brushed(torus, look)
    deep = smoothstep(1.7, 3.2, brush.lines)
    along = scratches(
        torus, "along", 60, length_m=(0.03, 0.25), bend=0.02, direction=brush.direction, spread=0.01
    )
    stray = hairlines(torus, "stray", 40 + 900 * look["wear"], length_m=(0.004, 0.09), wide_m=0.0004)
    cut = torch.maximum(along * 0.7, stray) * min(1.0, 0.0006 * torus.size / torus.tile_m)
    waves = spectral_noise(torus, "waves", slope=3.0, low=2, high=30)
    grooves = (brush.lines - deep * 1.5) * 0.000018 + brush.bands * 0.000014 - cut * 0.00004
    height_m = (grooves * look["depth"] + waves * 0.00010) * look.relief

    tarnish = fbm(torus, "tarnish", torus.cells_across(0.11), octaves=6, gain=0.58)
    tone = 0.5 + (brush.lines * 0.17 + brush.bands * 0.13) * look["contrast"] + cut * 0.3 - deep * 0.3
    color = look.bare_metal(*colors).paint(tone - 0.10 * tarnish)
    stain = smoothstep(0.30, -0.12, tarnish + 0.62 - 0.55 * look["age"] + 0.05 * brush.lines)
    color = color * (1 - stain * 0.08 * torch.tensor([0.3, 0.8, 1.6], device=torus.device)[:, None, None])
    touched = smears(torus, "smears", 0.12) * 0.13 + fingerprints(torus, "fingers", share=0.45) * 0.17
    lines = (brush.lines * 0.040 + brush.bands * 0.038) * look["contrast"]
    roughness = look.roughness(rough) + lines + touched * look["smudges"] + cut * 0.12 + stain * 0.14
    metallic = 0.80 if look.option("metal", "steel") == "dark" else look.metallic
    return Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros() + metallic
    )


def _brushed(torus: Torus, look: Look) -> _Brush:
    pattern = look.option("pattern", "straight")
    if pattern == "turned":
        return _turned(torus, look)
    upright = look.option("grain", choose(torus, "grain", ("across", "across", "down"))) == "down"
    first = _drawn(torus, "brush", look["length"], upright=upright)
    if pattern == "crossed":
        second = _drawn(torus, "second", look["length"] * 0.6, upright=not upright)
        share = smoothstep(-0.5, 0.5, fbm(torus, "crossing", torus.cells_across(0.06), octaves=4))
        first = tuple(mix(a, b, 0.25 + 0.5 * share) for a, b in zip(first, second, strict=True))
    return _Brush(first[0], first[1], 1.5708 if upright else 0.0)


def _drawn(torus: Torus, name: str, length: float, *, upright: bool) -> tuple[Tensor, ...]:
    """Return lines and bands of a belt that ran along x, or along y when `upright`."""

    def streaks(part: str, slope: float, low: int, high: int, long: float) -> Tensor:
        stretch = (1.0, long) if upright else (long, 1.0)
        return spectral_noise(torus, f"{name}/{part}", slope=slope, low=low, high=high, stretch=stretch)

    fine = streaks("fine", 0.2, 110, 512, 30 * length)
    coarse = streaks("coarse", 0.6, 40, 300, 16 * length)
    bands = streaks("bands", 1.0, 5, 120, 9 * length)
    return fine * 0.7 + coarse * 0.6, bands


def _turned(torus: Torus, look: Look) -> _Brush:
    """Engine turning: a brush set down again and again, each swirl over part of the one before."""
    pitch_m = 0.020 * look["length"]
    swirls = overlapping(
        torus, "swirls", torus.cells_across(pitch_m), size=1.42, jitter=0.06, in_order=True
    ).pieces
    radius = torch.sqrt(swirls.x.square() + swirls.y.square())
    lines = torus.zeros()
    for number, wave_m in enumerate(_ARCS_M):
        fine = min(max(0.5 * wave_m * torus.size / torus.tile_m - 0.5, 0.0), 1.0)
        start = swirls.random(torus, f"swirls/start/{number}", 0.0, 6.2832)
        lines = lines + torch.cos(radius * (6.2831853 / wave_m) + start) * (2.6 * fine)
    rim = smoothstep(pitch_m * 0.06, 0.0, swirls.edge)
    bands = swirls.random(torus, "swirls/tone", -2.0, 2.0) + rim * 3.0 - radius * (1.2 / pitch_m)
    return _Brush(lines, bands, 0.0)
