"""Painted boards: a film of paint that weather lifts from edges, ends and along the grain."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.wood.boards import (
    board_joints,
    board_shape,
    drive_nails,
    greyed,
    lay_boards,
    soil_boards,
    splits,
)
from assetgen.backends.procedural.operators.wood.timber import (
    Boards,
    Grain,
    Knots,
    cut_grain,
    grow_knots,
    wood_color,
    wood_tone,
)
from assetgen.backends.procedural.operators.wood.woods import WOODS
from assetgen.backends.procedural.recipe import either_way
from assetgen.backends.procedural.surface import Surface

_PAINTS: Final = ("#b9b4a6", "#7d8a7a", "#6f8791", "#743f37", "#a8976f", "#4f5c58")
"""Chalk, sage, duck egg, barn red, straw, bottle green: paints that people give to boards."""
_WOODS: Final = ("pine", "larch", "oak")
"""What people paint."""


def painted_planks(torus: Torus, look: Look) -> Surface:
    """Boards painted once, long ago or last week."""
    return either_way(_lying, torus, look)


def _lying(torus: Torus, look: Look) -> Surface:
    # What it needs of wood and boards is freed on return: 2 GiB of a large tile.
    surface, dark = _clean(torus, look)
    return soil_boards(surface, dark, look.palette("#2b241d", tint=0.0), dirt=look["dirt"])


def _clean(torus: Torus, look: Look) -> tuple[Surface, Tensor]:
    """Return the boards before any dirt, and where it will lie."""
    boards = lay_boards(torus, board_m=look["board_m"], mixed_widths=look["mixed_widths"], long_boards=0.5)
    knots = grow_knots(torus, boards, share=0.5 * look["knots"], radius_m=(0.008, 0.025))
    species = WOODS[look.option("species", choose(torus, "species", _WOODS))]
    grain = cut_grain(torus, boards, knots, species)
    cracks = splits(torus, boards, grain, age=look["age"])
    gap = board_joints(torus, boards, grain, gap_m=look["gap_m"], wear=look["wear"])
    shape, shoulder = board_shape(torus, boards, grain, gap_m=look["gap_m"], wear=look["wear"])
    worn = 0.00012 + 0.00055 * look["age"]
    face = (grain.late + grain.fibre * 0.16 + knots.body * 0.8) * worn - cracks * (0.0008 + 2 * worn)
    # A color asked for is that of the paint; the wood below keeps its own.
    bare = replace(look, color=None)
    color = wood_color(torus, boards, knots, grain, species, ramp=bare.palette(*species.colors))
    silver = bare.palette("#96938d", "#7a766f", "#57534d")
    silver_color = silver.paint(wood_tone(torus, boards, knots, grain, species) + 0.1)
    wood = Surface(
        torus=torus,
        height_m=shape * (0.5 + look["age"]) + face + shoulder - gap * look["gap_depth_m"],
        color=greyed(torus, color, silver_color, boards, knots, grain, age=0.4 + 0.6 * look["age"]),
        roughness=0.78 - 0.13 * grain.late + 0.035 * grain.fibre.clamp(-2, 2) + 0.1 * look["age"],
        metallic=torus.zeros(),
    )
    del shape, shoulder, face, color, silver_color
    surface = _painted(wood, look, boards, grain, knots)
    del wood
    nails = drive_nails(torus, boards, age=look["age"])
    height_m = (surface.height_m - nails.dent * 0.0005) * look.relief
    surface = replace(surface, height_m=height_m, color=surface.color * nails.bleached)
    return surface, torch.maximum(gap, cracks * 0.8)


def _painted(wood: Surface, look: Look, boards: Boards, grain: Grain, knots: Knots) -> Surface:
    """Cover the boards with paint, gone from edges and ends first and then along the grain."""
    torus = wood.torus
    flake = spectral_noise(torus, "paint/flakes", slope=1.5, low=4, high=220, stretch=(3.5, 1.0))
    exposed = smoothstep(0.020, 0.0, boards.pieces.edge) * 0.9 + smoothstep(0.05, 0.0, boards.to_end) * 0.6
    loss = 0.55 * flake + 0.35 * grain.streak + exposed + 0.35 * (grain.late - 0.3) + 0.5 * knots.body
    del flake, exposed
    limit = 2.6 - 2.2 * look["peeling"]
    film = 1 - smoothstep(limit - 0.05, limit + 0.05, loss)
    primer = smoothstep(limit - 0.20, limit - 0.10, loss + 0.10 * grain.fibre + 0.12 * grain.streak - 0.08)
    thin = smoothstep(limit - 1.1, limit, loss)
    # Just short of the break the film has let go and stands off the wood.
    lip = smoothstep(limit - 0.22, limit - 0.06, loss) * film
    faded = fbm(torus, "paint/faded", torus.cells_across(0.4), octaves=6, gain=0.6)
    color = _paint_color(torus, look, boards, grain, faded, thin)
    color = mix(color, look.palette("#a8a294", tint=0.2).paint(0.5 + 0.3 * faded), primer * 0.5)
    thick_m = 0.0004 - 0.0001 * primer - 0.00008 * grain.late + 0.0004 * lip * look["peeling"]
    coat = look.roughness(0.46) + 0.22 * thin + 0.10 * faded + 0.03 * grain.fibre.clamp(-2, 2)
    # Wood that has lain under paint and then in the rain is dark and dull.
    wood = replace(wood, color=wood.color * (0.74 - 0.12 * thin))
    return wood.covered(film, color=color, roughness=coat, height_m=wood.height_m + film * thick_m)


def _paint_color(
    torus: Torus, look: Look, boards: Boards, grain: Grain, faded: Tensor, thin: Tensor
) -> Tensor:
    tone = 0.5 + 0.30 * faded + 0.09 * grain.streak + boards.pick(torus, "paint/tone", -0.25, 0.25)
    tone = tone - 0.25 * thin
    ramp = look.palette(choose(torus, "paint", _PAINTS), most_chroma=PAINTED)
    return mix(ramp.adjusted(brightness=-0.35).paint(tone), ramp.adjusted(brightness=0.05).paint(tone), tone)
