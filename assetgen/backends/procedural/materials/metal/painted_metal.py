"""Painted steel: what paint does on sheet metal that is used, knocked, bleached and rained on."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, flat_color, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.designs.decals import painted_band
from assetgen.backends.procedural.operators.layouts.panels import half_extents
from assetgen.backends.procedural.operators.layouts.plans import Plan, courses, lay
from assetgen.backends.procedural.operators.metal.paintwork import bleached, knocks, laid_bare, streaked
from assetgen.backends.procedural.operators.metal.plates import Plating, buckled, riveted, welded
from assetgen.backends.procedural.operators.metal.pressings import PRESSINGS, pressed
from assetgen.backends.procedural.surface import Surface

_PAINTS = ("#b98b2c", "#4d6a4f", "#31503f", "#7a3a2c", "#2f6469", "#80857f", "#565c60", "#2e4258", "#a7a491")
"""Muted signal yellow, reseda and moss green, oxide red, teal, two greys, navy, light ivory grey."""
_PAINT_M = 0.00035


def painted_metal(torus: Torus, look: Look) -> Surface:
    """Steel plates under paint: knocked at edges and rivets, bleached by the sun, streaked by rain."""
    plates = _plates(torus, look)
    knocked = knocks(torus, plates.height_m, plates.proud, wear=look["wear"])
    lost = (knocked.primer + knocked.steel) * (_PAINT_M / 2) + knocked.scuffs * 0.0001
    height_m = plates.height_m - lost + spectral_noise(torus, "peel", slope=0.4, low=220).mul_(0.00002)

    chalk = bleached(torus, plates.pieces, fade=look["fade"])
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=_paint_color(torus, look, plates.pieces, chalk),
        roughness=_paint_roughness(torus, look, chalk),
        metallic=torus.zeros(),
    )
    surface = laid_bare(surface, knocked, age=look["age"])
    surface = streaked(surface, plates.joint, dirt=look["dirt"])
    return surface.with_grime(0.3 + 0.7 * look["dirt"], 0.012)


def _plates(torus: Torus, look: Look) -> Plating:
    """Put the plates of the wished layout together, with what is pressed into them."""
    is_single = look.option("layout", "plates") == "single"
    plan = _plan(torus, look, is_single=is_single)
    half = half_extents(torus, plan)
    pieces = lay(torus, plan)
    default = choose(torus, "pressing", PRESSINGS)
    inset_m = 0.11
    if is_single or look.option("joint", "rivets") == "welds":
        plating, default = welded(torus, pieces, half), "none"
    else:
        plating, size = riveted(torus, pieces, half, pitch_m=look["rivet_pitch_m"])
        inset_m = size * 6.5
    deep_m = torus.draw("pressing/deep", 0.004, 0.006)
    style = look.option("pressing", default)
    height_m = plating.height_m + pressed(torus, pieces, half, style, inset_m=inset_m, deep_m=deep_m)
    away = smoothstep(0.01, 0.16, pieces.edge)
    bulges = buckled(torus, pieces, look["buckle_m"] * look.relief).mul_(away * 0.85 + 0.15)
    return replace(plating, height_m=height_m * look.relief + bulges, proud=plating.proud.clamp(-1, 1))


def _plan(torus: Torus, look: Look, *, is_single: bool) -> Plan:
    if is_single:
        side = torus.cells_across(look["plate_m"] * 1.25)
        return courses(side, side, shift=0)
    rows = max(2 * torus.cells_across(look["plate_m"] * look["tallness"] * 2), 2)
    return courses(torus.cells_across(look["plate_m"]), rows)


def _paint_color(torus: Torus, look: Look, plates: Elements, chalk: Tensor) -> Tensor:
    drawn = Palette.of(choose(torus, "paint", _PAINTS)).adjusted(
        brightness=torus.draw("paint/brightness", -0.16, 0.16),
        saturation=torus.draw("paint/mute", -0.32, -0.05),
    )
    cloudy = fbm(torus, "paint/cloudy", torus.cells_across(0.28), octaves=6, gain=0.6)
    brushed = spectral_noise(torus, "paint/rain", slope=1.6, low=8, stretch=(1.0, 9.0))
    tone = 0.5 + cloudy * 0.30 + brushed * 0.035 + plates.random_apart(torus, "paint/plate", -0.16, 0.16)
    color = look.paint(drawn).paint(tone)
    if look.option("marking", "none" if look.second_color is None else "stripe") == "stripe":
        ivory = look.paint(Palette.of("#cfccc0"), second=True).middle()
        wide = torus.draw("stripe/wide", 0.035, 0.06)
        color = mix(color, flat_color(torus, ivory), painted_band(torus, "stripe/place", cloudy, wide))
    grey = color * 0.72 + color.mean(0, keepdim=True) * 0.22 + 0.10
    return mix(color, grey, chalk * 0.6)


def _paint_roughness(torus: Torus, look: Look, chalk: Tensor) -> Tensor:
    smudges = fbm(torus, "paint/smudges", torus.cells_across(0.25), octaves=6, gain=0.62)
    wiped = spectral_noise(torus, "paint/wiped", slope=1.3, low=20, stretch=(1.0, 3.0))
    return look.roughness(0.36) + smudges * 0.13 + wiped * 0.012 + chalk * 0.22
