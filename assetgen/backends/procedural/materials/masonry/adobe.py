"""Walls of unfired earth: mud bricks, or mud smeared on by hand."""

from __future__ import annotations

from typing import Final

import torch

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import dome
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.laying import lay_by_hand
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.masonry.earthen import EARTHS, Earth, knead_mud, weather_earth
from assetgen.backends.procedural.operators.masonry.trowel import trowel_sweeps
from assetgen.backends.procedural.operators.masonry.wall import Body, build_wall, mortar_color
from assetgen.backends.procedural.surface import Surface

_MUDS: Final = (
    ("#6d5a45", "#837059", "#9a866e"),
    ("#6b4c39", "#81604b", "#977660"),
    ("#655b4e", "#7a7062", "#908676"),
    ("#78603f", "#8e7552", "#a48b68"),
)
"""The same earths with more sand, for the joints."""


def adobe(torus: Torus, look: Look) -> Surface:
    """Mud with straw in it, struck into bricks and dried in the sun or smeared on by hand, and eaten by the rain."""
    kind = look.option("kind", choose(torus, "kind", ("plastered", "bricks", "bricks")))
    mud = knead_mud(torus)
    if kind == "bricks":
        earth = _bricks(torus, look, mud)
        return weather_earth(torus, look, earth, mud, straw=look["straw"], cracks=0.3, stones=0.5)
    earth = _plastered(torus, look, mud)
    return weather_earth(torus, look, earth, mud, straw=look["straw"], cracks=1.0, stones=0.2)


def _bricks(torus: Torus, look: Look, mud: Body) -> Earth:
    """Bricks struck from a wooden frame and dried in the sun, in mud of the same pit; the rain has rounded them."""
    across = torus.cells_across(look["block_m"])
    rows = max(2 * round(torus.tile_m / (look["block_m"] * 0.36) / 2), 2)
    bend = warp_field(torus, "bricks/bend", torus.cells_across(0.1), 0.007 / torus.tile_m, octaves=5)
    joint_m = look["block_m"] * 0.055
    laid = lay_by_hand(
        torus,
        courses(across, rows),
        "bricks/laid",
        gap_m=joint_m,
        shift_m=0.004 * look["unevenness"],
        turn=0.014 * look["unevenness"],
        rounding_m=0.014,
        warp=bend,
    )
    pieces = laid.pieces
    own = fetch_per_piece(torus, torch.stack([mud.lumps, mud.creases, mud.grit]), pieces, "bricks/shift")
    body = Body(lumps=own[0], creases=own[1] * 0.7, grit=own[2])
    harm = 0.15 + 0.3 * look["age"] + 0.4 * look["wear"]
    wall = build_wall(
        torus, look, laid, body, "bricks", joint_m=joint_m, joint="flush", coarse=2.2, harm=harm
    )
    eaten = (1 - dome(pieces.edge + 0.004 * body.lumps, 0.030 + 0.02 * look["wear"])) * (
        0.006 + 0.010 * look["wear"]
    )
    stand = pieces.random(torus, "bricks/stand", -0.006, 0.005) * look["unevenness"]
    ramp = look.palette(*choose(torus, "earth", EARTHS))
    tone = 0.52 + pieces.random_apart(torus, "bricks/batch", -0.3, 0.3) * look["variation"]
    tints = piece_tints(
        torus, "bricks/tint", pieces.count, value=0.08 * look["variation"], hue=3.0, warmth=0.04
    )
    color = ramp.paint(tone + 0.3 * body.lumps + 0.05 * body.grit) * pieces.pick(tints)
    mortar = mortar_color(torus, look, wall.sand, (choose(torus, "earth", _MUDS),))
    shown = wall.bare * (1 - 0.8 * wall.smear)
    height_m = wall.height_m + (stand - eaten) * wall.bare * look.relief + mud.lumps * 0.003 * look.relief
    return Earth(height_m=height_m, color=mix(mortar, color, shown))


def _plastered(torus: Torus, look: Look, mud: Body) -> Earth:
    """Mud smeared on with hands: shallow sweeps of the palm over a lumpy wall."""
    palms = trowel_sweeps(torus, "palms", look["block_m"] * 0.7, bend=0.35)
    bulge = fbm(torus, "bulge", torus.cells_across(0.4), octaves=4, gain=0.45)
    swept_m = palms.scoop * 0.0016 + palms.drag * 0.0004 + palms.lip * 0.002
    height_m = (
        bulge * 0.018 * look["unevenness"] + swept_m + mud.lumps * 0.004 + mud.grit * 0.0003
    ) * look.relief
    tone = (
        0.5
        + 0.28 * mud.lumps
        + 0.05 * palms.pressed * look["variation"]
        - 0.05 * palms.scoop
        + 0.045 * mud.grit
    )
    color = look.palette(*choose(torus, "earth", EARTHS)).paint(tone + 0.12 * bulge)
    return Earth(height_m=height_m, color=color)
