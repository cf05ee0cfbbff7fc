"""Ice: a clear glaze, thick in the hollows, with white cracks, air bubbles and a skin of hoar."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, height_blend, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.traces.marks import crack_distance
from assetgen.backends.procedural.surface import Surface

_ICES = ("#5c7480", "#86a0ab", "#b5c7ce", "#dbe4e7")


def ice_glaze(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Freeze water over a surface: filled hollows first, then a sheet over everything."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    wave = fbm(torus, "ice/wave", torus.cells_across(0.12), octaves=4, gain=0.4)
    cloud = patchwork(torus, "ice/cloud", 0.2, octaves=6, gain=0.6)
    low = -proud(torus, blur(torus, surface.height_m, 0.004), 0.07, least_m=0.002)
    deep = grown(low * 0.5 + cloud * 0.8 + wave * 0.3, amount**1.1, deep=0.6)
    top_m = _top(surface, deep, wave)
    sheet = height_blend(surface.height_m, top_m, 0.0004)
    thick_m = (top_m - surface.height_m).clamp(min=0)
    white = _white(torus, thick_m, cloud, wave)
    tint = layer_palette(color, *_ICES).paint(0.25 + 0.5 * cloud + 0.6 * white)
    seen = torch.exp(thick_m * (-1 / 0.012)) * (1 - 0.85 * white)
    body = mix(tint, surface.color * (0.78 + 0.22 * surface.metallic), seen)
    hoar = smoothstep(0.15, 0.5, cloud) * sheet
    return replace(
        surface,
        height_m=torch.maximum(surface.height_m, top_m),
        color=mix(surface.color * (1 - 0.25 * smoothstep(-0.4, 0.0, deep)), body, sheet),
        roughness=mix(surface.roughness, 0.07 + 0.26 * hoar + 0.12 * white, sheet),
        metallic=surface.metallic * (1 - sheet * (1 - 0.6 * seen)),
    )


def _top(surface: Surface, deep: Tensor, wave: Tensor) -> Tensor:
    """Return the height of the ice: it levels what it fills and flows over the rest in low waves."""
    torus, height_m = surface.torus, surface.height_m
    inside = deep.clamp(min=0)
    ground_m = blur(torus, torch.minimum(height_m, blur(torus, height_m, 0.016)), 0.010)
    filled_m = (ground_m - height_m).clamp(0, 0.02) * smoothstep(0.0, 0.5, inside)
    smooth_m = (blur(torus, height_m, 0.007) - height_m).clamp(max=0) * smoothstep(0.1, 0.8, inside)
    rise = torch.sqrt(inside * (2 - inside)) + deep.clamp(max=0) * 4
    return (
        height_m + filled_m + smooth_m + (rise - 0.05) * 0.0035 + wave * 0.0016 * smoothstep(0.0, 0.6, inside)
    )


def _white(torus: Torus, thick_m: Tensor, cloud: Tensor, wave: Tensor) -> Tensor:
    """Return how white the ice is, 0..1: cracks with a bright plane beside them, bubbles, cloudy places."""
    crack_m = crack_distance(torus, "ice/cracks", 0.23, wander=0.5)
    strain = smoothstep(-0.25, 0.3, wave + 0.6 * cloud)
    line = band(torus, crack_m, 0.0010, soft_m=0.0006) * strain
    plane = torch.exp(crack_m * (-1 / 0.012)) * strain * 0.35
    air = grains(torus, "ice/air", torus.cells_across(0.011), jitter=1.0)
    size = air.random(torus, "ice/bubble")
    bubble = smoothstep(0.36, 0.2, air.near / (0.15 + size)) * smoothstep(0.72, 0.8, size)
    bubble = bubble * smoothstep(0.0, 0.3, cloud + 0.1) * min(1.0, 0.004 * torus.size / torus.tile_m)
    old = smoothstep(0.05, 0.55, cloud) * 0.55
    return (torch.maximum(torch.maximum(line, plane), bubble * 0.7) + old).clamp_(0, 1) * smoothstep(
        0.0008, 0.004, thick_m
    )
