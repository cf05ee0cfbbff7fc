"""Inlays: bands of a geometric line ornament let into the surface, of brass or mother-of-pearl."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import faces
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import opened_at, ore_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.surface import Surface

_BRASS = ("#d8bb7f", "#e6cd98", "#efdcb0")
_NACRE = ("#a9b7b4", "#cfc6cf", "#d8d0c0", "#b7cace", "#d9d3dc")
_UNIT_M: Final = 0.19
"""One repeat of an ornament."""
_APART_M: Final = 0.5
"""From one band to the next."""


def inlays(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Let an ornament into a surface; with a small amount much of it has fallen out again."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    away_m = _ornament(torus)
    half_m = 0.0024 + 0.0022 * amount
    cut = band(torus, away_m, half_m, soft_m=0.0005) * faces(torus, surface.height_m)
    loss = fbm(torus, "inlays/loss", torus.cells_across(0.12), octaves=4, gain=0.5)
    whole = cut * smoothstep(-0.02, 0.02, grown(loss, 0.7 + 0.3 * amount, deep=0.5))
    grain = spectral_noise(torus, "inlays/grain", slope=1.2, low=30).clamp_(-2, 2)
    bed_m = surface.height_m - cut * 0.0011
    carved = surface.covered(
        cut * 0.8, color=surface.color * 0.35, roughness=0.9, metallic=surface.metallic * 0.4, height_m=bed_m
    )
    smooth_m = blur(torus, surface.height_m, 0.005) + 0.0002
    metal = color.metal if color is not None else choose(torus, "inlays/matter", (True, True, False))
    sheen = fbm(torus, "inlays/sheen", torus.cells_across(0.05), octaves=4)
    stops, tone = (_BRASS, 0.5 + 0.15 * grain) if metal else (_NACRE, 0.5 + 0.9 * sheen)
    inlaid = carved.covered(
        whole,
        color=ore_palette(color, *stops).paint(tone),
        roughness=(0.26 if metal else 0.16) + 0.04 * grain + 0.05 * sheen,
        metallic=1.0 if metal else 0.0,
        height_m=bed_m + (smooth_m - bed_m) * whole,
    )
    return opened_at(inlaid, whole, color)


def _ornament(torus: Torus) -> Tensor:
    """Return metres to the nearest line of the ornament, drawn in bands with a border on either side."""
    along, across = torus.u, torus.v
    if choose(torus, "inlays/way", (True, False)):
        along, across = across, along
    bands, units = torus.cells_across(_APART_M), torus.cells_across(_UNIT_M)
    place = across * bands + torus.draw("inlays/start", -0.12, 0.12)
    unit_m = torus.tile_m / units
    y = (place - torch.floor(place) - 0.5) * (torus.tile_m / bands / unit_m)
    x = along * units - torch.floor(along * units) - 0.5
    x, y = (part.expand(torus.size, torus.size) for part in (x, y))
    inside = choose(torus, "inlays/ornament", _ORNAMENTS)(x, y)
    inside = torch.where(y.abs() < 0.56, inside, torch.full_like(inside, 9.0))
    border = torch.minimum((y.abs() - 0.64).abs(), (y.abs() - 0.76).abs())
    return torch.minimum(inside, border).mul_(unit_m)


def _rings(x: Tensor, y: Tensor) -> Tensor:
    """Circles that overlap by half, with a small one in every middle."""
    middle = torch.sqrt(x.square().add_(y.square()))
    beside = torch.sqrt((x.abs() - 0.5).square_().add_(y.square()))
    away = torch.minimum((middle - 0.5).abs(), (beside - 0.5).abs())
    return torch.minimum(away, (torch.minimum(middle, beside) - 0.09).abs())


def _lattice(x: Tensor, y: Tensor) -> Tensor:
    """Lozenges in lozenges."""
    lozenge = (x.abs() + y.abs()) * math.sqrt(0.5)
    away = torch.minimum((lozenge - 0.3536).abs(), (lozenge - 0.17).abs())
    corner = ((x.abs() - 0.5).abs() + y.abs()) * math.sqrt(0.5)
    return torch.minimum(away, (corner - 0.08).abs())


def _stars(x: Tensor, y: Tensor) -> Tensor:
    """Stars of eight points, from two squares, on a thread."""
    square = torch.maximum(x.abs(), y.abs())
    turned = (x.abs() + y.abs()) * math.sqrt(0.5)
    away = torch.minimum((square - 0.30).abs(), (turned - 0.30).abs())
    thread = torch.where(x.abs() > 0.42, y.abs(), torch.full_like(y, 9.0))
    ring = (torch.sqrt(x.square().add_(y.square())) - 0.12).abs()
    return torch.minimum(torch.minimum(away, thread), ring)


def _meander(x: Tensor, y: Tensor) -> Tensor:
    """The Greek key: one line that turns into itself and out again."""
    away = torch.full_like(x, 9.0)
    for start, end in pairwise(_KEY):
        low_x, high_x = sorted((start[0], end[0]))
        low_y, high_y = sorted((start[1], end[1]))
        short_x = (x - (low_x + high_x) / 2).abs_().sub_((high_x - low_x) / 2).clamp_(min=0)
        short_y = (y - (low_y + high_y) / 2).abs_().sub_((high_y - low_y) / 2).clamp_(min=0)
        away = torch.minimum(away, torch.maximum(short_x, short_y))
    return away


def _twist(x: Tensor, y: Tensor) -> Tensor:
    """Two waves plaited around beads."""
    wave = torch.sin(x * (2 * math.pi)) * 0.34
    slope = torch.sqrt(1 + (torch.cos(x * (2 * math.pi)) * 2.136).square())
    away = torch.minimum((y - wave).abs(), (y + wave).abs()) / slope
    bead = torch.sqrt((x.abs() - 0.25).square_().add_(y.square()))
    return torch.minimum(away, (bead - 0.10).abs())


_KEY: Final = (
    (-0.5, 0.42), (-0.42, 0.42), (-0.42, -0.42), (0.30, -0.42), (0.30, 0.18), (-0.06, 0.18), (-0.06, -0.12),
    (0.10, -0.12), (-0.06, -0.12), (-0.06, 0.18), (0.30, 0.18), (0.30, 0.42), (0.5, 0.42),
)  # fmt: skip
_ORNAMENTS: Final[tuple[Callable[[Tensor, Tensor], Tensor], ...]] = (
    _rings,
    _lattice,
    _stars,
    _meander,
    _twist,
)
