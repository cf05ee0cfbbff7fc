"""Soot: fire has been here - scorched patches with licks upward from them, dull black, ashen at the core."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cover import grown
from assetgen.backends.procedural.operators.exposure import edges
from assetgen.backends.procedural.operators.height import blur, smoothstep
from assetgen.backends.procedural.operators.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix
from assetgen.backends.procedural.operators.run_off import run_up
from assetgen.backends.procedural.operators.warp import fetch, warp_field
from assetgen.backends.procedural.surface import Surface

_BLACKS = ("#1f1d1b", "#292623", "#36322e", "#46413b")
_HEAT = ("#a3b4ce", "#b5a2c0", "#cfae9d", "#dcc8a0")
"""What glowed: blue next to the fire, then purple, brown and straw."""


def soot(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Burn a surface: a few scorched spots at first, charred all over at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    ragged = fbm(torus, "soot/ragged", torus.cells_across(0.10), octaves=6, gain=0.6)
    grain = spectral_noise(torus, "soot/grain", slope=0.8, low=70).clamp_(-2.3, 2.3)
    patch = patchwork(torus, "soot/patch", 0.27, octaves=5, gain=0.55)
    burnt = grown(patch + ragged * 0.4, 0.97 * min(amount, 1.0) ** 1.3, deep=0.5)
    lick = _licks(surface, burnt)
    standing = edges(torus, surface.height_m, 0.008)
    char = smoothstep(-0.10, 0.22, burnt + 0.10 * ragged + 0.02 * grain)
    black = torch.maximum(char, lick * (0.80 + 0.15 * ragged)).clamp_(0, 0.97)
    # Flames wash round an edge and leave it cleaner; a corner keeps everything.
    black = black * (1 - 0.22 * standing.clamp(min=0) * (1 - smoothstep(0.4, 1.0, burnt)))
    core = smoothstep(0.45, 1.0, burnt + 0.5 * ragged)
    ash = core * smoothstep(0.15, 0.75, ragged + 0.14 * grain)
    tone = 0.36 + 0.35 * ragged + 0.10 * grain + 0.15 * standing - 0.2 * core
    matter = layer_palette(color, *_BLACKS).paint(tone)
    matter = mix(matter, Palette.of("#5d5a55", "#85827b").paint(0.5 + 0.3 * grain), ash * 0.55)
    flaked_m = core * (0.0005 * ragged + 0.00010 * grain) + char * 0.00006 * grain
    return _scorched(surface, burnt, lick, ragged).covered(
        black,
        color=matter,
        roughness=0.90 + 0.06 * ash + 0.03 * grain - 0.10 * smoothstep(0.3, 0.6, -ragged),
        height_m=surface.height_m + flaked_m,
    )


def _licks(surface: Surface, burnt: Tensor) -> Tensor:
    """Return the tongues of smoke above what burnt, 0..1: split where they start, blurred where they end."""
    torus = surface.torus
    parted = spectral_noise(torus, "soot/parted", slope=1.6, low=6, high=120, stretch=(1.0, 4.0))
    tongues = smoothstep(-1.1, 1.3, parted)
    rising = run_up(torus, smoothstep(0.0, 0.3, burnt) * tongues, 0.11)
    curl = warp_field(torus, "soot/curl", torus.cells_across(0.16), 0.028 / torus.tile_m, octaves=4)
    smoke = fetch(torus, blur(torus, rising, 0.006, 0.014), *curl)
    return (smoke * (0.55 + 0.45 * tongues)).clamp_(0, 1)


def _scorched(surface: Surface, burnt: Tensor, lick: Tensor, ragged: Tensor) -> Surface:
    """Brown the matter around a fire; on bare metal heat leaves its colors."""
    near = smoothstep(-0.62, 0.0, burnt + 0.12 * ragged)
    brown = torch.maximum(near, lick) * (1 - surface.metallic)
    toasted = torch.tensor([0.42, 0.33, 0.26], device=surface.torus.device)[:, None, None]
    color = surface.color * (1 - brown + brown * toasted)
    if bool((surface.metallic > 0.5).any()):
        tint = Palette.of(*_HEAT).paint(-burnt * 1.7 + 0.2 * ragged)
        heated = smoothstep(-0.55, -0.2, burnt + 0.12 * ragged) * surface.metallic
        color = mix(color, color * 0.35 + tint * 0.65, heated * 0.8)
    return replace(surface, color=color, roughness=mix(surface.roughness, 0.75, near * 0.5))
