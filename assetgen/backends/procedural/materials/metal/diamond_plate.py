"""Floor plate with a rolled tread: crests worn bright by boots, grime and rust in the ground between them."""

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
from assetgen.backends.procedural.operators.metal.skins import blasted, rolled
from assetgen.backends.procedural.operators.metal.treads import tread
from assetgen.backends.procedural.operators.traces.handled import dents, hairlines, smears
from assetgen.backends.procedural.surface import Surface

_STEEL: Final = ("#b7b5b1", "#c6c3be", "#d6d3ce")
_ALUMINIUM: Final = ("#d3d4d5", "#e0e1e2", "#eeefef")
_SCALE: Final = ("#4a4b4d", "#5f6062", "#777776")
_PAINTS: Final = ("#8f8a4a", "#6f7377", "#4f5d52", "#7d4a36", "#a08a3f")


def diamond_plate(torus: Torus, look: Look) -> Surface:
    """Tread plate that was walked on: lugs rubbed flat and bright, scratches of what was dragged, dirt that stays."""
    metal = look.option("metal", "steel" if look.color is None or look.color.metal else "painted")
    lug, cells = tread(torus, "tread", look.option("pattern", "lozenge"), look["pitch_m"])
    worn = look["wear"]
    trodden = fbm(torus, "trodden", torus.cells_across(0.13), octaves=5, gain=0.55)
    rough = fbm(torus, "rough", torus.cells_across(0.03), octaves=6, gain=0.6)
    # What is walked on loses its crests: a lug ends in a flat.
    top = lug.minimum(1 - worn * (0.22 + 0.15 * trodden) + cells.random(torus, "lugs/top", -0.05, 0.05))
    skin = rolled(torus) if metal == "aluminium" else blasted(torus)
    waves = spectral_noise(torus, "waves", slope=3.0, low=2, high=30)
    struck = dents(torus, "dents", 0.03, share=0.15 * worn)
    fine = hairlines(torus, "hairlines", 150 + 2400 * worn, length_m=(0.006, 0.08), wide_m=0.0005)
    dragged = hairlines(torus, "dragged", 8 + 60 * worn, length_m=(0.05, 0.3), wide_m=0.0009)
    height_m = top * 0.0019 + waves * 0.00012 + struck * 0.0006 + skin.height_m - dragged * 0.00008

    crest = smoothstep(0.45, 0.95, top + 0.12 * rough)
    ramp = _ALUMINIUM if metal == "aluminium" else _STEEL
    bare = Palette.of(*ramp) if metal == "painted" else look.bare_metal(*ramp)
    tone = 0.5 + skin.tone + fine * 0.25 + crest * 0.2 + trodden * 0.15
    touched = smears(torus, "smears", 0.12) * 0.16
    surface = Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=bare.paint(tone),
        roughness=look.roughness(0.36) + skin.dull + touched + fine * 0.14 - crest * 0.06,
        metallic=torus.zeros() + (look.metallic if metal != "painted" else 1.0),
    )
    rub = crest * 1.1 + trodden * 0.40 + rough * 0.40 + fine * 0.25 + dragged * 0.8
    surface = _covered(torus, look, surface, metal, rub, rough)
    return _soiled(look, surface, lug, rough - trodden * 0.5, rusts=metal != "aluminium")


def _covered(torus: Torus, look: Look, surface: Surface, metal: str, rub: Tensor, rough: Tensor) -> Surface:
    """Put scale or paint on it, less where boots rub."""
    if metal == "aluminium":
        dull = smoothstep(0.6, 0.0, rub) * (0.12 + 0.25 * look["age"])
        return surface.covered(
            dull, color=Palette.of("#9a9c9d", "#b4b6b6").paint(0.5 + rough), roughness=0.55
        )
    share = (0.34 if metal == "steel" else 0.26) * look["wear"] + 0.04
    kept = smoothstep(0.03, -0.05, grown(rub, share, deep=0.5))
    if metal == "steel":
        scale = look.palette(*_SCALE, tint=0.5).paint(0.5 + rough * 0.7)
        film = kept * (0.80 + 0.2 * smoothstep(-0.3, 0.3, rough))
        return surface.covered(film, color=scale, roughness=0.52 + rough * 0.16, metallic=0.62)
    paint = look.paint(Palette.of(choose(torus, "paint", _PAINTS))).paint(0.5 + rough * 0.45)
    primer = smoothstep(0.06, -0.02, grown(rub - 0.08, share, deep=0.5)) * (1 - kept)
    surface = surface.covered(primer, color=Palette.of("#6d6a64").paint(rough), roughness=0.6)
    thick = surface.height_m + kept * 0.00018
    return surface.covered(kept, color=paint, roughness=look.roughness(0.46) + rough * 0.14, height_m=thick)


def _soiled(look: Look, surface: Surface, lug: Tensor, rough: Tensor, *, rusts: bool) -> Surface:
    """Leave grime at the foot of the lugs, and with age the first rust in the ground."""
    torus = surface.torus
    grain = spectral_noise(torus, "soil/grain", slope=0.6, low=60)
    foot = torch.exp(-((lug - 0.05) * (1 / 0.10)).square())
    low = smoothstep(0.35, 0.0, lug)
    settled = smoothstep(0.05, 0.8, foot * 0.55 + low * rough + 0.35) * (0.15 + 0.65 * look["dirt"])
    soil = Palette.of("#2f2b26", "#47413a", "#655d53").paint(0.5 + rough * 0.5 + grain * 0.05)
    surface = surface.covered(settled * (0.35 + 0.65 * low), color=soil, roughness=0.82 + grain * 0.03)
    if not rusts:
        return surface
    eaten = smoothstep(0.30, 0.60, low * 0.35 + rough + grain * 0.05 - 0.55 + 0.62 * look["age"])
    brown = Palette.of("#33251e", "#513729", "#74543c").paint(0.5 + rough + grain * 0.08)
    return surface.covered(eaten * low * 0.8, color=brown, roughness=0.86)
