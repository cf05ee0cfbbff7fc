"""A wall of hollow blocks pressed from cinder concrete."""

from __future__ import annotations

from dataclasses import replace
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
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.laying import Laid, lay_by_hand
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.masonry.wall import (
    CEMENTS,
    Body,
    Wall,
    build_wall,
    mortar_color,
    paint_wall,
    salt_bloom,
)
from assetgen.backends.procedural.operators.traces.weather import rain_streaks
from assetgen.backends.procedural.surface import Surface

_CINDERS: Final = (
    ("#575654", "#6e6d6a", "#84827e", "#9a9792", "#b0ada7"),  # grey
    ("#4a4a4b", "#5d5d5e", "#727272", "#888786", "#9e9c9a"),  # dark, of coal cinders
    ("#6a6255", "#82796a", "#978d7c", "#aba18f", "#bfb5a3"),  # buff, of pumice
    ("#6f6e6b", "#878582", "#9b9995", "#afaca7", "#c2bfb9"),  # pale, of limestone
)


def cinder_block(torus: Torus, look: Look) -> Surface:
    """Porous grey blocks in mortar: bare, split to a rock face, laid open to their cores, or painted over."""
    face = look.option("face", choose(torus, "face", ("plain", "painted", "plain", "split", "hollow")))
    blocks = _lay_blocks(torus, look)
    body, pits = _pressed(torus, blocks)
    joint = choose(torus, "joint", ("tooled", "tooled", "flush"))
    wall = build_wall(torus, look, blocks, body, "blocks", joint_m=look["joint_m"], joint=joint)
    pits = pits * wall.bare * (1 - wall.smear)
    height_m = wall.height_m - pits * (0.0022 * look.relief)
    if face == "split":
        height_m = height_m + _rock_face(torus, blocks, body) * (wall.bare * look.relief)

    own = replace(look, color=None) if face == "painted" else look
    color = _block_color(torus, own, blocks, body, wall) * (1 - 0.34 * pits)
    color = mix(mortar_color(torus, look, wall.sand, CEMENTS), color, wall.bare * (1 - 0.8 * wall.smear))
    roughness = look.roughness(0.83) + 0.10 * body.lumps - 0.03 * body.grit.clamp(-2, 2) + 0.10 * pits
    roughness = roughness + blocks.pieces.random(torus, "blocks/roughness", -0.08, 0.05)
    roughness = mix(0.95 - 0.04 * wall.sand, roughness, wall.bare * (1 - 0.6 * wall.smear))
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    salt = look.palette("#a9a59d", "#c0bcb4", tint=0.0).paint(0.5 + 0.5 * body.lumps)
    surface = surface.covered(salt_bloom(torus, blocks, body, 0.8 * look["age"]), color=salt, roughness=0.95)
    if face == "hollow":
        surface = _opened(torus, look, surface, blocks, body)
    if face == "painted":
        surface = paint_wall(torus, look, surface, blocks, body, wall)
    soot = rain_streaks(torus, "soot") * (0.42 * look["dirt"])
    return replace(surface, color=surface.color * (1 - soot)).with_grime(0.2 + 0.6 * look["dirt"], 0.012)


def _lay_blocks(torus: Torus, look: Look) -> Laid:
    across = torus.cells_across(look["block_m"] + look["joint_m"])
    rows = max(2 * round(across), 2)
    bond = look.option("bond", choose(torus, "bond", ("running", "running", "running", "stack")))
    return lay_by_hand(
        torus,
        courses(across, rows, shift=0 if bond == "stack" else 1),
        "blocks/laid",
        gap_m=look["joint_m"],
        shift_m=0.0018 * look["unevenness"],
        turn=0.003 * look["unevenness"],
        rounding_m=0.003,
    )


