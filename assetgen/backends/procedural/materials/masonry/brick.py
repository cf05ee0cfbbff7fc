"""Walls and floors of fired clay: brick."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.cells import grains
from assetgen.backends.procedural.operators.chance import choose
from assetgen.backends.procedural.operators.height import smoothstep
from assetgen.backends.procedural.operators.laying import (
    Laid,
    corner_loss,
    edge_loss,
    lay_by_hand,
    rounded_edge,
)
from assetgen.backends.procedural.operators.layouts import Plan, basket, courses, flemish, herringbone
from assetgen.backends.procedural.operators.marks import patches
from assetgen.backends.procedural.operators.noise import fbm, spectral_noise
from assetgen.backends.procedural.operators.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.operators.steady import power
from assetgen.backends.procedural.operators.torus import Torus
from assetgen.backends.procedural.operators.warp import fetch_per_piece, warp_field
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
_JOINTS: Final = ("tooled", "raked", "flush")


@dataclass(frozen=True, slots=True, eq=False)
class _Clay:
    """What a brick's face is like, read elsewhere for every brick."""

    lumps: Tensor
    creases: Tensor
    grit: Tensor


def brick(torus: Torus, look: Look) -> Surface:
    """Fired bricks laid in sandy mortar, weathered where the wall has had time."""
    wall = _lay_bricks(torus, look)
    clay = _draw_clay(torus, look, wall)
    lost_m = _broken_away(torus, look, wall, clay)
    face_m = _face_height(torus, look, wall, clay)
    mortar_m, sand = _mortar_bed(torus, look, wall, clay)
    cover = wall.cover(torus)
    bare = cover * smoothstep(-0.0006, 0.0006, face_m - mortar_m)
    # Bricks break after they are laid, so mortar laps over an edge but never fills a break.
    scoop_m = (lost_m.clamp(min=0) * (0.62 + 0.6 * clay.creases)).clamp_(0, 0.008)
    height_m = mix(mortar_m, torch.maximum(face_m, mortar_m) - scoop_m, cover)
    broken = smoothstep(0.0003, 0.0016, scoop_m) * cover
    bare = torch.maximum(bare, broken)
    del cover, lost_m, scoop_m, face_m, mortar_m  # a large tile counts its planes
    smear = _mortar_smear(torus, look, wall, clay) * (1 - broken)

    color = _brick_color(torus, look, wall, clay, broken)
    color = mix(_mortar_color(torus, look, sand), color, bare * (1 - 0.8 * smear))
    roughness = look.roughness(0.82) + 0.05 * clay.lumps - 0.03 * clay.grit.clamp(-2, 2)
    roughness = roughness + wall.pieces.random(torus, "bricks/roughness", -0.09, 0.05)
    roughness = mix(0.95 - 0.04 * sand, roughness, bare * (1 - 0.6 * smear))
    surface = Surface(
        torus=torus,
        height_m=height_m + smear * bare * 0.0004,
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )
    surface = _weathered(torus, look, surface, wall, clay, bare)
    return surface.with_grime(0.25 + 0.6 * look["dirt"], 0.012)


