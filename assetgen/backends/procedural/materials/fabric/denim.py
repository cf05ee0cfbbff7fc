"""Denim: indigo warp over white weft in 3/1 twill, raw or washed, plain or with a felled seam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.cloth.drape import folds
from assetgen.backends.procedural.operators.cloth.stitching import Stitches, stitches
from assetgen.backends.procedural.operators.cloth.weave import Cloth, twill, weave
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_DYES: Final = (
    ("#232b40", "#2f3b56", "#46587a", "#7f93ac"),  # indigo
    ("#222a3a", "#2c394d", "#456077", "#8299a6"),  # greenish indigo
    ("#26283c", "#343952", "#545c7c", "#8f97ad"),  # reddish indigo
)
"""From full dye to the pale heart of a yarn that was rubbed."""
_WASHES: Final = {"raw": (0.03, 0.12), "washed": (0.36, 0.5), "bleached": (0.76, 0.55)}
"""How far dye is gone, and how far friction took it from the crests first."""
_SEAM_M: Final = 0.0105
_YARN_M: Final = 0.00036


@dataclass(frozen=True, slots=True, eq=False)
class _Seam:
    """A felled seam down the tile: 0..1 where the cloth lies double, its ridges, and its two rows of stitches."""

    lap: Tensor
    edge: Tensor
    rows: tuple[Stitches, ...]


def denim(torus: Torus, look: Look) -> Surface:
    """Stiff cotton twill that remembers how it was worn."""
    wash = look.option("wash", choose(torus, "denim/wash", ("raw", "washed", "washed", "bleached")))
    bend = warp_field(torus, "cloth/bend", torus.cells_across(0.006), 0.00022 / torus.tile_m, octaves=3)
    pitch_m = look["yarn_m"]
    cloth = weave(
        torus,
        "cloth",
        twill(3, 1),
        pitch_m=(pitch_m, pitch_m * 1.12),
        fill=(1.0, 0.92),
        crimp=(0.42, 0.44),
        slubs=(0.25 + 0.75 * look["slubs"], 0.4),
        warp=bend,
    )
    fibre = spectral_noise(torus, "fibre", slope=0.9, low=60, stretch=(1.0, 2.2))
    crease = _creases(torus)
    seam = _felled(torus) if look.option("seam", "plain") == "felled" else None

    strands = cloth.twist(torus, 0.0009)
    height_m = (cloth.height * _YARN_M + strands * 0.00002 + fibre * 0.000014 * cloth.seen) * look.relief
    height_m = height_m + crease * (0.0007 * look["creases"])
    rubbed = _rubbed(torus, look, cloth, crease, wash, seam)
    color = _color(torus, look, cloth, rubbed, fibre)
    roughness = look.roughness(0.84) - 0.07 * cloth.height.clamp(min=0) + 0.03 * fibre.clamp_(-2, 2)
    roughness = roughness + 0.1 * rubbed - 0.06 * cloth.warp
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    if seam is not None:
        surface = _sewn(torus, look, surface, seam)
    return surface.with_grime(0.35 + 0.5 * look["dirt"], 0.0011)


def _creases(torus: Torus) -> Tensor:
    """Return where cloth was folded in wear, 1 on a crest: broad folds and the small ones between them."""
    broad = folds(torus, "folds/broad", 0.034, stretch=0.7, sharp=0.45, wander=0.5)
    small = folds(torus, "folds/small", 0.013, stretch=0.8, sharp=0.3, wander=0.6)
    return broad * 0.7 + small * 0.3


def _felled(torus: Torus) -> _Seam:
    place = torus.u - torus.draw("seam/place", 0.25, 0.75)
    sway = fbm(torus, "seam/sway", 3, period_y=3, octaves=3) * 0.0006
    away_m = (place - torch.round(place)) * torus.tile_m + sway
    # Between stitches the edge of the lap swells out a little.
    swell = fbm(torus, "seam/swell", torus.cells_across(0.05), period_y=torus.cells_across(0.0055), octaves=2)
    inside = _SEAM_M / 2 - away_m.abs() + swell * 0.0005
    rows = tuple(
        stitches(torus, f"seam/row-{side}", away_m - side * 0.0031, torus.v, stitch_m=0.0034, thread_m=0.0009)
        for side in (-1, 1)
    )
    return _Seam(
        lap=smoothstep(-0.0004, 0.0006, inside),
        edge=torch.exp(-((inside - 0.0005) / 0.0007).square_()) * (0.6 + swell).clamp_(0, 1),
        rows=rows,
    )


def _rubbed(torus: Torus, look: Look, cloth: Cloth, crease: Tensor, wash: str, seam: _Seam | None) -> Tensor:
    """Return how far the dye is gone, 0..1: crests of yarns first, then folds, clouds from the washing drum."""
    gone, friction = _WASHES[wash]
    clouds = fbm(torus, "wash/clouds", torus.cells_across(0.022), octaves=6, gain=0.6)
    fold = smoothstep(0.45, 1.0, crease) * (0.25 + 0.75 * look["wear"])
    yarns = cloth.random(torus, "yarns/dye", -1, 1) * 0.17 + cloth.thick * 0.3
    local = (fold - 0.2) * 0.48 + clouds * 0.19 + yarns
    if seam is not None:
        local = local + seam.edge * 0.7 - seam.lap * 0.1
    worn = patches(torus, "wash/worn", 0.02, amount=0.05 + 0.4 * look["wear"], soft=0.5)
    top = smoothstep(0.15, 0.95, cloth.height)
    return (gone + friction * (local + 0.2 * worn) + top * (0.08 + 0.35 * friction) * (0.4 + local)).clamp_(
        0, 1
    )


def _color(torus: Torus, look: Look, cloth: Cloth, rubbed: Tensor, fibre: Tensor) -> Tensor:
    dye = look.palette(*choose(torus, "denim/dye", _DYES), most_chroma=PAINTED).adjusted(saturation=-0.1)
    tone = rubbed * 0.86 + fibre * 0.035 + cloth.across.abs() * -0.06
    warp = dye.paint(tone)
    ecru = look.palette("#85878a", "#a8a7a3", "#c3bfb5", tint=0.12)
    weft = ecru.paint(0.55 + 0.25 * rubbed + fibre * 0.08 + cloth.random(torus, "yarns/ecru", -0.3, 0.3))
    # Washing lets indigo bleed into the weft; the flecks are never paper white.
    weft = mix(weft, dye.paint(rubbed * 0.3 + 0.62), torch.full_like(tone, 0.4))
    deep = smoothstep(0.1, -0.7, cloth.height)
    return mix(weft, warp, cloth.warp) * (1 - 0.3 * deep)


def _sewn(torus: Torus, look: Look, surface: Surface, seam: _Seam) -> Surface:
    pulled = torch.maximum(*(row.pull for row in seam.rows))
    height_m = surface.height_m + seam.lap * (0.0011 - 0.0005 * pulled)
    gold = choose(
        torus, "seam/thread", (("#8d6330", "#b98a4a"), ("#a88e62", "#cbb58a"), ("#7d4f2b", "#a56f3f"))
    )
    for number, row in enumerate(seam.rows):
        tone = 0.45 + 0.3 * row.strand + 0.3 * (row.random(torus, f"seam/tone-{number}") - 0.5)
        height_m = torch.where(
            row.thread > 0.5, height_m + (row.height * 0.0005 + row.strand * 0.00003) * row.thread, height_m
        )
        surface = surface.covered(
            row.thread * 0.97,
            color=look.palette(*gold, tint=0.0).paint(tone) * (0.7 + 0.3 * row.height),
            roughness=0.62,
            height_m=height_m,
        )
    return surface
