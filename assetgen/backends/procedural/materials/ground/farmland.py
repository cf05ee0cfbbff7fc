"""Farmland: freshly ploughed furrows, a harrowed seedbed, rows of seedlings, or the stubble after harvest."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.soil import Soil, crumbled_soil, pebbles
from assetgen.backends.procedural.operators.living.foliage import beech, oval
from assetgen.backends.procedural.operators.living.litter import FALLEN, Species, strew
from assetgen.backends.procedural.operators.piled.leaves import Thrown, joined, laid_over, lay_shapes
from assetgen.backends.procedural.surface import Surface, by_rows


class _Work(NamedTuple):
    """What was done last: height of ridges per distance, clods, how shiny it is, what stands on a square metre."""

    ridge: float
    clod_m: float
    loose: float
    smear: float
    leaves: float
    straw: float
    stumps: float


_WORKS = {
    "ploughed": _Work(ridge=0.20, clod_m=0.13, loose=1.25, smear=1.0, leaves=0, straw=26, stumps=0),
    "harrowed": _Work(ridge=0.07, clod_m=0.055, loose=0.9, smear=0.0, leaves=0, straw=14, stumps=0),
    "sown": _Work(ridge=0.10, clod_m=0.05, loose=0.7, smear=0.0, leaves=150, straw=10, stumps=0),
    "stubble": _Work(ridge=0.05, clod_m=0.06, loose=0.5, smear=0.0, leaves=4, straw=900, stumps=620),
}
_EARTHS = (
    ("#33291f", "#4f4031", "#6d5a46", "#8d7860"),
    ("#2b2622", "#413a33", "#5b5147", "#786c5f"),
    ("#3f2f22", "#5a4534", "#78604a", "#977f68"),
)
_PLANTS = (
    ("leaves", Species(beech, (0.30, 0.45)), (0.035, 0.085), (0.008, 0.030), 1.6),
    ("straw", FALLEN["needle"], (0.03, 0.22), (0.001, 0.010), 0.5),
    ("stumps", Species(oval, (0.12, 0.3)), (0.012, 0.05), (0.015, 0.035), 2.5),
)
"""What stands in rows or lies about: shape, length, height above the ground, and how far it curls or leans."""


def farmland(torus: Torus, look: Look) -> Surface:
    """The plough turns slices over, frost and harrow break them; what was sown stands in rows."""
    work = _WORKS[look.option("kind", "ploughed")]
    soil = crumbled_soil(torus, clod_m=work.clod_m * look["clods"], trodden=0.0, loose=work.loose)
    row, ridge = _furrows(torus, look, work, soil)
    stone_m, own = pebbles(torus, soil, share=0.16 * look["stones"] - 0.08)
    smear = _smear(torus, look, work, row)
    rough_m = mix(soil.height_m, blur(torus, soil.height_m, 0.012), smear)
    height_m = (
        ridge * work.ridge * look["furrow_m"] * look["ridges"] + rough_m * (0.55 + 0.55 * ridge) + stone_m
    )

    crest = convexity(torus, height_m, 0.012).mul_(60).clamp_(-1, 1)
    del rough_m, row
    tone = 0.40 + 0.26 * soil.tone + 0.16 * crest + 0.05 * soil.micro + 0.10 * (ridge - 0.5) - 0.10 * smear
    earths = look.palette(*choose(torus, "earth", _EARTHS), tint=0.6, most_chroma=0.07)
    # Crests dry first and turn pale; the bottom of a furrow stays damp.
    damp = smoothstep(0.55, 0.1, ridge + 0.35 * soil.lumps + 0.4 * (0.5 - look["damp"]))
    del ridge, crest
    color = earths.paint(tone).mul_(1 - 0.30 * damp)
    del tone
    stone = look.palette("#514b43", "#7b7468", "#a19a8c", tint=0.1).paint(own)
    color = mix(color, stone, (stone_m > 0.0008).float() * 0.7)
    roughness = look.roughness(0.90) + 0.025 * soil.micro.clamp(-2, 2) - 0.26 * smear - 0.08 * damp
    del soil, stone_m, own, stone, smear, damp
    height_m = height_m * look.relief
    earth = Surface(torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros())
    return _grown(earth.with_grime(0.55, 0.04), look, work)


def _furrows(torus: Torus, look: Look, work: _Work, soil: Soil) -> tuple[Tensor, Tensor]:
    """Return which part of a furrow a texel lies in, 0..1 across it, and the height of the ridge there, 0..1."""
    rows = torus.cells_across(look["furrow_m"])
    sway = fbm(torus, "sway", 3, octaves=4, gain=0.4) * 0.34 + soil.lumps * 0.14 * work.loose
    row = (torus.v * rows + torus.draw("rows", 0.0, 1.0) + sway) % 1.0
    # A turned slice leans on the one before: a long back, a short steep face.
    back = smoothstep(0.0, 0.68, row) * smoothstep(1.0, 0.72, row)
    even = 0.5 - 0.5 * torch.cos(row * 6.2831853)
    return row, back if work.smear else even


def _smear(torus: Torus, look: Look, work: _Work, row: Tensor) -> Tensor:
    """Return where the share has pressed the back of a slice smooth and shiny, 0..1, in long strokes."""
    if not work.smear:
        return torus.zeros()
    stroke = spectral_noise(torus, "stroke", slope=1.9, low=4, high=180, stretch=(1.0, 0.22))
    patch = fbm(torus, "smear", torus.cells_across(0.35), period_y=torus.cells_across(0.18), octaves=5)
    on_back = smoothstep(0.10, 0.3, row) * smoothstep(0.75, 0.55, row)
    return smoothstep(-0.1, 0.6, patch * 1.6 + 0.12 * stroke + 0.7 * look["damp"] - 0.3) * on_back * 0.85


def _in_rows(torus: Torus, look: Look, plants: Thrown, spread: float) -> Thrown:
    """Move plants to the middle of the furrows' ridges, give or take a share of their distance."""
    rows = torus.cells_across(look["furrow_m"]) * (2 if spread < 0.1 else 1)
    start = torus.draw("rows", 0.0, 1.0)
    place = torch.floor(plants.y * rows) + 0.5 - start + (plants.own - 0.5) * 2 * spread
    return replace(plants, y=(place / rows) % 1.0)