def _pressed(torus: Torus, blocks: Laid) -> tuple[Body, Tensor]:
    """Return the body of the blocks, and the open pits between its grains, 0..1."""
    pits = torus.zeros()
    for number, (size_m, share) in enumerate(((0.013, 0.28), (0.0062, 0.42))):
        holes = grains(torus, f"pits/{number}", torus.cells_across(size_m), jitter=1.0)
        deep = holes.random(torus, f"pits/{number}/deep")
        pit = (
            smoothstep(0.55, 0.12, holes.near / (0.5 + 0.6 * deep))
            * (deep < share)
            * (0.5 + deep / share * 0.5)
        )
        pits = torch.maximum(pits, pit)
    shared = torch.stack(
        [
            fbm(torus, "cinder/lumps", torus.cells_across(0.14), octaves=6, gain=0.55),
            fbm(torus, "cinder/creases", torus.cells_across(0.04), octaves=5, gain=0.6, shape="ridged"),
            spectral_noise(torus, "cinder/grit", slope=0.5, low=90),
            pits,
        ]
    )
    lumps, creases, grit, pits = fetch_per_piece(torus, shared, blocks.pieces, "cinder/shift")
    dense = blocks.pieces.random(torus, "pits/dense", 0.35, 1.0) * smoothstep(-0.5, 0.4, lumps)
    return Body(lumps=lumps, creases=creases * 0.6, grit=grit * 1.6), pits * dense


def _rock_face(torus: Torus, blocks: Laid, body: Body) -> Tensor:
    """Return how far a split face stands out, metres: broken like rock, drawn in along its border."""
    broken = fbm(torus, "split/facets", torus.cells_across(0.16), octaves=6, gain=0.5, shape="billow")
    broken = fetch_per_piece(torus, broken, blocks.pieces, "split/shift")
    margin = smoothstep(0.0, 0.035, blocks.pieces.edge + 0.008 * body.creases)
    lean = blocks.pieces.y * blocks.pieces.random(torus, "split/lean", -0.12, 0.12)
    return margin * (0.010 + broken * 0.022 + body.creases * 0.004 + lean)


def _block_color(torus: Torus, look: Look, blocks: Laid, body: Body, wall: Wall) -> Tensor:
    pieces = blocks.pieces
    ramp = look.palette(*choose(torus, "cinder/kind", (_CINDERS[0], *_CINDERS)))
    batch = pieces.random_apart(torus, "blocks/batch", -0.19, 0.19) * look["variation"]
    cloud = fbm(torus, "blocks/damp", torus.cells_across(0.2), octaves=5, gain=0.55)
    tone = 0.5 + batch + 0.22 * body.lumps + 0.16 * cloud + 0.06 * body.grit + 0.12 * wall.broken
    tints = piece_tints(
        torus, "blocks/tint", pieces.count, value=0.05 * look["variation"], hue=2.0, warmth=0.03
    )
    pale, dark = smoothstep(1.9, 2.8, body.grit), smoothstep(1.9, 2.8, -body.grit)
    return ramp.paint(tone) * pieces.pick(tints) * (1 + 0.18 * pale - 0.26 * dark)


def _opened(torus: Torus, look: Look, surface: Surface, blocks: Laid, body: Body) -> Surface:
    """Lay the blocks on their sides, so that the two cores of each are seen: tapered wells with thick webs."""
    pieces, long_m = blocks.pieces, float(blocks.long_m[0])
    half_x, half_y = long_m / 4 - 0.026, long_m / 4 - 0.036
    to_x = (pieces.x.abs() - long_m / 4).abs() - half_x + 0.02
    to_y = pieces.y.abs() - half_y + 0.02
    outside = torch.hypot(to_x.clamp(min=0), to_y.clamp(min=0)) + torch.maximum(to_x, to_y).clamp_(max=0)
    inside = 0.02 - outside + 0.002 * body.creases
    well = smoothstep(-0.002, 0.014, inside)
    shade = look.palette("#2e2d2b", "#3d3b38", tint=0.2).paint(0.5 + body.lumps)
    sunk_m = surface.height_m - well * (0.055 + 0.006 * body.lumps) * look.relief
    deep = smoothstep(0.006, 0.02, inside) * 0.75
    return surface.covered(deep, color=shade, roughness=0.95, height_m=sunk_m)
