"""Dents: smooth dings and bulges in metal, chips with fresh faces in what breaks."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.exposure import edges
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_at_centres, warp_field
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import bare_metal, broken_open, layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import broken_face
from assetgen.backends.procedural.operators.layouts.cells import scatter
from assetgen.backends.procedural.surface import Surface

_SIZES = ((0.30, 0.0100), (0.12, 0.0060), (0.045, 0.0025))
"""Diameter and depth of the largest dent of each class, in metres."""


def dents(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Knock dents into a surface: a few small ones first, then large ones and many."""
    if amount <= 0:
        return surface
    amount = min(amount, 1.0)
    metal = bare_metal(surface)
    return _chipped(surface, amount, color) if metal is None else _dinged(surface, amount, color, metal)


def _dinged(surface: Surface, amount: float, color: ColorWord | None, metal: Tensor) -> Surface:
    """Press smooth hollows into sheet metal; paint cracks off where the blow went deepest."""
    torus = surface.torus
    grain = spectral_noise(torus, "dents/grain", slope=1.0, low=50).clamp_(-2, 2)
    height_m, struck = surface.height_m, torus.zeros()
    for number, (size_m, depth_m) in enumerate(_SIZES):
        fits = torus.fit(size_m, 4)
        away, strength, side = _blows(torus, f"dents/{number}", fits, amount)
        bowl = (1 - away.square()).clamp_(min=0).square_()
        # Metal that is pushed in rises a little around the blow.
        collar = torch.exp(((away - 1.05) * 4.5).square_().neg_()) * 0.10
        height_m = height_m + (collar - bowl) * strength * side * (depth_m * fits / size_m)
        struck = torch.maximum(struck, bowl * strength * (side > 0) * (0.5 + 0.25 * number))
    bare = smoothstep(0.72, 0.92, struck + 0.05 * grain) * (surface.metallic < 0.5)
    rubbed = replace(
        surface,
        height_m=height_m,
        roughness=surface.roughness + (0.5 - surface.roughness) * 0.35 * smoothstep(0.2, 0.8, struck),
    )
    inner = metal if color is None else layer_palette(color, "#77726a", "#98938b").paint(0.5 + 0.2 * grain)
    return rubbed.covered(
        bare, color=inner, roughness=0.36 + 0.04 * grain, metallic=1.0 if color is None else 0.0
    )


def _chipped(surface: Surface, amount: float, color: ColorWord | None) -> Surface:
    """Break chips out of stone, brick, concrete and wood: shells of flat breaks, more of them along edges."""
    torus = surface.torus
    rough = fbm(torus, "dents/rough", torus.cells_across(0.02), octaves=5, gain=0.6)
    grain = spectral_noise(torus, "dents/grain", slope=1.0, low=50).clamp_(-2, 2)
    edge = edges(torus, surface.height_m, 0.012).clamp_(min=0)
    lost_m = torus.zeros()
    for number, (size_m, depth_m) in enumerate(_SIZES):
        fits = torus.fit(size_m * 0.7, 4)
        away, strength, _ = _blows(torus, f"dents/{number}", fits, amount, often=edge)
        face = broken_face(torus, f"dents/face/{number}", fits * 0.16, octaves=2, tilt=0.6)
        pit = (1 - away - 0.12 * rough + 0.22 * face).clamp_(0, 1) * smoothstep(0.0, 0.3, strength)
        # A shell: steep at its rim, flat on its floor, with the ripples that ran out from the blow.
        ripple = torch.sin(away * 21.0 + 2.0 * rough) * 0.05
        shell = torch.sqrt(pit * (2 - pit)) * (0.75 + 0.35 * face + ripple)
        lost_m = torch.maximum(
            lost_m, shell * (depth_m * 1.5 * fits / (size_m * 0.7)) * (0.5 + 0.5 * strength)
        )
    fresh = smoothstep(0.00005, 0.0007, lost_m)
    pale = broken_open(surface) * (1.02 + 0.05 * grain + 0.22 * rough)
    if color is not None:
        pale = layer_palette(color, "#77726a", "#98938b", "#b4afa6").paint(0.5 + 0.2 * grain)
    return surface.covered(
        fresh * (0.75 if color is None else 0.92),
        color=pale,
        roughness=mix(surface.roughness, 0.88, fresh * 0.9),
        metallic=surface.metallic,
        height_m=surface.height_m - lost_m + fresh * (0.0001 * grain + 0.0004 * rough),
    )


def _blows(
    torus: Torus, name: str, size_m: float, amount: float, often: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the distance to the nearest blow in its radii, how hard it was, and 1 for a dent, -1 for a bulge.

    With a field `often` that says where blows break something out, they have corners.
    """
    bend = warp_field(
        torus, f"{name}/bend", torus.cells_across(size_m * 0.6), size_m * 0.10 / torus.tile_m, octaves=2
    )
    hits = scatter(torus, name, torus.cells_across(size_m * 1.15), warp=bend)
    luck, size = hits.random(torus, f"{name}/luck"), hits.random(torus, f"{name}/size")
    likely = 1.15 * amount + 0.03 - luck
    if often is not None:
        likely = likely + fetch_at_centres(torus, often, hits, bend) * 0.35 - 0.12
    strength = smoothstep(0.0, 0.35, likely) * (0.35 + 0.65 * size)
    radius_m = size_m * (0.16 + 0.28 * size * size) * strength.clamp(min=0.05)
    turn = hits.random(torus, f"{name}/turn", 0.0, math.pi)
    long = 1 + 0.7 * hits.random(torus, f"{name}/long")
    along = hits.x * torch.cos(turn) + hits.y * torch.sin(turn)
    across = hits.y * torch.cos(turn) - hits.x * torch.sin(turn)
    along, across = along / long, across * long.sqrt()
    if often is None:
        away = torch.sqrt(along.square().add_(across.square())) / radius_m
    else:
        # What breaks does so along planes: a pyramid of three pairs of them.
        oblique = (along * 0.5).abs().add_(across.abs(), alpha=0.87)
        away = (
            torch.maximum(along.abs(), torch.maximum(oblique, (along * 0.6 - across * 0.8).abs())) / radius_m
        )
    # Where two blows meet, neither may end in a step.
    away = torch.maximum(away, 1.3 - hits.edge * (6 / size_m))
    side = 1 - 2 * (hits.random(torus, f"{name}/side") > 0.86).float()
    return away, strength, side
