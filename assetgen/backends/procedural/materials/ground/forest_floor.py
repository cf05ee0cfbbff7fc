"""The floor of a forest: fallen leaves over each other, twigs and humus, or a bed of needles with cones."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.soil import Soil, crumbled_soil
from assetgen.backends.procedural.operators.living.litter import (
    FALLEN,
    LeafFace,
    Species,
    eaten_leaf,
    leaf_mottling,
    strew,
)
from assetgen.backends.procedural.operators.piled.leaves import Lying, Thrown, joined, laid_over, lay_shapes
from assetgen.backends.procedural.surface import Surface, by_rows

_PILE_M = 0.013
"""How high leaves lie."""
_WOODS = {
    "deciduous": ("oak beech", "beech beech birch", "oak oak maple beech"),
    "autumn": ("maple maple beech", "beech birch oak", "maple oak birch", "birch willow beech"),
    "pine": ("beech birch",),
}
"""Which trees stand together, by kind of forest."""
_ALSO = (FALLEN["twig"], FALLEN["needle"], FALLEN["cone"])
_BROWNS = (
    ("#33261b", "#53402d", "#765c41", "#977a5a", "#b59d7e"),
    ("#35251a", "#553b28", "#765539", "#917153", "#aa9074"),
    ("#362d24", "#55483a", "#74634e", "#917e64", "#a89a84"),
)
_AUTUMN = (
    ("#4a3616", "#806326", "#a88439", "#c4a65a"),
    ("#472816", "#7c4b26", "#a26836", "#ba8750"),
    ("#3d1d17", "#652f23", "#864532", "#a16651"),
)


def forest_floor(torus: Torus, look: Look) -> Surface:
    """Leaves lie over each other on humus, the older the darker; twigs lie among them."""
    kind = look.option("kind", "deciduous")
    species = tuple(FALLEN[name] for name in choose(torus, "wood", _WOODS[kind]).split())
    soil = crumbled_soil(torus, clod_m=0.05, trodden=0.35)
    fallen = _fall(torus, look, kind, species)
    lying = lay_shapes(torus, fallen, [one.outline for one in (*species, *_ALSO)])
    mottling = leaf_mottling(torus)
    ground_m = soil.height_m * (0.9 if kind == "pine" else 0.6)
    swell_m = blur(torus, ground_m, 0.02)
    humus, dull = _humus(look, soil), 0.93 + 0.02 * soil.micro.clamp(-2, 2)
    bare = Surface(torus=torus, height_m=ground_m, color=humus, roughness=dull, metallic=torus.zeros())
    del soil

    def strewn(below: Surface, rows: slice) -> Surface:
        own = mottling[0][rows], mottling[1][rows]
        pairs = [
            eaten_leaf(torus, fallen, one.rows(rows), species, decay=look["decay"], mottling=own)
            for one in lying
        ]
        leaves = [one for one, _ in pairs]
        rough = [
            look.roughness(0.68) + 0.2 * (face.rot - 0.4) + 0.12 * (face.tone - 0.5) for _, face in pairs
        ]
        high = [swell_m[rows] + one.height_m + face.rise_m for one, face in pairs]
        colors = [_fallen_color(look, kind, species, fallen, *pair) for pair in pairs]
        return replace(
            below,
            height_m=laid_over(below.height_m, leaves, high) * look.relief,
            color=laid_over(below.color, leaves, colors),
            roughness=laid_over(below.roughness, leaves, rough),
        )

    return by_rows(bare, strewn).with_grime(0.4 + 0.5 * look["dirt"], 0.03)


def _fall(torus: Torus, look: Look, kind: str, species: tuple[Species, ...]) -> Thrown:
    """Let leaves fall, then twigs, needles and cones, which are the three kinds beyond the species."""
    length, is_pine = look["leaf_m"], kind == "pine"
    leaves = strew(
        torus, "leaves", species, per_m2=(18 if is_pine else 7.2 / length**2) * (0.5 + 0.5 * look["litter"]),
        length_m=(length * 0.6, length * 1.25), lift_m=(0.001, _PILE_M), curl=look["curl"],
        patchy=0.0 if kind == "autumn" else 0.32 * (1 - look["litter"]),
    )  # fmt: skip
    crumbs = strew(torus, "crumbs", species, per_m2=1400, length_m=(0.012, 0.034), lift_m=(0, 0.002))
    sticks = 40 * look["twigs"]
    twigs = strew(torus, "twigs", _ALSO[0:1], per_m2=sticks, length_m=(0.06, 0.32), lift_m=(0.002, _PILE_M))
    sown = 7500 if is_pine else 120
    needles = strew(
        torus, "needles", _ALSO[1:2], per_m2=sown, length_m=(0.05, 0.10), lift_m=(0, 0.009), curl=0.6
    )
    cones = strew(
        torus, "cones", _ALSO[2:3], per_m2=4 if is_pine else 0, length_m=(0.045, 0.08), lift_m=(0.016, 0.02)
    )
    number = torch.full_like
    return joined(
        leaves,
        crumbs,
        replace(twigs, kind=number(twigs.kind, len(species)), cup=number(twigs.cup, -0.9)),
        replace(needles, kind=number(needles.kind, len(species) + 1)),
        replace(cones, kind=number(cones.kind, len(species) + 2), cup=number(cones.cup, -0.8)),
    )


def _fallen_color(
    look: Look, kind: str, species: tuple[Species, ...], fallen: Thrown, one: Lying, face: LeafFace
) -> Tensor:
    what, own, lift_m = one.pick(torch.stack([fallen.kind.float(), fallen.own, fallen.lift_m]))
    # What fell last lies on top and is still light; below it turns to humus.
    age = (0.5 - lift_m / _PILE_M) * (0.30 + 0.35 * look["decay"])
    tone = face.tone - age
    chance = (own * 5.0).frac()
    color = _one_of(look, _BROWNS, tone, (own * 29.0).frac())
    if kind == "autumn":
        colorful = _one_of(look, _AUTUMN, tone, (own * 17.0).frac())
        color = mix(color, colorful, (chance < 0.45 + 0.4 * look["fresh"]).float() * (1 - 0.5 * face.rot))
    color = color * (1 - 0.3 * face.rot) * (1 + face.veins * (0.12 + 0.30 * (chance > 0.4)))
    bark = _ramp(look, "#352b22", "#56483a", "#776856", "#948672").paint(own + 0.3 * (face.tone - 0.5))
    straw = _ramp(look, "#4a3322", "#775538", "#9c7650", "#b49468").paint(0.1 + 0.9 * own - age)
    scale = torch.sin(one.x * 14 + one.y * 5) * torch.sin(one.x * 14 - one.y * 5)
    cone = _ramp(look, "#33251b", "#5d432f", "#8a6b4e").paint(0.45 + 0.5 * scale)
    for number, shade in enumerate((bark, straw, cone), start=len(species)):
        color = torch.where(what == number, shade, color)
    return color


def _one_of(look: Look, ramps: tuple[tuple[str, ...], ...], tone: Tensor, chance: Tensor) -> Tensor:
    """Paint every leaf in one of several ramps."""
    color = _ramp(look, *ramps[0]).paint(tone)
    for number, stops in enumerate(ramps[1:], start=1):
        color = torch.where(chance > number / len(ramps), _ramp(look, *stops).paint(tone), color)
    return color


def _ramp(look: Look, *stops: str) -> Palette:
    return look.palette(*stops, tint=0.8)


def _humus(look: Look, soil: Soil) -> Tensor:
    tone = 0.4 + 0.4 * soil.tone + 0.08 * soil.micro
    return look.palette("#1f1813", "#32271e", "#493a2d", "#5f4e3d", tint=0.2).paint(tone)
