"""Bronze as founders leave it, brown and green as weather makes it; and brass, its yellow sister."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.metal.hammering import hammered
from assetgen.backends.procedural.operators.metal.skins import cast
from assetgen.backends.procedural.operators.metal.tarnish import tarnish
from assetgen.backends.procedural.operators.metal.verdigris import verdigris
from assetgen.backends.procedural.operators.traces.handled import dents, fingerprints, hairlines, smears
from assetgen.backends.procedural.operators.traces.run_off import run_off
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True)
class _Kind:
    """An alloy and its finish.

    Args:
        metal: dark to light, sRGB of measured reflectance.
        film: oxide as it thickens.
        thick: mean thickness of the film, 0..1.
        roughness: of the bare face.
        mould: how much of the mould's skin is left, 0..1.
    """

    metal: tuple[str, ...]
    film: tuple[str, ...]
    thick: float
    roughness: float
    mould: float


_BRONZE: Final = ("#d3ae84", "#e1bd92", "#ebcba3")
_BROWN: Final = ("#b98d5e", "#8d6541", "#66472f", "#483324", "#33261d")
_KINDS: Final = {
    "cast": _Kind(_BRONZE, _BROWN, 0.50, 0.30, 1.0),
    "patinated": _Kind(_BRONZE, _BROWN, 0.72, 0.34, 0.8),
    "brass": _Kind(
        ("#dfc68e", "#e9d5a0", "#f0e0b4"),
        ("#d0ae68", "#a98447", "#7f6034", "#5a4429", "#3f3122"),
        0.10,
        0.24,
        0.0,
    ),
}


def bronze(torus: Torus, look: Look) -> Surface:
    """Modelled metal: brown in its depths, golden where hands and sleeves rub it, green where rain stays."""
    name = look.option("kind", "cast")
    kind = _KINDS[name]
    height_m, tone, dull = _modelled(torus, look, kind)
    standing = convexity(torus, height_m, 0.018)
    crest = (standing * (1 / 0.0016)).clamp(-1, 1)
    fine = hairlines(torus, "hairlines", 100 + 900 * look["wear"], length_m=(0.006, 0.09), wide_m=0.0005)
    struck = dents(torus, "dents", 0.04, share=0.15 * look["wear"])

    mean = kind.thick + (look["age"] - 0.45) * 0.4
    spread = (0.26 + 0.24 * look["age"]) * (0.55 + 0.75 * kind.thick)
    film = tarnish(torus, "film", 0.09, mean=mean, spread=spread)
    rubbed = smoothstep(0.05, 1.0, crest) * (0.15 + 0.6 * look["wear"]) * kind.mould
    film = film - rubbed - fine * 0.3 - crest.clamp(max=0) * 0.22
    oxide = smoothstep(0.06, 0.34, film)
    bare = look.bare_metal(*kind.metal).paint(0.5 + tone + fine * 0.3 + crest * 0.15)
    touched = smears(torus, "smears", 0.16) * 0.16 + fingerprints(torus, "fingers", share=0.3) * 0.18
    roughness = look.roughness(kind.roughness) + dull + touched * look["smudges"] + oxide * 0.10
    surface = Surface(
        torus=torus,
        height_m=height_m + struck * (0.0010 * look.relief),
        color=mix(bare, look.palette(*kind.film).paint(film + tone * 0.3), oxide),
        roughness=roughness + smoothstep(0.3, 1.0, film) * 0.16 + fine * 0.14,
        metallic=mix(torus.zeros() + look.metallic, 0.66 - 0.3 * film.clamp(0, 1), oxide),
    )
    if name == "patinated":
        surface = _weathered(look, surface, crest)
    return surface.with_grime(0.2 + 0.6 * look["dirt"], 0.012)


def _modelled(torus: Torus, look: Look, kind: _Kind) -> tuple[Tensor, Tensor, Tensor]:
    """Return height in metres, tone and dullness: the sculptor's modelling and the mould's skin, or flat plate."""
    if not kind.mould:
        waves = spectral_noise(torus, "waves", slope=3.0, low=2, high=40)
        orange = spectral_noise(torus, "orange", slope=1.6, low=30, high=200)
        return (waves * 0.00018 + orange * 0.000007) * look.relief, orange * 0.05, orange * 0.014
    skin = cast(torus, 0.0028)
    thumbs = hammered(torus, "thumbs", look["model_m"])
    lumps = fbm(torus, "lumps", torus.cells_across(0.085), octaves=5, gain=0.5)
    drawn = spectral_noise(torus, "rasp", slope=1.0, low=30, stretch=(6.0, 1.0)) * smoothstep(
        -0.1, 0.3, lumps
    )
    height_m = thumbs.height * (look["model_m"] * 0.030) + lumps * 0.0038 + drawn * 0.00003
    height_m = height_m + skin.height_m * (kind.mould * 0.8)
    return height_m * look.relief, skin.tone * 0.4 + drawn * 0.04, skin.dull * 0.7 + drawn * 0.015


def _weathered(look: Look, surface: Surface, crest: Tensor) -> Surface:
    torus = surface.torus
    broad = fbm(torus, "green/broad", torus.cells_across(0.11), octaves=5, gain=0.55)
    runs = run_off(torus, "green/runs", smoothstep(0.15, 0.5, broad), 0.10)[0]
    ready = broad * 0.55 + runs * 0.55 - crest * 0.30
    green = look.palette("#37493f", "#526a5d", "#708d7e", "#93ab99", "#b6c4b2", tint=0.5)
    dark = look.palette("#2c221b", "#43342a", "#5c4a3c", tint=0.0)
    return verdigris(surface, ready, share=look["green"], green=green, dark=dark)
