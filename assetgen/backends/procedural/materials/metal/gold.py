"""Gold, or any noble metal asked for: polished, hammered, chased with ornament, or laid as leaf over bole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.cover import grown
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.designs.ornament import chased
from assetgen.backends.procedural.operators.metal.hammering import hammered
from assetgen.backends.procedural.operators.piled.overlaps import overlapping
from assetgen.backends.procedural.operators.traces.handled import dents, fingerprints, hairlines, smears
from assetgen.backends.procedural.surface import Surface

_GOLD: Final = ("#c2974f", "#e0ba74", "#efd08d", "#f4dfa8")
"""Measured reflectance, as bright as maps can hold it."""
_BOLE: Final = ("#46281f", "#5f382b", "#7b4f3e")
"""The red clay under leaf."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Face:
    """A worked face: its relief in metres, tone, dullness, and where the metal is lost (0..1)."""

    height_m: Tensor
    tone: Tensor
    dull: Tensor
    lost: Tensor


def gold(torus: Torus, look: Look) -> Surface:
    """Noble metal worked by hand: bright on its crests, brown in its hollows, thinly scratched and fingered."""
    finish = look.option("finish", choose(torus, "finish", ("polished", "hammered", "polished")))
    face = {"hammered": _hammered, "ornament": _chased, "leaf": _leaf}.get(finish, _polished)(torus, look)
    fine = hairlines(torus, "hairlines", 200 + 2600 * look["wear"], length_m=(0.004, 0.06), wide_m=0.0004)
    height_m = face.height_m * look.relief - fine * 0.00002
    standing = convexity(torus, height_m, 0.004)
    crest = (standing * (1 / 0.0007)).clamp(-1, 1)

    cloud = fbm(torus, "cloud", torus.cells_across(0.065), octaves=7, gain=0.72)
    smear, finger = smears(torus, "smears", 0.12), fingerprints(torus, "fingers", share=0.35)
    tone = (
        0.62
        + face.tone
        + crest.clamp(min=0) * 0.25
        + fine * 0.5
        + cloud * (0.3 if finish == "leaf" else 1.15)
    )
    tone = tone - (0.16 * smear + 0.10 * finger) * look["smudges"]
    touched = smear * 0.20 + finger * 0.17
    # Copper and silver never mix quite evenly into it: reddish clouds and greenish ones.
    alloy = fbm(torus, "alloy", torus.cells_across(0.06), octaves=6, gain=0.68)
    rough = look.roughness(0.20) + face.dull + touched * look["smudges"] + fine * 0.16
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=warmed(look.bare_metal(*_GOLD).paint(tone), (0.42 * alloy).clamp_(min=-0.07)),
        roughness=rough + cloud * 0.09 - crest.clamp(min=0) * 0.05,
        metallic=torus.zeros() + look.metallic,
    )
    surface = _browned(look, surface, -crest, cloud)
    dust = smoothstep(0.1, 0.7, -crest * 0.8 + cloud) * (0.06 + 0.22 * look["dirt"])
    surface = surface.covered(
        dust, color=look.palette("#7d6a4c", "#a08a66", tint=0.0).paint(0.5 + cloud), roughness=0.6
    )
    bole = look.palette(*_BOLE, tint=0.0).paint(0.5 + cloud)
    surface = surface.covered(face.lost, color=bole, roughness=0.62 + cloud * 0.15)
    return surface.with_grime(0.15 + 0.5 * look["dirt"], 0.006)


def _polished(torus: Torus, look: Look) -> _Face:
    waves = spectral_noise(torus, "waves", slope=3.0, low=2, high=40)
    orange = spectral_noise(torus, "orange", slope=1.6, low=40, high=200)
    struck = dents(torus, "dents", 0.03, share=0.05 + 0.2 * look["wear"])
    nicked = dents(torus, "nicks", 0.007, share=0.04 + 0.12 * look["wear"])
    height_m = waves * 0.00022 + orange * 0.000008 + struck * 0.0006 + nicked * 0.00022
    return _Face(
        height_m=height_m,
        tone=orange * 0.11 + nicked * 0.3,
        dull=orange * 0.016 - nicked * 0.1,
        lost=torus.zeros(),
    )


