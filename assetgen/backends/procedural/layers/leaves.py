"""Leaves: fallen from some trees nearby, in the hollows and drifts where the wind drops them; needles among them."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.exposure import proud
from assetgen.backends.procedural.field.height import blur
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_at_points
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.living.litter import (
    FALLEN,
    Species,
    leaf_face,
    leaf_mottling,
    strew,
)
from assetgen.backends.procedural.operators.piled.leaves import Lying, Thrown, drift, joined, lay_shapes
from assetgen.backends.procedural.surface import Surface, by_rows

_WOODS = ("maple maple birch", "oak oak beech", "beech birch", "maple oak", "birch willow")
_BROWN = ("#3a2a1d", "#5d4530", "#7f6345", "#a0845f")
_TURNED = (
    ("#54401c", "#8a6a2c", "#ad8a44", "#c4a768"),
    ("#4a2a19", "#7e4c29", "#a16a3b", "#b78a58"),
    ("#3f1f1a", "#683127", "#874536", "#a06550"),
)
"""Yellow, orange and red."""
_AUTUMNS = ((0,), (0, 1), (0, 1, 2), (1, 2), (2,), ())
"""Which of them a year has; the rest has gone brown."""
_LONGEST_M = 0.105
_STRAW = ("#4f3a27", "#7b5c3f", "#a08259")


def leaves(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Strew leaves over a surface: single ones first, a cover of them over each other at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    species = tuple(FALLEN[name] for name in choose(torus, "leaves/wood", _WOODS).split())
    fallen = _fallen(surface, species, min(amount, 1.0))
    if not fallen.count:
        return surface
    ground_m = blur(torus, surface.height_m, 0.012)
    outlines = [one.outline for one in (*species, FALLEN["needle"])]
    depths = lay_shapes(torus, fallen, outlines)
    lumps, holes = leaf_mottling(torus)

    def lay(below: Surface, rows: slice) -> Surface:
        for lying in reversed(depths):
            mottling = lumps[rows], holes[rows]
            below = _laid(below, fallen, lying.rows(rows), species, ground_m[rows], mottling, color)
        return below

    return by_rows(surface, lay)


def _fallen(surface: Surface, species: tuple[Species, ...], amount: float) -> Thrown:
    """Let leaves and needles fall, and keep those that the wind leaves: in hollows, and in heaps."""
    torus = surface.torus
    # On a small tile a few large leaves would show as a pattern.
    size = torus.fit(_LONGEST_M, 6) / _LONGEST_M
    broad = strew(
        torus,
        "leaves/broad",
        species,
        per_m2=760 / size**2,
        length_m=(0.045 * size, _LONGEST_M * size),
        lift_m=(0.001, 0.012 * size),
        curl=0.9,
    )
    thin = strew(
        torus,
        "leaves/needles",
        (FALLEN["needle"],),
        per_m2=900 / size**2,
        length_m=(0.04 * size, 0.08 * size),
        lift_m=(0.0, 0.004 * size),
    )
    fallen = joined(broad, replace(thin, kind=torch.full_like(thin.kind, len(species))))
    hollow = -proud(torus, blur(torus, surface.height_m, 0.01), 0.10, least_m=0.004)
    shelter = fetch_at_points(torus, hollow, fallen.x, fallen.y)
    heaps = drift(torus, "leaves/drifts", fallen.x, fallen.y, 6) + 0.6 * drift(
        torus, "leaves/heaps", fallen.x, fallen.y, 15
    )
    luck = torus.uniform("leaves/luck", fallen.count)[:, 0]
    return fallen.kept(
        luck < amount * amount * 0.85 + 0.10 * amount + (0.10 * shelter + 0.16 * heaps) * amount
    )


def _laid(
    surface: Surface,
    fallen: Thrown,
    lying: Lying,
    species: tuple[Species, ...],
    ground_m: Tensor,
    mottling: tuple[Tensor, Tensor],
    color: ColorWord | None,
) -> Surface:
    """Lay one depth of leaves over a surface."""
    face = leaf_face(surface.torus, fallen, lying, species, decay=0.35, mottling=mottling)
    cover = lying.cover * face.there
    top_m = torch.maximum(ground_m + lying.height_m + face.rise_m, surface.height_m)
    own, kind = lying.pick(torch.stack([fallen.own, fallen.kind.float()]))
    paint = _leaf_color(surface.torus, own, face.tone, color) * (1 - 0.3 * face.rot) * (1 + 0.3 * face.veins)
    straw = layer_palette(color, *_STRAW).paint(0.1 + 0.9 * own)
    return surface.covered(
        cover,
        color=torch.where(kind == len(species), straw, paint),
        roughness=0.66 + 0.18 * face.rot + 0.12 * (face.tone - 0.5),
        height_m=mix(surface.height_m, top_m, cover),
        loose=0.4,
    )


def _leaf_color(torus: Torus, own: Tensor, tone: Tensor, color: ColorWord | None) -> Tensor:
    """Color every leaf as one of those that have turned, or brown as those that have lain for long."""
    brown = layer_palette(color, *_BROWN).paint(tone)
    chance = (own * 17.0).frac()
    for number in choose(torus, "leaves/autumn", _AUTUMNS):
        turned = layer_palette(color, *_TURNED[number]).paint(tone)
        brown = torch.where((chance > 0.24 * number) & (chance < 0.24 * (number + 1)), turned, brown)
    return brown
