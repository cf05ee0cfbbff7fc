"""Carpet: cut pile, loop pile, shag, or hand-knotted with a design."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.materials.fabric.rug_designs import diamonds, guls, palmettes
from assetgen.backends.procedural.operators.cloth.pile import Pile, cut_pile, long_pile, loop_pile
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.surface import Surface

_YARNS: Final = (
    ("#575048", "#776f64", "#958c7f", "#b1a899"),  # taupe
    ("#3b3d41", "#54565b", "#6f7176", "#8e9094"),  # anthracite
    ("#5b2a2b", "#793a38", "#944f4a", "#b07a70"),  # red
    ("#23304a", "#324365", "#465b80", "#7084a3"),  # blue
    ("#3a4636", "#525f4a", "#6b785f", "#8e987f"),  # green
    ("#8a7a62", "#a6967d", "#beaf97", "#d2c6b2"),  # sand
)
"""From the shade between tufts to the tips: four stops each."""
_DYES: Final = (
    ("#6f2d2c", "#31282a", "#2b3855", "#6c7355", "#b28d50", "#cdbf9f"),
    ("#2a3650", "#2c2629", "#7a3531", "#75805f", "#bb9357", "#cfc2a4"),
    ("#c4b492", "#3b2f2b", "#7d3a33", "#34466a", "#b0884c", "#e0d5bd"),
    ("#4a2325", "#2b2222", "#9a4f3d", "#3d4a4e", "#c09a63", "#c9b793"),
)
"""What plants and insects dye: field, outline, two main colors, accent, ivory."""
_KNOT: Final = 0.66
"""Width of a knot by that of a tuft."""
_DESIGNS: Final = {"palmettes": palmettes, "guls": guls, "diamonds": diamonds}


def carpet(torus: Torus, look: Look) -> Surface:
    """A floor of wool: thousands of yarn ends that lean the way they were last stroked."""
    drawn = choose(torus, "carpet/pile", ("cut", "cut", "loop", "persian"))
    kind = look.option("pile", "persian" if "design" in look.options else drawn)
    trodden = patches(torus, "carpet/trodden", 0.16, amount=0.1 + 0.4 * look["wear"], soft=0.35)
    pile = _pile(torus, look, kind)
    fluff = spectral_noise(torus, "carpet/fluff", slope=0.7, low=70)
    stray = scratches(torus, "carpet/stray", 2600, length_m=(0.002, 0.012), bend=2.4)
    stray = stray.mul_(min(1.0, 0.00032 * torus.size / torus.tile_m))

    deep_m = {"cut": 0.0032, "loop": 0.0029, "shag": 0.009, "persian": 0.0011}[kind] * look["depth"]
    waves = fbm(torus, "carpet/waves", torus.cells_across(0.09), octaves=4) * 0.0013
    body = pile.height * (1 - 0.3 * trodden) + fluff * 0.035
    height_m = body * (deep_m * look.relief) + waves + stray * 0.0003
    color = _knotted(torus, look, pile) if kind == "persian" else _dyed(torus, look, pile, kind)
    sheen = 1 + 0.16 * pile.lean + 0.05 * fluff.clamp(-2, 2) - 0.05 * trodden
    hollow = smoothstep(0.75, 0.05, pile.height)
    color = color * sheen * (1 - (0.42 if kind != "persian" else 0.25) * hollow)
    color = mix(color, color * 0.65 + 0.12, stray * 0.5)
    roughness = look.roughness(0.88) + 0.035 * fluff.clamp(-2, 2) - 0.1 * pile.strand * pile.height
    roughness = roughness - 0.07 * pile.lean + 0.06 * hollow
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    surface = surface.covered(
        trodden * look["dirt"] * 0.35,
        color=look.palette("#4b4238", tint=0.0).paint(fluff),
        roughness=0.95,
    )
    return surface.with_grime(0.35 + 0.5 * look["dirt"], deep_m)


def _pile(torus: Torus, look: Look, kind: str) -> Pile:
    if kind == "loop":
        return loop_pile(torus, "pile", look["tuft_m"])
    if kind == "persian":
        return cut_pile(torus, "pile", look["tuft_m"] * _KNOT, order=1.0)
    yarn, length = (0.7, 6.0) if kind == "shag" else (0.56, 1.8)
    return long_pile(torus, "pile", look["tuft_m"] * yarn, look["tuft_m"] * length)


def _dyed(torus: Torus, look: Look, pile: Pile, kind: str) -> Tensor:
    """Color plain yarn; loops are often tweed, of two or three shades."""
    yarn = look.palette(*choose(torus, "carpet/yarn", _YARNS), most_chroma=PAINTED)
    tone = 0.5 + 0.16 * pile.strand + pile.tufts.random(torus, "tufts/tone", -0.16, 0.16) * look["variation"]
    if kind == "loop":
        fleck = pile.tufts.random(torus, "loops/fleck")
        tone = tone + ((fleck > 0.8).float() * 0.4 - (fleck < 0.18).float() * 0.45) * look["variation"]
    return yarn.paint(tone)


def _knotted(torus: Torus, look: Look, pile: Pile) -> Tensor:
    """Color every knot by the design; a new lot of dye comes in with some row, lighter or darker (abrash)."""
    knots = torus.cells_across(look["tuft_m"] * _KNOT)
    name = look.option("design", choose(torus, "rug/design", tuple(_DESIGNS)))
    role = pile.tufts.pick(_DESIGNS[name](knots, torus.device).reshape(-1).float())
    dyes = choose(torus, "rug/dyes", _DYES)
    bands = fbm(torus, "rug/abrash", 1, period_y=torus.cells_across(0.045), octaves=3, gain=0.6)
    light = 1 + 0.16 * bands + pile.tufts.random(torus, "rug/knot", -0.16, 0.16) * look["variation"]
    light = light + 0.14 * pile.strand
    color = torch.zeros(3, torus.size, torus.size, device=torus.device)
    for number, dye in enumerate(dyes):
        color = torch.where(role == number, _dye(look, dye, number).paint(role), color)
    return color * light


def _dye(look: Look, dye: str, number: int) -> Palette:
    """Return the ramp of one dye: a color asked for is the field's, a second one the main figures'."""
    if number == 2 and look.second_color is not None:
        return replace(look, color=look.second_color).palette(dye, most_chroma=PAINTED)
    return look.palette(dye, tint=float(number == 0), most_chroma=PAINTED).adjusted(saturation=-0.15)
