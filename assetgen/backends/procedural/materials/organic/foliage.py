"""A wall of leaves: foliage."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.living.creepers import climb
from assetgen.backends.procedural.operators.living.foliage import (
    beech,
    ivy_leaf,
    ivy_ribs,
    needle,
    veins,
    willow,
)
from assetgen.backends.procedural.operators.living.sprigs import fronds, sprigs
from assetgen.backends.procedural.operators.piled.leaves import Lying, Outline, Thrown, laid_over, lay_shapes
from assetgen.backends.procedural.surface import Surface, by_rows

_GREENS: Final = (
    ("#1c2610", "#304319", "#4a6026", "#69803b", "#929f5b"),  # box
    ("#172310", "#263e1c", "#3a582a", "#557440", "#7f9460"),  # laurel, dark and cool
    ("#22230e", "#3b3d18", "#595a27", "#7a793c", "#9f9c5d"),  # young and yellow
)
_DEPTH_M: Final = {"hedge": 0.042, "laurel": 0.06, "ivy": 0.03, "fern": 0.042}
_STANDING: Final = {"hedge": 1.0, "laurel": 1.0, "ivy": 1.0, "fern": 0.8}
"""Leaflets stand so steeply in a frond that a height field shows them better laid back a little."""
_OUTLINES: Final[dict[str, tuple[Outline, ...]]] = {
    "hedge": (beech,),
    "laurel": (beech,),
    "ivy": (ivy_leaf, needle),
    "fern": (willow, needle),
}


def foliage(torus: Torus, look: Look) -> Surface:
    """Leaves upon leaves on their twigs, young and pale in front, old and dark behind, a few gone brown."""
    plant = look.option("plant", "hedge")
    grown = _grow(torus, look, plant)
    lying = lay_shapes(torus, grown, _OUTLINES[plant], layers=3)
    behind = fbm(torus, "foliage/behind", torus.cells_across(0.06), octaves=5, gain=0.6)
    twig = fbm(torus, "foliage/twigs", torus.cells_across(0.05), octaves=3, shape="ridged")
    wood = smoothstep(0.72, 0.95, twig)
    below_m = -_DEPTH_M[plant] * 0.5 + behind * 0.012 + wood * 0.01
    shade = look.palette("#1c1d15", "#27281c", "#383424", tint=0.25).paint(0.4 + 0.6 * behind)
    below = mix(shade, look.palette("#2f261c", "#4f4030", tint=0.0).paint(0.5 + behind), wood)

    lumps = fbm(torus, "foliage/lumps", torus.cells_across(0.03), octaves=4, gain=0.55)
    grain = spectral_noise(torus, "foliage/grain", slope=1.0, low=60)
    bare = Surface(
        torus=torus, height_m=below_m, color=below, roughness=0.9 + 0.05 * behind, metallic=torus.zeros()
    )
    del behind, twig, wood, shade

    def leafy(ground: Surface, rows: slice) -> Surface:
        leaves = [one.rows(rows) for one in lying]
        faces = [_face(torus, look, plant, grown, one, lumps[rows], grain[rows]) for one in leaves]
        high = [one.height_m + face[0] for one, face in zip(leaves, faces, strict=True)]
        return replace(
            ground,
            height_m=laid_over(ground.height_m, leaves, high),
            color=laid_over(ground.color, leaves, [face[1] for face in faces]),
            roughness=laid_over(ground.roughness, leaves, [face[2] for face in faces]),
        )

    covered = by_rows(bare, leafy)
    covered = replace(covered, height_m=covered.height_m * (look.relief * _STANDING[plant]))
    return covered.with_grime(0.7, _DEPTH_M[plant] * 0.6)


def _grow(torus: Torus, look: Look, plant: str) -> Thrown:
    """Let the plant grow: its leaves, kind 0, and what bears them, kind 1."""
    size, dense, area = look["leaf"], look["dense"], torus.tile_m**2
    depth_m = _DEPTH_M[plant]
    if plant == "ivy":
        length = 0.045 * size, 0.095 * size
        return climb(
            torus, "ivy", max(round(85 * dense * area), 9), share=1.4, leaf_m=length, node_m=0.04 * size
        )
    if plant == "fern":
        return fronds(
            torus, "fern", max(round(100 * dense * area / size**2), 4), long_m=(0.26 * size, 0.5 * size), pairs=19,
            slim=0.24, depth_m=depth_m,
        )  # fmt: skip
    long_m, per_m2, leaves, slim = {
        "hedge": (0.036, 620, 9, (0.5, 0.66)),
        "laurel": (0.11, 95, 8, (0.36, 0.46)),
    }[plant]
    return sprigs(
        torus, plant, max(round(per_m2 * dense * area / size**2), 4), leaves=leaves, slim=slim, depth_m=depth_m,
        leaf_m=(long_m * size * 0.75, long_m * size * 1.2),
    )  # fmt: skip


def _face(
    torus: Torus, look: Look, plant: str, grown: Thrown, one: Lying, lumps: Tensor, grain: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return what one depth of leaves is like: rise of its crinkles in metres, color and roughness."""
    own, kind, half_width_m, lift_m = one.pick(
        torch.stack([grown.own, grown.kind.float(), grown.half_width_m, grown.lift_m])
    )
    is_leaf = 1 - kind
    if plant == "ivy":
        rib = groove(ivy_ribs(one.x, one.y) * half_width_m, half_width_m * 0.03, torus.tile_m / torus.size)
        fine = torch.zeros_like(rib)
    else:
        rib, fine = veins(torus, one, grown, pairs=6.0 if plant == "hedge" else 9.0)
    margin = smoothstep(0.0, 0.25, one.inside_m / half_width_m.clamp(min=1e-4))
    mottle = torch.sin(lumps * 5.0 + own * 50.0)
    high = (lift_m / _DEPTH_M[plant]).clamp(-0.3, 1.2)
    tone = 0.12 + 0.3 * (own * 13.0).frac() + 0.36 * high + 0.05 * mottle + 0.02 * grain - 0.06 * (1 - margin)
    green = look.leaf(*choose(torus, "leaf/color", _GREENS))
    leaf = green.paint(tone + 0.1 * (one.x + 1) * look["fresh"])
    leaf = leaf * (1 + (rib * 0.55 + fine * 0.22) * is_leaf)
    # A few leaves have turned, from the margin inwards.
    turned = smoothstep(1.03, 0.97 - 0.12 * look["sere"], (own * 29.0).frac() + 0.03 * (mottle - margin))
    sere = look.palette("#3f2e1b", "#6e5430", "#9a8150", "#b39e6e", tint=0.2).paint(tone + 0.25)
    leaf = mix(sere, leaf, turned)
    stem = look.palette("#33291c", "#564a32", "#77704c", tint=0.2).paint(0.3 + 0.5 * own + 0.1 * grain)
    rise_m = (
        half_width_m
        * ((0.02 if plant == "ivy" else 0.045) * mottle * margin - 0.06 * rib - 0.03 * fine + 0.02 * grain)
        * is_leaf
    )
    gloss = {"hedge": 0.44, "laurel": 0.3, "ivy": 0.4, "fern": 0.56}[plant]
    roughness = look.roughness(gloss) + 0.06 * mottle + 0.12 * (1 - margin) + 0.3 * (1 - turned) + 0.1 * rib
    roughness = roughness + 0.14 * ((own * 7.0).frac() - 0.5) + 0.2 * (0.5 - high).clamp(min=0)
    return rise_m, mix(stem, leaf, is_leaf), mix(torch.full_like(own, 0.8), roughness, is_leaf)
