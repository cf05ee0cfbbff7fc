"""Bare boards nailed down side by side, sawn, weathered and walked on."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.wood.boards import (
    board_joints,
    board_shape,
    drive_nails,
    greyed,
    lay_boards,
    saw_marks,
    soil_boards,
    splits,
)
from assetgen.backends.procedural.operators.wood.timber import (
    Boards,
    Grain,
    Knots,
    Species,
    cut_grain,
    grow_knots,
    wood_color,
    wood_tone,
)
from assetgen.backends.procedural.operators.wood.woods import WOODS
from assetgen.backends.procedural.recipe import either_way
from assetgen.backends.procedural.surface import Surface

_COMMON: Final = ("pine", "larch", "oak", "walnut")
"""What the seed chooses among."""


def wood_planks(torus: Torus, look: Look) -> Surface:
    """Boards cut from different places of different logs, nailed down and lived with."""
    return either_way(_lying, torus, look)


def _lying(torus: Torus, look: Look) -> Surface:
    species = WOODS[look.option("species", choose(torus, "species", _COMMON))]
    boards = lay_boards(
        torus, board_m=look["board_m"], mixed_widths=look["mixed_widths"], long_boards=look["long_boards"]
    )
    knots = grow_knots(torus, boards, share=0.5 * look["knots"], radius_m=(0.008, 0.025))
    grain = cut_grain(torus, boards, knots, species)
    cracks = splits(torus, boards, grain, age=look["age"])
    gap = board_joints(torus, boards, grain, gap_m=look["gap_m"], wear=look["wear"])
    nails = drive_nails(torus, boards, age=look["age"])
    height_m = _height(torus, look, boards, knots, grain, cracks) - gap * look["gap_depth_m"]
    roughness = (
        look.roughness(0.74) - 0.13 * grain.late + 0.035 * grain.fibre.clamp(-2, 2) + 0.1 * look["age"]
    )
    roughness = roughness - 0.08 * knots.body + boards.pick(torus, "boards/roughness", -0.06, 0.06)
    surface = Surface(
        torus=torus,
        height_m=(height_m - nails.dent * 0.0005) * look.relief,
        color=_color(torus, look, species, boards, knots, grain) * nails.bleached,
        roughness=roughness,
        metallic=torus.zeros(),
    )
    iron = look.palette("#4a4039", "#5f4636", tint=0.0).paint(nails.rust)
    surface = surface.covered(nails.head, color=iron, roughness=0.55 + 0.25 * look["age"])
    dust = look.palette("#2b241d", tint=0.0)
    return soil_boards(surface, torch.maximum(gap, cracks * 0.8), dust, dirt=look["dirt"])


def _height(torus: Torus, look: Look, boards: Boards, knots: Knots, grain: Grain, cracks: Tensor) -> Tensor:
    """Return metres: boards cup, rise and round off; soft wood wears away between the rings."""
    age = look["age"]
    shape, shoulder = board_shape(torus, boards, grain, gap_m=look["gap_m"], wear=look["wear"])
    worn = 0.00012 + 0.00055 * age
    face = grain.late * worn + grain.fibre * (worn * 0.16) + knots.body * (worn * (0.6 + knots.rings * 0.4))
    face = face - knots.rim * 0.0006 - grain.pores * 0.00012 - cracks * (0.0008 + 0.0016 * age)
    face = face + saw_marks(torus, boards, wear=look["wear"]) * 0.00005
    return shape * (0.5 + age) + face + shoulder


def _color(torus: Torus, look: Look, species: Species, boards: Boards, knots: Knots, grain: Grain) -> Tensor:
    knot = look.palette("#93663f", "#6b4529", "#3a2418", tint=0.7)
    ramp = look.palette(*species.colors)
    color = wood_color(torus, boards, knots, grain, species, ramp=ramp, knot=knot)
    tone = wood_tone(torus, boards, knots, grain, species)
    silver = look.palette("#96938d", "#7a766f", "#57534d", tint=0.35).paint(tone + 0.1)
    return greyed(torus, color, silver, boards, knots, grain, age=look["age"])
