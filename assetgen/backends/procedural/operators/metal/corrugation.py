"""Sheets rolled into waves and lapped over one another, screwed down through their crests."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.operators.layouts.panels import band, swell
from assetgen.backends.procedural.operators.layouts.plans import courses, lay

_LAP_M = 0.10
"""How far an upper sheet reaches over the one below."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Corrugation:
    """Corrugated sheets in place, waves running down the tile.

    Args:
        sheets: which sheet a texel belongs to.
        height_m: (N, N) metres, 0 halfway between valley and crest.
        wave: (N, N) -1 in the valleys, 1 on the crests.
        lip: (N, N) 1 in the slit under the edge of a lap.
        screw: (N, N) 0..1, the heads and their washers.
    """

    sheets: Elements
    height_m: Tensor
    wave: Tensor
    lip: Tensor
    screw: Tensor


def corrugated_sheets(
    torus: Torus, *, pitch_m: float, deep_m: float, boxed: bool, across: int, down: int, bent: float
) -> Corrugation:
    """Return lapped sheets of corrugated metal.

    Args:
        torus: the tile.
        pitch_m: from crest to crest; moved so that whole waves fit a sheet.
        deep_m: from valley to crest.
        boxed: flat crests and valleys with slanting sides, in place of round waves.
        across: sheets side by side.
        down: sheets one below the other.
        bent: how far sheets are knocked out of true, 0..1.
    """
    bend = warp_field(torus, "sheets/bend", torus.cells_across(0.45), 0.010 * bent / torus.tile_m, octaves=4)
    sheets = lay(torus, courses(across, down, shift=0), warp=(bend[0], bend[1] * 0.5))
    wide_m, tall_m = torus.tile_m / across, torus.tile_m / down
    waves = max(round(wide_m / pitch_m), 1)
    from_left, from_top = sheets.x + wide_m / 2, sheets.y + tall_m / 2
    swing = torch.cos(from_left * (6.2831853 * waves / wide_m))
    wave = (swing * 1.9).clamp_(-1, 1) if boxed else swing
    if boxed:
        wave = wave * (1.5 - 0.5 * wave.square())
    side_m = 0.62 * wide_m / waves
    on_top = torch.maximum(
        smoothstep(0.0008, -0.0008, from_left - side_m), smoothstep(0.001, -0.001, from_top - _LAP_M)
    )
    lip = torch.maximum(
        band(torus, from_left - side_m - 0.0015, 0.0018), band(torus, from_top - _LAP_M - 0.0018, 0.0022)
    )
    screw, head = _screws(torus, from_left, from_top, 3 * wide_m / waves, tall_m)
    pressed = torch.exp(-(screw * (1 / 0.03)).square())
    height_m = wave * (deep_m / 2) + on_top * 0.0012 - lip * 0.0015 - pressed * (0.0016 * (0.4 + bent))
    washer = swell(torus, screw, 0.012)
    return Corrugation(
        sheets=sheets,
        height_m=height_m + washer * 0.0022 + head * 0.0035,
        wave=wave,
        lip=lip,
        screw=torch.maximum(washer, head),
    )


def _screws(
    torus: Torus, from_left: Tensor, from_top: Tensor, step_m: float, tall_m: float
) -> tuple[Tensor, Tensor]:
    """Return metres to the nearest screw, one on every third crest along two battens a sheet, and its hexagon."""
    x = from_left - torch.round(from_left / step_m) * step_m
    upper, lower = from_top - _LAP_M * 0.5, from_top - tall_m * 0.55
    y = torch.where(upper.abs() < lower.abs(), upper, lower)
    # The row above the tile's border belongs to the sheet below it.
    y = torch.where((from_top - tall_m - _LAP_M * 0.5).abs() < y.abs(), from_top - tall_m - _LAP_M * 0.5, y)
    hexagon = torch.maximum(x.abs(), x.abs() * 0.5 + y.abs() * 0.8660254)
    return torch.hypot(x, y), band(torus, hexagon, 0.0052, soft_m=0.002)
