"""A roof of split slate."""

from __future__ import annotations

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
from assetgen.backends.procedural.operators.piled.shingles import (
    Shingles,
    lay_shingles,
    shingle_plan,
    snapped,
)
from assetgen.backends.procedural.operators.traces.lichen import crusts
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_QUARRIES: Final = (
    ("#34383d", "#474c52", "#5a6067", "#6f757b"),  # blue grey
    ("#3d3840", "#504953", "#645b65", "#787079"),  # purple
    ("#3b413c", "#505751", "#656c65", "#7b817a"),  # green grey
    ("#2b2c2e", "#3a3b3d", "#4a4b4e", "#5d5e60"),  # near black
    ("#4d4a44", "#615d56", "#767168", "#8c877d"),  # weathered brown grey
)
_UNITS: Final = 120


def slate_roof(torus: Torus, look: Look) -> Surface:
    """Slates split along their grain, dressed by hand, each a little other in shade, some rusty, some slipped."""
    slates = _hang(torus, look)
    pieces = slates.pieces
    beds, lumps, grit = _split_faces(torus, pieces)
    flaked = _dressed_edges(pieces, beds, lumps)
    tilt = pieces.x * pieces.random(torus, "slates/tilt", -0.03, 0.03)
    thick_m = look["thick_m"] * pieces.random(torus, "slates/thick", 0.7, 1.3)
    face_m = beds * 0.0011 + lumps * 0.0009 + grit * 0.00012
    height_m = (slates.level * thick_m + tilt + face_m - flaked * thick_m * 0.6) * look.relief

    color = _slate_color(torus, look, pieces, beds, lumps, grit) * (1 + 0.22 * flaked)
    found = crusts(torus, "lichen", 0.13, look["lichen"])
    crust = found.cover * (0.55 + 0.45 * found.tone)
    grown = look.palette("#6f7568", "#9aa093", "#b5b39c", "#a58f4c", tint=0.0).paint(found.kind + 0.3 * lumps)
    roughness = look.roughness(0.56) + 0.10 * lumps + 0.05 * beds + 0.02 * grit.clamp(-2, 2)
    roughness = roughness + pieces.random(torus, "slates/sheen", -0.10, 0.10) + 0.15 * flaked
    surface = Surface(
        torus=torus,
        height_m=height_m + crust * 0.0010,
        color=mix(color, grown, crust * 0.8),
        roughness=mix(roughness, 0.95, crust),
        metallic=torus.zeros(),
    )
    streaks = spectral_noise(torus, "film/streaks", slope=1.3, low=10, stretch=(1.0, 12.0)).clamp_(-2, 2)
    film = patches(torus, "film", 0.5, amount=0.5, soft=0.5) * smoothstep(-1.2, 1.2, streaks)
    lap = smoothstep(0.07, 0.0, pieces.y + 0.02 * streaks)
    dark = look.palette("#23241f", "#3a3b31", tint=0.0).paint(0.5 + lumps)
    grime = ((0.35 * film + 0.45 * lap) * look["dirt"]).clamp_(0, 0.7)
    return surface.covered(grime, color=dark, roughness=0.9).with_grime(0.15 + 0.5 * look["dirt"], 0.02)


def _hang(torus: Torus, look: Look) -> Shingles:
    """Hang the slates course by course: of one width, or as the quarry gave them."""
    cut = look.option("cut", choose(torus, "cut", ("regular", "random")))
    columns = torus.cells_across(look["width_m"])
    rows = max(2 * round(torus.tile_m / (look["width_m"] * 0.82) / 2), 2)
    tall_m, share = torus.tile_m / rows, 0.03 + 0.14 * look["wear"]
    jag_m = fbm(torus, "edges/jag", torus.cells_across(0.035), octaves=6, gain=0.65) * 0.016
    plan = courses(columns, rows)
    if cut == "random":
        widths = (round(_UNITS / columns * 0.7), round(_UNITS / columns * 1.35))
        plan = shingle_plan(torus, "slates/plan", rows=rows, units=_UNITS, widths=widths)
    count = len(plan.pieces)
    above = snapped(torus, "snap", count, share=share, depth_m=0.5 * tall_m, jag_m=jag_m)
    # A corner of a slate breaks off along the grain, so even whole tails are a little askew.
    askew = torus.uniform("slates/askew", count, 2) * 2 - 1

    def outline(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
        flat = number.reshape(-1)
        slope, short = (torch.index_select(askew[:, i], 0, flat).view(y.shape) for i in (0, 1))
        tail = tall_m - y + (slope * 0.035) * x + short * (0.006 + 0.02 * (cut == "random"))
        return torch.minimum(
            torch.minimum(tail, width * 0.5 - x.abs()) + 0.30 * jag_m, above(number, x, tail)
        )

    return lay_shingles(
        torus,
        "slates",
        plan,
        outline=outline,
        gap_m=0.003,
        slip_m=look["slip_m"],
        turn=look["slip_m"] * 1.5,
        lost=0.012 * look["wear"] ** 2,
    )


def _split_faces(torus: Torus, pieces: Elements) -> tuple[Tensor, Tensor, Tensor]:
    """Return the face of every slate: beds with crisp steps where a leaf ends, lumps, and grit."""
    swell = fbm(torus, "slate/beds", torus.cells_across(0.22), octaves=6, gain=0.5)
    leaf = swell * 5.0
    inside = leaf - torch.floor(leaf)
    beds = (torch.floor(leaf) + smoothstep(0.82, 1.0, inside)) * 0.2
    lumps = fbm(torus, "slate/lumps", torus.cells_across(0.09), octaves=6, gain=0.55)
    grit = spectral_noise(torus, "slate/grit", slope=1.0, low=60)
    beds, lumps, grit = fetch_per_piece(torus, torch.stack([beds, lumps, grit]), pieces, "slate/shift")
    return beds * 2.0, lumps, grit


def _dressed_edges(pieces: Elements, beds: Tensor, lumps: Tensor) -> Tensor:
    """Return where the slater's knife has flaked the edges, 0..1: in leaves, wider here and narrower there."""
    reach = (0.004 + 0.014 * (lumps + 0.6 * beds).clamp(0, 1)).clamp(min=1e-4)
    near = (1 - pieces.edge / reach).clamp(0, 1)
    return (torch.floor(near * 3) + smoothstep(0.6, 1.0, near * 3 - torch.floor(near * 3))) * (1 / 3)


def _slate_color(
    torus: Torus, look: Look, pieces: Elements, beds: Tensor, lumps: Tensor, grit: Tensor
) -> Tensor:
    quarry = choose(torus, "slate/quarry", _QUARRIES)
    shade = pieces.random_apart(torus, "slate/shade", -0.5, 0.5) * 0.5
    shade = shade + pieces.random(torus, "slate/shade-2", -0.15, 0.15)
    tone = 0.5 + shade * look["variation"] + 0.12 * beds + 0.26 * lumps + 0.035 * grit
    color = look.palette(*quarry).paint(tone)
    tints = piece_tints(torus, "slate/tint", pieces.count, value=0.10, hue=5.0, warmth=0.05)
    color = color * pieces.pick(tints)
    # Pyrite in some slates rusts: ochre clouds that follow the grain.
    prone = smoothstep(0.72, 1.0, pieces.random(torus, "slate/pyrite"))
    rusty = look.palette("#5d4a36", "#7d6244", tint=0.2).paint(0.5 + lumps)
    return mix(color, rusty, prone * smoothstep(-0.1, 0.5, lumps + 0.4 * beds) * (0.7 * look["rusty"]))
