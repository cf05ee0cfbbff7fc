"""Concrete in slabs: cast against sheets of ply, precast, or laid as paving."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.laying import (
    Laid,
    corner_loss,
    edge_loss,
    lay_by_hand,
    rounded_edge,
)
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.masonry.cement import Form, Skin, cast, mix_cement
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class _Make:
    """How slabs of a kind are made: joint and depth of it by the wanted width, bevel and lip in metres, gloss."""

    joint: float
    deep: float
    bevel_m: float
    lip_m: float
    roughness: float
    bubbles: float


_MAKES: Final = {
    "tied": _Make(joint=1.0, deep=0.75, bevel_m=0.001, lip_m=0.0009, roughness=0.5, bubbles=1.0),
    "precast": _Make(joint=1.7, deep=0.8, bevel_m=0.007, lip_m=0.0015, roughness=0.55, bubbles=0.6),
    "paving": _Make(joint=0.8, deep=0.9, bevel_m=0.005, lip_m=0.0035, roughness=0.75, bubbles=0.4),
}


def concrete_slabs(torus: Torus, look: Look) -> Surface:
    """Slabs of concrete, each another shade, with open joints that leak: tied sheets, precast panels, paving."""
    kind = look.option("make", choose(torus, "make", ("tied", "tied", "precast", "paving")))
    make, skin = _MAKES[kind], mix_cement(torus)
    slabs = _set_slabs(torus, look, kind, make)
    form = _slab_faces(torus, look, slabs, make, skin)
    if kind == "tied":
        form = _tied(torus, look, slabs, form, skin)
    surface = cast(torus, look, form, skin, roughness=make.roughness, bubbles=make.bubbles)
    if kind == "tied":
        return surface
    # What lies in the joint: sand between paving, a strip of sealant between panels.
    joint = 1 - slabs.cover(torus)
    filling = ("#3b3a38", "#4b4a47") if kind == "precast" else ("#4a4136", "#5f5546", "#756a58")
    color = look.palette(*filling, tint=0.0).paint(0.5 + skin.clouds + 0.08 * skin.grain)
    return surface.covered(joint * 0.8, color=color, roughness=0.6 if kind == "precast" else 0.95)


def _set_slabs(torus: Torus, look: Look, kind: str, make: _Make) -> Laid:
    across = torus.cells_across(look["slab_m"] * (0.75 if kind == "paving" else 1.0))
    tall = {"tied": (1, 1, 2), "precast": (1, 2, 2), "paving": (1, 1, 1)}[kind]
    shift = choose(torus, "slabs/shift", (0, 1)) if kind == "paving" else 0
    down = across * choose(torus, "slabs/rows", tall)
    if shift:
        down = max(2 * round(down / 2), 2)
    return lay_by_hand(
        torus,
        courses(across, down, shift=shift),
        "slabs",
        gap_m=look["joint_m"] * make.joint,
        shift_m=0.0008 if kind == "tied" else 0.0018,
        turn=0.0 if kind == "tied" else 0.0025,
        rounding_m=0.001 if kind == "tied" else 0.004,
    )


def _slab_faces(torus: Torus, look: Look, slabs: Laid, make: _Make, skin: Skin) -> Form:
    pieces = slabs.pieces
    joint = 1 - slabs.cover(torus)
    # Paste leaks out at the joint and dries darker and rougher there.
    leak = smoothstep(0.035, 0.0, pieces.edge + skin.grain * 0.003 + skin.clouds * 0.02)
    step = pieces.random(torus, "slabs/step", -1.0, 1.0) * make.lip_m
    tilt = (
        pieces.x * pieces.random(torus, "slabs/tilt-x", -1.0, 1.0)
        + pieces.y * pieces.random(torus, "slabs/tilt-y", -1.0, 1.0)
    ) * (make.lip_m * 2.5)
    jag = fbm(torus, "slabs/jag", torus.cells_across(0.06), octaves=5, gain=0.6)
    harm = 0.2 * look["age"] + 0.8 * look["wear"]
    chips = torch.maximum(
        edge_loss(slabs, jag, amount=0.1 + 0.6 * harm, depth_m=0.003 + 0.010 * harm),
        corner_loss(torus, slabs, "slabs/corners", share=0.03 + 0.2 * harm, size_m=0.05) + jag * 0.012,
    )
    chips = (chips.clamp_(min=0) * (0.7 + 0.5 * jag)).clamp_(0, 0.009) * (1 - joint)
    bed_m = joint * (look["joint_m"] * make.joint * make.deep)
    face_m = step + tilt - rounded_edge(torus, slabs, make.bevel_m) - chips
    broken = smoothstep(0.0004, 0.002, chips)
    return Form(
        height_m=(face_m - bed_m) * look.relief,
        seam=joint,
        hole=torus.zeros(),
        tone=pieces.random_apart(torus, "slabs/tone", -0.09, 0.09) * look["variation"]
        - 0.16 * leak
        - 0.5 * joint
        + 0.12 * broken,
        polish=pieces.random(torus, "slabs/polish", -1.0, 1.0) - 1.2 * leak - 2.0 * broken,
    )


def _tied(torus: Torus, look: Look, slabs: Laid, form: Form, skin: Skin) -> Form:
    """Four ties held a sheet: their cones left round holes, with a bevel and a damp ring; ply bulged between them."""
    pieces, texel_m = slabs.pieces, torus.tile_m / torus.size
    columns, rows = float(slabs.column.amax()) + 1, float(slabs.row.amax()) + 1
    wide_m, high_m = torus.tile_m / columns, torus.tile_m / rows
    to_x, to_y = pieces.x.abs() - wide_m / 4, pieces.y.abs() - high_m / 4
    radius_m = look["joint_m"] * 1.7
    from_tie = torch.sqrt(to_x * to_x + to_y * to_y) + skin.grain * 0.0004
    hole = ((radius_m - from_tie) / max(texel_m, 0.002) + 0.5).clamp_(0, 1)
    bevel = smoothstep(radius_m * 1.45, radius_m, from_tie) - hole
    bulge = torch.cos(pieces.x * (6.2832 / wide_m)) * torch.cos(pieces.y * (6.2832 / high_m)) * 0.0005
    ring = smoothstep(radius_m * 3.2, radius_m, from_tie) * (1 - hole)
    grain = spectral_noise(torus, "ply", slope=1.2, low=10, high=200, stretch=(12.0, 1.0)).clamp_(-2, 2)
    return replace(
        form,
        height_m=form.height_m + (bulge + grain * 0.00005 - hole * 0.012 - bevel * 0.0015) * look.relief,
        hole=hole,
        tone=form.tone - 0.1 * ring + 0.012 * grain,
        polish=mix(form.polish, form.polish + 0.2 * grain, 1 - form.seam),
    )
