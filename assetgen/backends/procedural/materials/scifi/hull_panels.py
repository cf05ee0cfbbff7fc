"""The hull of a spacecraft: plates of several depths, machinery in recesses, lamps, stencils and worn paint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, flat_color, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.designs.decals import numerals, painted_band, warning_stripes
from assetgen.backends.procedural.operators.metal.hull import Hull, build_hull
from assetgen.backends.procedural.operators.metal.paintwork import bleached, knocks, laid_bare, streaked
from assetgen.backends.procedural.operators.metal.plates import buckled
from assetgen.backends.procedural.surface import Surface

_LAMPS: Final = ("#8fe3ff", "#8fe3ff", "#ffb45e", "#ff6a55", "#f6f2e6")


@dataclass(frozen=True, slots=True)
class _Yard:
    """How a yard builds: its paints, how finely it cuts plates, what they carry, how worn they come."""

    paints: tuple[str, ...]
    second: tuple[str, ...]
    accent: tuple[str, ...]
    cut: float
    fitted: float
    worn: float
    gap_m: float


_YARDS: Final = {
    "starship": _Yard(
        ("#aeb1b1", "#9a9fa1", "#b5b2a8", "#8b9296"),
        ("#6f767b", "#7f8487"),
        ("#70443a", "#465767", "#87734f"),
        cut=0.75,
        fitted=0.8,
        worn=0.5,
        gap_m=0.0030,
    ),
    "industrial": _Yard(
        ("#807659", "#73746d", "#68726f", "#7b6857"),
        ("#55564f", "#5f5a50"),
        ("#857147", "#6d4637"),
        cut=0.9,
        fitted=1.0,
        worn=1.0,
        gap_m=0.0036,
    ),
    "armored": _Yard(
        ("#565c60", "#5f635a", "#4d535b", "#67645e"),
        ("#44484c", "#4b4a46"),
        ("#613c36", "#736845"),
        cut=0.4,
        fitted=0.45,
        worn=0.75,
        gap_m=0.0060,
    ),
}


def hull_panels(torus: Torus, look: Look) -> Surface:
    """A painted hull, fitted out and used: knocked at its edges, streaked from its joints, lit by its lamps."""
    yard = _YARDS[look.option("kind", choose(torus, "kind", ("starship", "starship", "industrial")))]
    lamps = 0.0 if look.option("lamps", "lit") == "none" else look["lamps"]
    fitted = yard.fitted * look["fitted"]
    hull = build_hull(
        torus, unit_m=look["unit_m"], cut=yard.cut, fitted=fitted, lamps=lamps, gap_m=yard.gap_m
    )
    sheet_m = buckled(torus, hull.plates, 0.0007) * smoothstep(0.0, 0.1, hull.plates.edge)
    hull = replace(hull, height_m=(hull.height_m + sheet_m) * look.relief)
    rough = fbm(torus, "rough", torus.cells_across(0.28), octaves=6, gain=0.6)
    chalk = bleached(torus, hull.plates, fade=look["fade"])
    gloss = look.roughness(0.42) + hull.panels.random(torus, "panels/gloss", -0.07, 0.07)
    surface = Surface(
        torus=torus,
        height_m=hull.height_m,
        color=_livery(torus, look, yard, hull, rough, chalk),
        roughness=gloss + rough * 0.13 + chalk * 0.18,
        metallic=torus.zeros(),
    )
    struck = knocks(torus, hull.height_m, hull.proud, wear=look["wear"] * yard.worn)
    surface = laid_bare(surface, struck, age=look["age"])
    dark = look.palette("#4c4f51", "#6a6c6c", "#8a8984", tint=0.2).paint(0.5 + rough * 0.7)
    surface = surface.covered(hull.machines * 0.9, color=dark, roughness=0.46 + rough * 0.2, metallic=0.5)
    surface = streaked(surface, hull.joint, dirt=look["dirt"] * (0.4 + 0.6 * yard.worn))
    surface = surface.with_grime(0.3 + 0.7 * look["dirt"], 0.014)
    return _lit(torus, look, surface, hull.lamp)


def _livery(torus: Torus, look: Look, yard: _Yard, hull: Hull, rough: Tensor, chalk: Tensor) -> Tensor:
    """Paint plate by plate: most in the ship's color, some in its second, a few in a loud one; stencil."""
    first = look.paint(Palette.of(choose(torus, "paint", yard.paints)))
    second = look.palette(choose(torus, "second", yard.second), tint=0.35).middle()
    loud = look.paint(Palette.of(choose(torus, "accent", yard.accent)), second=True).middle()
    rain = spectral_noise(torus, "rain", slope=1.6, low=8, stretch=(1.0, 9.0))
    tone = 0.5 + rough * 0.24 + rain * 0.03 + hull.panels.random_apart(torus, "panels/tone", -0.26, 0.26)
    color = first.paint(tone + hull.plates.random_apart(torus, "plates/tone", -0.06, 0.06))
    shade = (0.86 + 0.28 * tone)[None]
    # Another paint comes plate by plate: repairs lie together, and only two or three plates are loud.
    plate = torus.uniform("plates/paint", hull.plates.count)[:, 0]
    panel = torus.uniform("panels/paint", hull.panels.count)[:, 0]
    small = hull.panel_half.amax(0) < 0.26
    is_second = hull.plates.pick((plate > 0.6).float()) * hull.panels.pick(((panel < 0.6) & small).float())
    color = mix(color, flat_color(torus, second) * shade, is_second * 0.6)
    turn = plate + 9.0 * ((hull.half.amax(0) > 0.26) | (hull.half.amin(0) < 0.11))
    is_loud = hull.plates.pick((turn <= torch.kthvalue(turn, min(2, turn.numel())).values).float())
    loudly = torch.maximum(_stencils(torus, look, hull, rough), is_loud)
    worn = 0.86 + 0.14 * smoothstep(0.35, -0.1, rough)
    color = mix(color, flat_color(torus, loud) * shade, loudly * worn)
    grey = color * 0.78 + color.mean(0, keepdim=True) * 0.16 + 0.08
    return mix(color, grey, chalk * 0.55)


