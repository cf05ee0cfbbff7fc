"""Metal one can see through: bar grating, perforated sheet, expanded mesh, over the dark below."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.metal.openwork import STYLES, Openwork, openwork
from assetgen.backends.procedural.operators.metal.skins import blasted
from assetgen.backends.procedural.operators.traces.handled import hairlines
from assetgen.backends.procedural.surface import Surface

_BELOW_M: Final = 0.008
"""How deep the maps show what lies below; deeper would only steepen the normals of the rims."""
_METALS: Final = {
    "galvanized": (("#b3b9bc", "#c3c8ca", "#d3d7d9"), ("#8a8e8f", "#a0a3a3", "#b4b6b5"), 0.25, 0.45),
    "steel": (("#b7b5b1", "#c6c3be", "#d6d3ce"), ("#434547", "#595a5b", "#706f6e"), 0.6, 0.38),
    "painted": (("#b7b5b1", "#c6c3be", "#d6d3ce"), ("#3f4345",), 0.0, 0.38),
}
"""Bare metal, what covers it, how metallic that is, and the roughness of the bare face."""
_PAINTS: Final = ("#3f4345", "#8a8145", "#4c5a54", "#6a6f72")


def grating(torus: Torus, look: Look) -> Surface:
    """A walkway of pierced metal: rubbed where boots go, rust and grime where bars meet, dark between."""
    is_painted = look.color is not None and not look.color.metal
    metal = look.option("metal", "painted" if is_painted else choose(torus, "metal", ("galvanized", "steel")))
    style = look.option("pattern", choose(torus, "pattern", tuple(STYLES)))
    work = openwork(torus, "work", style, look["pitch_m"])
    rough = fbm(torus, "rough", torus.cells_across(0.05), octaves=6, gain=0.6)
    trodden = fbm(torus, "trodden", torus.cells_across(0.13), octaves=5, gain=0.55)
    grain = spectral_noise(torus, "grain", slope=0.7, low=60).clamp_(-2.5, 2.5)
    skin = blasted(torus)
    thick_m = look["thick_m"] * look.relief
    top_m = work.rise * thick_m + skin.height_m + rough * 0.0002
    below_m = (rough * 0.0012 + grain * 0.0002) - _BELOW_M * look.relief

    surface = _metal(torus, look, _METALS[metal], skin.tone + rough * 0.3, skin.dull + trodden * 0.12)
    rubbed = (0.06 + 0.5 * look["wear"]) * STYLES[style]
    surface = _worn(torus, look, surface, work, metal, trodden * 0.45 + rough * 0.4, rubbed)
    surface = _soiled(look, surface, work, rough, grain)
    dark = Palette.of("#24231f", "#312e2a", "#403b34", "#4d463d").paint(0.45 + rough * 0.6 + grain * 0.07)
    return surface.covered(
        1 - work.solid,
        color=dark,
        roughness=0.66 + grain * 0.04 + rough * 0.35,
        height_m=below_m + (top_m - below_m) * work.solid,
    )


def _metal(torus: Torus, look: Look, metal: tuple, tone: Tensor, dull: Tensor) -> Surface:
    """Return the bare metal all over the tile, flat."""
    ramp, _, film, roughness = metal
    bare = Palette.of(*ramp) if film == 0 else look.bare_metal(*ramp)
    return Surface(
        torus=torus,
        height_m=torus.zeros(),
        color=bare.paint(0.5 + tone),
        roughness=look.roughness(roughness) + dull,
        metallic=torus.zeros() + (look.metallic if film else 1.0),
    )


def _worn(
    torus: Torus, look: Look, surface: Surface, work: Openwork, metal: str, ready: Tensor, share: float
) -> Surface:
    """Cover the metal with its zinc bloom, scale or paint, and rub that off the tops of the bars."""
    _, cover, film, _ = _METALS[metal]
    lines = hairlines(torus, "hairlines", 200 + 2500 * look["wear"], length_m=(0.005, 0.07), wide_m=0.0005)
    crest = smoothstep(0.55, 1.0, work.rise) * smoothstep(0.0, 0.002, work.edge_m)
    rim = torch.exp(-((work.edge_m - 0.0004) * (1 / 0.0011)).square())
    rub = ready + crest * 0.25 + rim * 0.5 + lines * 0.4 - work.crossing * 0.15
    kept = smoothstep(0.05, -0.10, grown(rub - (1 - work.solid) * 3, share, deep=0.6))
    if film:
        color = look.palette(*cover, tint=0.4).paint(0.5 + ready)
        return surface.covered(kept * 0.9, color=color, roughness=0.55 + ready * 0.2, metallic=film)
    paint = look.paint(Palette.of(choose(torus, "paint", _PAINTS))).paint(0.5 + ready * 0.6)
    return surface.covered(kept, color=paint, roughness=look.roughness(0.48) + ready * 0.16)


def _soiled(look: Look, surface: Surface, work: Openwork, rough: Tensor, grain: Tensor) -> Surface:
    """Leave rust and grime where bars meet and along rims, more on old iron."""
    meets = work.crossing * 0.5 + torch.exp(-work.edge_m.clamp(min=0) * 400) * 0.25
    eaten = smoothstep(0.30, 0.75, meets + rough * 0.9 + grain * 0.04 - 0.35 + 0.62 * look["age"])
    brown = Palette.of("#2f231d", "#4d362a", "#6f5140", "#8d6c55").paint(0.45 + rough * 0.7 + grain * 0.08)
    surface = surface.covered(eaten * 0.9, color=brown, roughness=0.84 + grain * 0.03)
    settled = smoothstep(0.1, 0.9, meets + rough * 0.4) * (0.1 + 0.6 * look["dirt"])
    soil = Palette.of("#37322b", "#504941", "#6a6258").paint(0.5 + rough)
    return surface.covered(settled, color=soil, roughness=0.86)
