"""A roof of fired clay tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.piled.shingles import lay_barrels, lay_shingles, snapped
from assetgen.backends.procedural.operators.traces.lichen import crusts
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_CLAYS: Final = (
    ("#6d3a28", "#8c4f36", "#a66546", "#bd7d5a", "#cf9974"),  # orange red
    ("#6b4433", "#8a5c45", "#a57558", "#bb8e6f", "#cfa98c"),  # pale, of the south
    ("#4c2a23", "#66392e", "#7e4a3b", "#945e4b", "#aa7763"),  # red brown
    ("#574437", "#735c49", "#8d745d", "#a58c73", "#bca58c"),  # weathered buff
    ("#3b3230", "#504441", "#655855", "#7b6d68", "#938580"),  # smoked
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Roof:
    """Tiles in their places: which, how high without the clay's own texture, and 0..1 where water runs."""

    pieces: Elements
    height_m: Tensor
    gutter: Tensor


def roof_tiles(torus: Torus, look: Look) -> Surface:
    """Clay tiles hung in overlapping courses, no two of one fire, with slipped and broken ones, lichen and soot."""
    kind = look.option("tile", choose(torus, "kind", ("barrel", "barrel", "plain", "scallop")))
    jag_m = fbm(torus, "broken/jag", torus.cells_across(0.06), octaves=5, gain=0.6) * 0.02
    roof = _barrels(torus, look, jag_m) if kind == "barrel" else _flat(torus, look, jag_m, kind)
    shared = torch.stack(
        [
            fbm(torus, "clay/lumps", torus.cells_across(0.11), octaves=6, gain=0.55),
            spectral_noise(torus, "clay/drag", slope=1.5, low=14, high=200, stretch=(1.0, 4.0)),
            spectral_noise(torus, "clay/grit", slope=0.8, low=80),
        ]
    )
    lumps, drag, grit = fetch_per_piece(torus, shared, roof.pieces, "clay/shift")
    face_m = (lumps * 0.0026 + drag * 0.0002 + grit * 0.00028) * look.relief
    found = crusts(torus, "lichen", 0.12, look["lichen"])
    crust = found.cover * (0.55 + 0.45 * found.tone)
    color = _clay_color(torus, look, roof.pieces, lumps, grit)
    grown = look.palette("#7d7f6a", "#a3a292", "#b3ad8e", "#a88a4f", tint=0.0).paint(found.kind + 0.3 * lumps)
    roughness = look.roughness(0.78) + 0.08 * lumps - 0.02 * drag + 0.01 * grit.clamp(-2, 2)
    roughness = roughness + roof.pieces.random(torus, "clay/roughness", -0.10, 0.06)
    surface = Surface(
        torus=torus,
        height_m=roof.height_m * look.relief + face_m + crust * 0.0012,
        color=mix(color, grown, crust * 0.75),
        roughness=mix(roughness, 0.95, crust),
        metallic=torus.zeros(),
    )
    return _weathered(torus, look, surface, roof, lumps).with_grime(0.2 + 0.5 * look["dirt"], 0.025)


def _barrels(torus: Torus, look: Look, jag_m: Tensor) -> _Roof:
    """Half pipes: hollow ones side by side as gutters, tapering round ones over the gaps between them."""
    columns, rows = torus.cells_across(look["width_m"] * 1.35), torus.cells_across(look["width_m"] * 1.75)
    barrels = lay_barrels(
        torus,
        "barrels",
        columns=columns,
        rows=rows,
        slip_m=look["slip_m"],
        turn=look["slip_m"],
        broken=0.02 + 0.10 * look["wear"],
        jag_m=jag_m,
    )
    return _Roof(
        pieces=barrels.pieces,
        height_m=barrels.level * look["thick_m"] + barrels.arch * (torus.tile_m / columns),
        gutter=smoothstep(0.02, -0.1, barrels.arch) * ~barrels.is_cover,
    )


