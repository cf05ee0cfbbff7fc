"""Carbon fibre: twill or plain weave, forged chips or a hybrid with aramid, under clear coat or raw."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.steady import power
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_along, warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.cloth.weave import plain, twill, weave
from assetgen.backends.procedural.operators.piled.strips import throw_strips
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_BINDINGS: Final = {"twill": twill(2, 2), "plain": plain(), "aramid": twill(2, 2)}
_CARBON: Final = ("#242527", "#303235", "#44474b", "#66696d")
"""From resin between the tows to the glint of fibres that lie across the light."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Layup:
    """Fibre in resin: height 0..1 of the tows, their tone 0..1, fibres, resin pools, and where a second fibre is."""

    height: Tensor
    tone: Tensor
    fibre: Tensor
    pool: Tensor
    second: Tensor


def carbon_fibre(torus: Torus, look: Look) -> Surface:
    """Tows of black fibre that catch the light one way and lose it the other, sunk in clear resin."""
    kind = look.option("weave", choose(torus, "carbon/weave", ("twill", "twill", "twill", "plain")))
    finish = look.option("finish", "gloss")
    layup = _forged(torus, look) if kind == "forged" else _woven(torus, look, kind)
    pits = _pinholes(torus, look, layup)
    long = scratches(torus, "scratch/long", int(10 + 70 * look["wear"]), length_m=(0.01, 0.06), bend=0.5)
    swirl = scratches(torus, "scratch/swirl", int(150 + 900 * look["wear"]), length_m=(0.003, 0.02), bend=1.4)
    seen = min(1.0, 0.00012 * torus.size / torus.tile_m)
    marks = torch.maximum(long, swirl * 0.4).mul_(seen)

    # The coat fills most of the weave and brings its own orange peel.
    bare = 1.0 if finish == "raw" else 0.35
    peel = spectral_noise(torus, "coat/peel", slope=2.0, low=torus.cells_across(0.006), high=90)
    height_m = (layup.height * (0.00013 * bare) + layup.fibre * (0.000006 * bare)) * look.relief
    height_m = height_m + peel * 0.0000035 - pits * 0.00001 - marks * 0.000005
    color = _color(torus, look, layup)
    color = color * (1 - 0.35 * pits) + marks * 0.03
    film = patches(torus, "film", 0.03, amount=0.1 + 0.6 * look["dirt"], soft=0.35)
    base = {"gloss": 0.13, "satin": 0.3, "raw": 0.46}[finish]
    smudge = fbm(torus, "film/smudge", torus.cells_across(0.012), octaves=5, gain=0.6)
    roughness = look.roughness(base) + 0.05 * smudge + 0.09 * film * (0.4 + look["dirt"])
    roughness = roughness + (0.08 + 0.16 * bare) * (1 - layup.tone) + 0.25 * marks + 0.3 * pits
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    dust = look.palette("#6b665e", "#8a857b", tint=0.0).paint(smudge + 0.5)
    return surface.covered(film * film * look["dirt"] * 0.12, color=dust, roughness=0.7)


def _woven(torus: Torus, look: Look, kind: str) -> _Layup:
    pitch_m = look["tow_m"]
    sway = warp_field(
        torus, "tows/sway", torus.cells_across(0.02), 0.10 * look["unevenness"] * pitch_m / torus.tile_m
    )
    cloth = weave(
        torus,
        "tows",
        _BINDINGS[kind],
        pitch_m=(pitch_m, pitch_m),
        fill=(1.0, 1.0),
        crimp=(0.55, 0.55),
        slubs=(0.06, 0.06),
        warp=sway,
    )
    lying = spectral_noise(torus, "tows/weft", slope=0.7, low=24, stretch=(14.0, 1.0))
    standing = spectral_noise(torus, "tows/warp", slope=0.7, low=24, stretch=(1.0, 14.0))
    fibre = mix(lying, standing, cloth.warp)
    # Light falls along one family of tows: they glint, the other lies dark; a tow is brightest where it crests.
    glint = 0.5 + look["contrast"] * (0.32 if torus.draw("tows/light", 0, 1) > 0.5 else -0.32) * (
        2 * cloth.warp - 1
    )
    crest = smoothstep(-0.1, 1.0, cloth.height)
    rim = 1 - power(cloth.across.abs(), 4.0)
    tone = glint * (0.55 + 0.45 * crest) * (0.55 + 0.45 * rim) + cloth.random(torus, "tows/tone", -0.07, 0.07)
    flat = cloth.height.clamp(-0.6, 0.75)
    return _Layup(
        height=blur(torus, flat, pitch_m * 0.05),
        tone=(tone + fibre * 0.07).clamp_(0, 1),
        fibre=fibre,
        pool=smoothstep(0.0, -0.6, cloth.height),
        second=1 - cloth.warp if kind == "aramid" or look.second_color is not None else torus.zeros(),
    )


def _forged(torus: Torus, look: Look) -> _Layup:
    """Press chips of tow into a mould: every chip glints by the way it lies."""
    long_m, wide_m = look["tow_m"] * 4.6, look["tow_m"] * 1.7
    lying = throw_strips(
        torus,
        "chips",
        round(8.0 * torus.tile_m**2 / (long_m * wide_m)),
        length_m=(0.6 * long_m, long_m),
        width_m=(0.5 * wide_m, wide_m),
        spread=math.pi,
    )
    chips = lying.pieces
    frayed = fbm(torus, "chips/frayed", torus.cells_across(0.004), octaves=3) * 0.0004
    streaks = spectral_noise(torus, "chips/streaks", slope=0.7, low=24, stretch=(14.0, 1.0))
    fibre = fetch_along(torus, streaks, chips, "chips/shift")
    light = torus.draw("chips/light", 0.0, 3.14159)
    glint = 0.5 + 0.5 * torch.cos((lying.turn - light) * 2)
    tone = glint * glint * look["contrast"] * 0.72 + chips.random(torus, "chips/tone", 0.04, 0.3)
    rim = smoothstep(0.0, 0.0005, chips.edge + frayed.clamp(max=0))
    lie = chips.random(torus, "chips/lie", 0.0, 0.6) + chips.x * chips.random(
        torus, "chips/tilt", -30.0, 30.0
    )
    return _Layup(
        height=lie * (0.4 + 0.6 * rim),
        tone=(tone * (0.6 + 0.4 * rim) + fibre * 0.09).clamp_(0, 1),
        fibre=fibre,
        pool=1 - rim,
        second=chips.random(torus, "chips/second").gt(0.6).float() * float(look.second_color is not None),
    )


def _pinholes(torus: Torus, look: Look, layup: _Layup) -> Tensor:
    """Return pits where air stayed in the resin, 0..1: between tows, here and there."""
    fine = spectral_noise(torus, "pits", slope=0.5, low=torus.cells_across(0.0012))
    return smoothstep(2.9 - 0.9 * look["pits"], 3.6 - 0.9 * look["pits"], fine + 1.1 * layup.pool)


def _color(torus: Torus, look: Look, layup: _Layup) -> Tensor:
    color = look.palette(*_CARBON, most_chroma=PAINTED).paint(layup.tone)
    gold = replace(look, color=look.second_color).palette(
        "#5f4c22", "#957a38", "#b99a4e", most_chroma=PAINTED
    )
    color = mix(color, gold.paint(layup.tone * 0.8 + 0.25), layup.second)
    return color * (1 - 0.2 * layup.pool)
