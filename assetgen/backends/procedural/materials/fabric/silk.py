"""Silk: smooth satin, slubby dupioni or figured damask, lying flat, in folds or crumpled."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.cloth.drape import crumple
from assetgen.backends.procedural.operators.designs.repeats import damask, lozenges
from assetgen.backends.procedural.surface import Surface

_DYES: Final = (
    ("#b4a78f", "#cdc2ad", "#ded5c3"),  # ivory
    ("#57222c", "#7a2f3c", "#984a54"),  # wine
    ("#22304f", "#324570", "#4d6290"),  # royal blue
    ("#27443c", "#3a6155", "#587f72"),  # emerald
    ("#6f5428", "#98763f", "#b8985f"),  # old gold
    ("#3d2f4c", "#58456c", "#78648c"),  # plum
    ("#5e5f63", "#838489", "#a5a6a9"),  # silver
    ("#9c6d6b", "#bb8f8a", "#d3b0aa"),  # rose
)
"""From the shade between yarns to the full gloss of the thread."""


def silk(torus: Torus, look: Look) -> Surface:
    """Cloth of endless thread: it shines along the warp and falls in soft folds."""
    kind = look.option("weave", choose(torus, "silk/weave", ("satin", "satin", "dupioni", "damask")))
    lie_m = _drape(torus, look)
    slub = _slubs(torus, look) * (1.0 if kind == "dupioni" else 0.12)
    figure = _figure(torus, look) if kind == "damask" else torus.zeros()
    warp = spectral_noise(torus, "silk/warp", slope=0.5, low=60, stretch=(1.0, 0.05))
    weft = spectral_noise(torus, "silk/weft", slope=0.5, low=60, stretch=(0.05, 1.0))
    # Satin shows warp; in a figure, and in dupioni, the weft lies on top.
    thread = mix(warp, weft, figure * 0.9 if kind != "dupioni" else torch.full_like(warp, 0.65))

    body = thread * 0.000012 + slub * 0.00016 + _edged(torus, figure) * 0.00009
    height_m = body * look.relief + lie_m
    color = _color(torus, look, lie_m, thread, figure, slub)
    sheen = fbm(torus, "silk/sheen", torus.cells_across(0.025), octaves=5, gain=0.55)
    base = {"satin": 0.30, "dupioni": 0.44, "damask": 0.36}[kind]
    roughness = look.roughness(base) + 0.035 * thread.clamp(-2, 2) + 0.17 * sheen + 0.20 * figure
    wear = smoothstep(0.1, 0.6, sheen + 0.7 * look["wear"] - 0.35) * look["wear"]
    roughness = roughness + 0.14 * slub.clamp(0, 1) + 0.2 * wear
    color = mix(color, color * 0.8 + 0.05, wear * 0.6)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.1 + 0.5 * look["dirt"], 0.004)


def _drape(torus: Torus, look: Look) -> Tensor:
    """Return how the cloth lies, in metres: almost flat, in long soft folds, or crushed in the hand."""
    lie = look.option("drape", choose(torus, "silk/drape", ("flat", "folded", "folded")))
    depth = look["depth"]
    ripple = fbm(torus, "silk/ripple", torus.cells_across(0.06), octaves=3, gain=0.35) * 0.0012
    if lie == "flat":
        return ripple * depth
    if lie == "crumpled":
        crushed = crumple(torus, "silk/crush", 0.10, octaves=4, gain=0.52)
        return blur(torus, crushed, 0.0012) * (0.011 * depth) + ripple
    # Folds run down the cloth, or slantwise: a whole number of tiles aside on the way down closes again.
    aside = choose(torus, "silk/fall", (0.0, 1.0, -1.0))
    long = fbm(torus, "silk/long", torus.cells_across(0.085), period_y=1, octaves=2, gain=0.3)
    small = fbm(torus, "silk/small", torus.cells_across(0.036), period_y=2, octaves=2, gain=0.3)
    bend = warp_field(torus, "silk/bend", 2, 0.03, octaves=2)
    both = torch.stack([long, small * smoothstep(-0.5, 0.5, long + small)])
    long, small = fetch(torus, both, torus.v * aside + bend[0], bend[1])
    # Hanging cloth has round crests and narrower hollows.
    fall = (1 - torch.sqrt((0.55 - long).clamp(min=0)) * 1.1) * 0.022 + small * 0.0035
    return blur(torus, fall, 0.003) * depth + ripple


def _slubs(torus: Torus, look: Look) -> Tensor:
    """Return thick places along single weft threads, about 0..1: double cocoons reeled together."""
    line = spectral_noise(torus, "silk/slub", slope=0.4, low=40, high=400, stretch=(34.0, 1.0))
    fine = spectral_noise(torus, "silk/slub-fine", slope=0.4, low=90, stretch=(14.0, 1.0))
    return smoothstep(0.6, 2.6, line + 0.6 * fine) * (0.5 + 0.7 * look["slubs"])


def _figure(torus: Torus, look: Look) -> Tensor:
    """Return the woven figure, 0..1; it follows the cloth where that is pulled."""
    across = max(torus.cells_across(look["repeat_m"]), 2)
    down = max(round(across * 0.75), 1)
    start = torus.uniform("silk/figure-start", 2)[:, 0].tolist()
    motif = damask if torus.draw("silk/figure", 0, 1) < 0.72 else lozenges
    inside = motif((torus.u + start[0]) * across, (torus.v + start[1]) * down)
    texel = across / torus.size
    drawn = (inside * (1 / texel) + 0.5).clamp_(0, 1)
    return fetch(torus, drawn, *warp_field(torus, "silk/pull", torus.cells_across(0.02), 0.0012, octaves=3))


def _edged(torus: Torus, figure: Tensor) -> Tensor:
    """Return a figure that stands a little proud, puffed between its bound edges."""
    return figure * 0.4 + blur(torus, figure, 0.0012) * 0.6


def _color(torus: Torus, look: Look, lie_m: Tensor, thread: Tensor, figure: Tensor, slub: Tensor) -> Tensor:
    """Color the thread; a second color is the figure's, or shows where plain cloth turns away (shot silk)."""
    ramp = look.palette(*choose(torus, "silk/dye", _DYES), most_chroma=PAINTED)
    tone = 0.5 + 0.11 * thread - 0.12 * slub + 0.22 * (0.35 - figure)
    color = ramp.paint(tone)
    if look.second_color is None and not torus.draw("silk/gold", 0, 1) < 0.25:
        return color
    if look.second_color is None:
        other = look.palette("#6b522b", "#94743f", "#b59660", tint=0.0).paint(tone)
        return mix(color, other, figure * 0.85)
    other = replace(look, color=look.second_color).palette(
        "#5e5f63", "#838489", "#a5a6a9", most_chroma=PAINTED
    )
    slope = (torch.roll(lie_m, -1, 1) - torch.roll(lie_m, 1, 1)) * (torus.size / torus.tile_m)
    turned = smoothstep(-0.02, 0.25, blur(torus, slope, 0.003)) * 0.8
    return mix(color, other.paint(tone), figure if float(figure.amax()) > 0 else turned)
