"""Water: it darkens what drinks it, films over what does not, and stands level in the lowest places."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown, threshold_for
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, patchwork
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.look import Look, as_matter
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.surface import Surface

_WATER_ROUGHNESS = 0.04
_DRY_BELOW = 0.22
"""Up to this amount everything is drunk or drains away; only then water begins to stand."""


def wet(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Wet a surface: damp patches first, then a film, at last puddles with a perfectly flat face."""
    if amount <= 0:
        return surface
    amount = min(amount, 1.0)
    level_m = _water_level(surface, amount)
    damp = _dampness(surface, amount, level_m)
    surface = _soaked(surface, damp)
    surface = _beaded(surface, damp, level_m)
    return surface if level_m is None else _flooded(surface, level_m, color)


def _water_level(surface: Surface, amount: float) -> float | None:
    """Return the height up to which water stands, or None while none does."""
    if amount <= _DRY_BELOW:
        return None
    share = 0.86 * ((amount - _DRY_BELOW) / (1 - _DRY_BELOW)) ** 1.7
    if surface.fallen is None:
        return threshold_for(surface.height_m, 1 - share)
    # Between snow it stands where the ground is bare.
    low, high = torch.aminmax(surface.height_m)
    open_to_it = surface.fallen.share < 0.5
    bare = int(open_to_it.sum()) / open_to_it.numel()
    above_m = torch.where(open_to_it, surface.height_m, surface.height_m + (high - low))
    return threshold_for(above_m, 1 - share * bare)


def _dampness(surface: Surface, amount: float, level_m: float | None) -> Tensor:
    """Return how wet a texel is, 0..1: low places and large patches first, and a belt above every waterline."""
    torus = surface.torus
    wide = blur(torus, surface.height_m, 0.03)
    low = (wide - surface.height_m).mul_(1 / 0.006).clamp_(-1, 1)
    patch = patchwork(torus, "wet/patch", 0.8, octaves=6, gain=0.52)
    spread = grown(low * 0.22 + patch, min(1.0, 1.35 * amount), deep=0.16)
    damp = smoothstep(-0.6, 0.6, spread) if amount < 0.74 else torch.ones_like(spread)
    if level_m is None:
        return damp if surface.fallen is None else damp * (1 - surface.fallen.share)
    # Capillary rise: what stands in water is wet some centimetres up, raggedly.
    above_m = surface.height_m - level_m
    beside = blur(torus, (above_m < 0).float(), 0.025).mul_(4).clamp_(0, 1)
    risen = torch.maximum(damp, smoothstep(0.014, 0.001, above_m + patch * 0.008) * beside)
    # Snow drinks it up and stays white.
    return risen if surface.fallen is None else risen * (1 - surface.fallen.share)


def _soaked(surface: Surface, damp: Tensor) -> Surface:
    """Darken and smooth what is wet: rough matter is porous, halves its color and keeps some of its roughness."""
    porous = smoothstep(0.35, 0.85, surface.roughness) * (1 - surface.metallic)
    color = surface.color * (1 - damp * (0.05 + 0.46 * porous))
    # Wet matter is also more colorful: light is scattered less often before it comes out.
    grey = color.mean(0, keepdim=True)
    color = (color + (color - grey) * (0.16 * damp * porous)).clamp_(min=0)
    film = 0.07 + 0.22 * surface.roughness * porous
    # The film levels the finest relief, or every grain of it would glitter.
    even_m = blur(surface.torus, surface.height_m, 0.003) - surface.height_m
    return replace(
        surface,
        height_m=surface.height_m + even_m * (0.6 * damp),
        color=color,
        roughness=mix(surface.roughness, film, damp.square() * 0.92 + damp * 0.05),
    )


def _beaded(surface: Surface, damp: Tensor, level_m: float | None) -> Surface:
    """Set drops on what does not drink, such as paint: low caps, few of them large."""
    torus = surface.torus
    if torus.tile_m / torus.size > 0.004:
        return surface
    drops = grains(torus, "wet/drops", torus.cells_across(0.018), jitter=1.0)
    size = drops.random(torus, "wet/size")
    thrown = fbm(torus, "wet/thrown", torus.cells_across(torus.fit(0.3, 4)), octaves=4)
    reach = 0.12 + 0.34 * size**4
    cap = (1 - (drops.near / reach).square_()).clamp_(min=0).sqrt_()
    cap = cap * smoothstep(0.0, 0.06, size - 0.59 + 0.7 * thrown)
    smooth = damp * smoothstep(0.62, 0.5, blur(torus, surface.roughness, 0.004) * (1 - 0.75 * damp) + 0.32)
    above = 1.0 if level_m is None else smoothstep(0.0, 0.0004, surface.height_m - level_m)
    cap = cap * smooth * above
    return replace(
        surface,
        height_m=surface.height_m + cap * reach * 0.0036,
        roughness=mix(surface.roughness, _WATER_ROUGHNESS + 0.01, smoothstep(0.05, 0.3, cap)),
    )


def _flooded(surface: Surface, level_m: float, color: ColorWord | None) -> Surface:
    """Fill everything under the level with clear, slightly muddy water."""
    torus = surface.torus
    deep_m = (level_m - surface.height_m).clamp_(min=0)
    if surface.fallen is not None:
        deep_m = deep_m * smoothstep(0.6, 0.2, surface.fallen.share)
    water = smoothstep(0.0, 0.0006, deep_m)
    mud = _murk(torus, color)
    seen = torch.exp(deep_m * (-1 / 0.035))
    below = surface.color * (seen * 0.72) + mud * (1 - seen)
    return replace(
        surface,
        height_m=surface.height_m.clamp(min=level_m) if surface.fallen is None else surface.height_m + deep_m,
        color=mix(surface.color, below, water),
        roughness=mix(surface.roughness, _WATER_ROUGHNESS, water),
        metallic=surface.metallic * (1 - water * smoothstep(0.0005, 0.003, deep_m)),
    )


def _murk(torus: Torus, color: ColorWord | None) -> Tensor:
    murk = Palette.of("#37332a").middle()
    if color is not None:
        murk = Palette.of("#37332a").tinted(as_matter(color)).middle()
    return torch.tensor(murk, device=torus.device)[:, None, None]
