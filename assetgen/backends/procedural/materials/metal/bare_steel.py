"""Bare metal as it leaves mill, mould or zinc bath, and what handling does to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, run_down, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.panels import half_extents
from assetgen.backends.procedural.operators.layouts.plans import courses, lay
from assetgen.backends.procedural.operators.metal.plates import buckled, riveted, welded
from assetgen.backends.procedural.operators.metal.skins import (
    Skin,
    blasted,
    blued,
    cast,
    mill_scale,
    rolled,
    spangle,
)
from assetgen.backends.procedural.operators.traces.handled import dents, fingerprints, hairlines, smears
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True)
class _Alloy:
    """A metal in one finish, and how it takes use.

    Args:
        metal: dark to light, sRGB of measured reflectance.
        oxide: what covers it, thin to thick.
        skin: what making leaves on it.
        roughness: of its bare face.
        film: how metallic its oxide still is; thin ones are.
        soft: how readily it scratches and dents, 1 as steel.
    """

    metal: tuple[str, str, str]
    oxide: tuple[str, str, str]
    skin: Callable[[Torus], Skin]
    roughness: float
    film: float = 0.0
    soft: float = 1.0


_ALLOYS: Final = {
    "mill": _Alloy(
        ("#bab7b2", "#c8c4be", "#d6d2cc"), ("#56514d", "#616971", "#838c95"), mill_scale, 0.36, film=0.72
    ),
    "stainless": _Alloy(
        ("#c9c6c1", "#d3d0cb", "#dedbd6"), ("#a0917b", "#ada08d", "#bab0a2"), rolled, 0.24, film=0.9, soft=0.6
    ),
    "aluminium": _Alloy(
        ("#d8d9d9", "#e4e5e5", "#eeefef"), ("#aaadad", "#b9bbbb", "#c8caca"), rolled, 0.33, film=0.3, soft=1.7
    ),
    "titanium": _Alloy(
        ("#b3ada4", "#c1bab1", "#cec7bf"),
        ("#a68d62", "#8d7c88", "#7c90a8"),
        blasted,
        0.38,
        film=0.9,
        soft=0.5,
    ),
    "cast_iron": _Alloy(
        ("#b4b5b6", "#c1c2c3", "#cfd0d1"), ("#3f3f40", "#5a5a59", "#7c7b78"), cast, 0.48, film=0.55, soft=0.4
    ),
    "galvanized": _Alloy(
        ("#a8aeb2", "#c0c5c8", "#dadedf"),
        ("#aeb0b0", "#bdbfbe", "#cdcecc"),
        spangle,
        0.38,
        film=0.2,
        soft=1.2,
    ),
    "gunmetal": _Alloy(
        ("#b9babb", "#c5c6c7", "#d1d2d3"), ("#43464a", "#565a5f", "#6c7075"), blued, 0.30, film=0.62
    ),
}


def bare_steel(torus: Torus, look: Look) -> Surface:
    """Sheet metal without paint: the skin it was made with, stains of its store, scratches and fingers."""
    alloy = _ALLOYS[look.option("alloy", "mill")]
    skin = alloy.skin(torus)
    build_m, joint = _construction(torus, look)
    wear = look["wear"] * alloy.soft
    fine = hairlines(torus, "hairlines", 60 + 500 * wear, length_m=(0.01, 0.12), wide_m=0.0007)
    deep = hairlines(torus, "scratches", 2 + 16 * wear, length_m=(0.06, 0.4), wide_m=0.0014)
    struck = dents(torus, "dents", 0.045, share=0.05 + 0.16 * wear)

    film, depth = _film(torus, look, skin, joint, torch.maximum(fine * 0.7, deep))
    bare = look.bare_metal(*alloy.metal).paint(0.5 + skin.tone + fine * 0.25 + deep * 0.3)
    oxide = look.palette(*alloy.oxide, tint=0.6).paint(0.42 + skin.tone * 0.8 + depth * 0.5 - joint * 0.3)
    touched = smears(torus, "smears", 0.22) * 0.20 + fingerprints(torus, "fingers", share=0.3) * 0.20
    roughness = look.roughness(alloy.roughness) + skin.dull + touched * look["smudges"] + fine * 0.22
    surface = Surface(
        torus=torus,
        height_m=build_m + (skin.height_m + struck * 0.0006 - deep * 0.00008 - fine * 0.00003) * look.relief,
        color=mix(bare, oxide, film),
        roughness=mix(roughness, roughness * 0.85 + 0.12, film),
        metallic=mix(torus.zeros() + look.metallic, alloy.film, film),
    )
    return surface.with_grime(0.2 + 0.6 * look["dirt"], 0.012)


def _construction(torus: Torus, look: Look) -> tuple[Tensor, Tensor]:
    """Return the height of the sheets in metres and their joints: one sheet, or several riveted or welded."""
    layout = look.option("layout", "sheet")
    deep_m = look["buckle_m"] * look.relief
    if layout == "sheet":
        bulges = spectral_noise(torus, "sheet/bulges", slope=3.0, low=2, high=40)
        return bulges * (0.45 * deep_m), torus.zeros()
    plan = courses(torus.cells_across(look["plate_m"]), 2 * torus.cells_across(look["plate_m"] * 1.3))
    half = half_extents(torus, plan)
    pieces = lay(torus, plan)
    if layout == "welded":
        plates = welded(torus, pieces, half)
    else:
        plates, _ = riveted(torus, pieces, half, pitch_m=0.06)
    return plates.height_m * look.relief + buckled(torus, pieces, deep_m), plates.joint


def _film(torus: Torus, look: Look, skin: Skin, joint: Tensor, cut: Tensor) -> tuple[Tensor, Tensor]:
    """Return where oxide hides the metal and how thick it is: the skin's own less what rubs it, and stains of age.

    Wet stacks stain from their joints and in rings; water that runs dries as streaks.
    """
    broad = fbm(torus, "film/broad", torus.cells_across(0.24), octaves=6, gain=0.62)
    rubbed = smoothstep(0.42 - 0.35 * look["wear"], 0.66 - 0.30 * look["wear"], broad + skin.dull)
    own = skin.oxide * (1 - rubbed * 0.3) * (1 - smoothstep(0.05, 0.5, cut))
    spots = fbm(torus, "film/spots", torus.cells_across(0.10), octaves=5, gain=0.5)
    runs = smoothstep(-0.5, 1.5, spectral_noise(torus, "film/runs", slope=1.2, low=12, stretch=(1.0, 9.0)))
    wet = blur(torus, run_down(torus, joint, 0.09), 0.003, 0.012) * runs
    depth = spots * 0.9 - broad * 0.4 + wet * 0.7 - cut * 0.3 - (0.52 - 0.5 * look["age"])
    ring = torch.exp(-(depth * (1 / 0.035)).square_())
    stain = smoothstep(-0.02, 0.35, depth) * 0.55 + ring * 0.22
    return torch.maximum(own, stain), depth.clamp_(-0.5, 1.0)
