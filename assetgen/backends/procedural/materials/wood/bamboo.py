"""Bamboo: poles side by side with their nodes, or a mat plaited of split strips."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.wood.cane import below_node, cane_fibres, stand_canes
from assetgen.backends.procedural.operators.wood.plaited import plait
from assetgen.backends.procedural.surface import Surface

_CANES: Final = (
    ("#8a6a3a", "#b08d55", "#c8a970", "#dcc493"),  # dried
    ("#7b5f36", "#a5824a", "#bf9f62", "#d3ba83"),  # honey
    ("#4f5a2b", "#6f7a3d", "#8d9450", "#b0ab6c"),  # green
    ("#5e4a35", "#7d6548", "#9b835f", "#b8a27c"),  # smoked
)
"""Four stops from dark to pale."""


def bamboo(torus: Torus, look: Look) -> Surface:
    """Hollow grass as hard as wood: smooth between its nodes, split where it has dried too fast."""
    if look.option("made", "poles") == "mat":
        return _mat(torus, look)
    return _poles(torus, look)


def _poles(torus: Torus, look: Look) -> Surface:
    poles, radius_m, x_m = stand_canes(torus, cane_m=look["pole_m"], mixed=look["mixed"])
    node_m = below_node(torus, poles, apart_m=look["node_m"])
    fibre, streak = cane_fibres(torus, poles, poles.x, poles.y)
    swell = torch.exp(-(node_m / 0.009).square())
    shape = radius_m.square() * (1 + 0.13 * swell) - x_m.square()
    ridge = band(torus, node_m, 0.0013, soft_m=0.0015) - 0.8 * band(
        torus, node_m - 0.005, 0.0022, soft_m=0.003
    )
    inside = smoothstep(-0.001, 0.0015, radius_m - x_m.abs())
    crack = _cracks(torus, look, poles, x_m, streak)
    wall = shape.clamp(min=0).sqrt() + ridge * 0.0016 * inside
    height_m = wall + (fibre * 0.00006 + streak * 0.00012) * inside - crack * 0.004

    tone = 0.52 + 0.13 * streak + 0.06 * fibre + poles.random_apart(torus, "poles/tone", -0.20, 0.20)
    # Wax lies pale below each node, and the joint above it is stained.
    wax = smoothstep(0.0, 0.004, node_m) * smoothstep(0.05, 0.012, node_m + 0.008 * streak)
    stain = smoothstep(-0.05, -0.004, node_m) * smoothstep(0.003, -0.003, node_m)
    color = _cane(
        torus,
        look,
        poles,
        tone + 0.20 * wax - 0.22 * stain - 0.5 * band(torus, node_m - 0.004, 0.0018),
        streak,
    )
    dark = look.palette("#231d15", "#3b3226", tint=0.1).paint(0.5 + 0.2 * fibre)
    color = mix(dark, color, inside * (1 - 0.8 * crack))
    roughness = (
        look.roughness(0.42) + 0.05 * streak.clamp(-2, 2) + 0.22 * wax + 0.2 * stain + 0.2 * look["age"]
    )
    surface = Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=mix(torch.full_like(wax, 0.95), roughness, inside),
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.02)


def _cracks(torus: Torus, look: Look, poles: Elements, x_m: Tensor, streak: Tensor) -> Tensor:
    """Return the long splits of poles that dried too fast, 0..1."""
    place = poles.random(torus, "cracks/place", -0.014, 0.014)
    there = fbm(torus, "cracks/there", 6, period_y=2, octaves=2)
    width = (
        smoothstep(0.15, 0.5, there + look["age"] * 0.5 + poles.random(torus, "cracks/pole", -0.8, 0.2))
        * 0.0011
    )
    return groove(x_m - place + 0.0006 * streak, width, max(torus.tile_m / torus.size, 0.0008))


def _cane(torus: Torus, look: Look, pieces: Elements, tone: Tensor, streak: Tensor) -> Tensor:
    color = look.palette(*choose(torus, "cane/kind", _CANES)).paint(tone)
    color = color * pieces.pick(
        piece_tints(torus, "cane/tint", pieces.count, value=0.10, hue=3.0, warmth=0.05)
    )
    mottle = fbm(torus, "cane/mottle", torus.cells_across(0.09), octaves=6, gain=0.6)
    brown = look.palette("#5a4229", "#7d6040", tint=0.4).paint(tone)
    color = mix(color, brown, smoothstep(0.12, 0.5, mottle + 0.1 * streak) * (0.25 + 0.4 * look["age"]))
    grey = look.palette("#8a8478", "#a9a396", tint=0.4).paint(tone)
    return mix(color, grey, smoothstep(0.4, 1.1, look["age"] + 0.12 * streak + 0.3 * mottle) * 0.8)


def _mat(torus: Torus, look: Look) -> Surface:
    """Plait strips split from the cane, outside and inside up by turns."""
    strip_m = look["pole_m"] * 0.45
    over = choose(torus, "mat/over", (1, 2, 2))
    mat = plait(torus, "mat", strip_m=strip_m, gap=0.05, over=over, uneven=look["mixed"])
    strips = mat.strips
    fibre, streak = cane_fibres(torus, strips, strips.y, strips.x)
    inside = smoothstep(-0.0004, 0.0006, strips.edge)
    bow = (1 - smoothstep(strip_m * 0.22, 0.0, strips.edge).square()) * strip_m * 0.10
    height_m = mat.rise * strip_m * 0.13 + bow + fibre * 0.00005 + streak * 0.00008
    tone = 0.50 + 0.12 * streak + 0.07 * fibre + 0.06 * mat.rise + strips.random(torus, "mat/tone", -0.2, 0.2)
    dark = look.palette("#231d15", "#3b3226", tint=0.1).paint(0.5 + 0.2 * fibre)
    surface = Surface(
        torus=torus,
        height_m=mix(torch.full_like(bow, -0.15 * strip_m), height_m, inside) * look.relief,
        color=mix(dark, _cane(torus, look, strips, tone, streak), inside),
        roughness=look.roughness(0.5)
        + 0.05 * streak.clamp(-2, 2)
        + strips.random(torus, "mat/rough", -0.08, 0.12),
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.008)
