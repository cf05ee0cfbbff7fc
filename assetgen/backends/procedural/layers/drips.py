"""Drips: what rain washes out of joints, holes and from under edges, dried in streaks down the wall."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import ledges, proud
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.traces.run_off import run_off
from assetgen.backends.procedural.surface import Surface

_DIRT = ("#272421", "#37322d", "#4a433c")
_LIME = ("#98948a", "#b3afa5", "#c8c4ba")


def drips(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Let water run: single streaks of dirt, and with more of it veils and crusts of lime."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    source, spots = _sources(surface, amount)
    long, dense = run_off(torus, "drips/long", source, 0.10 + 0.24 * amount)
    soft, _ = run_off(torus, "drips/soft", blur(torus, source, 0.012), 0.35)
    lime = smoothstep(0.0, 0.4, spots + choose(torus, "drips/lime", (-0.3, -0.1, 0.0)))
    lime = lime * smoothstep(0.12, 0.5, long)
    streak = torch.maximum(long, soft * 0.55)
    washed = layer_palette(color, *_DIRT).paint(0.45 + 0.2 * dense)
    crusted = layer_palette(color, *_LIME).paint(0.5 + 0.2 * dense)
    # Dirt darkens what is below it, lime lies on it as a thin crust.
    stain = mix(surface.color * 0.35, washed, torch.full_like(streak, 0.55))
    strength = (streak * (0.62 + 0.6 * amount)).clamp_(0, 0.92)
    crust_m = smoothstep(0.3, 0.9, long) * lime * (0.0005 + 0.0002 * dense.clamp(-2, 2))
    return surface.covered(
        strength,
        color=mix(stain, crusted, lime),
        roughness=0.82 + 0.06 * dense.clamp(-1.5, 1.5),
        height_m=surface.height_m + crust_m,
    )


def _sources(surface: Surface, amount: float) -> tuple[Tensor, Tensor]:
    """Return where water comes out, 0..1, and the field that tells lime from dirt."""
    torus = surface.torus
    own_m = blur(torus, surface.height_m, 0.003)
    hollow = -proud(torus, own_m, 0.025, least_m=0.001)
    lip = -ledges(torus, own_m)
    often = patchwork(torus, "drips/often", 0.22, octaves=5, gain=0.6)
    spots = patchwork(torus, "drips/spots", 0.25, octaves=4)
    grain = spectral_noise(torus, "drips/grain", slope=0.8, low=50).clamp_(-2, 2)
    wet = grown(hollow * 0.28 + lip * 0.5 + often * 0.9 + grain * 0.05, 0.012 + 0.30 * amount**1.3, deep=0.4)
    return smoothstep(0.0, 0.5, wet), spots
