"""What use leaves on a bright surface: hairlines, dents, dull smears, fingerprints, whole hands, dried drops."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.cells import scatter
from assetgen.backends.procedural.operators.traces.marks import scratches

_RIDGE_M = 0.0005
"""From one ridge of a fingertip to the next."""


def hairlines(
    torus: Torus, name: str, per_m2: float, *, length_m: tuple[float, float], wide_m: float
) -> Tensor:
    """Return fine scratches in every direction, (N, N) 0..1, as many to the square metre on any tile.

    Args:
        torus: the tile.
        name: the random stream.
        per_m2: how many on a square metre.
        length_m: shortest and longest.
        wide_m: their width; where texels are wider they fade.
    """
    count = max(int(per_m2 * torus.tile_m * torus.tile_m), 1)
    seen = min(1.0, wide_m * torus.size / torus.tile_m)
    return scratches(torus, name, count, length_m=length_m, bend=0.5).mul_(seen)


def dents(torus: Torus, name: str, size_m: float, *, share: float) -> Tensor:
    """Return shallow round dents, (N, N), 0 on the face to -1 in the deepest.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: diameter of the largest.
        share: share of the places, one to every two diameters, that were struck.
    """
    places = scatter(torus, name, torus.cells_across(size_m * 2), jitter=0.8)
    struck = places.random(torus, f"{name}/struck")
    size = places.random(torus, f"{name}/size", 0.3, 1.0)
    radius = size * (size_m * 0.5)
    bowl = (1 - (places.x.square() + places.y.square()) / (radius * radius)).clamp_(min=0)
    return bowl.square_().mul_(size).mul_(-(struck < share).float())


def smears(torus: Torus, name: str, size_m: float) -> Tensor:
    """Return what rags and sleeves leave, (N, N) about 0..1: dull clouds with streaks in them, and clean holes."""
    cloud = fbm(torus, f"{name}/cloud", torus.cells_across(size_m), octaves=5, gain=0.58)
    streak = spectral_noise(torus, f"{name}/streak", slope=1.5, low=10, stretch=(1.0, 5.0))
    wiped = spectral_noise(torus, f"{name}/wiped", slope=1.5, low=10, stretch=(4.0, 1.0))
    return smoothstep(-0.30, 0.42, cloud + streak * 0.07 + wiped * 0.05)


def fingerprints(torus: Torus, name: str, *, share: float) -> Tensor:
    """Return fingertips pressed on a face, (N, N) 0..1; their ridges show where texels are fine enough.

    Args:
        torus: the tile.
        name: the random stream.
        share: share of the places, one to every 4 cm, that somebody touched.
    """
    places = scatter(torus, name, torus.cells_across(0.04), jitter=0.9)
    turn = places.random(torus, f"{name}/turn", -0.6, 0.6)
    x = places.x - places.y * turn
    y = (places.y + places.x * turn) * 0.72
    away = torch.sqrt(x * x + y * y)
    # The core of a whorl lies off the middle of the tip.
    core = torch.sqrt(x * x + (y - 0.0015).square_() * 1.3)
    fine = min(max(0.5 * _RIDGE_M * torus.size / torus.tile_m - 0.6, 0.0), 1.0)
    ridges = torch.cos(core * (6.2831853 / _RIDGE_M)).mul_(0.45 * fine).add_(0.75)
    pressed = smoothstep(0.0082, 0.0055, away) * places.random(torus, f"{name}/pressed", 0.35, 1.0)
    return pressed * ridges * (places.random(torus, f"{name}/here") < share).float()


def hand_marks(torus: Torus, name: str, *, share: float) -> Tensor:
    """Return where hands took hold, (N, N) 0..1: four fingers side by side, ragged, fainter where they slid off.

    Args:
        torus: the tile.
        name: the random stream.
        share: share of the places, one to every 24 cm, that somebody took hold of.
    """
    places = scatter(torus, name, torus.cells_across(0.24), jitter=0.8)
    turn = places.random(torus, f"{name}/turn", 0.0, 6.2832)
    along = places.x * torch.cos(turn) + places.y * torch.sin(turn)
    across = places.y * torch.cos(turn) - places.x * torch.sin(turn)
    finger = torch.floor(across / 0.021).clamp_(-2, 1) + 0.5
    # The two in the middle are the longest, and lie a little ahead.
    beyond = ((along - 0.004 * (2.25 - finger.square())).abs() - 0.030 + 0.006 * finger.square()).clamp_(
        min=0
    )
    ragged = fbm(torus, f"{name}/ragged", torus.cells_across(0.03), octaves=5, gain=0.6)
    away = torch.hypot(across - finger * 0.021, beyond) + ragged * 0.004
    pressed = smoothstep(0.0125, 0.0045, away) * smoothstep(-0.055, 0.03, along) * (0.75 + 0.6 * ragged)
    return pressed.clamp_(0, 1) * (places.random(torus, f"{name}/here") < share).float()


def dried_drops(torus: Torus, name: str, size_m: float, *, share: float) -> Tensor:
    """Return what drops of water leave where they dry, (N, N) 0..1: a thin rim, often a second one, a veil within.

    Args:
        torus: the tile.
        name: the random stream.
        size_m: diameter of the largest.
        share: share of the places that a drop fell on, 0..1.
    """
    texel_m = torus.tile_m / torus.size
    ragged = fbm(torus, f"{name}/ragged", torus.cells_across(size_m * 0.6), octaves=5, gain=0.55)
    marks = torus.zeros()
    for number, scale in enumerate((1.0, 0.45)):
        drops = scatter(torus, f"{name}/{number}", torus.cells_across(size_m * scale * 1.3), jitter=0.9)
        radius = drops.random(torus, f"{name}/{number}/radius", 0.14, 0.46) * (size_m * scale)
        away = torch.hypot(drops.x, drops.y) / radius + ragged * 0.22
        wide = 0.05 + texel_m / radius
        shown = torch.sqrt(0.05 / wide)
        rim = torch.exp(-((away - 0.95) / wide).square())
        inner = torch.exp(-((away - 0.66) / wide).square())
        second = drops.random(torus, f"{name}/{number}/second", -0.5, 0.8).clamp_(min=0)
        mark = (rim + inner * second) * shown + smoothstep(1.0, 0.85, away) * 0.28
        here = drops.random(torus, f"{name}/{number}/here") < share
        # A drop that lies against its neighbour ran into it.
        mark = mark * smoothstep(0.0, 0.06 * size_m * scale, drops.edge) * here
        marks = torch.maximum(marks, mark)
    return marks.clamp_(0, 1)