def _flat(torus: Torus, look: Look, jag_m: Tensor, kind: str) -> _Roof:
    """Plain tiles, a little cambered and twisted by the fire; square below, or round like the scales of a fish."""
    columns = torus.cells_across(look["width_m"])
    rows = max(2 * round(torus.tile_m / (look["width_m"] * (0.62 if kind == "plain" else 0.66)) / 2), 2)
    tall_m, share = torus.tile_m / rows, 0.015 + 0.08 * look["wear"]
    above = snapped(torus, "snap", columns * rows, share=share, depth_m=0.6 * tall_m, jag_m=jag_m * 0.8)

    def outline(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
        tail = tall_m - y + 0.2 * jag_m
        if kind == "scallop":
            radius = width * 0.5
            tail = radius - torch.hypot(x, (y - tall_m + radius).clamp_(min=0)) + 0.2 * jag_m
        return torch.minimum(tail, above(number, x, tall_m - y))

    tiles = lay_shingles(
        torus,
        "tiles",
        courses(columns, rows),
        outline=outline,
        gap_m=0.004,
        slip_m=look["slip_m"],
        turn=look["slip_m"] * 2,
        lost=0.012 * look["wear"] ** 2,
    )
    pieces = tiles.pieces
    camber = (pieces.x * (2 / tiles.width_m)).square_() * pieces.random(torus, "tiles/camber", 0.0, 0.004)
    twist = pieces.x * pieces.random(torus, "tiles/twist", -0.03, 0.03)
    height_m = tiles.level * look["thick_m"] - camber + twist - smoothstep(0.006, 0.0, pieces.edge) * 0.003
    return _Roof(pieces=pieces, height_m=height_m, gutter=torus.zeros())


def _clay_color(torus: Torus, look: Look, pieces: Elements, lumps: Tensor, grit: Tensor) -> Tensor:
    ramp = look.palette(*choose(torus, "clay/kind", _CLAYS))
    fire = pieces.random_apart(torus, "clay/fire", -0.5, 0.5) + pieces.random(torus, "clay/fire-2", -0.5, 0.5)
    end = pieces.y * pieces.random(torus, "clay/end", -1.2, 1.2)
    color = ramp.paint(0.5 + 0.34 * fire * look["variation"] + 0.34 * lumps + end + 0.04 * grit)
    tints = piece_tints(
        torus, "clay/tint", pieces.count, value=0.13 * look["variation"], hue=4.0, warmth=0.06
    )
    # Years of sun and rain leave a dull skin, thicker on some tiles; it is rubbed off along the edges.
    rubbed = smoothstep(0.010, 0.001, pieces.edge + 0.006 * lumps)
    skin = (
        pieces.random(torus, "clay/skin") * smoothstep(-0.45, 0.4, lumps + 0.04 * grit) * (1 - 0.8 * rubbed)
    )
    dull = look.palette("#5d544a", "#7c7163", "#9a8d7b", tint=0.35).paint(0.5 + 0.4 * fire + 0.3 * lumps)
    color = mix(color * pieces.pick(tints), dull, skin * 0.75 * look["patina"])
    return color * (1 + 0.14 * rubbed)


def _weathered(torus: Torus, look: Look, surface: Surface, roof: _Roof, lumps: Tensor) -> Surface:
    """Let soot and algae run down from under every tail, and gather in the gutters."""
    streaks = spectral_noise(torus, "soot/streaks", slope=1.3, low=10, stretch=(1.0, 14.0)).clamp_(-2, 2)
    broad = patches(torus, "soot/broad", 0.5, amount=0.45, soft=0.5)
    lap = smoothstep(0.10, 0.0, roof.pieces.y + 0.03 * streaks)
    soot = (0.25 * broad + 0.55 * lap + 0.5 * roof.gutter) * smoothstep(-1.2, 1.0, streaks + lumps)
    dark = look.palette("#2c2a26", "#45423a", tint=0.0).paint(0.5 + lumps)
    return surface.covered((soot * look["soot"]).clamp_(0, 0.75), color=dark, roughness=0.92)
