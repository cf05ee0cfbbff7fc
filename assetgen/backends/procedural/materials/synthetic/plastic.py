"""Moulded plastic: smooth, grained like leather, spark-eroded or ribbed, with what mould and use leave on it."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.layouts.panels import swell
from assetgen.backends.procedural.operators.traces.marks import patches, scratches
from assetgen.backends.procedural.operators.traces.moulding import mould_marks
from assetgen.backends.procedural.surface import Surface

_COLORS: Final = (
    "#2b2c2e", "#3d3f42", "#c9c5b8", "#d8d7d2", "#8b8d8f", "#8f3a32", "#2f4c78", "#b98f3a", "#3c5f4a", "#b4633a",
)  # fmt: skip
"""Black, charcoal, the beige of old computers, white, grey, red, blue, yellow, green, orange."""
_PLAIN_M: Final = {"smooth": 0.0, "grained": 0.00026, "eroded": 0.000055, "ribbed": 0.0011}
"""How deep a texture is cut into the mould."""


def plastic(torus: Torus, look: Look) -> Surface:
    """One shot of polymer: even color, the mould's own texture, and every scratch shows."""
    texture = look.option("texture", choose(torus, "plastic/texture", tuple(_PLAIN_M)))
    cut = {"smooth": _polished, "grained": _leather, "eroded": _sparks, "ribbed": _ribs}[texture](torus, look)
    marks = mould_marks(torus, "mould", seam_m=0.0005, pin_m=0.0042, wave_m=0.012)
    peel = spectral_noise(
        torus, "plastic/peel", slope=1.0, low=torus.cells_across(0.014), high=torus.cells_across(0.0028)
    )
    warped = fbm(torus, "plastic/warp", torus.cells_across(0.09), octaves=3, gain=0.4)
    micro = spectral_noise(torus, "plastic/micro", slope=0.7, low=90)
    harm = _harm(torus, look)
    made_m = marks.seam * 0.00022 - marks.pins * 0.00014 + marks.gate * 0.00045 + marks.flow * 0.00002
    height_m = (cut * _PLAIN_M[texture] + made_m) * look.relief + peel * 0.0000045
    height_m = height_m + warped * 0.00045 + micro * 0.0000022 - harm * 0.00002

    crest = smoothstep(0.05, 0.7, cut) if texture != "smooth" else torus.zeros()
    polish = crest * look["wear"]
    color = _color(torus, look, cut, harm, micro) * (1 + 0.024 * marks.flow - 0.1 * marks.gate)
    color = color * (1 - (0.08 + 0.3 * look["dirt"]) * torch.maximum(marks.seam, marks.pins * 0.5))
    haze = fbm(torus, "plastic/haze", torus.cells_across(0.05), octaves=6, gain=0.62)
    grease = patches(torus, "plastic/grease", 0.06, amount=0.1 + 0.4 * look["dirt"], soft=0.4)
    base = {"smooth": 0.27, "grained": 0.52, "eroded": 0.60, "ribbed": 0.40}[texture]
    roughness = look.roughness(base) + 0.19 * haze + 0.02 * micro.clamp(-2, 2) + 0.14 * look["age"]
    roughness = roughness + 0.05 * marks.flow + 0.12 * marks.gate - 0.05 * marks.pins
    roughness = (
        roughness - 0.16 * polish - 0.06 * grease + 0.30 * harm + 0.1 * (1 - crest) * _PLAIN_M[texture] * 1000
    )
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return _soiled(torus, look, surface, haze)


def _polished(torus: Torus, look: Look) -> Tensor:
    return torus.zeros()


def _leather(torus: Torus, look: Look) -> Tensor:
    """Return the grain of a dashboard, 0 in a wrinkle .. 1 on a pebble: large cells, small ones squeezed between."""
    size_m = look["grain_m"]
    bend = warp_field(
        torus, "grain/bend", torus.cells_across(size_m * 1.5), 0.34 * size_m / torus.tile_m, octaves=3
    )
    large = cells(torus, "grain/large", torus.cells_across(size_m), jitter=0.95, roundness=11.0, warp=bend)
    small = cells(torus, "grain/small", torus.cells_across(size_m * 0.45), jitter=0.9, warp=bend)
    groove = smoothstep(0.0, 0.30 * size_m, large.edge)
    fine = smoothstep(0.0, 0.16 * size_m, small.edge)
    pebble = groove * (0.72 + 0.28 * fine) * large.random(torus, "grain/rise", 0.78, 1.0)
    return pebble + 0.05 * spectral_noise(torus, "grain/skin", slope=1.0, low=80)


