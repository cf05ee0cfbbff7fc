"""Grass: a mown lawn, a meadow of tufts, clover and daisies, or what a dry summer leaves of it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.soil import Soil, crumbled_soil
from assetgen.backends.procedural.operators.living.foliage import blade, clover, daisy, needle
from assetgen.backends.procedural.operators.living.sward import sow_tufts
from assetgen.backends.procedural.operators.piled.leaves import (
    Lying,
    Thrown,
    joined,
    laid_over,
    lay_shapes,
    throw,
)
from assetgen.backends.procedural.surface import Surface, by_rows

_BLADE, _STRAW, _CLOVER, _DAISY = range(4)
_OUTLINES = (blade, needle, clover, daisy)


class _Sward(NamedTuple):
    """How a kind of grass grows: of what length, how densely, in what tufts, with how much of what else per m2."""

    length: float
    dense: float
    tuft_m: float
    thin: float
    straw: float
    clover: float
    dry: float


_KINDS = {
    "lawn": _Sward(length=0.8, dense=1.6, tuft_m=0.035, thin=0.0, straw=700, clover=160, dry=0.0),
    "meadow": _Sward(length=1.35, dense=1.25, tuft_m=0.085, thin=0.15, straw=1800, clover=900, dry=0.06),
    "dry": _Sward(length=1.0, dense=1.1, tuft_m=0.060, thin=0.50, straw=5200, clover=0, dry=0.62),
}


def grass(torus: Torus, look: Look) -> Surface:
    """Blades stand in tufts that lean apart; straw lies between them, and soil shows where they are thin."""
    kind = _KINDS[look.option("kind", "lawn")]
    soil = crumbled_soil(torus, clod_m=0.05, trodden=0.3)
    sward, common = _grow(torus, look, kind)
    lying = lay_shapes(torus, sward, _OUTLINES)
    swell_m = blur(torus, soil.height_m, 0.03)
    bare = Surface(
        torus=torus,
        height_m=soil.height_m * 0.5,
        color=_soil_color(look, soil),
        roughness=0.92 + 0.02 * soil.micro.clamp(-2, 2),
        metallic=torus.zeros(),
    )
    del soil

    def cover(below: Surface, rows: slice) -> Surface:
        plants = [one.rows(rows) for one in lying]
        colors = [_plant_color(look, kind, sward, common, one) for one in plants]
        return replace(
            below,
            height_m=laid_over(below.height_m, plants, [one.height_m + swell_m[rows] for one in plants]),
            color=laid_over(below.color, plants, colors),
            roughness=laid_over(below.roughness, plants, [_sheen(look, sward, one) for one in plants]),
        )

    grown = by_rows(bare, cover)
    # The body of blades counts in full, a single blade against its neighbour by a part of it: steps as steep as
    # grass really has them are nothing but noise in a height field.
    body_m = blur(torus, grown.height_m, 0.009)
    height_m = (body_m + (grown.height_m - body_m) * 0.16) * look.relief
    return replace(grown, height_m=height_m).with_grime(0.7, 0.02)


def _grow(torus: Torus, look: Look, kind: _Sward) -> tuple[Thrown, Tensor]:
    """Return everything that grows and lies here, and for each plant what it has in common with its tuft."""
    length_m = look["blade_m"] * kind.length
    blades, common = sow_tufts(
        torus,
        "blades",
        per_m2=11500 * kind.dense * (0.06 / length_m) * (0.55 + 0.45 * look["density"]),
        length_m=(length_m * 0.6, length_m * 1.3),
        tuft_m=kind.tuft_m,
        lean=look["lean"],
        thin=kind.thin + 0.5 * (1 - look["density"]),
    )
    area = torus.tile_m**2
    straw = throw(
        torus, "straw", round(kind.straw * area), length_m=(0.02, 0.09), slim=(0.018, 0.04), bend=0.7, tilt=0.15,
        lift_m=(0.001, 0.008 + 0.012 * kind.dry),
    )  # fmt: skip
    weeds = throw(
        torus, "weeds", max(round(kind.clover * look["weeds"] * area), 1), length_m=(0.014, 0.026), slim=(0.9, 1.0),
        lift_m=(0.006, 0.024), tilt=0.3, roll=0.3, cup=(0.1, 0.5),
    )  # fmt: skip
    flower = weeds.own < 0.035
    size = torch.where(flower, 0.8, 1.0)
    weeds = replace(
        weeds,
        kind=torch.where(flower, _DAISY, _CLOVER),
        lift_m=weeds.lift_m + flower * 0.016,
        half_m=weeds.half_m * size,
        half_width_m=weeds.half_width_m * size,
    )
    straw = replace(straw, kind=torch.full_like(straw.kind, _STRAW))
    sward = joined(blades, straw, weeds)
    own = torus.uniform("common", straw.count + weeds.count)[:, 0]
    return sward, torch.cat([common, own])


def _plant_color(look: Look, kind: _Sward, sward: Thrown, common: Tensor, one: Lying) -> Tensor:
    what, own, tuft = one.pick(torch.stack([sward.kind.float(), sward.own, common]))
    up = one.x * 0.5 + 0.5
    tone = 0.24 + 0.36 * up + 0.30 * (own - 0.5) + 0.22 * (tuft - 0.5) + 0.10 * (0.3 - one.y.abs())
    cool = look.leaf("#24381b", "#3f5e2a", "#5e8040", "#84a05c").paint(tone)
    warm = look.leaf("#2e3b16", "#526826", "#76893d", "#9eab60").paint(tone)
    green = mix(cool, warm, smoothstep(0.15, 0.85, own * 0.5 + tuft * 0.5 + look["yellow"] - 0.5))
    hay = look.palette("#4d4128", "#85734b", "#ab986b", "#cbbb90", tint=0.3).paint(tone + 0.12)
    # Blades die from the tip; a few are dead all along.
    dry = look["dryness"] * 0.55 + kind.dry
    died = smoothstep(0.0, 0.3, up * 0.55 + (own * 7.3).frac() * 0.8 + 0.3 * (tuft - 0.5) - 1.15 + dry)
    died = torch.where(what == _STRAW, 1.0, died)
    color = mix(green, hay, died)
    leaf = look.leaf("#2b3a20", "#455a32", "#637a48").paint(0.5 + 0.8 * (own - 0.5) + 0.25 * one.x.abs())
    color = mix(color, leaf, (what == _CLOVER).float())
    disc = smoothstep(0.34, 0.26, torch.hypot(one.x, one.y))
    petals, pollen = (look.palette(shade, tint=0.0).paint(own) for shade in ("#e0dfd6", "#b58a1e"))
    return mix(color, mix(petals, pollen, disc), (what == _DAISY).float())


def _sheen(look: Look, sward: Thrown, one: Lying) -> Tensor:
    what, own = one.pick(torch.stack([sward.kind.float(), sward.own]))
    waxy = look.roughness(0.60) + 0.16 * (own - 0.5) - 0.08 * one.x
    return torch.where(what == _STRAW, 0.82, waxy)


def _soil_color(look: Look, soil: Soil) -> Tensor:
    tone = 0.4 + 0.4 * soil.tone + 0.06 * soil.micro
    return look.palette("#241d16", "#3a3026", "#534637", "#6b5c48", tint=0.2).paint(tone)
