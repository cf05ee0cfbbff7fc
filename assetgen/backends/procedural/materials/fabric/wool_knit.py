"""Wool knit: plain, ribbed, cabled or in moss stitch, in one color, in stripes or with a Fair Isle chart."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.cloth.knit import Knit, cables, knit, moss_stitch, rib, stocking
from assetgen.backends.procedural.operators.layouts.cells import grains
from assetgen.backends.procedural.operators.traces.marks import scratches
from assetgen.backends.procedural.surface import Surface

_WOOLS: Final[dict[str, tuple[str, ...]]] = {
    "oatmeal": ("#9b8b76", "#b9aa93", "#d0c3ae", "#ded4c2"),
    "cream": ("#b9ae9a", "#cfc6b4", "#ddd6c7", "#e6e1d5"),
    "charcoal": ("#2d2d2f", "#3f3f41", "#555556", "#7c7b79"),
    "grey": ("#5f5f60", "#7b7b7a", "#949390", "#b1aea8"),
    "navy": ("#1f2735", "#2c384c", "#3c4b63", "#5d6d83"),
    "burgundy": ("#3d2125", "#56292f", "#6d373c", "#8a5456"),
    "moss": ("#33382a", "#474d38", "#5c6249", "#7e8267"),
    "mustard": ("#7d5c28", "#9c7534", "#b48c48", "#c6a56a"),
    "brown": ("#40332a", "#57463a", "#6f5b4b", "#8f7b69"),
}
"""From the shade between two strands to a fibre that stands off."""
_CHART: Final = (
    "........", ".a.a.a.a", "........", "bbbbbbbb", "...b....", "..bbb...", "b.bbb.b.", "bbb.bbb.", "bbb.bbb.",
    "b.bbb.b.", "..bbb...", "...b....", "bbbbbbbb", "........", "a.a.a.a.", "........", "aa..aa..", ".aa..aa.",
    "..aa..aa", "a..aa..a",
)  # fmt: skip
"""A band of stars and two rows of peeries, one letter a stitch: the ground, the first and the second color."""
_PATTERNS: Final = ("stocking", "stocking", "rib", "cable")


def wool_knit(torus: Torus, look: Look) -> Surface:
    """Hand-knitted wool: round loops of plied yarn under a thin haze of fibres."""
    motif = look.option("motif", "plain" if look.second_color is None else "striped")
    drawn = "stocking" if motif == "fair_isle" else choose(torus, "knit/stitch", _PATTERNS)
    cloth = _knitted(torus, look, look.option("stitch", drawn), motif)
    wool = torch.stack(
        [
            spectral_noise(torus, "wool/fibre", slope=0.8, low=24, stretch=(7.0, 1.0)),
            spectral_noise(torus, "wool/lumps", slope=1.6, low=4, stretch=(2.0, 0.5)),
        ]
    )
    fibre, lumps = cloth.fibres(torus, wool, "wool/shift")
    ply = cloth.plies(look["twist"])
    haze = spectral_noise(torus, "wool/haze", slope=0.6, low=110)
    stray = _stray_fibres(torus, look)
    pill = _pills(torus, look, fibre)

    body = cloth.yarn_m * (0.11 * ply + 0.06 * fibre + 0.05 * lumps + 0.01 * haze)
    tension = cloth.random(torus, "knit/tension", -0.12, 0.12) * cloth.yarn_m
    slack = fbm(torus, "knit/slack", torus.cells_across(0.05), octaves=3) * (0.4 * cloth.yarn_m)
    height_m = (cloth.height_m + body + tension) * look.relief + slack + stray * 0.0002 + pill * 0.0007
    color = _color(torus, look, cloth, motif, (ply, fibre + 0.5 * haze, lumps))
    color = mix(color, color * 0.6 + 0.18, stray * 0.55) * (1 + 0.1 * pill)
    roughness = look.roughness(0.88) + 0.035 * fibre.clamp(-2, 2) - 0.04 * ply + 0.05 * pill
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.45 + 0.5 * look["dirt"], cloth.yarn_m * 2.5)


def _knitted(torus: Torus, look: Look, stitch: str, motif: str) -> Knit:
    patterns = {
        "stocking": stocking(),
        "rib": choose(torus, "knit/rib", (rib(), rib(3, 2), rib(1, 1))),
        "cable": choose(
            torus,
            "knit/cable",
            (cables(), cables(6, courses=10), cables(4, courses=6, purls=2, mirrored=True)),
        ),
        "moss": moss_stitch(),
    }
    uneven = 0.10 * look["unevenness"] * look["stitch_m"] / torus.tile_m
    bend = warp_field(torus, "knit/bend", torus.cells_across(look["stitch_m"] * 2.2), uneven * 2.2, octaves=3)
    return knit(
        torus,
        "knit",
        patterns[stitch],
        wale_m=look["stitch_m"],
        yarn=look["fullness"],
        multiple=(8, len(_CHART)) if motif == "fair_isle" else (1, 8 if motif == "striped" else 1),
        warp=bend,
    )


def _stray_fibres(torus: Torus, look: Look) -> Tensor:
    """Return fibres that stand off the yarn, 0..1: short curls by the thousand and a few long hairs."""
    count = int(9000 * (0.15 + look["fuzz"]))
    short = scratches(torus, "stray/short", count, length_m=(0.0015, 0.007), bend=2.6)
    long = scratches(torus, "stray/long", count // 20, length_m=(0.008, 0.02), bend=2.2)
    # A fibre is 30 micrometres thick: it only tints a wider texel.
    return torch.maximum(short, long).mul_(min(1.0, 0.00011 * torus.size / torus.tile_m))


def _pills(torus: Torus, look: Look, fibre: Tensor) -> Tensor:
    """Return the little balls that wear rubs up, 0..1."""
    spots = grains(
        torus, "pills", torus.cells_across(0.009), jitter=1.0, warp=warp_field(torus, "p", 40, 0.004)
    )
    size = spots.random(torus, "pills/size")
    here = (spots.random(torus, "pills/here") < 0.5 * look["wear"] * look["wear"]).float()
    return dome(0.06 + 0.07 * size - spots.near + fibre * 0.012, 0.09) * here


def _color(torus: Torus, look: Look, cloth: Knit, motif: str, wool: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    (ply, fibre, lumps), heather = wool, look["heather"]
    ground = choose(torus, "wool/ground", tuple(_WOOLS))
    tone = 0.5 + 0.10 * ply + (0.07 + 0.10 * heather) * fibre + (0.02 + 0.07 * heather) * lumps
    tone = tone + cloth.random(torus, "wool/stitch", -0.05, 0.05) - 0.16 * cloth.across * cloth.across
    color = look.palette(*_WOOLS[ground], most_chroma=PAINTED).paint(tone)
    for number, letter in enumerate("ab"):
        where = _in_chart(torus, cloth, motif, letter)
        if where is not None:
            color = mix(color, _other_wool(look, ground, number).paint(tone), where)
    # Heather: fibres of another shade carded in before spinning.
    fleck = smoothstep(1.0, 2.2, fibre + 0.3 * lumps) * heather
    color = color * (1 + 0.35 * fleck)
    return color * (1 - 0.25 * (1 - cloth.cover))


def _in_chart(torus: Torus, cloth: Knit, motif: str, letter: str) -> Tensor | None:
    """Return which stitches are of a chart's letter, 1 or 0; None where the motif has none."""
    if motif == "plain" or (motif == "striped" and letter == "b"):
        return None
    rows = _CHART if motif == "fair_isle" else (*"....", *"aaaa")
    table = torch.tensor([[float(sign == letter) for sign in row] for row in rows], device=torus.device)
    wale = torch.remainder(cloth.stitch, cloth.counts[0])
    slot = torch.remainder(cloth.course, len(rows)) * len(rows[0]) + torch.remainder(wale, len(rows[0]))
    return torch.index_select(table.reshape(-1), 0, slot.reshape(-1)).view(slot.shape)


def _other_wool(look: Look, ground: str, number: int) -> Palette:
    if number == 0 and look.second_color is not None:
        return replace(look, color=look.second_color).palette(*_WOOLS["grey"], most_chroma=PAINTED)
    pale = ground in ("oatmeal", "cream", "grey", "mustard")
    name = (("navy", "burgundy") if pale else ("cream", "mustard"))[number]
    return replace(look, color=None).palette(*_WOOLS[name])
