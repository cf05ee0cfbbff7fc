"""Hammered metal: forged iron with fire scale in its hollows, or planished sheet, every blow a facet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.metal.hammering import Blows, hammered
from assetgen.backends.procedural.operators.metal.tarnish import tarnish
from assetgen.backends.procedural.operators.traces.handled import fingerprints, hairlines, smears
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True)
class _Metal:
    """A metal under the hammer.

    Args:
        bare: dark to light, sRGB of measured reflectance.
        film: its oxide as it thickens.
        thick: mean thickness of that film, 0..1.
        roughness: of the bare face.
        deep: depth of a blow by its width.
        scale: how much fire scale sticks to it, 0..1.
    """

    bare: tuple[str, ...]
    film: tuple[str, ...]
    thick: float
    roughness: float
    deep: float
    scale: float


_METALS: Final = {
    "iron": _Metal(
        ("#b4b3b0", "#c3c1bd", "#d2d0cb"),
        ("#77767a", "#58585b", "#424245", "#343435"),
        0.72,
        0.40,
        0.050,
        1.0,
    ),
    "steel": _Metal(
        ("#c3c1bc", "#cfccc7", "#dbd8d3"), ("#aaa69e", "#8e8a83", "#716e69"), 0.08, 0.28, 0.050, 0.0
    ),
    "copper": _Metal(
        ("#dba388", "#e9b79c", "#f0c8b0"),
        ("#cf9068", "#a96b50", "#7e5141", "#573a2e"),
        0.30,
        0.26,
        0.055,
        0.0,
    ),
    "brass": _Metal(
        ("#dcc48c", "#e6d29e", "#efdfb4"),
        ("#cba962", "#a07e42", "#745932", "#53402a"),
        0.26,
        0.26,
        0.055,
        0.0,
    ),
}


def hammered_metal(torus: Torus, look: Look) -> Surface:
    """Metal that a smith drew out: ridges between the blows rubbed bright, oxide left in the bowls."""
    metal = _METALS[look.option("metal", "iron")]
    wide_m = look["blow_m"]
    blows = hammered(torus, "blows", wide_m, regular=look["evenness"])
    rough = fbm(torus, "rough", torus.cells_across(0.03), octaves=6, gain=0.6)
    grain = spectral_noise(torus, "grain", slope=0.7, low=70).clamp_(-2.5, 2.5)
    bent = spectral_noise(torus, "bent", slope=3.0, low=2, high=16)
    pits_m = smoothstep(0.28, 0.6, rough + grain * 0.05) * metal.scale * 0.00022
    lines = hairlines(torus, "lines", 100 + 1500 * look["wear"], length_m=(0.005, 0.08), wide_m=0.0005)
    height_m = blows.height * (wide_m * metal.deep * 2.2) + bent * 0.0004 - pits_m + grain * 0.000012

    film = _film(torus, look, metal, blows, rough) - lines * 0.35
    oxide = smoothstep(0.06, 0.36, film)
    tone = 0.5 + (blows.own - 0.5) * 0.35 + blows.ridge * 0.15 + grain * 0.05 + lines * 0.2
    dark = look.palette(*metal.film, tint=0.7).paint(film + grain * 0.05 + rough * 0.3)
    touched = smears(torus, "smears", 0.14) * 0.14 + fingerprints(torus, "fingers", share=0.25) * 0.15
    rough_face = look.roughness(metal.roughness) + (blows.own - 0.5) * 0.08 + lines * 0.12
    surface = Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=mix(look.bare_metal(*metal.bare).paint(tone), dark, oxide),
        roughness=rough_face + touched * look["smudges"] + oxide * (0.08 + rough * 0.16 + grain * 0.02),
        metallic=mix(torus.zeros() + look.metallic, 0.74 - 0.22 * film.clamp(0, 1), oxide),
    )
    return surface.with_grime(0.2 + 0.6 * look["dirt"], 0.010)


def _film(torus: Torus, look: Look, metal: _Metal, blows: Blows, rough: Tensor) -> Tensor:
    """Return the thickness of the oxide, 0..1: less on the ridges that hands and cloth reach, more in the bowls."""
    mean = metal.thick + (look["age"] - 0.4) * 0.35
    film = tarnish(
        torus, "film", 0.10, mean=mean, spread=(0.22 + 0.25 * look["age"]) * (0.5 + 0.8 * metal.thick)
    )
    flaked = smoothstep(0.10, 0.40, rough + (blows.own - 0.5) * 0.5) * metal.scale * 0.35
    bowl = smoothstep(0.30, 0.02, blows.height) * 0.06
    reached = smoothstep(0.06, 0.50, blows.height) * (0.5 + blows.own)
    rubbed = (reached + blows.ridge * 0.3) * (0.06 + (0.24 + 0.30 * metal.scale) * look["wear"])
    return film + bowl - rubbed - flaked * look["wear"]
