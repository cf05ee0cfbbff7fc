"""Sand: blown into the low places; a gritty veil at first, rippled drifts at last."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, height_blend, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.surface import Surface

_SANDS = ("#7a664c", "#988364", "#af9a7a", "#c0ad90", "#cfbfa6")
_RIPPLE_M = 0.075


def sand_drift(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Drift sand over a surface: joints fill, faces gather a veil, then all lies under ripples."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    drift = patchwork(torus, "sand/drift", 0.30, octaves=5, gain=0.5)
    grain = spectral_noise(torus, "sand/grain", slope=0.2, low=140).clamp_(-2.5, 2.5)
    smooth_m = blur(torus, surface.height_m, 0.005)
    hollow = -proud(torus, smooth_m, 0.07, least_m=0.002)
    ready = hollow * 0.5 + drift * 1.1 + fbm(torus, "sand/ragged", torus.cells_across(0.06), octaves=4) * 0.2
    deep = grown(ready, 0.99 * amount**1.15, deep=0.65)
    ripple = _ripples(torus, drift)
    top_m = _top(surface, deep, drift, ripple, grain, amount)
    bed = height_blend(surface.height_m, top_m, 0.0005)
    # Single grains lie on the faces around a drift.
    veil = smoothstep(-0.85, 0.0, deep) * smoothstep(0.2, 1.5, grain + 1.1 * deep.clamp(-1, 0) + 0.7)
    tone = 0.5 + 0.11 * grain + 0.22 * drift + 0.14 * ripple * smoothstep(0.35, 0.9, deep)
    return surface.covered(
        torch.maximum(bed, veil * 0.8),
        color=layer_palette(color, *_SANDS).paint(tone),
        roughness=0.90 + 0.03 * grain - 0.03 * ripple,
        height_m=torch.maximum(surface.height_m + veil * 0.0002, top_m),
        loose=1.0,
    )


def _ripples(torus: Torus, drift: Tensor) -> Tensor:
    """Return wind ripples, about -1..1: gentle windward, steep leeward, forking where the wind wandered."""
    turns = choose(torus, "sand/wind", ((0.25, 1.0), (1.0, 0.2), (-0.3, 1.0), (0.7, 0.75)))
    count = torus.cells_across(_RIPPLE_M)
    wander = patchwork(torus, "sand/wander", 0.45, octaves=4, gain=0.4) * 1.5 + drift * 0.7
    phase = torus.u * round(turns[0] * count) + torus.v * round(turns[1] * count) + wander
    turn = phase * 6.2831853
    return torch.sin(turn + 0.55 * torch.sin(turn)) * (0.75 + 0.5 * drift)


def _top(
    surface: Surface, deep: Tensor, drift: Tensor, ripple: Tensor, grain: Tensor, amount: float
) -> Tensor:
    """Return the height of the sand: level in hollows, swelling to drifts, rippled where it is deep."""
    torus, height_m = surface.torus, surface.height_m
    inside = deep.clamp(min=0)
    ground_m = blur(torus, torch.minimum(height_m, blur(torus, height_m, 0.02)), 0.02)
    filled_m = (ground_m - height_m).clamp(0, 0.03) * smoothstep(0.0, 0.45, inside)
    worn_m = (blur(torus, height_m, 0.012) - height_m).clamp(max=0) * smoothstep(0.3, 1.0, inside)
    thick_m = deep.clamp(min=-0.3) * 0.004 + 0.012 * smoothstep(0.2, 1.0, inside) * (0.8 + 0.6 * drift)
    thick_m = thick_m * (1 - 0.8 * (1 - amount) * smoothstep(0.0, 0.003, filled_m))
    rippled_m = 0.0042 * ripple * smoothstep(0.35, 0.95, inside)
    return height_m + filled_m + worn_m + thick_m + rippled_m + smoothstep(0.0, 0.2, inside) * 0.00016 * grain
