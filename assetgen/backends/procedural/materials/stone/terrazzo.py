"""Terrazzo: chips of marble in cement, ground flat and polished, with strips of brass if wanted."""

from __future__ import annotations

from functools import partial
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import rock_insides
from assetgen.backends.procedural.operators.layouts.laying import lay_by_hand
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.piled.heap import Crushed, Heap, Sort, heap
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_MIXES: Final = (
    (("#c4c0b8", "#d3cfc7"), ("#d9d6d0", "#4a4846", "#8e8a84", "#b08d6c", "#e0ded9", "#6d6964")),  # classic
    (("#d6d1c8", "#e0dcd4"), ("#a4573f", "#c39a63", "#3f5a55", "#2f3134", "#d8b7a0", "#efece6")),  # Venetian
    (("#3a3b3d", "#47484a"), ("#d5d1c9", "#8c8983", "#e2dfd9", "#5e5d5c", "#aaa59d", "#2a2a2b")),  # dark
    (("#8f9a92", "#a1aba3"), ("#e2e0da", "#55625a", "#c9c4b6", "#2f3a35", "#b7a98c", "#7d8a80")),  # green
    (("#c9a394", "#d6b4a6"), ("#efe9e2", "#8a4b40", "#b37a66", "#e3cfc3", "#6d5a54", "#d9d2ca")),  # rose
    (("#b9b7b3", "#c7c5c1"), ("#2e2f31", "#f0eeea", "#55565a", "#8f9092", "#d4d2ce", "#3d4a57")),  # grey
)
"""The cement, and six marbles of each mix."""


def terrazzo(torus: Torus, look: Look) -> Surface:
    """Chips in up to four sizes, cut through by the grinding, in tinted cement under one polish."""
    cement, marbles = choose(torus, "mix", _MIXES)
    chips = _strew(torus, look)
    grain, cloud = rock_insides(torus, "insides", chips.pieces, 0.03, shape="ridged")
    texel_m = torus.tile_m / torus.size
    is_chip = ((chips.pieces.edge - 0.0002) / texel_m + 0.5).clamp_(0, 1) * (1 - chips.bare)
    sand = spectral_noise(torus, "sand", slope=0.6, low=50).clamp_(-2.5, 2.5)
    wash = fbm(torus, "wash", torus.cells_across(0.25), octaves=5, gain=0.55)
    color = look.palette(*cement).paint(0.5 + 0.55 * wash + 0.22 * sand)
    color = mix(color, _chip_color(torus, look, marbles, chips, grain, cloud), is_chip)

    pit = _pinholes(torus, look, sand, is_chip)
    dull = patches(torus, "dull", 0.18, amount=0.1 + 0.7 * look["wear"], soft=0.3) * look["wear"]
    own = chips.pieces.random(torus, "sheen", -0.05, 0.05) * is_chip
    roughness = look.roughness(0.16) + 0.1 * (1 - is_chip) + own + 0.22 * dull + 0.01 * sand + 0.5 * pit
    waves = fbm(torus, "waves", torus.cells_across(0.3), octaves=4) * 0.0003
    height_m = (waves + is_chip * 0.000015 - pit * 0.0002) * look.relief
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=color * (1 - 0.45 * pit),
        roughness=roughness,
        metallic=torus.zeros(),
    )
    return _divided(torus, look, surface) if look.option("divider", "none") == "brass" else surface


def _strew(torus: Torus, look: Look) -> Heap:
    """Return chips as a heap pressed flat: of two that meet, one cuts off the other."""
    size = look.option("chips", choose(torus, "chips", ("mixed", "fine", "large")))
    largest = look["chip_m"] * {"fine": 0.5, "mixed": 1.0, "large": 2.6}[size]
    dense = look["dense"]
    sorts = [
        Sort(radius_m=(largest * 0.28, largest * 0.5), spacing_m=largest * 1.1 / dense, sunk=(0.0, 0.2)),
        Sort(radius_m=(largest * 0.14, largest * 0.27), spacing_m=largest * 0.5 / dense, sunk=(0.2, 0.5)),
        Sort(radius_m=(largest * 0.06, largest * 0.12), spacing_m=largest * 0.26 / dense, sunk=(0.3, 0.5)),
    ]
    kind = partial(Crushed.of, long=1.9, flat=0.3, tilt=0.02, steep=6.0)
    return heap(torus, "chips", sorts[:2] if size == "fine" else sorts, kind, ground_m=-0.3, lean=0.0)


def _chip_color(
    torus: Torus, look: Look, marbles: tuple[str, ...], chips: Heap, grain: Tensor, cloud: Tensor
) -> Tensor:
    pieces = chips.pieces
    kind = pieces.random(torus, "marble", 0.0, len(marbles) - 0.001)
    # A mix is weighed out, and never in equal parts.
    kind = kind * (0.55 + 0.45 * kind / len(marbles))
    table = torch.tensor(
        [look.palette(color, tint=0.35).stops[0][1] for color in marbles], device=torus.device
    )
    color = table[kind.to(torch.int64)].movedim(-1, 0)  # (3, N, N)
    tone = pieces.random(torus, "tone", -0.18, 0.16) + 0.22 * cloud + 0.06 * grain
    return warmed(color, 0.12 * cloud + pieces.random(torus, "warm", -0.05, 0.07)) * (1 + tone)


def _pinholes(torus: Torus, look: Look, sand: Tensor, is_chip: Tensor) -> Tensor:
    """Return tiny holes that the grinding has opened in the cement, 0..1."""
    crowd = patches(torus, "pits", 0.2, amount=0.5, soft=0.4)
    return ((-sand - 1.75 + 0.4 * look["wear"]) * 1.6).clamp_(0, 1) * crowd * (1 - is_chip)


def _divided(torus: Torus, look: Look, surface: Surface) -> Surface:
    """Return the floor with strips of brass set in a grid, ground flush with it."""
    across = torus.cells_across(look["field_m"])
    laid = lay_by_hand(torus, courses(across, across, width=1, shift=0), "fields", gap_m=0.005)
    strip = 1 - laid.cover(torus)
    scuffs = fbm(torus, "scuffs", torus.cells_across(0.05), octaves=4)
    brass = look.palette("#cfb077", "#e0c48d", tint=0.0).paint(0.6 + 0.5 * scuffs)
    step = surface.height_m + strip * 0.00004
    return surface.covered(strip, color=brass, roughness=0.24 + 0.1 * scuffs, metallic=1.0, height_m=step)
