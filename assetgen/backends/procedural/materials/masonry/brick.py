"""Walls and floors of fired clay: brick."""

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
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.laying import Laid, lay_by_hand
from assetgen.backends.procedural.operators.layouts.plans import Plan, basket, courses, flemish, herringbone
from assetgen.backends.procedural.operators.masonry.wall import (
    JOINTS,
    Body,
    build_wall,
    mortar_color,
    paint_wall,
    salt_bloom,
)
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_CLAYS: Final = (
    ("#52302a", "#70402f", "#8c533f", "#a26a52", "#b98a72"),  # red
    ("#45282a", "#5d3430", "#76443a", "#8e5a4a", "#a67a68"),  # deep red
    ("#5c3a2a", "#7d5238", "#97694a", "#ad825f", "#c29f7d"),  # brown-orange
    ("#755f49", "#93785a", "#ad9271", "#c0a78a", "#d1bfa5"),  # yellow stock
    ("#33272a", "#4b3532", "#64473f", "#7d5d51", "#967a6b"),  # plum
)
"""What the kiln gives, from hard-burnt to soft: five stops each."""
_FACES: Final = ("sand_faced", "wire_cut", "smooth")


def brick(torus: Torus, look: Look) -> Surface:
    """Fired bricks laid in sandy mortar, weathered where the wall has had time."""
    bricks = _lay_bricks(torus, look)
    clay = _draw_clay(torus, look, bricks)
    joint = look.option("joint", choose(torus, "mortar/joint", JOINTS))
    wall = build_wall(torus, look, bricks, clay, "bricks", joint_m=look["joint_m"], joint=joint)
    is_painted = look.option("coat", "bare") == "painted"
    # A color asked for is the paint's, if there is any.
    own = replace(look, color=None) if is_painted else look
    color = _brick_color(torus, own, bricks, clay, wall.broken)
    color = mix(mortar_color(torus, look, wall.sand), color, wall.bare * (1 - 0.8 * wall.smear))
    roughness = look.roughness(0.82) + 0.05 * clay.lumps - 0.03 * clay.grit.clamp(-2, 2)
    roughness = roughness + bricks.pieces.random(torus, "bricks/roughness", -0.09, 0.05)
    roughness = mix(0.95 - 0.04 * wall.sand, roughness, wall.bare * (1 - 0.6 * wall.smear))
    surface = Surface(
        torus=torus, height_m=wall.height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    surface = _weathered(torus, look, surface, bricks, clay, wall.bare)
    if is_painted:
        surface = paint_wall(torus, look, surface, bricks, clay, wall)
    return surface.with_grime(0.25 + 0.6 * look["dirt"], 0.012)


def _lay_bricks(torus: Torus, look: Look) -> Laid:
    bond = look.option("bond", choose(torus, "bricks/bond", ("running", "running", "running", "flemish")))
    bend = warp_field(torus, "bricks/bend", torus.cells_across(0.09), 0.0011 / torus.tile_m, octaves=3)
    return lay_by_hand(
        torus,
        _bond(torus, look, bond),
        "bricks/laid",
        gap_m=look["joint_m"],
        shift_m=look["joint_m"] * 0.16 * look["unevenness"],
        turn=0.006 * look["unevenness"],
        rounding_m=0.004,
        warp=bend,
    )


def _bond(torus: Torus, look: Look, bond: str) -> Plan:
    """Return the bond's plan; a wall shows faces of 3 to 1, a floor of 2 to 1 or 3 to 1."""
    long_m = look["brick_m"] + look["joint_m"]
    across = torus.cells_across(long_m)
    rows = max(2 * round(torus.tile_m / (long_m / 3) / 2), 2)
    if bond == "stack":
        return courses(across, rows, shift=0)
    if bond == "flemish":
        return flemish(torus.cells_across(long_m * 1.5), rows)
    if bond == "herringbone":
        return herringbone(torus.cells_across(long_m * 2), ratio=3 if look["slim"] > 0.5 else 2)
    if bond == "basket":
        return basket(torus.cells_across(long_m * 2))
    return courses(across, rows)


def _draw_clay(torus: Torus, look: Look, bricks: Laid) -> Body:
    """Draw one large field of clay and give every brick another piece of it."""
    face = look.option("face", choose(torus, "bricks/face", _FACES))
    creases = fbm(torus, "clay/creases", torus.cells_across(0.05), octaves=5, gain=0.55, shape="ridged")
    grit = spectral_noise(torus, "clay/grit", slope=0.9, low=60)
    if face == "wire_cut":
        # The wire drags grains through the clay: long shallow grooves across the face.
        drag = spectral_noise(torus, "clay/drag", slope=1.2, low=24, stretch=(0.12, 1.0))
        creases, grit = creases * 0.35 + drag.clamp_(-2.5, 2.5) * 0.5, grit * 0.6
    if face == "smooth":
        creases, grit = creases * 0.4, grit * 0.45
    shared = torch.stack([fbm(torus, "clay/lumps", torus.cells_across(0.11), octaves=6), creases, grit])
    lumps, creases, grit = fetch_per_piece(torus, shared, bricks.pieces, "clay/shift")
    return Body(lumps=lumps, creases=creases, grit=grit)


def _brick_color(torus: Torus, look: Look, bricks: Laid, clay: Body, broken: Tensor) -> Tensor:
    pieces = bricks.pieces
    ramp = look.palette(*choose(torus, "clay/kind", _CLAYS))
    fire = pieces.random_apart(torus, "bricks/fire", -0.5, 0.5)
    fire = fire + pieces.random(torus, "bricks/fire-2", -0.5, 0.5)
    tone = 0.5 + 0.32 * fire * look["variation"] + 0.30 * clay.lumps + 0.10 * clay.creases
    tints = piece_tints(torus, "bricks/tint", pieces.count, value=0.12 * look["variation"], hue=3.0)
    color = ramp.paint(tone + 0.035 * clay.grit) * pieces.pick(tints)
    dark = look.palette("#2b2423", "#3e3331", "#594a45", tint=0.55).paint(0.5 + 0.5 * clay.lumps)
    color = mix(color, dark, _flashed(torus, look, bricks, clay))
    iron, lime = smoothstep(1.5, 2.3, clay.grit), smoothstep(1.7, 2.6, -clay.grit)
    color = color * (1 - 0.35 * iron + 0.22 * lime)
    # A break shows the paler, unweathered body of the brick; an old one has grown dull again.
    body = ramp.paint(0.70 + 0.35 * clay.creases + 0.08 * clay.grit)
    return mix(color, body, broken * (0.85 - 0.4 * look["age"]))


def _flashed(torus: Torus, look: Look, bricks: Laid, clay: Body) -> Tensor:
    """Return where the flame darkened a brick: whole hard-burnt bricks, and the hot end of others."""
    pieces = bricks.pieces
    # Headers stand with an end to the fire, so they darken three times as often.
    odds = torch.where(bricks.long_m < 0.75 * bricks.long_m.amax(), 0.33, 1.0)
    chosen = pieces.random_apart(torus, "flash/chosen", 0.0, 1.0) * pieces.pick(odds)
    whole = smoothstep(0.0, 0.03, look["burnt"] * 0.5 - chosen)
    strength = pieces.random(torus, "flash/strength", 0.35, 1.0)
    slope = pieces.random(torus, "flash/slope", -9.0, 9.0)
    end = smoothstep(0.1, 1.0, pieces.along() * slope + clay.lumps * 0.7)
    partly = end * smoothstep(0.0, 0.05, look["burnt"] * 1.6 - chosen)
    return torch.maximum(whole * (0.75 + 0.4 * clay.lumps), partly * 0.7).clamp_(0, 0.9) * strength


def _weathered(torus: Torus, look: Look, surface: Surface, bricks: Laid, clay: Body, bare: Tensor) -> Surface:
    """Let salts bloom near damp joints, and soot settle in broad soft patches."""
    bloom = salt_bloom(torus, bricks, clay, look["salt"])
    salt = look.palette("#b9b3a8", "#d0cbc1", tint=0.0).paint(0.5 + 0.5 * clay.lumps)
    surface = surface.covered(bloom, color=salt, roughness=0.95)
    soot = patches(torus, "soot", 0.22, amount=0.5, soft=0.6) * (0.5 + 0.5 * bare)
    return replace(surface, color=surface.color * (1 - 0.34 * look["soot"] * soot))
