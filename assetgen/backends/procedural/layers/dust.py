"""Dust: a dull film on what lies level, thick in crevices, rubbed off where something passes."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import edges, ledges, proud, slope
from assetgen.backends.procedural.field.height import blur, blurs, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.surface import Surface

_DUSTS = ("#746b5d", "#8f8576", "#a79d8d", "#beb5a6")


def dust(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Let dust settle: crevices and shelves first, at last a grey bloom over everything but rubbed edges."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    grain = spectral_noise(torus, "dust/grain", slope=0.4, low=120).clamp_(-2.4, 2.4)
    fluff = fbm(torus, "dust/fluff", torus.cells_across(0.05), octaves=5, gain=0.6)
    deep = grown(_settled(surface, fluff), 0.10 + 0.88 * amount, deep=0.8)
    crevice = _crevice(surface) * smoothstep(-0.4, 0.5, deep)
    veil = smoothstep(-1.0, 0.9, deep + 0.10 * grain) * (0.30 + 0.62 * amount)
    veil = torch.maximum(veil, crevice * (0.7 + 0.27 * amount))
    paint = layer_palette(color, *_DUSTS).paint(0.45 + 0.22 * fluff + 0.07 * grain + 0.25 * crevice)
    return surface.covered(
        veil.clamp_(0, 0.97),
        color=paint,
        roughness=0.84 + 0.03 * grain + 0.42 * fluff + 0.08 * crevice,
        height_m=_bedded(surface, veil, crevice, fluff, grain),
    )


def _settled(surface: Surface, fluff: Tensor) -> Tensor:
    """Return where dust stays: level places and shelves, out of the way of hands and wind."""
    torus = surface.torus
    smooth_m = blur(torus, surface.height_m, 0.004)
    level = smoothstep(0.9, 0.1, slope(torus, smooth_m))
    shelf = ledges(torus, smooth_m).clamp_(-0.5, 0.6)
    hollow = -proud(torus, smooth_m, 0.05, least_m=0.001)
    rubbed = edges(torus, surface.height_m, 0.012).clamp_(min=0)
    patch = patchwork(torus, "dust/patch", 0.4, octaves=5, gain=0.55)
    wiped = spectral_noise(torus, "dust/wiped", slope=1.9, low=6, high=120, stretch=(1.0, 3.5)).clamp_(-2, 2)
    return (
        level * 0.35 + shelf * 0.7 + hollow * 0.3 - rubbed * 0.6 + patch * 0.55 + fluff * 0.25 + wiped * 0.16
    )


def _crevice(surface: Surface) -> Tensor:
    """Return how narrow a hollow is, 0..1: corners and joints that no cloth gets into."""
    own, near = blurs(surface.torus, surface.height_m, (0.0015, 0.008))
    return smoothstep(0.0002, 0.0022, near - own)


def _bedded(surface: Surface, veil: Tensor, crevice: Tensor, fluff: Tensor, grain: Tensor) -> Tensor:
    """Return the height: the finest relief drowns, corners fill by a millimetre."""
    torus = surface.torus
    fine_m = blur(torus, surface.height_m, 0.0022) - surface.height_m
    filled_m = (blur(torus, surface.height_m, 0.006) - surface.height_m).clamp(0, 0.0016)
    loose_m = veil * (0.00012 * fluff + 0.00004 * grain)
    return surface.height_m + fine_m * (veil * 0.6) + filled_m * (crevice * 0.8) + loose_m
