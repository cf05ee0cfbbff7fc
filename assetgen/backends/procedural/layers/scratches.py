"""Scratches: bright on metal, through paint, pale powder on stone and wood; a few gouges among them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import patchwork, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import bare_metal, broken_open, layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.piled.strands import strands
from assetgen.backends.procedural.operators.traces.marks import scratches as strokes
from assetgen.backends.procedural.surface import Surface

_GOUGE_M = 0.0019
"""Half the width of a gouge."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Cuts:
    """Hairlines and gouges, 0..1, the ridge that a gouge throws up beside it, 0..1."""

    hair: Tensor
    gouge: Tensor
    ridge: Tensor


def scratches(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Scratch a surface: some hairlines first, then swipes of many and gouges that go deep."""
    if amount <= 0:
        return surface
    torus = surface.torus
    cuts = _cuts(torus, min(amount, 1.0))
    grain = spectral_noise(torus, "scratches/grain", slope=1.0, low=50).clamp_(-2, 2)
    depth_m = cuts.hair * 0.0005 + cuts.gouge * (0.0009 + 0.0002 * grain) - cuts.ridge * 0.00035
    height_m = surface.height_m - depth_m
    if color is not None:
        inner = layer_palette(color, "#77726a", "#98938b", "#b4afa6").paint(0.5 + 0.2 * grain)
        mask = torch.maximum(cuts.hair * 0.8, cuts.gouge)
        return surface.covered(mask, color=inner, roughness=0.7, height_m=height_m)
    metal = bare_metal(surface)
    # What was crushed to powder is paler still.
    pale = (broken_open(surface) * 1.22).clamp_(max=0.75)
    light = torch.maximum(cuts.hair * 0.9, torch.maximum(cuts.gouge * 0.8, cuts.ridge * 0.4))
    roughness = surface.roughness + (0.78 - surface.roughness) * 0.5
    scuffed = surface.covered(
        light, color=pale, roughness=roughness, metallic=surface.metallic, height_m=height_m
    )
    if metal is None:
        return scuffed
    through = torch.maximum(smoothstep(0.45, 0.85, cuts.hair), cuts.gouge)
    bright = (metal * (1.12 + 0.05 * grain)).clamp_(0, 0.96)
    # On dull metal a scratch flashes, on polished metal it is what is dull.
    keen = 0.22 + 0.33 * smoothstep(0.42, 0.26, surface.roughness) * surface.metallic
    return scuffed.covered(through, color=bright, roughness=keen + 0.04 * grain, metallic=1.0)


def _cuts(torus: Torus, amount: float) -> _Cuts:
    """Draw strokes of four kinds; a larger amount adds to them and takes none away."""
    area = torus.tile_m * torus.tile_m
    way = torus.draw("scratches/way", 0.0, 3.14159)
    long = strokes(
        torus, "scratches/long", int(area * (4 + 40 * amount)) + 1, length_m=(0.12, 0.6), bend=0.25
    )
    short = strokes(
        torus, "scratches/short", int(area * (40 + 420 * amount)) + 1, length_m=(0.012, 0.08), bend=0.5
    )
    swiped = strokes(
        torus,
        "scratches/swiped",
        int(area * (20 + 600 * amount)) + 1,
        length_m=(0.03, 0.22),
        bend=0.12,
        direction=way,
        spread=0.10,
    )
    # Swipes come in bundles: they show where something heavy was dragged along.
    dragged = smoothstep(0.34 - 0.5 * amount, 0.62 - 0.5 * amount, _dragged(torus))
    hair = torch.maximum(torch.maximum(long, short * 0.8), swiped * dragged)
    # A hairline is about a millimetre wide: where texels are wider it only lightens them.
    seen = min(1.0, 0.0020 * torus.size / torus.tile_m)
    deep = strands(
        torus,
        "scratches/gouges",
        int(area * (2 + 22 * amount)) + 1,
        length_m=(0.03, 0.22),
        reach_m=_GOUGE_M * 3,
        bend=0.5,
    )
    half_m = (
        _GOUGE_M
        * (4 * deep.along * (1 - deep.along)).clamp(min=0).sqrt()
        * deep.random(torus, "scratches/width", 0.35, 1.0)
    )
    gouge = band(torus, deep.distance, half_m, soft_m=0.0006)
    ridge = band(torus, deep.distance - half_m * 1.5, half_m * 0.5, soft_m=0.0008) * (1 - gouge)
    near = (deep.distance < _GOUGE_M * 2.9).float()
    return _Cuts(hair=(hair * 1.6).clamp_(max=1) * seen, gouge=gouge * near, ridge=ridge * near)


def _dragged(torus: Torus) -> Tensor:
    return patchwork(torus, "scratches/dragged", 0.4, octaves=3)
