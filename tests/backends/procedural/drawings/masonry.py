"""Drawings of operators/masonry."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.layouts.laying import Laid, lay_by_hand
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.masonry.cement import (
    air_bubbles,
    cement_milk,
    mix_cement,
    stones_in_paste,
)
from assetgen.backends.procedural.operators.masonry.earthen import knead_mud, straw_in_mud
from assetgen.backends.procedural.operators.masonry.glaze import (
    chipped_glaze,
    crazing,
    glaze_roughness,
    pour_glaze,
    scale_film,
)
from assetgen.backends.procedural.operators.masonry.grout import grout_bed, grout_color
from assetgen.backends.procedural.operators.masonry.trowel import fillings, trowel_sweeps
from assetgen.backends.procedural.operators.masonry.wall import (
    Body,
    build_wall,
    mortar_color,
    paint_wall,
    salt_bloom,
)
from tests.backends.procedural.drawings.shared import WISHES, Drawing, surface


def _sweeps(torus: Torus) -> Tensor:
    left = trowel_sweeps(torus, "a", 0.5)
    return torch.stack([left.pressed, left.scoop, left.drag, left.lip])


def _laid(torus: Torus) -> Laid:
    return lay_by_hand(torus, courses(3, 6), "laid", gap_m=0.02, turn=0.01)


def _wall(torus: Torus) -> Tensor:
    body = Body(
        lumps=fbm(torus, "a", 5), creases=fbm(torus, "b", 9), grit=spectral_noise(torus, "c", slope=1.0)
    )
    units = _laid(torus)
    wall = build_wall(torus, WISHES, units, body, "units", joint_m=0.02, joint="tooled")
    painted = paint_wall(torus, WISHES, surface(torus), units, body, wall)
    salt = salt_bloom(torus, units, body, 0.7)
    parts = (wall.height_m, wall.bare, wall.broken, wall.smear, wall.sand, salt, painted.roughness)
    return torch.stack(parts)


def _glaze(torus: Torus) -> Tensor:
    tiles = _laid(torus)
    glaze = pour_glaze(torus, tiles)
    film = scale_film(torus, tiles, 0.6)
    return torch.stack(
        [
            chipped_glaze(torus, tiles, glaze, 0.7),
            crazing(torus, tiles, 0.9),
            film,
            glaze_roughness(torus, WISHES, tiles, glaze, film, clean=0.1),
        ]
    )


DRAWINGS: dict[str, Drawing] = {
    "trowel sweeps": _sweeps,
    "fillings": lambda t: torch.stack(
        fillings(t, "a", 0.4, share=0.6, size_m=(0.02, 0.1), ragged=fbm(t, "b", 7))
    ),
    "wall in mortar": _wall,
    "mortar": lambda t: mortar_color(t, WISHES, fbm(t, "a", 9)),
    "glaze": _glaze,
    "grout": lambda t: torch.stack(grout_bed(t, WISHES, fbm(t, "a", 9) * 0.02, 0.02)),
    "color of grout": lambda t: grout_color(t, WISHES, fbm(t, "a", 9)),
    "air bubbles": lambda t: torch.stack(air_bubbles(t, mix_cement(t), often=1.0)),
    "cement milk": cement_milk,
    "stones in paste": lambda t: torch.stack(stones_in_paste(t, "a", 0.05, mix_cement(t))),
    "mud": lambda t: torch.stack([knead_mud(t).lumps, knead_mud(t).creases, knead_mud(t).grit]),
    "straw": lambda t: torch.stack(straw_in_mud(t, 0.05)),
}