def _sparks(torus: Torus, look: Look) -> Tensor:
    """Return the even, sandy skin that spark erosion leaves in a mould, about -1..1."""
    grain = spectral_noise(
        torus,
        "sparks",
        slope=0.2,
        low=torus.cells_across(look["grain_m"] * 1.1),
        high=torus.cells_across(0.0012),
    )
    return torch.tanh(grain * 0.9)


def _ribs(torus: Torus, look: Look) -> Tensor:
    """Return round ribs along y, 0 between .. 1 on a rib."""
    pitch_m = look["grain_m"] * 3.2
    count = torus.cells_across(pitch_m)
    place = (torus.u + (int(torus.draw("ribs/start", 0, 64)) + 0.5) / 64) * count
    away_m = (place - torch.round(place)) * (torus.tile_m / count)
    return swell(torus, away_m.expand(torus.size, torus.size), pitch_m * 0.36)


def _harm(torus: Torus, look: Look) -> Tensor:
    """Return scratches and scuffs, 0..1: a few long ones, many fine ones, and rubbed places full of them."""
    wear = look["wear"]
    long = scratches(torus, "harm/long", int(5 + 26 * wear), length_m=(0.03, 0.22), bend=0.5)
    fine = scratches(torus, "harm/fine", int(120 + 1100 * wear), length_m=(0.004, 0.04), bend=0.7)
    place = patches(torus, "harm/place", 0.08, amount=0.15 + 0.45 * wear, soft=0.3)
    seen = min(1.0, 0.0004 * torus.size / torus.tile_m)
    way = torus.draw("harm/way", 0.0, 3.14)
    scuff = scratches(
        torus,
        "harm/scuff",
        int(200 + 900 * wear),
        length_m=(0.01, 0.05),
        bend=0.2,
        direction=way,
        spread=0.16,
    )
    scuff = scuff * patches(torus, "harm/scuffed", 0.06, amount=0.05 + 0.16 * wear, soft=0.12)
    fine = torch.maximum(fine * (0.15 + 0.6 * place), scuff)
    return torch.maximum(long, fine).mul_(seen * (0.4 + 0.6 * wear))


def _color(torus: Torus, look: Look, cut: Tensor, harm: Tensor, micro: Tensor) -> Tensor:
    """Color the polymer: stress whitens a scratch, the sun yellows and chalks the rest."""
    plain: Palette = look.palette(choose(torus, "plastic/color", _COLORS), most_chroma=PAINTED)
    flow = fbm(torus, "plastic/flow", torus.cells_across(0.07), period_y=torus.cells_across(0.2), octaves=4)
    color = plain.paint(flow) * (
        1 + 0.03 * flow + 0.012 * micro.clamp(-2, 2) + 0.06 * (cut - 0.5) * (cut != 0)
    )
    sun = patches(torus, "plastic/sun", 0.05, amount=0.6, soft=0.9) * look["age"]
    yellow = plain.adjusted(warmth=1.4, saturation=-0.15, brightness=-0.12).paint(flow)
    color = mix(color, yellow, sun * 0.5)
    chalk = color * 0.75 + 0.07
    return mix(mix(color, chalk, sun * 0.45), color * 0.28 + 0.11, harm * 0.8)


def _soiled(torus: Torus, look: Look, surface: Surface, haze: Tensor) -> Surface:
    """Let dirt settle in the texture's hollows and in thumb-wide smears."""
    hollow = convexity(torus, surface.height_m, 0.0022).mul_(-1 / 0.00006).clamp_(0, 1)
    smear = blur(torus, patches(torus, "soil/smear", 0.03, amount=0.06 + 0.3 * look["dirt"], soft=0.3), 0.003)
    soil = (hollow * 0.55 + smear * 0.10).clamp_(0, 1) * look["dirt"]
    dust = look.palette("#4d463c", "#6b6356", tint=0.0).paint(haze + 0.5)
    return surface.covered(soil * 0.6, color=dust, roughness=0.82).with_grime(0.1 + 0.5 * look["dirt"], 0.003)
