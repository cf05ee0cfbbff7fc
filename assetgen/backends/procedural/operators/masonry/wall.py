"""A wall of units laid in mortar: faces out of line, chipped edges, a bed between them, smears of a careless hand.

A recipe lays the units and says what they are made of; `build_wall` sets them in mortar and lets them break.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.steady import power
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.layouts.laying import Laid, corner_loss, edge_loss, rounded_edge
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

JOINTS: Final = ("tooled", "raked", "flush")
"""How the mason leaves the mortar: pressed hollow, scraped back, or level."""
_LIMES: Final = (
    ("#7d776c", "#979084", "#aea79a", "#c2bbad"),
    ("#8a7f6c", "#a59a85", "#bbb09a", "#cdc4b1"),
    ("#5e5b57", "#777470", "#8e8a85", "#a39f99"),
)
CEMENTS: Final = (
    ("#6b6966", "#82807c", "#979590", "#aba8a3"),
    ("#77736b", "#8e8a82", "#a29e96", "#b5b1a9"),
)
"""Mortars of cement, for walls that are younger than lime."""
_PAINTS: Final = (
    ("#a9a99e", "#bab9ae", "#c8c7bd"),  # off white
    ("#b3b3af", "#c3c3bf", "#d0d0cc"),  # whitewash
    ("#7e8f86", "#90a198", "#a2b2a9"),  # hospital green
    ("#7d8a95", "#8f9ca7", "#a2aeb8"),  # pale blue
    ("#a3977a", "#b5a98c", "#c5ba9f"),  # cream
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Body:
    """What a unit's matter is like, (N, N) each, about -1..1, read elsewhere for every unit.

    Args:
        lumps: broad unevenness.
        creases: sharp crests and folds.
        grit: grain, deviation 1.
    """

    lumps: Tensor
    creases: Tensor
    grit: Tensor


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Wall:
    """Units set in mortar, (N, N) each.

    Args:
        height_m: metres over the wall's plane.
        bare: where a unit's own face shows, 0..1.
        broken: where it has broken away, 0..1.
        smear: where mortar was left on a face, 0..1.
        sand: coarse grains in the mortar, 0..1.
    """

    height_m: Tensor
    bare: Tensor
    broken: Tensor
    smear: Tensor
    sand: Tensor


def build_wall(
    torus: Torus,
    look: Look,
    units: Laid,
    body: Body,
    name: str,
    *,
    joint_m: float,
    joint: str,
    coarse: float = 1.0,
    harm: float | None = None,
) -> Wall:
    """Set units in mortar and break some edges.

    The card of the recipe declares `recess_m`, `unevenness`, `smear`, `age` and `wear`.

    Args:
        torus: the tile.
        look: the wishes.
        units: the units in their places.
        body: what they are made of.
        name: the random stream.
        joint_m: width of a joint.
        joint: one of JOINTS.
        coarse: factor on the texture of a face.
        harm: how far edges are broken, 0..1; left out, age and wear say.
    """
    harm = 0.35 * look["age"] + 0.65 * look["wear"] if harm is None else harm
    lost_m = _broken_away(torus, units, body, name, harm)
    face_m = _face_height(torus, look, units, body, name, coarse)
    mortar_m, sand = _mortar_bed(torus, look, units, body, joint_m, joint)
    cover = units.cover(torus)
    bare = cover * smoothstep(-0.0006, 0.0006, face_m - mortar_m)
    # Units break after they are laid, so mortar laps over an edge but never fills a break.
    scoop_m = (lost_m.clamp(min=0) * (0.62 + 0.6 * body.creases)).clamp_(0, 0.008)
    height_m = mix(mortar_m, torch.maximum(face_m, mortar_m) - scoop_m, cover)
    broken = smoothstep(0.0003, 0.0016, scoop_m) * cover
    bare = torch.maximum(bare, broken)
    smear = _mortar_smear(torus, look, units, body) * (1 - broken)
    return Wall(height_m=height_m + smear * bare * 0.0004, bare=bare, broken=broken, smear=smear, sand=sand)


def _broken_away(torus: Torus, units: Laid, body: Body, name: str, harm: float) -> Tensor:
    """Return metres by which chips and spalls cut into the units, negative where they are whole."""
    fate = units.pieces.random(torus, f"{name}/fate") ** 2
    chips = body.lumps * 0.7 + body.creases * 0.3 + fate * (0.2 + 0.5 * harm) - 0.15
    edges = edge_loss(units, chips, amount=0.15 + 0.75 * harm, depth_m=0.004 + 0.013 * harm)
    share, size_m = 0.05 + 0.22 * harm, 0.012 + 0.022 * harm
    corners = corner_loss(torus, units, f"{name}/corners", share=share, size_m=size_m)
    return torch.maximum(edges, corners + (body.lumps * 0.5 + body.creases * 0.25) * 0.009)


def _face_height(torus: Torus, look: Look, units: Laid, body: Body, name: str, coarse: float) -> Tensor:
    """Return the height of the faces over the wall's plane: depth, tilt, arris, texture."""
    pieces, uneven = units.pieces, look["unevenness"]
    depth = pieces.random(torus, f"{name}/depth", -0.0022, 0.0012) * uneven
    tilt = pieces.x * pieces.random(torus, f"{name}/tilt-x", -0.014, 0.014)
    tilt = tilt + pieces.y * pieces.random(torus, f"{name}/tilt-y", -0.03, 0.03)
    radius = pieces.random(torus, f"{name}/arris", 0.0015, 0.0045) + 0.002 * look["wear"]
    arris = rounded_edge(torus, units, radius)
    face = (body.lumps * 0.0013 + body.creases * 0.0007 + body.grit * 0.00016) * (look.relief * coarse)
    return depth + tilt * uneven + face - arris


