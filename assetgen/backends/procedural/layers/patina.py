"""Patina: verdigris on copper, bronze and brass; dark oxide on other metals; green run-off on what is no metal."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import edges, proud
from assetgen.backends.procedural.field.height import run_down, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.traces.run_off import run_off
from assetgen.backends.procedural.surface import Surface

_VERDIGRIS = ("#394f47", "#527065", "#729184", "#95afa3", "#b4c5bc")
_TARNISH = ("#38291f", "#533d2d", "#6f523b")
_OXIDE = ("#2c2b2b", "#3f3d3c", "#555352")


def patina(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Age a metal in the weather: it browns, then greens from its hollows and downwards."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    rough = fbm(torus, "patina/rough", torus.cells_across(0.08), octaves=6, gain=0.62)
    grain = spectral_noise(torus, "patina/grain", slope=0.7, low=60).clamp_(-2.3, 2.3)
    deep = grown(_sheltered(surface, rough), 0.98 * amount**1.3, deep=0.6)
    red, _, blue = surface.color
    coppery = smoothstep(0.12, 0.3, (red - blue) / torch.maximum(red, blue).clamp(min=1e-3))
    metal = surface.metallic.clamp(0, 1)
    green, grey = metal * coppery, metal * (1 - coppery)
    if int((metal > 0.5).sum()) * 5 < metal.numel():
        # Some fitting of copper above it bleeds on what is no metal itself.
        surface = _stained(surface, smoothstep(0.25, 0.95, deep) * (1 - metal), grain, color, 0.8)
    surface = _darkened(surface, deep, rough, grey, _OXIDE, color, 0.85)
    surface = _darkened(surface, deep, rough, green, _TARNISH, None, 0.8)
    crust = smoothstep(0.02, 0.12, deep + 0.03 * grain) * green
    surface = _stained(surface, crust * smoothstep(0.1, 0.5, deep), grain, color, 0.75)
    tone = 0.48 + 0.62 * rough + 0.08 * grain - 0.12 * smoothstep(0.3, 0.0, deep)
    bloom_m = crust * (0.00016 + 0.00022 * rough.clamp(min=-0.3) + 0.00006 * grain)
    return surface.covered(
        crust,
        color=layer_palette(color, *_VERDIGRIS).paint(tone),
        roughness=0.86 + 0.06 * rough + 0.03 * grain,
        height_m=surface.height_m + bloom_m,
    )


def _sheltered(surface: Surface, rough: Tensor) -> Tensor:
    """Return where patina forms first: in hollows and below them, never on an edge that hands rub."""
    torus = surface.torus
    hollow = -proud(torus, surface.height_m, 0.02, least_m=0.0005)
    below = run_down(torus, hollow.clamp(0, 1), 0.08)
    rubbed = edges(torus, surface.height_m, 0.010).clamp_(min=0)
    patch = patchwork(torus, "patina/patch", 0.35, octaves=5, gain=0.55)
    return hollow * 0.18 + below * 0.30 - rubbed * 0.5 + patch * 0.9 + rough * 0.6


def _darkened(
    surface: Surface,
    deep: Tensor,
    rough: Tensor,
    metal: Tensor,
    colors: tuple[str, ...],
    color: ColorWord | None,
    strength: float,
) -> Surface:
    """Dull a metal under a thin oxide, thicker towards the middle of a patch."""
    film = smoothstep(-0.85, 0.25, deep + 0.25 * rough) * metal * strength
    oxide = layer_palette(color, *colors).paint(0.5 + 0.6 * rough)
    return replace(
        surface,
        color=mix(surface.color, oxide, film),
        roughness=mix(surface.roughness, 0.55 + 0.32 * rough, film),
        metallic=surface.metallic * (1 - 0.75 * film),
    )


def _stained(
    surface: Surface, source: Tensor, grain: Tensor, color: ColorWord | None, strength: float
) -> Surface:
    """Let green water run down over what is no copper, and dry there."""
    streak, dense = run_off(surface.torus, "patina", source, 0.16)
    streak = streak * strength * (1 - 0.6 * surface.metallic)
    wash = layer_palette(color, "#4a6f62", "#6f9484", "#98b5a6").paint(0.5 + 0.2 * dense + 0.05 * grain)
    body = mix(surface.color * 0.75, wash, torch.full_like(streak, 0.6))
    return replace(
        surface,
        color=mix(surface.color, body, streak),
        roughness=mix(surface.roughness, 0.8, streak * 0.6),
        metallic=surface.metallic * (1 - streak),
    )