def _stencils(torus: Torus, look: Look, hull: Hull, ragged: Tensor) -> Tensor:
    """Return what is stencilled in the loud color: numbers, warning stripes along borders, a band."""
    marking = look.option("marking", choose(torus, "marking", ("numbers", "stripe", "numbers", "hazard")))
    if marking == "none":
        return torus.zeros()
    draw = torus.uniform("plates/stencil", hull.plates.count)[:, 0]
    large = hull.half.amin(0) > 0.18
    high_m = torus.draw("numbers/high", 0.12, 0.22)
    numbers = numerals(torus, "numbers", hull.plates, hull.half, high_m=high_m)
    marks = numbers * hull.plates.pick((large & (draw < 0.6)).float())
    if marking == "stripe":
        wide = torus.draw("band/wide", 0.04, 0.10)
        marks = torch.maximum(marks, painted_band(torus, "band", ragged, wide, upright=wide > 0.07))
    if marking == "hazard":
        edge = smoothstep(0.074, 0.072, hull.plates.edge) * smoothstep(0.016, 0.018, hull.plates.edge)
        here = hull.plates.pick((draw > 0.66).float())
        marks = torch.maximum(marks, edge * warning_stripes(torus, hull.plates, 0.06) * here)
    return marks


def _lit(torus: Torus, look: Look, surface: Surface, glass: Tensor) -> Surface:
    """Light the lamps, and let a little of them fall on the rim of their slot."""
    shine = look.light(choose(torus, "lamp", _LAMPS))
    color = flat_color(torus, shine)
    lens = surface.covered(glass, color=color * 0.5 + 0.3, roughness=0.22)
    halo = blur(torus, glass, 0.014) * (1 - glass) * 0.35
    return replace(lens, emissive=(glass * 4.0 + halo) * color)
