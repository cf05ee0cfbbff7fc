"""Bare ground: the dirt of a path."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cells import grains, scatter
from assetgen.backends.procedural.operators.elements import Elements
from assetgen.backends.procedural.operators.height import blur, convexity, smoothstep
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import mix, piece_tints
from assetgen.backends.procedural.operators.rings import groove
from assetgen.backends.procedural.operators.steady import power
from assetgen.backends.procedural.operators.strands import strands
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Soil:
    """Earth before anything lies in it.

    Args:
        height_m: (N, N) metres.
        tone: (N, N) light and dark of clods and crumbs, about -1..1.
        trodden: (N, N) where feet have pressed it flat, 0..1.
        lumps: (N, N) fractal noise, about -1..1.
        micro: (N, N) fine grain, deviation 1.
    """

    height_m: Tensor
    tone: Tensor
    trodden: Tensor
    lumps: Tensor
    micro: Tensor


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Stones:
    """Half-buried stones: which, how far from the middle (1 at the rim), their crown in metres, their own grain."""

    pieces: Elements
    rim: Tensor
    crown_m: Tensor
    grain: Tensor


def dirt(torus: Torus, look: Look) -> Surface:
    """Bare earth that people walk on: clods crumble beside the way and pebbles are trodden into it."""
    soil = _soil(torus, look)
    stones = _stones(torus, look, soil)
    ground_m = _bank_up(soil, stones)
    pebble_m, pebble_own = _pebbles(torus, look, soil)
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
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )
    surface = _littered(_damp(surface, look, soil, hard), look)
    return surface.with_grime(0.25 + 0.35 * look["dirt"], 0.03)


def _soil(torus: Torus, look: Look) -> _Soil:
    """Heap up clods and crumbs of several sizes, and tread some of it flat again."""
    micro = spectral_noise(torus, "soil/micro", slope=1.4, low=50)
    swell = spectral_noise(torus, "soil/swell", slope=2.2, low=3, high=60)
    lumps = fbm(torus, "soil/lumps", 14, octaves=6, gain=0.58)
    trodden = smoothstep(-0.3, 0.4, 0.42 * swell + 0.35 * lumps + look["trodden"] * 1.3 - 0.75)
    loose = 1 - 0.86 * trodden
    height, tone = swell * 0.0050 + lumps * (0.006 + 0.008 * loose), lumps * 0.5
    for number, (size_m, share) in enumerate(((0.11, 0.36), (0.045, 0.32), (0.017, 0.22))):
        scale_m = size_m * look["clod_m"] / 0.09
        clod, own = _clods(torus, f"clods/{number}", scale_m, share, lumps)
        height = height + clod * loose * (scale_m * (0.26 - 0.03 * number))
        tone = tone + clod * (own - 0.42) * (0.75 - 0.1 * number) * loose
    return _Soil(
        height_m=height + micro * 0.00022 * (0.5 + 0.5 * loose),
        tone=tone,
        trodden=trodden,
        lumps=lumps,
        micro=micro,
    )


def _clods(torus: Torus, name: str, size_m: float, share: float, lumps: Tensor) -> tuple[Tensor, Tensor]:
    """Return broken lumps of earth, 0 around them to 1 on top, and a number of their own."""
    period = torus.cells_across(size_m)
    warp = warp_field(torus, f"{name}/warp", period, 0.45 / period, octaves=2)
    lattice = grains(torus, name, period, jitter=1.0, warp=warp)
    size = lattice.random(torus, f"{name}/size")
    reach = 0.22 + 0.38 * size
    inside = ((reach - lattice.near + 0.10 * lumps) / reach).clamp_(0, 1)
    # Earth breaks along flat faces: the crown is cut off short of a ball.
    crown = (inside * (1.9 - 0.9 * inside)).clamp_(max=0.82)
    return crown * smoothstep(share, share + 0.10, size) * (0.5 + 0.5 * size), lattice.random(
        torus, f"{name}/own"
    )


def _stones(torus: Torus, look: Look, soil: _Soil) -> _Stones:
    """Choose a few stones of every build: flat and round, long and blunt, deep and shallow."""
    pieces = scatter(torus, "stones", torus.cells_across(look["stone_m"] * 2.1))
    grain = fetch_per_piece(torus, torch.stack([soil.lumps, soil.micro]), pieces, "stones/shift")
    there = pieces.random(torus, "stones/there") < look["stones"]
    radius = look["stone_m"] * (0.17 + 0.50 * pieces.random(torus, "stones/size").square())
    turn = pieces.random(torus, "stones/turn", 0.0, 3.1416)
    slim = pieces.random(torus, "stones/slim", 0.55, 0.95)
    x = pieces.x * torch.cos(turn) + pieces.y * torch.sin(turn)
    y = (pieces.y * torch.cos(turn) - pieces.x * torch.sin(turn)) / slim
    blunt = pieces.random(torus, "stones/blunt", 1.7, 3.4)
    # A power below 2 gives a lozenge, above it a box: no two outlines are alike.
    rim = power(power(x.abs() / radius, blunt) + power(y.abs() / radius, blunt) + 1e-6, 1 / blunt)
    rim = rim + grain[0] * 0.22 + 0.10 * (1 - smoothstep(0.0, 0.012, pieces.edge))
    flat = pieces.random(torus, "stones/flat", 0.28, 0.62)
    ball = (1 - rim.square()).clamp(min=0).sqrt().clamp(max=0.9)
    tilt = (x * pieces.random(torus, "stones/tilt", -0.3, 0.3)).clamp(-0.01, 0.01)
    crown = (ball - pieces.random(torus, "stones/sunk", 0.25, 0.6)) * radius * flat
    crown = crown + tilt + grain[0] * 0.05 * radius + grain[1] * 0.00018
    apart = (~there) | (rim > 1.0)
    return _Stones(
        pieces=pieces,
        rim=torch.where(there, rim, torch.full_like(rim, 9.0)),
        crown_m=torch.where(apart, torch.full_like(crown, -0.1), crown),
        grain=grain[0] + 0.3 * grain[1].clamp(-2, 2),
    )


def _bank_up(soil: _Soil, stones: _Stones) -> Tensor:
    """Return the ground with earth pressed up against the stones, and a narrow shrinkage gap at some."""
    bank = torch.exp(-((stones.rim - 1.0) / 0.30).square_())
    return soil.height_m + bank * (0.0035 + 0.0020 * soil.lumps)


def _pebbles(torus: Torus, look: Look, soil: _Soil) -> tuple[Tensor, Tensor]:
    """Return pebbles and grit in metres above the ground, and a number of their own."""
    height, number_of = torus.zeros(), torus.zeros()
    for number, size_m in enumerate((0.036, 0.013)):
        name = f"pebbles/{number}"
        period = torus.cells_across(size_m)
        warp = warp_field(torus, f"{name}/warp", period, 0.35 / period, octaves=1)
        lattice = grains(torus, name, period, jitter=1.0, warp=warp)
        size = lattice.random(torus, f"{name}/size")
        place = 0.22 * soil.lumps + 0.10 * soil.trodden
        there = lattice.random(torus, f"{name}/there") < look["stones"] * 0.34 + place
        reach = 0.16 + 0.26 * size
        crown = (1 - (lattice.near / reach).square()).clamp_(min=0).sqrt_().clamp_(max=0.85)
        own_m = crown * there * (size_m * reach * 0.75)
        number_of = torch.where(own_m > height, lattice.random(torus, f"{name}/own"), number_of)
        height = torch.maximum(height, own_m)
    return (height - 0.0007).clamp_(min=0), number_of


def _soil_color(torus: Torus, look: Look, soil: _Soil, height_m: Tensor) -> Tensor:
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


def _stone_color(torus: Torus, look: Look, stones: _Stones) -> Tensor:
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


def _pebble_color(look: Look, soil: _Soil, own: Tensor) -> Tensor:
    tone = (own * 7.0) % 1.0 * 0.8 + 0.2 * soil.lumps + 0.04 * soil.micro
    grey = look.palette("#4a4743", "#777169", "#a39d92", tint=0.15).paint(tone)
    tan = look.palette("#5a4938", "#84705a", "#a9967c", tint=0.15).paint(tone)
    return mix(grey, tan, smoothstep(0.35, 0.65, own))


def _damp(surface: Surface, look: Look, soil: _Soil, hard: Tensor) -> Surface:
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
