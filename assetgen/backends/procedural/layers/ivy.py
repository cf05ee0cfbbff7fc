"""Ivy: shoots that climb the wall, with dark glossy leaves that shingle over each other."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.grammar.report import ColorWord
from assetgen.backends.procedural.layers.layer import layer_palette
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.living.creepers import climb
from assetgen.backends.procedural.operators.living.foliage import ivy_leaf, ivy_ribs, needle
from assetgen.backends.procedural.operators.piled.leaves import Lying, Thrown, lay_shapes
from assetgen.backends.procedural.surface import Surface, by_rows

_GREENS = ("#141d0e", "#243218", "#384a22", "#536331", "#76803f")
_STEMS = ("#2e241b", "#4a3b2c", "#66543f")
_LEAF_M = 0.095
"""The largest leaf."""
_PER_M2 = 60
"""Places for a plant on a square metre."""


def ivy(surface: Surface, *, amount: float, look: Look, color: ColorWord | None) -> Surface:
    """Let ivy climb a surface: a few shoots first, a curtain of leaves at last."""
    if amount <= 0:
        return surface
    torus = surface.torus
    # On a small tile a few large leaves would show as a pattern.
    size = torus.fit(_LEAF_M, 8) / _LEAF_M
    places = max(round(_PER_M2 * (torus.tile_m / size) ** 2), 4)
    plants = climb(
        torus,
        "ivy",
        places,
        share=min(amount, 1.0) ** 1.2,
        length_m=0.9 * size,
        node_m=0.042 * size,
        leaf_m=(0.045 * size, _LEAF_M * size),
    )
    if not plants.count:
        return surface
    ground_m = blur(torus, surface.height_m, 0.015)
    lumps = fbm(torus, "ivy/lumps", torus.cells_across(0.03), octaves=4, gain=0.55)
    depths = lay_shapes(torus, plants, (ivy_leaf, needle))

    def lay(below: Surface, rows: slice) -> Surface:
        for lying in reversed(depths):
            below = _laid(below, plants, lying.rows(rows), ground_m[rows], lumps[rows], color)
        return below

    return by_rows(surface, lay)


def _laid(
    surface: Surface,
    plants: Thrown,
    lying: Lying,
    ground_m: Tensor,
    lumps: Tensor,
    color: ColorWord | None,
) -> Surface:
    """Lay one depth of leaves and stems over a surface."""
    own, kind, half_width_m, lift_m = lying.pick(
        torch.stack([plants.own, plants.kind.float(), plants.half_width_m, plants.lift_m])
    )
    is_leaf = 1 - kind
    rib = _ribs(surface.torus, lying, half_width_m) * is_leaf
    mottle = torch.sin(lumps * 5.0 + own * 50.0)
    margin = smoothstep(0.0, 0.22, lying.inside_m / half_width_m.clamp(min=1e-4))
    # Young leaves are light and lie on top; an old one here and there has gone yellow or brown.
    tone = (
        0.18
        + 0.40 * (own * 13.0).frac()
        + 9.0 * (lift_m * (_LEAF_M / surface.torus.fit(_LEAF_M, 8)) - 0.010)
        + 0.07 * mottle
        - 0.08 * (1 - margin)
    )
    leaf = layer_palette(color, *_GREENS).paint(tone)
    leaf = leaf * (1 + rib * (0.75 - 0.4 * tone))
    sere = smoothstep(0.94, 0.97, (own * 29.0).frac())
    leaf = mix(leaf, Palette.of("#4a3a20", "#7a6434", "#96824a").paint(tone + 0.2), sere)
    stem = Palette.of(*_STEMS).paint(own + 0.2 * mottle)
    crinkle_m = half_width_m * (0.05 * mottle * margin + 0.05 * rib) * is_leaf
    return surface.covered(
        lying.cover,
        color=mix(stem, leaf, is_leaf),
        roughness=0.80 - is_leaf * (0.36 - 0.10 * (1 - margin) - 0.06 * mottle) + 0.2 * sere * is_leaf,
        height_m=mix(
            surface.height_m,
            torch.maximum(ground_m + lying.height_m + crinkle_m, surface.height_m),
            lying.cover,
        ),
    )


def _ribs(torus: Torus, lying: Lying, half_width_m: Tensor) -> Tensor:
    """Return the pale ribs of the leaves, 0..1, averaged over the texel."""
    away_m = ivy_ribs(lying.x, lying.y) * half_width_m
    return groove(away_m, half_width_m * 0.030 * (1.3 - lying.x.clamp(-1, 1)), torus.tile_m / torus.size)