def _hammered(torus: Torus, look: Look) -> _Face:
    blows = hammered(torus, "blows", look["work_m"] * 0.42)
    waves = spectral_noise(torus, "waves", slope=3.0, low=2, high=20)
    return _Face(
        height_m=blows.height * (look["work_m"] * 0.055) + waves * 0.0003,
        tone=(blows.own - 0.5) * 0.22 + blows.ridge * 0.12,
        dull=(blows.own - 0.5) * 0.08 + blows.ridge * 0.05,
        lost=torus.zeros(),
    )


def _chased(torus: Torus, look: Look) -> _Face:
    figures = chased(torus, "figures", look["work_m"] * 2.6)
    hand = spectral_noise(torus, "hand", slope=2.2, low=8, high=120)
    return _Face(
        height_m=figures.relief * (look["work_m"] * 0.11) + hand * 0.00005,
        tone=figures.relief * 0.2 - figures.ground * 0.18,
        dull=figures.ground * 0.16 + hand * 0.01,
        lost=torus.zeros(),
    )


def _leaf(torus: Torus, look: Look) -> _Face:
    """Lay leaf sheet over sheet: laps show as lines, it wrinkles, breaks at its borders and rubs off crests."""
    period = torus.cells_across(look["work_m"] * 2.3)
    sheets = overlapping(torus, "sheets", period, size=1.22, square=True, jitter=0.16, turn=0.05)
    ragged = fbm(torus, "ragged", torus.cells_across(0.014), octaves=5, gain=0.62)
    ground = fbm(torus, "ground", torus.cells_across(0.09), octaves=4, gain=0.5)
    bend = warp_field(torus, "bend", torus.cells_across(0.05), 0.006 / torus.tile_m)
    wrinkle = fbm(torus, "wrinkle", torus.cells_across(0.018), octaves=4, gain=0.55, shape="ridged")
    crease = smoothstep(0.25, 0.95, wrinkle + bend[0] * 4) * smoothstep(-0.25, 0.35, ground + ragged * 0.3)
    lap = smoothstep(0.0016, 0.0, (sheets.pieces.edge + ragged * 0.0012).abs())
    single = smoothstep(2.5, 1.4, sheets.layers)
    rub = ground * 0.45 + ragged * 0.9 + lap * 0.16 + crease * 0.3 + single * 0.16
    lost = smoothstep(-0.12, 0.24, grown(rub, 0.01 + 0.22 * look["wear"] * look["wear"], deep=0.4))
    return _Face(
        height_m=ground * 0.0007 + ragged * 0.00006 + crease * 0.00022 + lap * 0.00012 - lost * 0.00008,
        tone=sheets.pieces.random_apart(torus, "sheets/tone", -0.16, 0.14)
        + ragged * 0.14
        + lap * 0.16
        + crease * 0.16
        - single * 0.05,
        dull=sheets.pieces.random(torus, "sheets/dull", 0.03, 0.13) + crease * 0.08 + lap * 0.06,
        lost=lost,
    )


def _browned(look: Look, surface: Surface, hollow: Tensor, cloud: Tensor) -> Surface:
    """Leave polish and dirt in the hollows, where no cloth comes, as a brown film."""
    film = smoothstep(0.25, 1.0, hollow + cloud * 0.5 + (look["age"] - 0.5) * 0.9) * (
        0.25 + 0.6 * look["age"]
    )
    brown = Palette.of("#3e2c1c", "#5a4228", "#77593a").paint(0.5 + cloud)
    return surface.covered(film, color=brown, roughness=0.55, metallic=0.5)
