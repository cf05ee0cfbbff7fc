"""Loose earth and what lies in it: clods and crumbs, stones half sunk in, pebbles and grit."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.steady import power
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.operators.layouts.cells import grains, scatter


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Soil:
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
class SunkenStones:
    """Stones half buried.

    Args:
        pieces: which stone.
        rim: (N, N) distance from its middle, 1 at its outline; large where there is none.
        crown_m: (N, N) metres by which it stands out of the ground, -0.1 away from it.
        grain: (N, N) its own lumps and grain, about -1..1.
    """

    pieces: Elements
    rim: Tensor
    crown_m: Tensor
    grain: Tensor


def crumbled_soil(torus: Torus, *, clod_m: float, trodden: float, loose: float = 1.0) -> Soil:
    """Heap up clods and crumbs of several sizes, and tread some of it flat again.

    Args:
        torus: the tile.
        clod_m: size of the largest clods.
        trodden: how far feet have pressed it flat, 0..1.
        loose: factor on the height of the clods.
    """
    micro = spectral_noise(torus, "soil/micro", slope=1.4, low=50)
    swell = spectral_noise(torus, "soil/swell", slope=2.2, low=3, high=60)
    lumps = fbm(torus, "soil/lumps", 14, octaves=6, gain=0.58)
    flat = smoothstep(-0.3, 0.4, 0.42 * swell + 0.35 * lumps + trodden * 1.3 - 0.75)
    free = 1 - 0.86 * flat
    height, tone = swell * 0.0050 + lumps * (0.006 + 0.008 * free), lumps * 0.5
    for number, (size_m, share) in enumerate(((0.11, 0.36), (0.045, 0.32), (0.017, 0.22))):
        scale_m = size_m * clod_m / 0.09
        clod, own = clods(torus, f"clods/{number}", scale_m, least=share, lumps=lumps)
        height = height + clod * free * (scale_m * (0.26 - 0.03 * number) * loose)
        tone = tone + clod * (own - 0.42) * (0.75 - 0.1 * number) * free
    return Soil(
        height_m=height + micro * 0.00022 * (0.5 + 0.5 * free),
        tone=tone,
        trodden=flat,
        lumps=lumps,
        micro=micro,
    )


def clods(torus: Torus, name: str, size_m: float, *, least: float, lumps: Tensor) -> tuple[Tensor, Tensor]:
    """Return broken lumps of earth, 0 around them to 1 on top, and a number of their own.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: size of the largest.
        least: 0..1, the smaller ones that are left out.
        lumps: (N, N) noise of about -1..1 that makes their outlines uneven.
    """
    period = torus.cells_across(size_m)
    warp = warp_field(torus, f"{name}/warp", period, 0.45 / period, octaves=2)
    lattice = grains(torus, name, period, jitter=1.0, warp=warp)
    size = lattice.random(torus, f"{name}/size")
    reach = 0.22 + 0.38 * size
    inside = ((reach - lattice.near + 0.10 * lumps) / reach).clamp_(0, 1)
    # Earth breaks along flat faces: the crown is cut off short of a ball.
    crown = (inside * (1.9 - 0.9 * inside)).clamp_(max=0.82)
    own = lattice.random(torus, f"{name}/own")
    return crown * smoothstep(least, least + 0.10, size) * (0.5 + 0.5 * size), own


def sunken_stones(torus: Torus, soil: Soil, *, stone_m: float, share: float) -> SunkenStones:
    """Choose a few stones of every build: flat and round, long and blunt, deep and shallow.

    Args:
        torus: the tile.
        soil: the earth, whose lumps and grain the stones borrow, each at another place.
        stone_m: size of the largest.
        share: share of the places for a stone that are taken.
    """
    pieces = scatter(torus, "stones", torus.cells_across(stone_m * 2.1))
    grain = fetch_per_piece(torus, torch.stack([soil.lumps, soil.micro]), pieces, "stones/shift")
    there = pieces.random(torus, "stones/there") < share
    radius = stone_m * (0.17 + 0.50 * pieces.random(torus, "stones/size").square())
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
    return SunkenStones(
        pieces=pieces,
        rim=torch.where(there, rim, torch.full_like(rim, 9.0)),
        crown_m=torch.where(apart, torch.full_like(crown, -0.1), crown),
        grain=grain[0] + 0.3 * grain[1].clamp(-2, 2),
    )


def pebbles(
    torus: Torus, soil: Soil, *, share: float, sizes_m: tuple[float, ...] = (0.036, 0.013)
) -> tuple[Tensor, Tensor]:
    """Return pebbles and grit in metres above the ground, and a number 0..1 of their own.

    Args:
        torus: the tile.
        soil: the earth; they lie where it is trodden and where it is lumpy.
        share: share of the places for one that are taken, 0..1; negative for hardly any.
        sizes_m: of the cells in which one pebble lies, from coarse to fine.
    """
    height, number_of = torus.zeros(), torus.zeros()
    for number, size_m in enumerate(sizes_m):
        name = f"pebbles/{number}"
        period = torus.cells_across(size_m)
        warp = warp_field(torus, f"{name}/warp", period, 0.35 / period, octaves=1)
        lattice = grains(torus, name, period, jitter=1.0, warp=warp)
        size = lattice.random(torus, f"{name}/size")
        place = 0.22 * soil.lumps + 0.10 * soil.trodden
        there = lattice.random(torus, f"{name}/there") < share + place
        reach = 0.16 + 0.26 * size
        crown = (1 - (lattice.near / reach).square()).clamp_(min=0).sqrt_().clamp_(max=0.85)
        own_m = crown * there * (size_m * reach * 0.75)
        number_of = torch.where(own_m > height, lattice.random(torus, f"{name}/own"), number_of)
        height = torch.maximum(height, own_m)
    return (height - 0.0007).clamp_(min=0), number_of
