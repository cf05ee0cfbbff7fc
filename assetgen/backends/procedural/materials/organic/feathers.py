"""The coat of a bird: feathers."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_at, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.living.rows import Blade, Rows, overlapping_rows
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_BIRDS: Final = (
    (("#3d3227", "#6b5741", "#937b5e", "#b39c7e", "#d3c4ab"), ("#241c16", "#43352a")),  # hawk
    (("#1f2023", "#2a2c31", "#383b42", "#4c5059", "#6b707a"), ("#1d1e20", "#33353a")),  # raven
    (("#8b877e", "#b1ada3", "#cac6bd", "#dad7cf", "#e4e2dc"), ("#6f6a62", "#938e85")),  # dove
    (("#2b3333", "#3f4e4d", "#586a68", "#7c8c89", "#abb6b2"), ("#212a2a", "#344241")),  # teal
    (("#45301f", "#6d4a31", "#936846", "#b08a65", "#d0b390"), ("#251c16", "#473729")),  # pheasant
)
_VANE: Final = Blade(point=0.2, shoulder=0.5, lift=0.25, bulge=0.12, thin=0.95, fray=0.04)


def feathers(torus: Torus, look: Look) -> Surface:
    """Feathers in rows, each with its shaft, its barbs combed to both sides, and splits where they parted."""
    sway = warp_field(torus, "feathers/sway", 4, 0.012, octaves=2)
    rows = overlapping_rows(
        torus, "feathers", look["feather_m"], 1.2, _VANE, layers=2.6, overlap=1.25, unlike=0.75, warp=sway
    )
    slant = rows.pieces.y - rows.pieces.x.abs() * 0.9  # the same along a barb, metres
    barbs, parted = _vane(torus, look, rows, slant)
    shaft = _shaft(rows)
    down = smoothstep(0.45, 0.2, rows.along + 0.08 * barbs)
    wide_m = rows.wide_m
    height_m = rows.height_m + shaft * 0.03 * wide_m + barbs * 0.00016 - parted * 0.03 * wide_m
    color = _plumage(torus, look, rows, slant, barbs) * (1 - 0.35 * parted)
    horn = look.palette("#8a7c66", "#c2b59c", tint=0.25).paint(0.5 + 0.3 * barbs)
    color = mix(color, color * 0.7 + horn * 0.3, shaft)
    gloss = rows.pieces.random(torus, "feathers/gloss", -0.07, 0.07)
    roughness = look.roughness(0.52) + gloss + 0.06 * barbs + 0.3 * down - 0.15 * shaft + 0.15 * parted
    surface = Surface(
        torus=torus, height_m=height_m * look.relief, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.4 + 0.6 * look["dirt"], wide_m * 0.2)


def _vane(torus: Torus, look: Look, rows: Rows, slant: Tensor) -> tuple[Tensor, Tensor]:
    """Return the barbs, about -2..2, and where the vane has split between two of them, 0..1."""
    pieces = rows.pieces
    shared = torch.stack(
        [
            spectral_noise(torus, "vane/barbs", slope=0.5, low=110, stretch=(14.0, 1.0)).clamp_(-2.2, 2.2),
            spectral_noise(torus, "vane/splits", slope=2.0, low=4, high=60, stretch=(8.0, 1.0)).clamp_(
                -2.5, 2.5
            ),
        ]
    )
    side = (rows.across > 0) * 0.37
    u = pieces.random(torus, "vane/u") + side + pieces.x.abs() / torus.tile_m
    barbs, splits = fetch_at(torus, shared, u, pieces.random(torus, "vane/v") + side + slant / torus.tile_m)
    ragged = look["ragged"] * pieces.random(torus, "vane/ragged", 0.4, 1.7)
    parted = smoothstep(2.1, 2.5, splits + 0.8 * rows.across.abs() - 0.4 + ragged)
    return barbs, parted * smoothstep(0.1, 0.35, rows.across.abs())


def _shaft(rows: Rows) -> Tensor:
    """Return the shaft, 0..1: thick at the root, thinning out towards the tip."""
    half = (0.075 * (1.05 - rows.along)).clamp(min=0.012)
    return smoothstep(1.3, 0.4, rows.across.abs() / half) * smoothstep(1.0, 0.9, rows.along)


def _plumage(torus: Torus, look: Look, rows: Rows, slant: Tensor, barbs: Tensor) -> Tensor:
    """Return the colors of the vanes: grey down at the root, bars or a rim across the open part."""
    pieces, kind = rows.pieces, look.option("plumage", choose(torus, "plumage", ("plain", "barred", "laced")))
    light, dark = choose(torus, "feathers/bird", _BIRDS)
    tone = 0.2 + 0.45 * rows.along + 0.07 * barbs + pieces.random(torus, "feathers/tone", -0.1, 0.1)
    color = look.palette(*light).paint(tone)
    pattern = look.palette(*dark, tint=0.35).paint(tone)
    place = slant / rows.wide_m + 0.06 * barbs
    if kind == "barred":
        bars = torch.cos(place * 17 + pieces.random(torus, "plumage/phase", -0.6, 0.6))
        color = mix(color, pattern, smoothstep(0.05, 0.45, bars) * 0.85)
    if kind == "laced":
        rim = rows.rim + 0.05 * barbs
        color = mix(color, pattern, smoothstep(0.3, 0.22, rim) * smoothstep(0.03, 0.08, rim) * 0.9)
    if kind == "eyed":
        eye = torch.sqrt((rows.across * 0.62).square() + ((rows.along - 0.76) * 2.6).square()) + 0.02 * barbs
        blue = look.palette("#1d2a4a", "#2a4a78", "#3f7a8c", tint=0.3).paint(0.5 + 0.3 * barbs)
        gold = look.palette("#6e5a2c", "#a3874a", tint=0.3).paint(0.5 + 0.3 * barbs)
        color = mix(mix(color, gold, smoothstep(0.62, 0.55, eye)), pattern, smoothstep(0.45, 0.4, eye) * 0.6)
        color = mix(color, blue, smoothstep(0.34, 0.28, eye))
    tints = piece_tints(torus, "feathers/tint", pieces.count, value=0.08, hue=2.5, warmth=0.03)
    sheen = fbm(torus, "feathers/sheen", torus.cells_across(0.08), octaves=3)
    color = color * pieces.pick(tints) * (1 + 0.1 * sheen)
    soiled = patches(torus, "feathers/soil", 0.08, amount=0.4 * look["dirt"], soft=0.4) * look["dirt"]
    return mix(color, look.palette("#4a4034", "#6b5f4f", tint=0.0).paint(tone), soiled * 0.4)
