"""Armour that grows: the scales of dragons, snakes and fish, and the scutes of crocodiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch, fetch_per_piece, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.living.markings import markings
from assetgen.backends.procedural.operators.living.rows import Blade, Rows, overlapping_rows
from assetgen.backends.procedural.surface import Surface


@dataclass(frozen=True, slots=True)
class _Beast:
    """How an animal is armoured: the width of a scale in metres, the pitch of its rows by that, form and colors."""

    wide_m: float
    pitch: float
    blade: Blade
    roughness: float
    skins: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...]


_GREEN = ("#1d2620", "#2e3d30", "#445542", "#646f56", "#9a9878")
_RED = ("#2a1714", "#47241f", "#66352b", "#845043", "#b08b6c")
_SLATE = ("#1f2326", "#31373b", "#484f53", "#686e70", "#96988f")
_BRONZE = ("#2b2219", "#483829", "#69533a", "#8c7353", "#b9a67f")
_SAND = ("#40372a", "#6b5e47", "#8e7f63", "#a6987b", "#c0b498")
_OLIVE = ("#2b2b22", "#454435", "#605e49", "#7b785f", "#9d987d")
_SILVER = ("#475053", "#737d80", "#969fa0", "#b3b9b7", "#cfd2cd")
_CARP = ("#4f4029", "#83693d", "#a78852", "#c0a36f", "#d8c69c")
_SOOT, _UMBER, _STEEL = ("#1e1c1b", "#35302b"), ("#221a13", "#463628"), ("#2b3338", "#4d5a60")
_KEELED: Final = Blade(point=0.9, lift=0.26, bulge=0.1, keel=0.1)
_SLENDER: Final = Blade(point=0.55, lift=0.1, bulge=0.1, keel=0.04)
_SCUTE: Final = Blade(point=0.0, lift=0.0, bulge=0.13, keel=0.12)
_BEASTS: Final = {
    "dragon": _Beast(0.052, 0.87, _KEELED, 0.4, (_GREEN, _RED, _SLATE, _BRONZE), _SOOT),
    "snake": _Beast(0.0125, 0.95, _SLENDER, 0.36, (_SAND, _OLIVE, _BRONZE), _UMBER),
    "fish": _Beast(0.019, 0.68, Blade(point=0.0, lift=0.06, bulge=0.05), 0.2, (_SILVER, _CARP), _STEEL),
    "crocodile": _Beast(0.028, 1.15, _SCUTE, 0.4, (_OLIVE, _BRONZE), _SOOT),
}
_MARKINGS: Final = ("bands", "blotches", "diamonds", "plain")


def scales(torus: Torus, look: Look) -> Surface:
    """Rows of horn, each scale over the roots of the next, worn at the tips and dirty under the rims."""
    beast = _BEASTS[look.option("beast", "dragon")]
    armour = _grow(torus, look, beast)
    rows, rim, wide_m = armour.pieces, armour.rim, armour.wide_m
    shared = torch.stack(
        [
            fbm(torus, "horn/lumps", torus.cells_across(wide_m * 0.8), octaves=6, gain=0.55),
            spectral_noise(torus, "horn/streaks", slope=1.3, low=10, stretch=(0.3, 1.0)).clamp_(-2.5, 2.5),
        ]
    )
    lumps, streaks = fetch_per_piece(torus, shared, rows, "horn/shift")
    # Horn grows in layers, whose edges run round the tip.
    layers = torch.sin(rim * 34 + lumps * 5) * smoothstep(0.9, 0.1, rim)
    skin_m = (lumps * 0.025 + streaks * 0.003 + layers * 0.003) * wide_m
    height_m = (armour.height_m + skin_m) * look.relief
    ridge = smoothstep(0.35, 0.05, armour.across.abs()) * beast.blade.keel * 6
    worn = (
        (smoothstep(0.3, 0.02, rim + 0.2 * lumps) + ridge) * smoothstep(0.3, 1.2, lumps + 1.4 * look["wear"])
    ).clamp_(0, 1) * look["wear"]
    roughness = look.roughness(beast.roughness) + 0.09 * lumps + 0.02 * streaks + 0.2 * worn
    roughness = roughness + rows.random(torus, "horn/roughness", -0.06, 0.06)
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=_color(torus, look, beast, armour, lumps + 0.15 * streaks + 0.12 * layers, worn),
        roughness=roughness + 0.2 * smoothstep(0.5, 0.1, armour.along),
        metallic=torus.zeros(),
    )
    return surface.with_grime(0.35 + 0.65 * look["dirt"], wide_m * 0.25)


def _grow(torus: Torus, look: Look, beast: _Beast) -> Rows:
    """Return scales that overlap, or scutes that lie side by side with folds of soft skin between them."""
    wished_m, unlike = beast.wide_m * look["size"], look["irregularity"]
    if beast.blade.lift:
        flow = warp_field(torus, "scales/flow", 3, 0.018 * unlike, octaves=2)
        tidy = unlike * (1.0 if beast.blade.keel > 0.05 else 0.45)
        return overlapping_rows(torus, "scales", wished_m, beast.pitch, beast.blade, unlike=tidy, warp=flow)
    nx = max(torus.cells_across(wished_m), 2)
    wide_m = torus.tile_m / nx
    ny = max(2 * round(torus.tile_m / (wide_m * beast.pitch) / 2), 2)
    bend = warp_field(torus, "scales/flow", 4, 0.035 * unlike, octaves=3)
    form = {"period_y": ny, "jitter": 0.5 * unlike, "roundness": 16.0}
    scutes = cells(torus, "scales/roots", nx, **form, brick_rows=True, warp=bend)
    across, along = scutes.x / (wide_m * 0.5), scutes.y / (wide_m * beast.pitch) + 0.5
    rim = (scutes.edge / (wide_m * 0.34) - 0.05).clamp(max=1)
    ridge = (1 - across.abs() * 1.4).clamp(min=0) * beast.blade.keel * scutes.random(torus, "scales/keel")
    height = beast.blade.bulge * dome(rim.clamp(min=0), 0.45) + ridge * smoothstep(0.0, 0.8, rim)
    return Rows(scutes, across, along, rim, height * wide_m, wide_m)


def _color(torus: Torus, look: Look, beast: _Beast, armour: Rows, grain: Tensor, worn: Tensor) -> Tensor:
    """Return the colors: dark at the root, pale at the rim, and markings that take whole scales."""
    rows, tile_m = armour.pieces, torus.tile_m
    horn = look.palette(*choose(torus, "scales/skin", beast.skins))
    dark = look.palette(*beast.marks, tint=0.4)
    edging = smoothstep(0.3, 0.05, armour.rim) * (0.3 if beast.blade.lift else -0.3)
    tone = 0.1 + 0.5 * armour.along.clamp(0, 1) + 0.1 * grain + edging
    tone = tone + rows.random(torus, "scales/tone", -0.11, 0.11) + 0.45 * worn
    kind = look.option("markings", choose(torus, "scales/marking", _MARKINGS))
    mark = fetch(torus, markings(torus, "markings", kind), -rows.x / tile_m, -rows.y / tile_m)
    mark = mark + rows.random(torus, "scales/stray", -0.15, 0.15)
    color = mix(horn.paint(tone), dark.paint(tone), smoothstep(0.0, 0.25, mark) * (0.85 - 0.5 * worn))
    pale = smoothstep(-0.45, -0.2, mark) * smoothstep(0.02, -0.15, mark)
    tints = piece_tints(torus, "scales/tint", rows.count, value=0.08, hue=6.0)
    return color * (1 + 0.22 * pale) * rows.pick(tints)
