"""Moss: cushions that start in damp hollows, fill them, and creep out over the edges."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.exposure import slope
from assetgen.backends.procedural.field.height import blur, blurs, height_blend, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_GREENS = ("#222917", "#374122", "#4e572e", "#68693e", "#888452")
"""From the shade between the stems to the yellow-olive tips."""


def moss(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Grow moss over a surface; it stands 3 to 15 mm high and swallows the joints it grows in."""
    if amount <= 0:
        return surface
    torus = surface.torus
    amount = min(amount, 1.0)
    depth = grown(_dampness(torus, surface.height_m), 0.98 * amount**1.25, deep=0.55)
    cushion, tuft, fuzz = _cushions(torus)
    top_m = _moss_top(torus, surface.height_m, amount, depth, (cushion, tuft, fuzz))
    green = height_blend(surface.height_m, top_m, 0.0011)

    rim = blur(torus, green, 0.010).mul_(1.7).clamp_(0, 1) * (1 - green)
    damp = replace(
        surface,
        color=surface.color * (1 - 0.4 * rim),
        roughness=mix(surface.roughness, 0.6, rim * 0.5 * (surface.roughness > 0.6)),
    )
    paint = _moss_color(torus, color, depth, cushion, tuft, fuzz)
    return damp.covered(
        green,
        color=paint,
        roughness=0.95 - 0.05 * tuft + 0.02 * fuzz,
        height_m=torch.maximum(surface.height_m, top_m),
    )


def _dampness(torus: Torus, height_m: Tensor) -> Tensor:
    """Return where moss likes it: narrow joints, wide hollows, and large damp patches of the wall."""
    # Seen through the size of a cushion: a pebble in a joint is overgrown, not spared.
    own, near, far = blurs(torus, height_m, (0.008, 0.024, 0.07))
    joint = (near - own).mul_(1 / 0.005).clamp_(-0.4, 1)
    hollow = (far - own).mul_(1 / 0.020).clamp_(-1, 1)
    patch = fbm(torus, "moss/patch", torus.cells_across(torus.fit(0.24, 6)), octaves=4, gain=0.5)
    ragged = fbm(torus, "moss/ragged", torus.cells_across(torus.fit(0.09, 16)), octaves=5, gain=0.6)
    return joint * 0.32 + hollow * 0.40 + patch * 1.45 + ragged * 0.45


def _cushions(torus: Torus) -> tuple[Tensor, Tensor, Tensor]:
    """Return cushion domes and tuft domes, 0..1, and the fuzz of single leaves, about -2..2."""
    bend = warp_field(torus, "moss/bend", torus.cells_across(torus.fit(0.05, 16)), 0.004, octaves=3)
    large = grains(torus, "moss/cushions", torus.cells_across(torus.fit(0.055, 14)), jitter=1.0, warp=bend)
    small = grains(torus, "moss/tufts", torus.cells_across(torus.fit(0.0125, 60)), jitter=1.0, warp=bend)
    cushion = (1 - large.near.square()).clamp_(0, 1) * (0.5 + 0.5 * large.random(torus, "moss/size"))
    tuft = (1 - small.near.square()).clamp_(0, 1) * (0.35 + 0.65 * small.random(torus, "moss/height"))
    fuzz = spectral_noise(torus, "moss/fuzz", slope=0.3, low=150).clamp_(-2.2, 2.2)
    # Tufts finer than two texels would alias into grain: small pictures keep their mean.
    keep = min(1.0, 0.006 * torus.size / torus.tile_m)
    return cushion, tuft * keep + 0.35 * (1 - keep), fuzz


def _moss_top(
    torus: Torus, height_m: Tensor, amount: float, depth: Tensor, growth: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """Return the height of the moss; outside of it, it lies under the surface."""
    cushion, tuft, fuzz = growth
    inside = depth.clamp(min=0)
    rise = torch.sqrt(inside * (2 - inside)) + depth.clamp(max=0) * 5
    # On a small thing grows small moss.
    thick_m = 0.0035 + 0.0055 * smoothstep(0.05, 0.9, inside) * (0.4 + 0.6 * cushion)
    thick_m = thick_m * (torus.fit(0.6, 1) / 0.6)
    body = rise * (0.55 + 0.35 * cushion + 0.35 * tuft) - 0.18
    leaf_m = smoothstep(0.0, 0.25, inside) * 0.00055 * fuzz
    # Little moss lies level in the hollows and does not climb steep walls, where it would end in a thin fin;
    # much of it drapes over everything.
    level = 1 - amount * amount
    ground = torch.minimum(height_m, blur(torus, height_m, 0.016))
    sunk = blur(torus, ground, 0.016) - height_m
    sunk = torch.where(sunk > 0, sunk.clamp(max=0.004) * smoothstep(0.0, 0.6, inside), sunk * level)
    steep = smoothstep(0.55, 1.3, slope(torus, blur(torus, height_m, 0.005)))
    return height_m + sunk + (body - steep * (1.1 * level)) * thick_m * 1.5 + leaf_m


def _moss_color(
    torus: Torus, color: ColorWord | None, depth: Tensor, cushion: Tensor, tuft: Tensor, fuzz: Tensor
) -> Tensor:
    kinds = fbm(torus, "moss/kinds", torus.cells_across(torus.fit(0.3, 6)), octaves=5, gain=0.55)
    light = 0.10 + 0.36 * tuft + 0.20 * cushion + 0.155 * fuzz + 0.22 * kinds + 0.10 * depth.clamp(min=0)
    leaf = layer_palette(color, *_GREENS).paint(light)
    dry = (
        patches(torus, "moss/dry", torus.fit(0.16, 8), amount=0.16, soft=0.2) * 0.5
        + smoothstep(0.30, 0.0, depth) * 0.35
    )
    straw = Palette.of("#2a2113", "#4f4126", "#7a6a41").paint(light + 0.1)
    return mix(leaf, straw, dry.clamp_(0, 0.8))