def _lay_bricks(torus: Torus, look: Look) -> Laid:
    usual = choose(torus, "bricks/bond", ("running", "running", "running", "flemish"))
    plan = _bond(torus, look, look.option("bond", usual))
    bend = warp_field(torus, "bricks/bend", torus.cells_across(0.09), 0.0011 / torus.tile_m, octaves=3)
    return lay_by_hand(
        torus,
        plan,
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


def _draw_clay(torus: Torus, look: Look, wall: Laid) -> _Clay:
    """Draw one large field of clay and give every brick another piece of it."""
    drawn = choose(torus, "bricks/face", _FACES)
    face = look.option("face", drawn)
    creases = fbm(torus, "clay/creases", torus.cells_across(0.05), octaves=5, gain=0.55, shape="ridged")
    grit = spectral_noise(torus, "clay/grit", slope=0.9, low=60)
    if face == "wire_cut":
        # The wire drags grains through the clay: long shallow grooves across the face.
        drag = spectral_noise(torus, "clay/drag", slope=1.2, low=24, stretch=(0.12, 1.0))
        creases, grit = creases * 0.35 + drag.clamp_(-2.5, 2.5) * 0.5, grit * 0.6
    if face == "smooth":
        creases, grit = creases * 0.4, grit * 0.45
    shared = torch.stack([fbm(torus, "clay/lumps", torus.cells_across(0.11), octaves=6), creases, grit])
    lumps, creases, grit = fetch_per_piece(torus, shared, wall.pieces, "clay/shift")
    return _Clay(lumps=lumps, creases=creases, grit=grit)


def _broken_away(torus: Torus, look: Look, wall: Laid, clay: _Clay) -> Tensor:
    """Return metres by which chips and spalls cut into the bricks, negative where they are whole."""
    harm = 0.35 * look["age"] + 0.65 * look["wear"]
    fate = wall.pieces.random(torus, "bricks/fate") ** 2
    chips = clay.lumps * 0.7 + clay.creases * 0.3 + fate * (0.2 + 0.5 * harm) - 0.15
    edges = edge_loss(wall, chips, amount=0.15 + 0.75 * harm, depth_m=0.004 + 0.013 * harm)
    corners = corner_loss(
        torus, wall, "bricks/corners", share=0.05 + 0.22 * harm, size_m=0.012 + 0.022 * harm
    )
    return torch.maximum(edges, corners + (clay.lumps * 0.5 + clay.creases * 0.25) * 0.009)


def _face_height(torus: Torus, look: Look, wall: Laid, clay: _Clay) -> Tensor:
    """Return the height of the bricks' faces over the wall's plane: depth, tilt, arris, texture."""
    bricks, uneven = wall.pieces, look["unevenness"]
    depth = bricks.random(torus, "bricks/depth", -0.0022, 0.0012) * uneven
    tilt = bricks.x * bricks.random(torus, "bricks/tilt-x", -0.014, 0.014)
    tilt = tilt + bricks.y * bricks.random(torus, "bricks/tilt-y", -0.03, 0.03)
    radius = bricks.random(torus, "bricks/arris", 0.0015, 0.0045) + 0.002 * look["wear"]
    arris = rounded_edge(torus, wall, radius)
    face = (clay.lumps * 0.0013 + clay.creases * 0.0007 + clay.grit * 0.00016) * look.relief
    return depth + tilt * uneven + face - arris


def _mortar_bed(torus: Torus, look: Look, wall: Laid, clay: _Clay) -> tuple[Tensor, Tensor]:
    """Return the height of the mortar, and where one of its coarse grains shows (0..1)."""
    drawn = choose(torus, "mortar/joint", _JOINTS)
    joint = look.option("joint", drawn)
    middle = (-wall.pieces.edge / (look["joint_m"] * 0.5)).clamp(0, 1)
    share = {"tooled": 0.35, "raked": 0.9, "flush": 0.25}[joint]
    hollow = share + (0.65 if joint == "tooled" else 0.1) * (1 - (1 - middle) ** 2)
    hand = fbm(torus, "mortar/hand", torus.cells_across(0.12), octaves=5, gain=0.55)
    gone = patches(torus, "mortar/gone", 0.22, amount=0.04 + 0.4 * look["age"] ** 2, soft=0.2)
    coarse = grains(torus, "mortar/sand", torus.cells_across(0.0085), jitter=1.0)
    size = coarse.random(torus, "mortar/sand-size")
    sand = smoothstep(0.0, 0.25, 0.15 + 0.3 * size - coarse.near) * (size > 0.55)
    depth = look["recess_m"] * look.relief
    rough = hand * 0.0016 + sand * 0.0009 * (0.3 + gone)
    lap = wall.pieces.edge.clamp(min=0) * 0.5
    return -depth * hollow * (1 + 0.6 * gone) + rough + clay.grit * 0.00022 - lap, sand


def _mortar_smear(torus: Torus, look: Look, wall: Laid, clay: _Clay) -> Tensor:
    """Return where the mason dragged mortar over a brick's edge and only half wiped it off, 0..1."""
    wiped = fbm(torus, "smear", torus.cells_across(0.07), period_y=torus.cells_across(0.03), octaves=5)
    careless = wall.pieces.random(torus, "smear/brick").square_().square_() * look["smear"]
    reach = 0.003 + 0.02 * careless
    film = smoothstep(0.1, 1.1, 0.8 - wall.pieces.edge / reach + wiped * 2.0 + clay.creases * 0.5)
    return film * smoothstep(0.02, 0.3, careless) * (0.42 + 0.12 * clay.grit).clamp_(0, 0.7)


def _brick_color(torus: Torus, look: Look, wall: Laid, clay: _Clay, broken: Tensor) -> Tensor:
    bricks = wall.pieces
    clays = choose(torus, "clay/kind", _CLAYS)
    ramp = look.palette(*clays)
    fire = bricks.random_apart(torus, "bricks/fire", -0.5, 0.5) + bricks.random(
        torus, "bricks/fire-2", -0.5, 0.5
    )
    tone = 0.5 + 0.32 * fire * look["variation"] + 0.30 * clay.lumps + 0.10 * clay.creases
    color = ramp.paint(tone + 0.035 * clay.grit)
    color = color * bricks.pick(
        piece_tints(torus, "bricks/tint", bricks.count, value=0.12 * look["variation"], hue=3.0)
    )
    flash = _flashed(torus, look, wall, clay)
    dark = look.palette("#2b2423", "#3e3331", "#594a45", tint=0.55).paint(0.5 + 0.5 * clay.lumps)
    color = mix(color, dark, flash)
    iron, lime = smoothstep(1.5, 2.3, clay.grit), smoothstep(1.7, 2.6, -clay.grit)
    color = color * (1 - 0.35 * iron + 0.22 * lime)
    # A break shows the paler, unweathered body of the brick; an old one has grown dull again.
    body = ramp.paint(0.70 + 0.35 * clay.creases + 0.08 * clay.grit)
    return mix(color, body, broken * (0.85 - 0.4 * look["age"]))


def _flashed(torus: Torus, look: Look, wall: Laid, clay: _Clay) -> Tensor:
    """Return where the flame darkened a brick: whole hard-burnt bricks, and the hot end of others."""
    bricks = wall.pieces
    # Headers stand with an end to the fire, so they darken three times as often.
    odds = torch.where(wall.long_m < 0.75 * wall.long_m.amax(), 0.33, 1.0)
    chosen = bricks.random_apart(torus, "flash/chosen", 0.0, 1.0) * bricks.pick(odds)
    whole = smoothstep(0.0, 0.03, look["burnt"] * 0.5 - chosen)
    strength = bricks.random(torus, "flash/strength", 0.35, 1.0)
    slope = bricks.random(torus, "flash/slope", -9.0, 9.0)
    end = smoothstep(0.1, 1.0, bricks.along() * slope + clay.lumps * 0.7)
    partly = end * smoothstep(0.0, 0.05, look["burnt"] * 1.6 - chosen)
    return torch.maximum(whole * (0.75 + 0.4 * clay.lumps), partly * 0.7).clamp_(0, 0.9) * strength


def _mortar_color(torus: Torus, look: Look, sand: Tensor) -> Tensor:
    asked = replace(look, color=look.second_color)
    tint = 0.0 if look.second_color is None else 1.0
    limes: tuple[tuple[str, ...], ...] = (
        ("#7d776c", "#979084", "#aea79a", "#c2bbad"),
        ("#8a7f6c", "#a59a85", "#bbb09a", "#cdc4b1"),
        ("#5e5b57", "#777470", "#8e8a85", "#a39f99"),
    )
    ramp: Palette = asked.palette(*choose(torus, "mortar/kind", limes), tint=tint)
    tone = 0.5 + 0.5 * fbm(torus, "mortar/tone", torus.cells_across(0.2), octaves=6, gain=0.6)
    grain = spectral_noise(torus, "mortar/grain", slope=0.5, low=120)
    return ramp.paint(tone + 0.06 * grain) * (1 + 0.12 * grain.clamp(-2, 2) * (0.4 + sand))


def _weathered(torus: Torus, look: Look, surface: Surface, wall: Laid, clay: _Clay, bare: Tensor) -> Surface:
    """Let salts bloom near damp joints, and soot settle in broad soft patches."""
    damp = patches(torus, "salt/damp", 0.24, amount=0.05 + 0.35 * look["salt"], soft=0.35)
    thirst = power(wall.pieces.random(torus, "salt/thirst"), 1.5)
    near_joint = smoothstep(0.035, 0.0, wall.pieces.edge)
    bloom = damp * (0.25 + 0.75 * near_joint) * thirst * smoothstep(-0.5, 0.9, clay.creases + 0.3 * clay.grit)
    salt = look.palette("#b9b3a8", "#d0cbc1", tint=0.0).paint(0.5 + 0.5 * clay.lumps)
    surface = surface.covered((bloom * 0.75 * look["salt"]).clamp_(0, 0.6), color=salt, roughness=0.95)
    soot = patches(torus, "soot", 0.22, amount=0.5, soft=0.6) * (0.5 + 0.5 * bare)
    return replace(surface, color=surface.color * (1 - 0.34 * look["soot"] * soot))
