"""Corrugated cardboard: flat, creased, or torn open down to its flutes."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cloth.drape import crumple
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_KRAFT: Final = (
    ("#7b6248", "#98795a", "#ad9070", "#c2a88a"),  # kraft
    ("#85694c", "#a28463", "#b79a7a", "#c9b193"),  # pale kraft
    ("#6b543e", "#866b50", "#9d8165", "#b4997e"),  # dark kraft
    ("#76695a", "#92856f", "#a99c88", "#bfb3a0"),  # grey recycled
)
_FLUTE_M: Final = 0.0026


def cardboard(torus: Torus, look: Look) -> Surface:
    """Two liners on a wave of paper: the wave shows through, and every knock stays."""
    state = look.option("state", choose(torus, "board/state", ("flat", "flat", "creased")))
    wave = _flutes(torus, look)
    pulp = spectral_noise(torus, "board/pulp", slope=1.2, low=20, high=240, stretch=(2.5, 1.0))
    tooth = spectral_noise(torus, "board/tooth", slope=0.7, low=90)
    fibre = scratches(torus, "board/fibre", 2600, length_m=(0.0015, 0.008), bend=1.3)
    fibre = fibre.mul_(min(1.0, 0.00014 * torus.size / torus.tile_m))
    dent_m, crease = _knocks(torus, look, state)
    skin_m = (
        wave * (0.00006 + 0.00007 * look["telegraph"]) + (tooth * 0.000018 + pulp * 0.000012) * look.relief
    )
    height_m = skin_m + dent_m
    color = _liner(torus, look, wave, pulp, fibre)
    color = mix(color, color * 0.7 + 0.13, crease * 0.5)
    scuff = _scuffs(torus, look)
    color = mix(color, color * 0.75 + 0.11, scuff * 0.6)
    roughness = look.roughness(0.80) + 0.04 * pulp.clamp(-2, 2) + 0.03 * tooth.clamp(-2, 2) + 0.1 * scuff
    roughness = roughness - 0.025 * wave - 0.05 * fibre
    surface = Surface(
        torus=torus,
        height_m=height_m + scuff * 0.00004,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )
    if state == "torn":
        surface = _torn(torus, look, surface, wave, pulp)
    return _stained(torus, look, surface, pulp).with_grime(0.15 + 0.6 * look["dirt"], 0.003)


def _flutes(torus: Torus, look: Look) -> Tensor:
    """Return the corrugation, -1 in a valley .. 1 on a crest; it runs along y and is never quite even."""
    count = torus.cells_across(look["flute_m"])
    sway = fbm(torus, "flute/sway", torus.cells_across(0.12), octaves=3) * 0.16
    start = int(torus.draw("flute/start", 0, 64)) / 64
    return torch.cos(((torus.u + start) * count + sway) * 6.2831853)


def _knocks(torus: Torus, look: Look, state: str) -> tuple[Tensor, Tensor]:
    """Return metres of dents and folds, and where the liner is creased, 0..1."""
    wear = look["wear"]
    soft = fbm(torus, "knock/soft", torus.cells_across(0.09), octaves=3, gain=0.4) * 0.0011
    dents = smoothstep(
        0.30, 0.62, fbm(torus, "knock/dents", torus.cells_across(0.06), octaves=3) + 0.2 * wear
    )
    crush = crumple(torus, "knock/crush", 0.09, octaves=4, gain=0.5)
    soft = soft - dents * 0.0014 * wear
    amount = 0.0085 if state == "creased" else 0.0011
    sharp = convexity(torus, blur(torus, crush, 0.0006), 0.002).abs_().mul_(22)
    crease = smoothstep(0.3, 1.0, sharp) * (1.0 if state == "creased" else 0.35 * wear)
    score_m, score = _scored(torus)
    return soft + blur(torus, crush, 0.0005) * amount * (0.4 + wear) + score_m, torch.maximum(crease, score)


def _scored(torus: Torus) -> tuple[Tensor, Tensor]:
    """Return a line that was scored for folding across the flutes: a pressed valley with swollen lips."""
    if torus.draw("score/here", 0, 1) > 0.5:
        return torus.zeros(), torus.zeros()
    place = torus.v - torus.draw("score/place", 0.2, 0.8)
    away_m = (place - torch.round(place)) * torus.tile_m + fbm(torus, "score/sway", 6, octaves=4) * 0.0006
    line = torch.exp(-(away_m / 0.0016).square_())
    lips = torch.exp(-((away_m.abs() - 0.0034) / 0.0014).square_())
    return lips * 0.00035 - line * 0.0009, line * 0.6


def _liner(torus: Torus, look: Look, wave: Tensor, pulp: Tensor, fibre: Tensor) -> Tensor:
    """Color the kraft: cloudy pulp, pale and dark fibres, a shade darker where glue holds the wave."""
    ramp = look.palette(*choose(torus, "board/kraft", _KRAFT))
    cloud = fbm(torus, "board/cloud", torus.cells_across(0.05), octaves=6, gain=0.6)
    bark = smoothstep(2.2, 3.0, spectral_noise(torus, "board/bark", slope=0.4, low=80)) * look["flecks"]
    color = ramp.paint(0.55 + 0.065 * pulp + 0.15 * cloud + 0.03 * wave + 0.16 * fibre)
    return color * (1 - 0.4 * bark)


def _scuffs(torus: Torus, look: Look) -> Tensor:
    """Return rubbed strokes, 0..1."""
    strokes = scratches(torus, "scuff", int(20 + 160 * look["wear"]), length_m=(0.01, 0.12), bend=0.5)
    place = patches(torus, "scuff/place", 0.09, amount=0.2 + 0.4 * look["wear"], soft=0.3)
    return strokes * (0.3 + 0.7 * place) * min(1.0, 0.0006 * torus.size / torus.tile_m)


def _torn(torus: Torus, look: Look, surface: Surface, wave: Tensor, pulp: Tensor) -> Surface:
    """Tear off part of the liner: pale fuzzy lips, and the flutes lie bare with scraps of paper on their crests."""
    grain = fbm(torus, "torn/grain", torus.cells_across(0.03), octaves=6, gain=0.6)
    broad = fbm(torus, "torn/broad", torus.cells_across(0.16), period_y=torus.cells_across(0.10), octaves=3)
    # Paper tears along its grain, and down to the next flute.
    ready = broad + grain * 0.22 + wave * 0.05
    off = grown(ready, 0.10 + 0.18 * look["wear"], deep=0.12)
    texel = torus.tile_m / torus.size
    gone = smoothstep(-0.02, 0.02 + 8 * texel, off)
    lip = smoothstep(-0.30, -0.02, off) * (1 - gone) * smoothstep(-0.3, 0.4, grain)
    scraps = smoothstep(0.55, 0.9, wave) * smoothstep(-0.15, 0.25, grain + 0.1 * pulp)
    flute_m = (wave - 1) * (_FLUTE_M / 2) - 0.0003 + scraps * 0.00018 + pulp * 0.00002
    ramp = look.palette(*choose(torus, "board/kraft", _KRAFT))
    bare = ramp.adjusted(brightness=0.06).paint(0.45 + 0.10 * pulp + 0.2 * wave + 0.28 * scraps)
    surface = surface.covered(lip * 0.75, color=surface.color * 0.6 + 0.22, roughness=0.93)
    return surface.covered(
        gone,
        color=bare,
        roughness=0.9 + 0.03 * pulp,
        height_m=mix(surface.height_m - lip * 0.00022, flute_m, gone),
    )


def _stained(torus: Torus, look: Look, surface: Surface, pulp: Tensor) -> Surface:
    """Let water leave a tide mark and hands leave dark smears."""
    spread = fbm(torus, "stain/spread", torus.cells_across(0.12), octaves=6, gain=0.55)
    inside = grown(spread, 0.02 + 0.22 * look["dirt"], deep=0.10)
    tide = smoothstep(-0.04, 0.02, inside) * (0.4 + 0.6 * smoothstep(0.3, 0.0, inside)) * look["dirt"]
    brown = surface.color * look.palette("#8a7357", tint=0.0).paint(pulp) * 2.0
    return surface.covered(tide * 0.7, color=brown, roughness=surface.roughness)
