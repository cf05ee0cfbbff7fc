"""Rust: on iron it blisters, pits and flakes from the edges inwards; on anything else it only stains."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import blur, convexity, run_down, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.traces.run_off import run_off
from assetgen.backends.procedural.surface import Surface

_RUST = ("#241813", "#3c291f", "#58392a", "#74503a", "#8f6d4b")
"""Magnetite in the pits to dry ochre on the blooms; muted, since fresh orange reads as paint."""


def rust(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Corrode a surface: relief and matter on iron, painted or not; stains on stone, brick and wood."""
    if amount <= 0:
        return surface
    share = 0.98 * min(amount, 1.0) ** 1.6
    if not _is_iron(surface):
        return _stained(surface, share, color)
    torus = surface.torus
    rough = fbm(torus, "rust/rough", torus.cells_across(0.09), octaves=6, gain=0.62)
    eaten = grown(_exposure(surface, rough), share, deep=0.55)
    surface = _run_off(surface, smoothstep(0.0, 0.3, eaten), length_m=0.16, color=color, strength=0.62)
    return _corroded(surface, eaten, rough, color)


def _is_iron(surface: Surface) -> bool:
    """Tell whether the base is iron: grey bare metal shows somewhere. Gold and copper do not rust."""
    red, _, blue = surface.color
    iron = (surface.metallic > 0.5) & ((red - blue).abs() < 0.2 * torch.maximum(red, blue))
    return int(iron.sum()) * 5000 > iron.numel()


def _exposure(surface: Surface, rough: Tensor) -> Tensor:
    """Return how early each place rusts: bare steel, edges and joints, what lies below them, bad patches."""
    torus = surface.torus
    standing = convexity(torus, surface.height_m, 0.008)
    edge = standing.mul(1 / 0.0015).clamp_(0, 1)
    joint = standing.mul_(-1 / 0.0012).clamp_(0, 1)
    bare, seep = blur(torus, torch.stack([surface.metallic, joint]), 0.006).mul_(1.5).clamp_(0, 1)
    below = run_down(torus, torch.maximum(bare, seep * 0.8), 0.06)
    patch = fbm(torus, "rust/patch", torus.cells_across(torus.fit(0.55, 4)), octaves=4)
    return edge * 0.22 + seep * 0.45 + bare * 0.55 + below * 0.28 + patch * 1.05 + rough * 0.85


def _corroded(surface: Surface, eaten: Tensor, rough: Tensor, color: ColorWord | None) -> Surface:
    """Turn what is eaten into rust: lifted paint at its border, scales and pits inside."""
    torus = surface.torus
    inside = eaten.clamp(min=0)
    bend = warp_field(torus, "rust/bend", torus.cells_across(0.04), 0.004, octaves=3)
    scale = grains(torus, "rust/scales", torus.cells_across(0.024), jitter=1.0, warp=bend)
    lift = scale.random(torus, "rust/lift")
    grain = spectral_noise(torus, "rust/grain", slope=0.7, low=60).clamp_(-2.5, 2.5)
    loose = smoothstep(0.25, 0.7, inside)
    curl = smoothstep(0.25, 0.75, scale.near) * lift
    pits = smoothstep(0.5, 1.9, -grain + rough * 1.2) * smoothstep(0.08, 0.4, inside)
    blister = torch.exp(-((eaten + 0.05) * (1 / 0.085)).square_()) * (0.5 + 0.7 * rough).clamp_(0, 1)
    bulk = smoothstep(0.0, 0.12, inside)
    height_m = surface.height_m + blister * 0.0011 + bulk * (0.00013 * grain + 0.0004 * rough)
    height_m = height_m + loose * ((lift - 0.45) * 0.0011 + curl * 0.0006) - pits * 0.0008
    bloom = fbm(torus, "rust/bloom", torus.cells_across(torus.fit(0.22, 6)), octaves=6, gain=0.6)
    tone = 0.62 + 0.75 * bloom + 0.055 * grain + 0.26 * (lift - 0.5) * loose - 0.26 * inside - 0.2 * pits
    matter = layer_palette(color, *_RUST).paint(tone)
    halo = smoothstep(-0.42, 0.0, eaten) * (0.5 + 0.5 * rough).clamp_(0, 1)
    stained = surface.covered(
        halo * 0.5 * (1 - surface.metallic), color=surface.color * _tint(surface), roughness=0.7
    )
    solid = smoothstep(-0.03, 0.03, eaten + 0.02 * grain)
    return stained.covered(
        solid,
        color=matter,
        roughness=0.86 + 0.04 * grain.clamp(-1.5, 1.5) - 0.08 * loose * lift,
        height_m=height_m,
    )


def _tint(surface: Surface) -> Tensor:
    return torch.tensor([0.60, 0.42, 0.29], device=surface.torus.device)[:, None, None]


def _run_off(
    surface: Surface, source: Tensor, *, length_m: float, color: ColorWord | None, strength: float
) -> Surface:
    """Let rusty water run down from a source and dry as thin streaks; no relief."""
    torus = surface.torus
    streak, parted = run_off(torus, "rust", source, length_m)
    wash = layer_palette(color, "#4c2f20", "#6d452b", "#85593a").paint(0.5 + 0.2 * parted)
    body = mix(surface.color * _tint(surface), wash, torch.full_like(streak, 0.55))
    return replace(
        surface,
        color=mix(surface.color, body, streak * strength),
        roughness=mix(surface.roughness, 0.78, streak * 0.6),
        metallic=surface.metallic * (1 - streak * strength),
    )


def _stained(surface: Surface, share: float, color: ColorWord | None) -> Surface:
    """Stain a base that cannot rust, as if iron above and in it bled: from hollows and spots, and downwards."""
    torus = surface.torus
    hollow = convexity(torus, surface.height_m, 0.02).mul_(-1 / 0.006).clamp_(-1, 1)
    spots = fbm(torus, "rust/spots", torus.cells_across(torus.fit(0.4, 4)), octaves=6, gain=0.6)
    bleeding = grown(hollow * 0.16 + spots, share * 0.85, deep=0.30)
    surface = _run_off(surface, smoothstep(-0.1, 0.7, bleeding), length_m=0.2, color=color, strength=0.85)
    crust = smoothstep(0.5, 1.0, bleeding) * smoothstep(-0.1, 0.3, hollow + spots)
    dried = Palette.of("#4a2d1e", "#70482d", "#8b6140").paint(0.5 + spots)
    return surface.covered(crust * 0.55, color=dried, roughness=0.92, metallic=surface.metallic)
