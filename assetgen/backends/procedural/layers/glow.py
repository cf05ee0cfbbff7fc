"""Glow: what burns inside shows through cracks, veins, joints and hollows, as embers or in any color."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork
from assetgen.backends.procedural.field.palette import flat_color, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.oklab import Triple, srgb_to_linear
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.traces.marks import crack_distance
from assetgen.backends.procedural.surface import Surface

_EMBER = ((0.42, 0.012, 0.0005), (1.0, 0.13, 0.004), (1.0, 0.42, 0.035))
"""Linear light from a dull red to the heart of the fire."""


def glow(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Let a surface glow: a few dull seams first, then all of them, with light on the faces beside."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    asked = surface.opened_color if color is None else srgb_to_linear(color.srgb)
    if surface.emissive is not None and surface.opened is None and asked is None:
        return _brighter(surface, surface.emissive, amount)
    heat = patchwork(torus, "glow/heat", 0.4, octaves=5, gain=0.55)
    flicker = fbm(torus, "glow/flicker", torus.cells_across(0.03), octaves=4, gain=0.6)
    hot = (_seams(surface, amount, heat) * (0.55 + 0.45 * amount + 0.8 * heat + 0.3 * flicker)).clamp_(0, 1.2)
    near, far = blur(torus, hot, 0.005).clamp_(min=0), blur(torus, hot, 0.018).clamp_(min=0)
    light = _light(torus, asked, hot) * (hot * (0.5 + 1.4 * amount))
    light = light * (1 + smoothstep(0.75, 1.15, hot))
    light = light + _light(torus, asked, hot * 0 + 0.35) * ((0.2 * near + 0.32 * far) * (0.4 + 0.8 * amount))
    burnt = smoothstep(0.05, 0.5, hot)
    return replace(
        surface,
        color=mix(surface.color, surface.color * 0.35 + 0.01, burnt),
        roughness=mix(surface.roughness, 0.8, burnt),
        metallic=surface.metallic * (1 - burnt),
        emissive=light if surface.emissive is None else torch.maximum(surface.emissive, light),
    )


def _brighter(surface: Surface, light: Tensor, amount: float) -> Surface:
    """Turn up what gives light by itself, and let it fall on what lies around it."""
    around = blur(surface.torus, light, 0.018).clamp_(min=0) * (0.3 * amount)
    return replace(surface, emissive=light * (1 + 0.6 * amount) + around)


def _seams(surface: Surface, amount: float, heat: Tensor) -> Tensor:
    """Return where it shows, 0..1.

    Through what was broken open or let in, or what gives light already; where there is none of it, through joints and
    hollows and a net of its own.
    """
    torus = surface.torus
    lines = surface.opened
    if lines is None and surface.emissive is not None:
        given = surface.emissive.amax(0)
        lines = given / given.amax().clamp(min=1e-6)
    if lines is not None:
        # A line finer than a texel would hardly be seen; the lips beside it glow too.
        lips = blur(torus, lines, 0.003).mul_(2.2).clamp_(0, 1)
        return torch.maximum(lines, lips) * smoothstep(-0.25, 0.2, heat + 1.8 * amount - 0.6)
    own_m = blur(torus, surface.height_m, 0.0015)
    hollow = -proud(torus, own_m, 0.025, least_m=0.0015)
    reach = 0.95 - 0.45 * amount
    joint = smoothstep(reach, reach + 0.5, hollow + 0.5 * heat)
    away_m = crack_distance(torus, "glow/net", torus.fit(0.34, 4), wander=0.5)
    half_m = 0.0045 * amount * (0.55 + 1.5 * heat).clamp_(0, 1.6)
    return torch.maximum(joint, band(torus, away_m, half_m, soft_m=0.0012))


def _light(torus: Torus, asked: Triple | None, hot: Tensor) -> Tensor:
    """Return the color of the light, (3, N, N): deeper where it is dull, a little paler in the hottest core alone."""
    if asked is None:
        dull, plain, heart = (flat_color(torus, stop) for stop in _EMBER)
    else:
        plain = flat_color(torus, asked)
        plain = plain / plain.amax().clamp(min=1e-3)
        dull, heart = plain * plain, plain + (1 - plain) * 0.16
    low = mix(dull, plain, smoothstep(0.1, 0.55, hot))
    return mix(low, heart, smoothstep(0.75, 1.15, hot))
