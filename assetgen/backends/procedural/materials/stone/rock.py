"""Rock: the skin of a boulder or of bedrock, worn round, pitted, or split."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import bent_twice
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import broken_face
from assetgen.backends.procedural.operators.earth.veining import vein_net
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.traces.lichen import with_lichen
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.surface import Surface

_ROCKS: Final = (
    ("#4b4a47", "#63615d", "#7c7974", "#96928c", "#afaba4"),  # granite grey
    ("#55493d", "#6f6151", "#897a68", "#a39481", "#baac9a"),  # brown
    ("#43474a", "#595d5f", "#717475", "#8b8d8c", "#a5a6a4"),  # blue-grey
    ("#61594f", "#7d7468", "#989082", "#b1a99c", "#c8c1b5"),  # pale
    ("#54463f", "#6e5c53", "#88746a", "#a28e83", "#baa99e"),  # reddish
)


def rock(torus: Torus, look: Look) -> Surface:
    """Bare rock that has lain in the open: its mass, its breaks, its cracks, and what grows on it."""
    form = look.option("form", choose(torus, "form", ("rounded", "split", "pitted")))
    grain = spectral_noise(torus, "grain", slope=0.9, low=45).clamp_(-2.5, 2.5)
    mass = fbm(torus, "mass", 4, octaves=8, gain=0.47)
    face = broken_face(torus, "face", 0.6, octaves=4, gain=0.5)
    crack, lip = _cracks(torus, look, grain)
    build = {"rounded": _rounded, "split": _split, "pitted": _pitted}[form]
    height_m, hollow = build(torus, look, mass, face)
    seam = vein_net(torus, "seam", 0.7, stretch=2.0, lean=1, share=0.35 * look["seams"])
    quartz = seam.line(torus, 0.02)
    height_m = (height_m + quartz * 0.003 - crack * 0.016 - lip * 0.006 + grain * 0.0004) * look.relief

    clouds = fbm(torus, "clouds", 8, octaves=7, gain=0.6)
    tone = 0.47 + 0.4 * clouds + 0.1 * face + 0.07 * grain
    color = look.palette(*choose(torus, "rock", _ROCKS)).paint(tone)
    iron = fbm(torus, "iron", 10, octaves=6, gain=0.6)
    color = warmed(color, 0.32 * iron - 0.16 * clouds + 0.05 * face)
    bright, dark = smoothstep(1.2, 2.2, grain), smoothstep(1.1, 2.2, -grain)
    color = (
        color
        * (1 + 0.22 * bright - 0.28 * dark)
        * (1 + (convexity(torus, height_m, 0.03) * 12).clamp_(-0.26, 0.22))
    )
    color = mix(
        color, look.palette("#9a938a", "#bdb7ae", "#d2cdc5", tint=0.3).paint(0.5 + 0.2 * grain), quartz * 0.8
    )
    rust = smoothstep(0.12, 0.45, iron) * look["age"]
    color = mix(color, look.palette("#57412f", "#765a42", "#917557", tint=0.3).paint(tone), rust * 0.5)
    color = color * (1 - 0.5 * crack) * (1 - 0.28 * hollow)
    roughness = (
        look.roughness(0.77) + 0.03 * grain - 0.08 * face - 0.25 * quartz + 0.08 * hollow + 0.08 * clouds
    )
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    crusts = look.palette("#646659", "#8b8d7c", "#acad98", "#b8a35f", tint=0.1)
    surface = with_lichen(surface, "lichen", 0.2, 0.5 * look["age"], grain, crusts, where=1 - crack)
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.06)


def _rounded(torus: Torus, look: Look, mass: Tensor, face: Tensor) -> tuple[Tensor, Tensor]:
    """Return a boulder's back: broken once, then worn, shells of it peeled off here and there."""
    old = blur(torus, face, 0.02)
    deep = fbm(torus, "peel", 4, octaves=5, gain=0.5) * 2.2 + old * 0.25
    whole = torch.floor(deep)
    peel = whole + smoothstep(0.46, 0.54, deep - whole)
    return mass * 0.12 + old * 0.04 * look["breaks"] + peel * 0.009 + face * 0.006, torus.zeros()


def _split(torus: Torus, look: Look, mass: Tensor, face: Tensor) -> tuple[Tensor, Tensor]:
    """Return rock that frost has split not long ago: planes that meet in sharp edges."""
    planes = broken_face(torus, "planes", 0.85, octaves=3, gain=0.6, tilt=0.6, jag=0.1)
    return planes * 0.10 + mass * 0.04 + face * 0.03 * look["breaks"], torus.zeros()


def _pitted(torus: Torus, look: Look, mass: Tensor, face: Tensor) -> tuple[Tensor, Tensor]:
    """Return rock that water and salt have eaten: pans and holes with rims between."""
    bend = bent_twice(torus, "pits/bend", (0.12, 0.04), (0.04, 0.014))
    deep = torus.zeros()
    for number, size_m in enumerate((0.2, 0.09, 0.04)):
        pits = grains(torus, f"pits/{number}", torus.cells_across(size_m), jitter=1.0, warp=bend)
        size = pits.random(torus, f"pits/{number}/size")
        gone = smoothstep(0.0, 0.4, pits.inside(0.62 * size + 0.3 * mass)) * (size > 0.25)
        deep = torch.maximum(deep, gone * (0.2 * size_m * look["breaks"]))
    return mass * 0.1 + face * 0.016 - deep, smoothstep(0.002, 0.02, deep)


def _cracks(torus: Torus, look: Look, grain: Tensor) -> tuple[Tensor, Tensor]:
    """Return how much of a texel is an open crack, and how near its broken lip is, 0..1."""
    away_m = crack_distance(torus, "cracks", 0.75, wander=0.5) + grain * 0.0008
    open_ = patches(torus, "cracks/open", 0.6, amount=0.12 + 0.4 * look["cracks"], soft=0.2)
    width_m = open_ * (0.001 + 0.004 * look["cracks"])
    return band(torus, away_m, width_m, soft_m=0.003), torch.exp(away_m.clamp(min=0) * (-1 / 0.012)) * open_
