"""Veins of mineral or metal: ribbons that swell, split and join again within the base."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.exposure import faces
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import opened_at, ore_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.surface import Surface

_COURSES = ((2, 3), (3, 2), (3, -2), (2, -3), (1, 3), (3, 1), (3, -1), (1, -3))
"""Directions of the main veins as whole turns of the torus along (x, y): they close whatever they do between."""


def veins(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Thread veins through a surface; quartz unless a color is asked for, metal if that color is one."""
    if amount <= 0:
        return surface
    torus = surface.torus
    away_m, half_m = _ribbons(torus, min(amount, 1.0))
    unbroken = faces(torus, surface.height_m)
    ribbon = band(torus, away_m, half_m, soft_m=0.0008) * unbroken
    halo = torch.exp(away_m.clamp(min=0) * (-1 / 0.012)) * smoothstep(0.0, 0.003, half_m) * unbroken

    metal = color is not None and color.metal
    grain = spectral_noise(torus, "veins/grain", slope=1.5, low=20).clamp_(-2, 2)
    smooth_m = blur(torus, surface.height_m, 0.005)
    proud_m = 0.0007 * smoothstep(0.0, 0.004, half_m) * ribbon
    surface = replace(surface, color=surface.color * (1 - 0.26 * halo * (1 - ribbon)))
    veined = surface.covered(
        ribbon,
        color=ore_palette(color, "#958f85", "#b6b0a6", "#d0cbc2").paint(0.5 + 0.22 * grain),
        roughness=(0.27 if metal else 0.36) + 0.05 * grain,
        metallic=1.0 if metal else 0.0,
        height_m=surface.height_m + (smooth_m - surface.height_m) * (ribbon * 0.8) + proud_m,
    )
    return opened_at(veined, ribbon, color)


def _ribbons(torus: Torus, amount: float) -> tuple[Tensor, Tensor]:
    """Return metres to the nearest vein (negative never) and half its width there.

    Three strands follow one winding course at changing distances, so they part and meet; a second, finer family
    crosses them.
    """
    course = _COURSES[int(torus.draw("veins/course", 0, len(_COURSES) - 0.001))]
    winding = fbm(torus, "veins/winding", torus.cells_across(0.8), octaves=6, gain=0.5) * 0.62
    parting = fbm(torus, "veins/parting", torus.cells_across(0.5), octaves=4)
    rich = fbm(torus, "veins/rich", torus.cells_across(0.28), octaves=4, gain=0.55)
    best_m, best_half = torus.zeros() + 1.0, torus.zeros()
    strands = ((course, 0.0, 0.0065, 0.0), (course, 0.42, 0.0028, 0.12), (course, -0.55, 0.0022, 0.2))
    cross = (-course[1], course[0])
    for number, (turns, part, width_m, late) in enumerate((*strands, (cross, 0.8, 0.0024, 0.28))):
        offset = winding + parting * part + (0.37 if turns is cross else 0.0)
        away_m = _line_distance(torus, turns, offset)
        fed = rich if number % 2 == 0 else -rich
        half_m = width_m * (1.9 * amount - 0.5 - late + fed * 1.25).clamp_(0, 2.0)
        closer = (away_m - half_m) < (best_m - best_half)
        best_m, best_half = torch.where(closer, away_m, best_m), torch.where(closer, half_m, best_half)
    return best_m, best_half


def _line_distance(torus: Torus, turns: tuple[int, int], offset: Tensor) -> Tensor:
    """Return metres to the lines where turns . (u, v) + offset is a half: parallels bent by the offset."""
    phase = torus.u * turns[0] + torus.v * turns[1] + offset
    away = (phase - torch.floor(phase) - 0.5).abs_()
    step = torus.size / 2
    slope_u = (offset.roll(-1, 1) - offset.roll(1, 1)).mul_(step).add_(turns[0])
    slope_v = (offset.roll(-1, 0) - offset.roll(1, 0)).mul_(step).add_(turns[1])
    slope = torch.sqrt(slope_u.square_().add_(slope_v.square_()))
    return away / slope.clamp_(min=1.2) * torus.tile_m