def _mortar_bed(
    torus: Torus, look: Look, units: Laid, body: Body, joint_m: float, joint: str
) -> tuple[Tensor, Tensor]:
    """Return the height of the mortar, and where one of its coarse grains shows (0..1)."""
    middle = (-units.pieces.edge / (joint_m * 0.5)).clamp(0, 1)
    share = {"tooled": 0.35, "raked": 0.9, "flush": 0.25}[joint]
    hollow = share + (0.65 if joint == "tooled" else 0.1) * (1 - (1 - middle) ** 2)
    hand = fbm(torus, "mortar/hand", torus.cells_across(0.12), octaves=5, gain=0.55)
    gone = patches(torus, "mortar/gone", 0.22, amount=0.04 + 0.4 * look["age"] ** 2, soft=0.2)
    coarse = grains(torus, "mortar/sand", torus.cells_across(0.0085), jitter=1.0)
    size = coarse.random(torus, "mortar/sand-size")
    sand = smoothstep(0.0, 0.25, 0.15 + 0.3 * size - coarse.near) * (size > 0.55)
    depth = look["recess_m"] * look.relief
    rough = hand * 0.0016 + sand * 0.0009 * (0.3 + gone)
    lap = units.pieces.edge.clamp(min=0) * 0.5
    return -depth * hollow * (1 + 0.6 * gone) + rough + body.grit * 0.00022 - lap, sand


def _mortar_smear(torus: Torus, look: Look, units: Laid, body: Body) -> Tensor:
    """Return where the mason dragged mortar over an edge and only half wiped it off, 0..1."""
    wiped = fbm(torus, "smear", torus.cells_across(0.07), period_y=torus.cells_across(0.03), octaves=5)
    careless = units.pieces.random(torus, "smear/brick").square_().square_() * look["smear"]
    reach = 0.003 + 0.02 * careless
    film = smoothstep(0.1, 1.1, 0.8 - units.pieces.edge / reach + wiped * 2.0 + body.creases * 0.5)
    return film * smoothstep(0.02, 0.3, careless) * (0.42 + 0.12 * body.grit).clamp_(0, 0.7)


def mortar_color(
    torus: Torus, look: Look, sand: Tensor, kinds: tuple[tuple[str, ...], ...] = _LIMES
) -> Tensor:
    """Return the color of sandy mortar; the second color of a prompt is its own.

    Args:
        torus: the tile.
        look: the wishes.
        sand: (N, N) coarse grains, 0..1.
        kinds: '#rrggbb' stops of the mortars that the seed chooses from.
    """
    asked = replace(look, color=look.second_color)
    tint = 0.0 if look.second_color is None else 1.0
    ramp: Palette = asked.palette(*choose(torus, "mortar/kind", kinds), tint=tint)
    tone = 0.5 + 0.5 * fbm(torus, "mortar/tone", torus.cells_across(0.2), octaves=6, gain=0.6)
    grain = spectral_noise(torus, "mortar/grain", slope=0.5, low=120)
    return ramp.paint(tone + 0.06 * grain) * (1 + 0.12 * grain.clamp(-2, 2) * (0.4 + sand))


def salt_bloom(torus: Torus, units: Laid, body: Body, amount: float) -> Tensor:
    """Return where salts bloom white on damp units, 0..0.6: most near the joints, some units far more than others."""
    damp = patches(torus, "salt/damp", 0.24, amount=0.05 + 0.35 * amount, soft=0.35)
    thirst = power(units.pieces.random(torus, "salt/thirst"), 1.5)
    near_joint = smoothstep(0.035, 0.0, units.pieces.edge)
    bloom = damp * (0.25 + 0.75 * near_joint) * thirst * smoothstep(-0.5, 0.9, body.creases + 0.3 * body.grit)
    return (bloom * 0.75 * amount).clamp_(0, 0.6)


def paint_wall(torus: Torus, look: Look, surface: Surface, units: Laid, body: Body, wall: Wall) -> Surface:
    """Paint a whole wall: the film rounds the grain, and comes off where the wall was knocked or damp.

    The card of the recipe declares `wear`.
    """
    film_m = blur(torus, surface.height_m, 0.0014) + 0.0003
    rim = smoothstep(0.012, 0.0, units.pieces.edge)
    knocked = 0.25 * rim + 0.5 * body.creases * wall.bare + 0.3 * wall.broken
    off = patches(torus, "paint/off", 0.2, amount=0.02 + 0.30 * look["wear"] ** 2, soft=0.06)
    keep = 1 - smoothstep(0.55, 0.75, off * 0.8 + knocked * (0.2 + 0.8 * look["wear"]))
    coats = patches(torus, "paint/coats", 0.25, amount=0.5, soft=0.4)
    ramp = look.palette(*choose(torus, "paint", _PAINTS), most_chroma=PAINTED)
    paint = ramp.paint(0.45 + 0.35 * body.lumps + 0.1 * coats + 0.04 * body.grit)
    shine = look.roughness(0.40) + 0.14 * body.lumps + 0.14 * coats + 0.03 * body.grit.clamp(-2, 2)
    return surface.covered(keep, color=paint, roughness=shine, height_m=mix(surface.height_m, film_m, keep))