def _grown(surface: Surface, look: Look, work: _Work) -> Surface:
    """Set seedlings and stubble in rows, and strew straw between them."""
    torus, groups = surface.torus, []
    for number, (name, species, length_m, lift_m, curl) in enumerate(_PLANTS):
        per_m2 = getattr(work, name)
        some = strew(torus, name, (species,), per_m2=per_m2, length_m=length_m, lift_m=lift_m, curl=curl)
        some = some if name == "straw" else _in_rows(torus, look, some, 0.06 if name == "stumps" else 0.14)
        groups.append(replace(some, kind=torch.full_like(some.kind, number)))
    plants = joined(*groups)
    lying = lay_shapes(torus, plants, [species.outline for _, species, *_ in _PLANTS])
    bed_m = blur(torus, surface.height_m, 0.01)
    green = look.palette("#2f4420", "#4d6a31", "#74914c", "#9fb377", tint=0.0)
    hay = look.palette("#6b5634", "#97804f", "#bda674", "#d3c197", tint=0.0)

    def cover(below: Surface, rows: slice) -> Surface:
        here = [one.rows(rows) for one in lying]
        colors, heights, rough = [], [], []
        for one in here:
            own, kind = one.pick(torch.stack([plants.own, plants.kind.float()]))
            rib = smoothstep(0.14, 0.0, one.y.abs())
            leaf = green.paint(0.45 + 0.4 * (own - 0.5) + 0.2 * one.x + 0.25 * rib)
            stalk = hay.paint(0.25 + 0.6 * (own * 7).frac() + 0.15 * (1 - one.y.abs()))
            colors.append(torch.where(kind < 0.5, leaf, stalk))
            heights.append(bed_m[rows] + one.height_m * look.relief)
            rough.append(torch.where(kind < 0.5, 0.58 + 0.1 * own, 0.76 + 0.1 * own))
        return replace(
            below,
            color=laid_over(below.color, here, colors),
            height_m=laid_over(below.height_m, here, heights),
            roughness=laid_over(below.roughness, here, rough),
        )

    return by_rows(surface, cover)
