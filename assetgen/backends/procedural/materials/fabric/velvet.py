"""Velvet: smooth, crushed, or ribbed as corduroy."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.cloth.drape import crumple
from assetgen.backends.procedural.operators.cloth.pile import brushed, combed
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_DYES: Final = (
    ("#351519", "#561f27", "#7a3139", "#a05a5e"),  # burgundy
    ("#161f36", "#233254", "#374b78", "#6478a2"),  # midnight blue
    ("#16302a", "#23493f", "#386659", "#65907f"),  # bottle green
    ("#2a1c36", "#422f54", "#614a76", "#8c769e"),  # purple
    ("#232325", "#343437", "#4c4c50", "#77777b"),  # black
    ("#5e4322", "#835f31", "#a58046", "#c8a873"),  # gold
    ("#33302c", "#4d4842", "#6c665e", "#979086"),  # mole
    ("#6a3a3c", "#8d5554", "#aa7570", "#c8a099"),  # old rose
)
"""Looking down into the pile, along it, and at the laid fibres that catch the light."""


def velvet(torus: Torus, look: Look) -> Surface:
    """A dense short pile whose shade is decided by which way it lies."""
    kind = look.option("kind", choose(torus, "velvet/kind", ("smooth", "crushed", "corduroy")))
    lie = _crushed(torus, look) if kind == "crushed" else _stroked(torus, look)
    if kind == "corduroy":
        lie = lie * 0.5
    rib, ground = _ribs(torus, look) if kind == "corduroy" else (torch.ones_like(lie), torus.zeros())
    # The tips lean with the lie, so their streaks turn with it.
    tips = spectral_noise(torus, "velvet/tips", slope=0.4, low=150)
    angle = 1.57 + lie * (0.25 if kind == "corduroy" else 0.9)
    nap = combed(torus, tips, angle, 0.0035)
    lint = scratches(torus, "velvet/lint", int(500 * look["lint"]), length_m=(0.001, 0.008), bend=2.2)
    lint = lint * min(1.0, 0.00012 * torus.size / torus.tile_m)
    bald = (
        patches(torus, "velvet/bald", 0.04, amount=0.03 + 0.45 * look["wear"] ** 2, soft=0.3) * look["wear"]
    )

    pile_m = 0.0009 if kind == "corduroy" else 0.0006
    deep = 1 - 0.35 * lie.abs() - 0.5 * bald
    waves = fbm(torus, "velvet/waves", torus.cells_across(0.07), octaves=3, gain=0.4) * 0.0012
    height_m = (rib * deep + 0.12 * nap + 0.06 * tips) * (pile_m * look.relief) + waves + lint * 0.0001
    tone = 0.42 + 0.26 * look["contrast"] * lie + 0.15 * nap + 0.03 * tips - 0.28 * (1 - rib)
    ramp = look.palette(*choose(torus, "velvet/dye", _DYES), most_chroma=PAINTED)
    color = ramp.paint(tone)
    cloth = ramp.adjusted(saturation=-0.35).paint(0.45 + 0.25 * tips)
    color = mix(color, cloth, torch.maximum(bald * 0.75, ground * 0.55)) * (1 - 0.25 * ground)
    color = mix(color, look.palette("#9b958b", tint=0.0).paint(tips), lint * 0.45)
    roughness = (
        look.roughness(0.82)
        - (0.10 if kind == "crushed" else 0.12) * lie
        - 0.03 * nap
        + 0.02 * tips
        + 0.14 * (1 - rib)
        - 0.12 * bald
    )
    roughness = roughness + 0.11 * fbm(torus, "velvet/touched", torus.cells_across(0.03), octaves=5, gain=0.6)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.15 + 0.6 * look["dirt"], 0.003)


def _stroked(torus: Torus, look: Look) -> Tensor:
    """Return how a hand left the pile, -1..1: strokes with one clear edge, soft on the other side."""
    broad = brushed(torus, "velvet/hand", 0.075, 0.014)
    across, along = torus.cells_across(0.028), torus.cells_across(0.08)
    if torus.draw("velvet/way", 0, 1) > 0.5:
        across, along = along, across
    fingers = fbm(torus, "velvet/fingers", across, period_y=along, octaves=3, gain=0.42)
    turn = fetch(torus, fingers, *warp_field(torus, "velvet/turn", torus.cells_across(0.09), 0.05, octaves=3))
    # One side of a stroke ends at once, the other fades.
    edge = smoothstep(-0.2, 0.14, turn) - smoothstep(0.05, 0.6, turn)
    return (broad * 0.4 + (edge - 0.3) * 0.6 * look["marks"]).clamp_(-1, 1)


def _crushed(torus: Torus, look: Look) -> Tensor:
    """Return pile pressed every way while wet, -1..1: where it was crumpled, every facet lies another way."""
    facet_m = 0.05
    crushed = crumple(torus, "crush/fold", facet_m, octaves=3, gain=0.42)
    soft = blur(torus, crushed, 0.0016)
    slope = (torch.roll(soft, -1, 0) - torch.roll(soft, 1, 0)) * (torus.size * facet_m / torus.tile_m)
    slant = (torch.roll(soft, -1, 1) - torch.roll(soft, 1, 1)) * (torus.size * facet_m / torus.tile_m)
    fine = fbm(torus, "crush/fine", torus.cells_across(0.012), period_y=torus.cells_across(0.03), octaves=3)
    bend = warp_field(torus, "crush/bend", torus.cells_across(0.012), 0.006, octaves=3)
    lie = fetch(torus, slope * 0.5 + slant * 0.25, *bend)
    return torch.tanh(lie * (0.3 + 0.35 * look["marks"]) + fine * 0.5)


def _ribs(torus: Torus, look: Look) -> tuple[Tensor, Tensor]:
    """Return the round ribs of corduroy, 0..1, and where the ground cloth shows between them."""
    count = torus.cells_across(look["rib_m"])
    sway = fbm(torus, "rib/sway", torus.cells_across(0.05), octaves=3) * 0.07
    ragged = fbm(torus, "rib/ragged", torus.cells_across(0.004), octaves=3, gain=0.6) * 0.10
    start = int(torus.draw("rib/start", 0, 64)) / 64
    place = (torus.u + start) * count + sway + 0.5
    away = ((place - torch.round(place)).abs() * 2 + ragged).clamp_(0, 1)  # 0 on a crest, 1 in a valley
    rib = torch.sqrt((1 - away * away * 0.98).clamp_(min=0))
    texel = 2 * count / torus.size
    return rib, smoothstep(0.82 - texel, 0.98, away)
