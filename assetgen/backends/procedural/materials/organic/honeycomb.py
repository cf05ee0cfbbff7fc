"""Wax in hexagons: honeycomb."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import convexity, dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, fetch_per_piece, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.surface import Surface

_WAXES: Final = (
    ("#5a3d1e", "#86602c", "#ad8545", "#c9a569", "#dec494"),  # amber
    ("#2f2218", "#4a3625", "#6a5038", "#8a7052", "#ab9477"),  # old brood comb
    ("#7a5a2c", "#a88445", "#cba965", "#dec489", "#ebddb4"),  # fresh
)
_FILLS: Final = {"honey": (0.25, 0.8), "capped": (0.85, 0.9), "empty": (0.0, 0.04)}
"""Share of cells that are capped, and of the others that hold honey."""


def honeycomb(torus: Torus, look: Look) -> Surface:
    """Comb of wax: cells with honey in them, cells under lids, and cells that stand empty."""
    comb, cell_m = _build(torus, look)
    shared = torch.stack(
        [
            fbm(torus, "wax/lumps", torus.cells_across(cell_m * 0.9), octaves=5),
            spectral_noise(torus, "wax/grain", slope=1.0, low=40),
        ]
    )
    lumps, grain = fetch_per_piece(torus, shared, comb, "wax/shift")
    broad = fbm(torus, "wax/broad", torus.cells_across(cell_m * 4), octaves=4)
    capped, filled, level = _contents(torus, look, comb)
    wall = comb.random(torus, "wax/wall", 0.75, 1.3) * look["wall_m"] * 0.5 * (1 + 0.25 * lumps)
    inside = smoothstep(0.0, 0.06 * cell_m, comb.edge - wall)
    rim_m = dome(wall * 1.6 - comb.edge, wall * 1.6) * 0.07 * cell_m + 0.012 * cell_m * lumps

    # Honey creeps up the wall; a lid is domed, wrinkled and sunk a little.
    shore = torch.exp((wall - comb.edge) * (9 / cell_m))
    honey_m = (-0.55 + 0.42 * level + 0.1 * shore) * cell_m
    bottom_m = (-0.8 - 0.12 * smoothstep(0.15, 0.45, comb.edge / cell_m) + 0.02 * lumps) * cell_m
    lid = smoothstep(0.0, 0.3, (comb.edge - wall) / cell_m)
    lid_m = (
        -0.05 + 0.1 * lid * comb.random(torus, "lid/dome", -0.2, 1.0) + 0.035 * lumps + 0.004 * grain
    ) * cell_m
    floor_m = mix(mix(bottom_m, torch.maximum(honey_m, bottom_m), filled), lid_m, capped)
    height_m = (mix(rim_m, floor_m, inside) + broad * 0.0012) * look.relief

    wax = look.palette(*choose(torus, "comb/wax", _WAXES))
    crest = convexity(torus, height_m, cell_m * 0.15).mul_(4 / cell_m).clamp_(-1, 1)
    tone = 0.52 + 0.25 * broad + 0.14 * lumps + 0.03 * grain
    tone = tone + comb.random(torus, "comb/tone", -0.1, 0.1) * inside
    tints = comb.pick(piece_tints(torus, "comb/tint", comb.count, value=0.07, hue=3.0))
    deep = inside * (1 - capped) * (1 - filled)
    color = wax.paint(tone + 0.14 * crest * (1 - deep) - 0.42 * deep) * mix(1 + 0 * tints, tints, inside)
    color = mix(color, wax.paint(tone + 0.18 + 0.12 * lumps), capped * inside * 0.8)
    amber = look.palette("#5a3312", "#8a541b", "#b97d2e", "#d8a856", tint=0.5)
    honey = filled * inside * (1 - capped)
    thin = 0.55 * shore + 0.25 * level + 0.12 * broad
    color = mix(color, amber.paint(0.3 + thin), honey * 0.92)
    stain = smoothstep(0.2, 0.7, broad + 0.4 * lumps + look["age"] - 0.5) * look["age"]
    color = mix(color, wax.paint(tone - 0.35), stain * (1 - honey) * 0.55)
    roughness = look.roughness(0.48) + 0.07 * lumps + 0.1 * deep + 0.08 * stain
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=color,
        roughness=mix(roughness, 0.06 + 0.02 * comb.random(torus, "honey/skin"), honey),
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.3, cell_m * 0.3)


def _build(torus: Torus, look: Look) -> tuple[Elements, float]:
    """Return the cells as bees build them, regular but for the lie of the comb, and their width in metres."""
    across = max(torus.cells_across(look["cell_m"]), 2)
    rows = max(2 * round(across / math.sqrt(0.75) / 2), 2)
    sway = warp_field(torus, "comb/sway", max(across // 4, 2), 0.16 / across, octaves=2)
    # Half a row aside, so that no wall lies along the border of the tile.
    aside = sway[0] + 0.25 / across, sway[1] + 0.5 / rows
    comb = cells(
        torus, "comb", across, period_y=rows, jitter=0.14 * look["irregularity"], brick_rows=True, roundness=20.0,
        warp=aside,
    )  # fmt: skip
    return comb, torus.tile_m / across


def _contents(torus: Torus, look: Look, comb: Elements) -> tuple[Tensor, Tensor, Tensor]:
    """Return which cells are capped, which hold honey, 0 or 1, and how full those are, 0..1: all in patches."""
    lids, honey = _FILLS[look.option("fill", "honey")]
    fresh = fbm(torus, "comb/stores", 4, octaves=3)
    at_root = fetch(torus, fresh, -comb.x / torus.tile_m, -comb.y / torus.tile_m)
    rank = comb.random(torus, "comb/rank") * 0.55 + 0.45 * (0.5 + 1.4 * at_root).clamp(0, 1)
    capped = (rank > 1 - lids).float() if lids else torch.zeros_like(rank)
    filled = (comb.random(torus, "comb/filled") * 0.7 + 0.3 * (1 - rank) < honey).float()
    return capped, filled, comb.random(torus, "comb/level") * 0.7 + 0.3 * rank
