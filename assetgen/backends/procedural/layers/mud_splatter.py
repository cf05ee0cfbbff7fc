"""Mud: thick and wet in the hollows, smeared over the faces, splashed around, pale and dry where it is thin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur, height_blend, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.traces.splatter import splatter
from assetgen.backends.procedural.surface import Surface

_EARTHS = ("#2a2017", "#3b2e20", "#4d3d2b", "#66543f", "#857259")
"""From wet loam to the dust of a dry crust."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Mass:
    """How the mud is worked: wiped streaks, lumps and grit, deviations about 1, 0.3 and 1."""

    wiped: Tensor
    lumps: Tensor
    grit: Tensor


def mud_splatter(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Soil a surface with mud: splashes first, then smears and filled hollows, at last a coat all over."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    streaks = choose(torus, "mud/direction", ((1.0, 7.0), (7.0, 1.0), (1.0, 3.0)))
    mass = _Mass(
        wiped=spectral_noise(torus, "mud/wiped", slope=1.8, low=7, high=160, stretch=streaks).clamp_(-2, 2),
        lumps=fbm(torus, "mud/lumps", torus.cells_across(0.06), octaves=5, gain=0.55),
        grit=spectral_noise(torus, "mud/grit", slope=0.8, low=70).clamp_(-2.4, 2.4),
    )
    deep = grown(_held(surface, mass), 0.98 * amount**1.1, deep=0.7)
    thrown_m, spot = _thrown(torus, amount)
    smeared_m = _top(surface, mass, deep)
    body = torch.maximum(height_blend(surface.height_m, smeared_m, 0.0005), spot)
    top_m = torch.maximum(smeared_m, surface.height_m + thrown_m)
    thick_m = (top_m - surface.height_m).clamp(min=0)
    wet = _wetness(torus, mass, thick_m, deep)
    return _filmed(surface, deep, mass, color).covered(
        body,
        color=_color(mass, color, wet),
        roughness=mix(0.90 + 0.03 * mass.grit, 0.24 + 0.10 * mass.lumps + 0.02 * mass.grit, wet),
        height_m=torch.maximum(surface.height_m, top_m),
        loose=0.9,
    )


def _held(surface: Surface, mass: _Mass) -> Tensor:
    """Return where mud stays: what fills a hollow is not wiped off, a face keeps a smear here and there."""
    torus = surface.torus
    hollow = -proud(torus, blur(torus, surface.height_m, 0.004), 0.06, least_m=0.0015)
    patch = patchwork(torus, "mud/patch", 0.33, octaves=5, gain=0.55)
    return hollow * 0.42 + patch * 1.05 + mass.wiped * 0.10 + mass.lumps * 0.3


def _thrown(torus: Torus, amount: float) -> tuple[Tensor, Tensor]:
    """Return how thick splashes lie in metres, and where they cover; clods, drops and spray."""
    thrown_m, spot = torus.zeros(), torus.zeros()
    for name, size_m, thick_m in (
        ("clods", 0.085, 0.0045),
        ("drops", 0.034, 0.0020),
        ("spray", 0.013, 0.0008),
    ):
        drops = splatter(torus, f"mud/{name}", size_m, share=0.12 + 0.7 * amount, burst_m=0.45)
        thrown_m = torch.maximum(thrown_m, drops.thick * thick_m)
        spot = torch.maximum(spot, smoothstep(0.02, 0.12, drops.thick))
    return thrown_m, spot


def _top(surface: Surface, mass: _Mass, deep: Tensor) -> Tensor:
    """Return the height of the mud: level in hollows, a ridged smear on faces."""
    torus, height_m = surface.torus, surface.height_m
    inside = deep.clamp(min=0)
    ground_m = torch.minimum(height_m, blur(torus, height_m, 0.012))
    level_m = (blur(torus, ground_m, 0.012) - height_m).clamp(0, 0.02) * smoothstep(0.0, 0.7, inside)
    worn_m = (blur(torus, height_m, 0.004) - height_m).clamp(max=0) * smoothstep(0.2, 0.9, inside)
    rise = torch.sqrt(inside * (2 - inside)) + deep.clamp(max=0) * 4
    thick_m = 0.0014 + 0.0075 * smoothstep(0.1, 1.0, inside)
    work_m = (0.0008 * mass.lumps + 0.00025 * mass.wiped + 0.00012 * mass.grit) * smoothstep(0.0, 0.4, inside)
    return height_m + level_m + worn_m + (rise * (1 + 0.5 * mass.lumps) - 0.08) * thick_m + work_m


def _wetness(torus: Torus, mass: _Mass, thick_m: Tensor, deep: Tensor) -> Tensor:
    """Return how wet the mud is: thick mud keeps its water, thin mud and every border have dried."""
    seed_wet = torus.draw("mud/wet", -0.1, 0.35)
    ponds = patchwork(torus, "mud/ponds", 0.22, octaves=5, gain=0.55)
    core = smoothstep(0.0004, 0.0040, thick_m) * 0.8 + smoothstep(0.15, 0.9, deep) * 0.45
    return smoothstep(0.35, 0.95, core + seed_wet + ponds * 0.9 + mass.lumps * 0.2)


def _filmed(surface: Surface, deep: Tensor, mass: _Mass, color: ColorWord | None) -> Surface:
    """Leave a thin wiped film around the mud, through which the base is seen."""
    film = smoothstep(-0.25, 0.05, deep) * (0.36 + 0.22 * mass.wiped).clamp(0.04, 0.8)
    dry = layer_palette(color, *_EARTHS).paint(0.72 + 0.06 * mass.grit)
    return replace(
        surface,
        color=mix(surface.color, dry, film),
        roughness=mix(surface.roughness, 0.9, film),
        metallic=surface.metallic * (1 - film),
    )


def _color(mass: _Mass, color: ColorWord | None, wet: Tensor) -> Tensor:
    tone = 0.74 - 0.56 * wet + 0.16 * mass.lumps + 0.045 * mass.grit + 0.035 * mass.wiped
    return layer_palette(color, *_EARTHS).paint(tone)
