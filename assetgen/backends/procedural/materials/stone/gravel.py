"""Gravel: crushed stone in several sizes, lying on each other."""

from __future__ import annotations

from functools import partial
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import facets
from assetgen.backends.procedural.operators.piled.heap import Crushed, Heap, Sort, Worn, heap
from assetgen.backends.procedural.surface import Surface

_STONES: Final = (
    ("#4f4e4c", "#6b6966", "#858380", "#a3a09b"),  # granite grey
    ("#3b3d40", "#515356", "#67696b", "#85878a"),  # basalt
    ("#8b8377", "#a59d90", "#bbb4a8", "#cfc9be"),  # limestone
    ("#6a594d", "#887567", "#a29080", "#baa999"),  # brown, from a river
    ("#664d45", "#82675e", "#98827a", "#b1a19a"),  # porphyry
)
_SAND: Final = ("#46413b", "#5f5850", "#7a7268")


def gravel(torus: Torus, look: Look) -> Surface:
    """Crushed stones of four sizes thrown on grit: a crusher grades from fist to dust, all of one rock."""
    stones = _throw(torus, look)
    grain, face = _stone_faces(torus, stones)
    bed_m, grit = _grit(torus, look, grain)
    texel_m = torus.tile_m / torus.size
    stone_m = stones.height_m + (face * 0.05 * stones.pieces.pick(stones.radius_m) + grain * 0.00012)
    is_stone = smoothstep(-texel_m * 0.5, texel_m, stone_m - bed_m) * (1 - stones.bare)
    height_m = torch.where(stones.bare > 0, bed_m, torch.maximum(stone_m, bed_m)) * look.relief

    kind = choose(torus, "kind", range(len(_STONES)))
    fines = _grit_color(torus, look, kind, grit, grain)
    color = mix(fines, _stone_color(torus, look, kind, stones, grain, face), is_stone)
    # Dust settles on what lies deep, and rain keeps the tops clean.
    low = smoothstep(0.2 * look["stone_m"], -0.4 * look["stone_m"], height_m / look.relief) * look["dirt"]
    film = smoothstep(
        -0.3, 0.5, fbm(torus, "film", torus.cells_across(0.15), octaves=6, gain=0.6) + 0.1 * grain
    )
    color = mix(color, fines, torch.maximum(low * 0.7, film * (0.1 + 0.35 * look["dirt"])))
    roughness = look.roughness(0.74) + stones.pieces.random(torus, "stones/sheen", -0.1, 0.08) + 0.02 * grain
    roughness = mix(torch.full_like(grain, 0.92), roughness - 0.05 * face, is_stone * (1 - low * 0.8))
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.35 + 0.4 * look["dirt"], look["stone_m"] * 0.5)


def _throw(torus: Torus, look: Look) -> Heap:
    size_m, mixed = look["stone_m"], look["mixed"]
    half = size_m / 2
    sorts = (
        Sort(radius_m=(half * 0.52, half * 0.92), spacing_m=half * 1.15, sunk=(0.1, 0.7)),
        Sort(
            radius_m=(half * 0.8, half * (1.1 + 0.7 * mixed)),
            spacing_m=half * (2.4 + 0.8 * mixed),
            sunk=(0.15, 0.5),
        ),
        Sort(radius_m=(half * 0.26, half * 0.45), spacing_m=half * (1.7 - 0.5 * mixed), sunk=(0.25, 0.65)),
        Sort(radius_m=(half * 0.12, half * 0.22), spacing_m=half * 1.0, sunk=(0.4, 0.8)),
    )
    shape = look.option("shape", choose(torus, "shape", ("crushed", "crushed", "crushed", "round")))
    round_ = partial(Worn.of, long=1.6, flat=0.7)
    sharp = partial(Crushed.of, flat=0.66, tilt=0.5, steep=1.7)
    if shape == "round":  # water has carried the finest away
        return heap(torus, "stones", sorts[:3], round_, ground_m=-half * 1.2)
    return heap(torus, "stones", sorts, sharp, ground_m=-half * 1.2)


def _stone_faces(torus: Torus, stones: Heap) -> tuple[Tensor, Tensor]:
    """Return micro grain and the small breaks of a face, read elsewhere for every stone."""
    shared = torch.stack(
        [
            spectral_noise(torus, "grain", slope=0.9, low=50),
            facets(torus, "breaks", torus.cells_across(0.014), tilt=0.55)
            + fbm(torus, "lumps", torus.cells_across(0.03), octaves=4),
        ]
    )
    grain, face = fetch_per_piece(torus, shared, stones.pieces, "shift")
    return grain.clamp_(-2.5, 2.5), face.clamp_(-1.2, 1.2)


def _grit(torus: Torus, look: Look, grain: Tensor) -> tuple[Tensor, Tensor]:
    """Return the height of the grit that fills the gaps, and how coarse it is there, about 0..1."""
    rise = look["stone_m"] * (0.5 * look["fill"] - 0.42)
    waves = fbm(torus, "grit/waves", torus.cells_across(0.12), octaves=4) * 0.25 * look["stone_m"]
    crumbs = fbm(torus, "grit/crumbs", torus.cells_across(0.012), octaves=2, gain=0.7, shape="billow")
    return rise + waves + crumbs * 0.0012 + grain * 0.0002, crumbs * 0.5 + 0.5


def _grit_color(torus: Torus, look: Look, kind: int, grit: Tensor, grain: Tensor) -> Tensor:
    """Return the color of the fines: powder of the same rock with a little loam in it."""
    tone = 0.2 + 0.55 * grit + 0.12 * grain
    rock, loam = look.palette(*_STONES[kind]).paint(tone), look.palette(*_SAND, tint=0.5).paint(tone)
    return (rock + loam) * 0.5


def _stone_color(torus: Torus, look: Look, kind: int, stones: Heap, grain: Tensor, face: Tensor) -> Tensor:
    pieces = stones.pieces
    tone = pieces.random(torus, "tone", 0.2, 0.8) + 0.10 * face + 0.09 * grain
    color = look.palette(*_STONES[kind]).paint(tone)
    # A quarry is never of one rock: some stones are of another, a few nearly white with quartz.
    other = look.palette(*_STONES[(kind + 1 + int(torus.draw("other", 0, 3.99))) % len(_STONES)], tint=0.8)
    stranger = (pieces.random(torus, "stranger") < 0.2 * look["variety"]).float()
    color = mix(color, other.paint(tone), stranger)
    quartz = (pieces.random(torus, "quartz") < 0.03 * look["variety"]).float()
    color = mix(color, look.palette("#a09a91", "#c3beb5", "#d8d4cd", tint=0.3).paint(tone), quartz)
    color = color * pieces.pick(piece_tints(torus, "tint", pieces.count, value=0.12, warmth=0.11))
    speck = smoothstep(1.1, 2.2, grain) * 0.22 - smoothstep(1.1, 2.2, -grain) * 0.26
    # Broken edges are pale with the powder of the crusher.
    edge = smoothstep(0.0022, 0.0004, pieces.edge) * smoothstep(-0.2, 0.6, face)
    return color * (1 + speck + 0.16 * edge)
