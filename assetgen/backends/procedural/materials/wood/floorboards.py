"""Varnished floorboards: clear wood under a coat that feet wear dull, then through."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.traces.marks import scratches
from assetgen.backends.procedural.operators.wood.boards import (
    board_joints,
    board_shape,
    drive_nails,
    lay_boards,
    soil_boards,
    splits,
)
from assetgen.backends.procedural.operators.wood.flooring import deepened, walked_paths
from assetgen.backends.procedural.operators.wood.timber import (
    Boards,
    Grain,
    Species,
    cut_grain,
    grow_knots,
    wood_color,
    wood_tone,
)
from assetgen.backends.procedural.operators.wood.woods import WOODS
from assetgen.backends.procedural.recipe import either_way
from assetgen.backends.procedural.surface import Surface

_COMMON: Final = ("oak", "oak", "pine", "walnut", "cherry", "mahogany", "ash")
"""What the seed chooses among."""


def floorboards(torus: Torus, look: Look) -> Surface:
    """Planed boards, nailed, varnished, and walked on since."""
    return either_way(_lying, torus, look)


def _lying(torus: Torus, look: Look) -> Surface:
    # What it needs of wood and boards is freed on return: 2 GiB of a large tile.
    surface, dark = _swept(torus, look)
    return soil_boards(surface, dark, look.palette("#2b241d", tint=0.0), dirt=0.8 * look["dirt"])


def _swept(torus: Torus, look: Look) -> tuple[Surface, Tensor]:
    """Return the floor before any dirt, and where it will lie."""
    boards = lay_boards(
        torus, board_m=look["board_m"], mixed_widths=look["mixed_widths"], long_boards=look["long_boards"]
    )
    knots = grow_knots(torus, boards, share=0.4 * look["knots"], radius_m=(0.006, 0.02))
    species = WOODS[look.option("species", choose(torus, "species", _COMMON))]
    grain = cut_grain(torus, boards, knots, species)
    cracks = splits(torus, boards, grain, age=look["age"] * 0.8)
    gap = board_joints(torus, boards, grain, gap_m=look["gap_m"], wear=look["wear"] * 0.5)
    shape, shoulder = board_shape(torus, boards, grain, gap_m=look["gap_m"], wear=look["wear"] * 0.5)
    bare = _worn_through(torus, look, boards, grain)
    face = grain.late * (0.00006 + 0.0003 * look["age"] * bare) - grain.pores * 0.00010 - cracks * 0.001
    knot = look.palette("#93663f", "#6b4529", "#3a2418", tint=0.7)
    color = wood_color(torus, boards, knots, grain, species, ramp=look.palette(*species.colors), knot=knot)
    wood = Surface(
        torus=torus,
        height_m=(shape * 0.6 + face + shoulder - gap * look["gap_depth_m"]) * look.relief,
        color=color,
        roughness=torus.zeros(),
        metallic=torus.zeros(),
    )
    del shape, shoulder, face, color
    surface = _varnished(wood, look, species, boards, grain, bare)
    del wood, bare
    nails = drive_nails(torus, boards, age=0.4 * look["age"])
    iron = look.palette("#4a4039", "#5f4636", tint=0.0).paint(nails.rust)
    surface = replace(surface, color=surface.color * nails.bleached)
    surface = surface.covered(nails.head, color=iron, roughness=0.5)
    return surface, torch.maximum(gap, cracks * 0.8)


def _worn_through(torus: Torus, look: Look, boards: Boards, grain: Grain) -> Tensor:
    """Return where the coat is gone, 0..1: paths of feet, raised edges, and the hard rings last."""
    edge = smoothstep(0.012, 0.0, boards.pieces.edge) * 0.35
    fine = edge + 0.05 * grain.streak + 0.05 * grain.fibre - 0.12 * grain.late
    return walked_paths(torus, "varnish", wear=0.5 * look["wear"] + 0.5 * look["age"], fine=fine)


def _varnished(
    wood: Surface, look: Look, species: Species, boards: Boards, grain: Grain, bare: Tensor
) -> Surface:
    """Deepen and yellow the wood under a clear coat; where it is gone the wood is dry and grey."""
    torus = wood.torus
    deep = deepened(torus, wood.color, amber=0.15 + 0.75 * look["amber"])
    silver = look.palette("#a39c91", "#857d72", "#625b52", tint=0.4)
    dry = mix(
        wood.color, silver.paint(wood_tone(torus, boards, None, grain, species)), bare * 0.75 * look["age"]
    )
    scratch = scratches(torus, "varnish/scratches", int(60 + 260 * look["wear"]), length_m=(0.01, 0.16))
    dull = (0.5 * bare + 0.5 * smoothstep(0.0, 0.9, bare)).clamp_(0, 1)
    coat = look.roughness(0.25) + 0.05 * grain.late + 0.10 * grain.pores
    coat = coat + boards.pick(torus, "varnish/coat", -0.04, 0.06) + 0.22 * scratch * look["wear"]
    color = mix(deep, dry, bare * 0.85) * (1 + 0.10 * scratch * look["wear"])
    return replace(wood, color=color, roughness=mix(coat, 0.66 + 0.05 * grain.fibre.clamp(-2, 2), dull))
