"""Glow: what burns inside shows through joints, cracks and hollows, as embers or in any color."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.oklab import srgb_to_linear
from assetgen.backends.procedural.operators.exposure import proud
from assetgen.backends.procedural.operators.height import blur, smoothstep
from assetgen.backends.procedural.operators.marks import crack_distance
from assetgen.backends.procedural.operators.noise import fbm, patchwork
from assetgen.backends.procedural.operators.palette import mix
from assetgen.backends.procedural.operators.panels import band
from assetgen.backends.procedural.surface import Surface

_EMBER = ((0.5, 0.025, 0.001), (1.0, 0.20, 0.008), (1.0, 0.55, 0.07))
"""Linear light from a dull red to the heart of the fire."""


def glow(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Let a surface glow: a few dull seams first, then all of them, with light on the faces beside."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    heat = patchwork(torus, "glow/heat", 0.4, octaves=5, gain=0.55)
    flicker = fbm(torus, "glow/flicker", torus.cells_across(0.03), octaves=4, gain=0.6)
    seams = _seams(surface, amount, heat)
    hot = (seams * (0.45 + 0.75 * amount + 1.1 * heat + 0.35 * flicker)).clamp_(0, 1.3)
    halo = blur(torus, hot, 0.018).clamp_(min=0) * 0.30 + blur(torus, hot, 0.006).clamp_(min=0) * 0.25
    light = _light(surface, color, hot) * (hot * hot * (0.8 + 2.6 * amount))
    light = light + _light(surface, color, hot * 0.35) * (halo * (0.4 + 0.8 * amount))
    burnt = smoothstep(0.05, 0.5, hot)
    return replace(
        surface,
        color=mix(surface.color, surface.color * 0.35 + 0.01, burnt),
        roughness=mix(surface.roughness, 0.8, burnt),
        metallic=surface.metallic * (1 - burnt),
        emissive=light if surface.emissive is None else torch.maximum(surface.emissive, light),
    )


def _seams(surface: Surface, amount: float, heat: Tensor) -> Tensor:
    """Return where it shows, 0..1: in what the surface has of joints and cracks, and in a net of its own."""
    torus = surface.torus
    own_m = blur(torus, surface.height_m, 0.0015)
    hollow = -proud(torus, own_m, 0.025, least_m=0.0015)
    reach = 0.95 - 0.45 * amount
    joint = smoothstep(reach, reach + 0.5, hollow + 0.5 * heat)
    away_m = crack_distance(torus, "glow/net", 0.34, wander=0.5)
    half_m = 0.0045 * amount * (0.55 + 1.5 * heat).clamp_(0, 1.6)
    return torch.maximum(joint, band(torus, away_m, half_m, soft_m=0.0012))


def _light(surface: Surface, color: ColorWord | None, hot: Tensor) -> Tensor:
    """Return the color of the light, (3, N, N): redder where it is dull, paler where it is hottest."""
    device = surface.torus.device
    if color is None:
        dull, plain, heart = (torch.tensor(stop, device=device)[:, None, None] for stop in _EMBER)
    else:
        plain = torch.tensor(srgb_to_linear(color.srgb), device=device)
        plain = (plain / plain.amax().clamp(min=1e-3))[:, None, None]
        dull, heart = plain * plain, plain + (1 - plain) * 0.35
    low = mix(dull, plain, smoothstep(0.1, 0.55, hot))
    return mix(low, heart, smoothstep(0.6, 1.15, hot))
