"""Lime plaster on an inner wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.masonry.trowel import fillings, trowel_sweeps
from assetgen.backends.procedural.operators.piled.strokes import lay_strokes
from assetgen.backends.procedural.operators.traces.weather import (
    dust_on_ledges,
    flakes,
    hairline_cracks,
    tide_marks,
)
from assetgen.backends.procedural.surface import Surface

_LIMES: Final = (
    ("#9f9787", "#b9b2a3", "#cbc5b8", "#d9d4c9"),  # white
    ("#968973", "#b0a38b", "#c3b7a0", "#d1c6b2"),  # cream
    ("#8f7852", "#a68e66", "#b8a17a", "#c8b38f"),  # ochre
    ("#8d6d5d", "#a58373", "#b79889", "#c7ab9d"),  # rose
    ("#76746f", "#8e8b86", "#a19e98", "#b2afa9"),  # grey
    ("#757a6b", "#8b907f", "#9da292", "#aeb2a4"),  # sage
)
_STUCCHI: Final = (
    ("#743c2d", "#8c4d3a", "#a06049", "#b3765d"),  # pompeian red
    ("#94713f", "#ad8850", "#bf9c65", "#cfb07d"),  # gold ochre
    ("#5c655f", "#717a73", "#868e86", "#9ba29a"),  # grey green
    ("#5f6672", "#747b86", "#8a9099", "#a0a5ac"),  # blue grey
    ("#b3a78f", "#c4b9a3", "#d2c9b6", "#dfd8c9"),  # ivory
    ("#5b544c", "#6e665d", "#827a70", "#968e84"),  # umber
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Coat:
    """The plaster as the trowel left it: metres, lighter or darker, and how burnished, about -1..1."""

    height_m: Tensor
    tone: Tensor
    burnish: Tensor


def plaster(torus: Torus, look: Look) -> Surface:
    """Lime plaster put on by hand, with what the years did to it: hairlines, damp, filled holes, dust."""
    finish = look.option("finish", choose(torus, "finish", ("trowelled", "trowelled", "smooth", "venetian")))
    grain = spectral_noise(torus, "grain", slope=0.8, low=90)
    clouds = fbm(torus, "clouds", torus.cells_across(0.3), octaves=7, gain=0.6)
    coat = {"trowelled": _swept, "smooth": _skimmed, "venetian": _burnished}[finish](torus, look)
    fine = {"trowelled": 1.0, "smooth": 0.4, "venetian": 0.15}[finish]
    fill, lip = fillings(torus, "mends", 0.45, share=look["mends"], size_m=(0.015, 0.085), ragged=clouds)
    hair = hairline_cracks(
        torus, "hair", 0.5, share=0.5 * look["hairlines"], line_m=0.0007, tremble_m=grain * 0.0003
    )
    bare, rim = flakes(torus, "flaked", 0.3, amount=(0.4 + 0.3 * fine) * max(look["flaked"] - 0.3, 0.0) ** 2)

    height_m = coat.height_m + (clouds * 0.0014 + grain * 0.00012) * fine * look.relief
    height_m = mix(height_m, blur(torus, height_m, 0.05) - 0.0003, fill) + lip * 0.0008 * look.relief
    under_m = blur(torus, height_m, 0.03) - 0.0035 + 0.0005 * grain + 0.0015 * clouds
    height_m = mix(height_m - hair * 0.0007 + rim * 0.0005, under_m, bare)
    ramp = look.palette(*choose(torus, "lime", _STUCCHI if finish == "venetian" else _LIMES))
    tone = 0.5 + (0.25 + 0.3 * fine) * clouds * look["clouds"] + coat.tone + 0.045 * grain * (0.3 + fine)
    color = ramp.paint(tone - 0.1 * lip + 0.16 * fill) * (1 - 0.45 * hair + 0.10 * rim)
    roughness = look.roughness({"trowelled": 0.82, "smooth": 0.70, "venetian": 0.30}[finish])
    roughness = roughness - 0.06 * coat.burnish + 0.06 * clouds + 0.01 * grain.clamp(-2, 2) + 0.2 * hair
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    scratch = look.palette("#6f6353", "#8a7d6a", "#a3957f", tint=0.15).paint(
        0.5 + 0.12 * grain + 0.7 * clouds
    )
    surface = surface.covered(bare, color=scratch, roughness=0.93)
    return _settled(torus, look, surface, grain).with_grime(0.1 + 0.45 * look["dirt"], 0.012)


def _swept(torus: Torus, look: Look) -> _Coat:
    """A coarse coat under a steel trowel, every sweep to be read in it."""
    bulge = fbm(torus, "bulge", torus.cells_across(0.6), octaves=3, gain=0.4)
    direction, spread = choose(torus, "sweeps/way", ((0.4, 0.6), (2.5, 0.7), (0.0, 3.2), (1.4, 0.9)))
    left = trowel_sweeps(torus, "sweeps", look["sweep_m"], direction=direction, spread=spread)
    sweep_m = left.scoop * 0.0011 + left.drag * 0.00022 + left.lip * 0.0012 + left.pressed * 0.0004
    return _Coat(
        height_m=(bulge * 0.005 + sweep_m * look["sweeps"]) * look.relief,
        tone=0.09 * left.pressed + 0.035 * left.drag - 0.06 * left.scoop,
        burnish=0.6 * left.pressed + 0.4 * left.drag - left.lip,
    )


def _skimmed(torus: Torus, look: Look) -> _Coat:
    """A thin skim, rubbed down: broad hollows, hardly a stroke left, pinholes where air stood in it."""
    bulge = fbm(torus, "bulge", torus.cells_across(0.4), octaves=5, gain=0.45)
    direction = choose(torus, "sweeps/direction", (0.0, 0.6, 1.5))
    left = trowel_sweeps(torus, "sweeps", look["sweep_m"] * 1.3, direction=direction, spread=0.5, bend=0.1)
    pins = grains(torus, "pins", torus.cells_across(0.03), jitter=1.0)
    pin = smoothstep(0.08, 0.03, pins.near) * (pins.random(torus, "pins/there") < 0.16)
    sweep_m = left.scoop * 0.0002 + left.drag * 0.0001 + left.pressed * 0.0002
    return _Coat(
        height_m=(bulge * 0.0026 + sweep_m * look["sweeps"] - pin * 0.0005) * look.relief,
        tone=0.03 * left.pressed + 0.025 * left.drag - 0.3 * pin,
        burnish=0.5 * left.pressed + 0.6 * left.drag,
    )


def _burnished(torus: Torus, look: Look) -> _Coat:
    """Marble dust and lime in three thin coats of short strokes, each seen through the next, pressed to a gloss."""
    bulge = fbm(torus, "bulge", torus.cells_across(0.6), octaves=3, gain=0.4)
    tone, burnish, step_m = torus.zeros(), torus.zeros(), torus.zeros()
    bend = fbm(torus, "strokes/ragged", torus.cells_across(0.1), octaves=6, gain=0.62) * 0.035
    for coat in range(3):
        name, long_m = f"strokes/{coat}", look["sweep_m"] * (0.75 - 0.17 * coat)
        strokes = lay_strokes(
            torus,
            name,
            long_m * 0.55,
            length_m=(long_m * 0.5, long_m),
            width_m=(long_m * 0.3, long_m * 0.7),
            bend=0.1,
            ragged_m=bend,
        )
        shade = strokes.random(torus, f"{name}/shade", -1.0, 1.0)
        slope = strokes.y * strokes.random(torus, f"{name}/slope", -1.0, 1.0) * (3.0 / long_m)
        there = smoothstep(0.0, 0.02, strokes.edge)
        tone = tone * 0.7 + there * (shade + slope) * 0.15
        burnish = burnish * 0.5 + there * (shade - slope)
        step_m = step_m + there * (shade * 0.00006 + slope * 0.0001)
    height_m = (bulge * 0.0012 + step_m * look["sweeps"]) * look.relief
    return _Coat(height_m=height_m, tone=tone, burnish=burnish)


def _settled(torus: Torus, look: Look, surface: Surface, grain: Tensor) -> Surface:
    """Let damp rise and dry in brown rims, and dust lie on all that faces up."""
    damp, rims = tide_marks(torus, "damp", 0.45, amount=0.6 * look["stains"])
    brown = look.palette("#7a6a4f", "#93825f", tint=0.0).paint(0.5 + 0.1 * grain)
    stained = (damp * 0.22 + rims * 0.36) * look["stains"]
    surface = surface.covered(stained, color=brown, roughness=surface.roughness)
    dust = dust_on_ledges(torus, surface.height_m, 0.004) * look["dirt"]
    grey = look.palette("#8f8878", "#a69f8f", tint=0.0).paint(0.5 + 0.1 * grain)
    return surface.covered(dust * 0.5, color=grey, roughness=0.94)
