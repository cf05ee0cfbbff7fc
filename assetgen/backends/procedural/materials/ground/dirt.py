"""Bare ground: the dirt of a path."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.soil import (
    Soil,
    SunkenStones,
    crumbled_soil,
    pebbles,
    sunken_stones,
)
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.piled.strands import strands
from assetgen.backends.procedural.surface import Surface


def dirt(torus: Torus, look: Look) -> Surface:
    """Bare earth that people walk on: clods crumble beside the way and pebbles are trodden into it."""
    soil = crumbled_soil(torus, clod_m=look["clod_m"], trodden=look["trodden"])
    stones = sunken_stones(torus, soil, stone_m=look["stone_m"], share=look["stones"])
    ground_m = _bank_up(soil, stones)
    pebble_m, pebble_own = pebbles(torus, soil, share=look["stones"] * 0.34)
    height_m = torch.maximum(ground_m + pebble_m, ground_m * 0.35 + stones.crown_m)
    is_stone = smoothstep(-0.0012, 0.0022, ground_m * 0.35 + stones.crown_m - ground_m)
    is_pebble = smoothstep(0.0003, 0.0016, pebble_m) * (1 - is_stone)

    color = _soil_color(torus, look, soil, height_m)
    color = mix(color, _stone_color(torus, look, stones), is_stone)
    color = mix(color, _pebble_color(look, soil, pebble_own), is_pebble * 0.9)
    roughness = (
        look.roughness(0.91) + 0.022 * soil.micro.clamp(-2, 2) - 0.07 * soil.trodden + 0.05 * soil.tone
    )
    hard = torch.maximum(is_stone, is_pebble)
    roughness = mix(roughness, 0.79 + 0.05 * stones.grain, hard * 0.8)
    surface = Surface(
        torus=torus, height_m=height_m * look.relief, color=color, roughness=roughness, metallic=torus.zeros()
    )
    surface = _littered(_damp(surface, look, soil, hard), look)
    return surface.with_grime(0.25 + 0.35 * look["dirt"], 0.03)


def _bank_up(soil: Soil, stones: SunkenStones) -> Tensor:
    """Return the ground with earth pressed up against the stones, and a narrow shrinkage gap at some."""
    bank = torch.exp(-((stones.rim - 1.0) / 0.30).square_())
    return soil.height_m + bank * (0.0035 + 0.0020 * soil.lumps)


def _soil_color(torus: Torus, look: Look, soil: Soil, height_m: Tensor) -> Tensor:
    humus = look.palette("#2a2420", "#3d342d", "#51473d", "#6a5e52", tint=0.5, most_chroma=0.07)
    ochre = look.palette("#574634", "#79644d", "#957d62", "#af987b", tint=0.5, most_chroma=0.07)
    crest = convexity(torus, height_m, 0.012).mul_(70).clamp_(-1, 1)
    tone = 0.42 + 0.34 * soil.tone + 0.14 * crest + 0.05 * soil.micro + 0.10 * soil.trodden
    # Light is linear and the eye is not: half the way between two soils is a quarter of the light.
    color = mix(humus.paint(tone), ochre.paint(tone), torch.full_like(tone, look["ochre"] ** 2))
    warm = fbm(torus, "soil/warm", 6, octaves=4, gain=0.65)
    shift = torch.tensor([0.07, 0.0, -0.09], device=torus.device)[:, None, None]
    fleck = smoothstep(1.9, 2.6, soil.micro) * 0.35
    return color * (1 + shift * warm) * (1 + fleck)


def _stone_color(torus: Torus, look: Look, stones: SunkenStones) -> Tensor:
    pieces = stones.pieces
    tone = 0.5 + 0.30 * stones.grain + pieces.random(torus, "stones/tone", -0.4, 0.3)
    grey = look.palette("#47443f", "#625d56", "#787268", "#938c80", tint=0.15).paint(tone)
    tan = look.palette("#4f4338", "#6b5c4b", "#837360", "#9d8e78", tint=0.15).paint(tone)
    color = mix(grey, tan, smoothstep(0.45, 0.7, pieces.random(torus, "stones/kind")))
    color = color * pieces.pick(piece_tints(torus, "stones/tint", pieces.count, value=0.12, warmth=0.06))
    # Earth clings to the foot of a stone and lies on it in dust.
    foot = smoothstep(0.55, 1.0, stones.rim + 0.25 * stones.grain)
    dust = look.palette("#5f5040", "#8a775f", tint=0.5).paint(torch.full_like(tone, look["ochre"] ** 2))
    return mix(color, dust, foot * 0.65 + 0.22)


def _pebble_color(look: Look, soil: Soil, own: Tensor) -> Tensor:
    tone = (own * 7.0) % 1.0 * 0.8 + 0.2 * soil.lumps + 0.04 * soil.micro
    grey = look.palette("#4a4743", "#777169", "#a39d92", tint=0.15).paint(tone)
    tan = look.palette("#5a4938", "#84705a", "#a9967c", tint=0.15).paint(tone)
    return mix(grey, tan, smoothstep(0.35, 0.65, own))


def _damp(surface: Surface, look: Look, soil: Soil, hard: Tensor) -> Surface:
    """Darken where the ground still holds water; crack where it has dried out hard."""
    torus = surface.torus
    field = spectral_noise(torus, "soil/damp", slope=1.8, low=3, high=120)
    deep = blur(torus, surface.height_m, 0.012).mul_(-45)
    damp = smoothstep(0.1, 1.3, field + deep + 2.0 * look["damp"] - 1.2) * (0.25 + 0.75 * look["damp"])
    color = surface.color * (1 - 0.42 * damp)
    roughness = surface.roughness - 0.08 * damp
    if look["dry"] < 0.3:
        return replace(surface, color=color, roughness=roughness)
    period = torus.cells_across(0.13)
    warp = warp_field(torus, "cracks/warp", period * 2, 0.22 / period, octaves=4)
    net = grains(torus, "cracks", period, jitter=1.0, warp=warp)
    distance = (net.far - net.near) * (0.5 * torus.tile_m / period)
    width = smoothstep(0.15, 0.8, soil.trodden - damp + 0.5 * soil.lumps) * (look["dry"] - 0.25) * 0.0034
    crack = groove(distance, width, max(torus.tile_m / torus.size, 0.002)) * (1 - hard)
    return replace(
        surface,
        height_m=surface.height_m - crack * 0.006 * look.relief,
        color=color * (1 - 0.35 * crack),
        roughness=roughness + 0.04 * crack,
    )


def _littered(surface: Surface, look: Look) -> Surface:
    """Scatter twigs, bits of root and straw over it, half sunk in."""
    torus = surface.torus
    area = torus.tile_m**2
    soft = torus.tile_m / torus.size
    bed_m = blur(torus, surface.height_m, 0.007)
    for name, per_m2, length_m, half_m, colors in (
        ("twigs", 11, (0.04, 0.20), 0.0034, ("#3b3027", "#5a4a3b", "#78664f")),
        ("straw", 34, (0.03, 0.12), 0.0014, ("#7d6a48", "#9c8862", "#b7a47e")),
        ("roots", 16, (0.03, 0.14), 0.0011, ("#3a2c22", "#5c4838", "#806a54")),
    ):
        count = max(round(per_m2 * area * look["litter"]), 1)
        laid = strands(torus, name, count, length_m=length_m, reach_m=half_m + soft, bend=1.4)
        half = half_m * laid.random(torus, f"{name}/width", 0.6, 1.0) * (1 - 0.5 * laid.along.square())
        cover = groove(laid.distance, half, max(soft, 0.0008))
        # Here and there a strand dips below the earth.
        rise = half * 0.9 + laid.random(torus, f"{name}/rise", -0.001, 0.004)
        cover = cover * smoothstep(-0.003, -0.001, bed_m + rise - surface.height_m)
        tone = laid.random(torus, f"{name}/tone") * 0.8 + 0.3 * (1 - laid.distance / (half + soft))
        surface = surface.covered(
            cover,
            color=look.palette(*colors, tint=0.1).paint(tone),
            roughness=0.84,
            height_m=mix(
                surface.height_m,
                torch.maximum(surface.height_m, bed_m + rise * look.relief) + half * 0.5,
                cover,
            ),
        )
    return surface
