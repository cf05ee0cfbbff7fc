"""Stains: spills with tide lines, dried drops, rings of vessels, and dark spots of oil."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import scatter
from assetgen.backends.procedural.operators.traces.splatter import splatter
from assetgen.backends.procedural.surface import Surface

_BREWS = (
    ("#4a3826", "#66503a", "#84705a"),
    ("#4d4533", "#6b6350", "#8a8371"),
    ("#3d342c", "#574d44", "#786e63"),
)
"""Tea, rusty water, dirt."""


def stains(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Stain a surface: single drops and rings first, spills that overlap at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    rough = fbm(torus, "stains/rough", torus.cells_across(0.07), octaves=5, gain=0.6)
    grain = spectral_noise(torus, "stains/grain", slope=1.0, low=40).clamp_(-2, 2)
    wash, line = _spills(surface, amount, rough)
    drops = splatter(torus, "stains/drops", 0.055, share=0.04 + 0.30 * amount, burst_m=0.6, drawn_out=0.2)
    line = torch.maximum(line, torch.maximum(drops.rim * 0.75, _rings(torus, amount, rough)))
    wash = torch.maximum(wash, smoothstep(0.02, 0.1, drops.thick) * 0.35)
    brew = layer_palette(color, *choose(torus, "stains/brew", _BREWS)).paint(0.5 + 0.5 * rough + 0.08 * grain)
    drunk = smoothstep(0.25, 0.7, surface.roughness) * 0.45 + 0.55
    strength = (wash * 0.62 + line * 0.85).clamp_(0, 0.85) * drunk * (1 + 0.06 * grain)
    # Most of a stain lies in the pores: the base shows through, darker.
    body = mix(surface.color * brew * 2.6, brew, torch.full_like(strength, 0.4))
    stained = replace(
        surface,
        color=mix(surface.color, body.clamp(max=0.8), strength),
        roughness=surface.roughness + (0.62 - surface.roughness) * strength * 0.4 + 0.05 * line,
        metallic=surface.metallic * (1 - 0.6 * strength),
    )
    return _oiled(stained, amount, rough, color)


def _spills(surface: Surface, amount: float, rough: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far a spill has soaked in, 0..1, and the lines in which it dried from the border inwards."""
    torus = surface.torus
    hollow = -proud(torus, blur(torus, surface.height_m, 0.004), 0.05, least_m=0.002)
    pool = patchwork(torus, "stains/pool", 0.36, octaves=4, gain=0.40)
    deep = grown(pool + rough * 0.10 + hollow * 0.07, 0.75 * amount**1.1, deep=0.6)
    uneven = (0.7 + 1.2 * rough).clamp_(0.15, 1.3)
    line = torch.exp((deep * (1 / 0.035)).square().neg_())
    for place, width, dark in ((0.11, 0.035, 0.5), (0.26, 0.05, 0.4)):
        line = torch.maximum(line, torch.exp(((deep - place + 0.05 * rough) / width).square().neg_()) * dark)
    inside = smoothstep(-0.03, 0.02, deep)
    return inside * (0.40 + 0.25 * smoothstep(0.0, 0.6, deep) + 0.5 * rough).clamp(
        0.2, 0.9
    ), line * uneven * inside


def _rings(torus: Torus, amount: float, rough: Tensor) -> Tensor:
    """Return the rings that wet vessels leave, 0..1: double at the edge, open where the vessel stood dry."""
    found = scatter(torus, "stains/rings", torus.cells_across(torus.fit(0.24, 4)))
    luck = found.random(torus, "stains/ring")
    radius_m = found.random(torus, "stains/radius", 0.030, 0.048)
    away_m = torch.sqrt(found.x.square().add_(found.y.square())) + rough * 0.0012 - radius_m
    soft_m = max(0.0022, torus.tile_m / torus.size)
    ring = torch.exp((away_m * (1 / soft_m)).square().neg_())
    ring = torch.maximum(ring, torch.exp(((away_m + 0.005) * (1 / soft_m)).square().neg_()) * 0.45)
    side = fbm(torus, "stains/side", torus.cells_across(0.06), octaves=3)
    whole = smoothstep(0.0, 0.006, found.edge)
    return ring * whole * smoothstep(-0.35, 0.15, side) * smoothstep(0.0, 0.15, 0.85 * amount - luck)


def _oiled(surface: Surface, amount: float, rough: Tensor, color: ColorWord | None) -> Surface:
    """Let oil soak in: dark, a little glossy, its border blurred."""
    torus = surface.torus
    pool = patchwork(torus, "stains/oil", 0.20, octaves=5, gain=0.5)
    deep = grown(pool + rough * 0.08, 0.075 * amount**1.3, deep=0.35)
    soaked = smoothstep(-0.25, 0.25, deep)
    oil = layer_palette(color, "#1f1c18", "#2d2822").paint(0.5 + rough)
    body = mix(surface.color * 0.32, oil, soaked * 0.45)
    return replace(
        surface,
        color=mix(surface.color, body, soaked * 0.88),
        roughness=mix(surface.roughness, 0.28 + 0.12 * rough, soaked * 0.75),
    )
