"""Wooden shingles: split or sawn pieces hung in overlapping courses, silvered by the weather."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.numbered import look_up
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.piled.shingles import (
    Shingles,
    butt_splits,
    lay_shingles,
    shingle_plan,
)
from assetgen.backends.procedural.surface import Surface

_WOODS: Final = (
    ("#a57c5e", "#876048", "#694837", "#4b3428"),  # cedar
    ("#a98a63", "#8b6e4c", "#6c5439", "#4e3b29"),  # larch
    ("#96775a", "#7a5f47", "#5e4836", "#443428"),  # oak
)
"""Four stops from early to late wood."""
_UNITS: Final = 120


def wood_shingles(torus: Torus, look: Look) -> Surface:
    """Courses from the eaves up, every joint covered by the next; sun has greyed what shows."""
    shape = look.option("cut", choose(torus, "shingles/cut", ("split", "split", "sawn")))
    shingles = _hang(torus, look, shape)
    fibre, flute, streak = _grain(torus, shingles, shape)
    crack = butt_splits(torus, shingles, 0.0012 * flute, age=look["age"])
    texel_m = torus.tile_m / torus.size
    gap = 1 - smoothstep(-0.5 * texel_m, 0.5 * texel_m + 0.001, shingles.side_m)
    height_m = _height(torus, look, shingles, shape, (fibre, flute)) - gap * (0.8 * look["thick_m"])
    roughness = look.roughness(0.82) + 0.05 * fibre.clamp(-2, 2) - 0.06 * flute.clamp(-1.5, 1.5)
    surface = Surface(
        torus=torus,
        height_m=(height_m - crack * 0.003) * look.relief,
        color=_color(torus, look, shingles, (fibre, flute, streak)),
        roughness=roughness + shingles.pieces.random(torus, "shingles/roughness", -0.07, 0.05),
        metallic=torus.zeros(),
    )
    dark = look.palette("#28221d", "#3d352d", tint=0.0).paint(0.5 + 0.2 * streak)
    lap = smoothstep(0.010, 0.0, shingles.under_m) * (0.14 + 0.21 * look["dirt"])
    surface = surface.covered(
        torch.maximum(torch.maximum(gap * 0.92, crack * 0.8), lap), color=dark, roughness=0.95
    )
    return surface.with_grime(0.25 + 0.6 * look["dirt"], 0.03)


def _hang(torus: Torus, look: Look, shape: str) -> Shingles:
    rows = max(2 * round(torus.tile_m / look["course_m"] / 2), 2)
    if shape == "scalloped":
        per_row = min((6, 10, 12, 15, 20), key=lambda count: abs(torus.tile_m / count - look["width_m"]))
        widths = (_UNITS // per_row, _UNITS // per_row)
    else:
        mean, spread = look["width_m"] / torus.tile_m * _UNITS, look["mixed"]
        widths = (max(round(mean * (1 - 0.5 * spread)), 3), max(round(mean * (1 + 0.6 * spread)), 4))
    regular = shape == "scalloped"
    plan = shingle_plan(torus, "shingles", rows=rows, units=_UNITS, widths=widths, regular=regular)
    course_m = torus.tile_m / rows
    ragged = fbm(torus, "shingles/ragged", torus.cells_across(0.02), octaves=4, gain=0.6)
    hang, slant = torus.uniform("shingles/hang", len(plan.pieces), 2).T.contiguous()
    uneven = (1.0 if shape == "split" else 0.35) * look["uneven_m"]
    worn = (0.0022 if shape == "split" else 0.0008) * (0.5 + look["wear"])

    def to_butt(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
        """Butts hang below the line of their course: rounded, straight or as they broke."""
        if shape == "scalloped":
            across = (x * (2 / width)).abs().clamp(max=1)
            return course_m - y + torch.sqrt(1 - across.square() * 0.96) * (0.42 * look["course_m"])
        below = (0.15 + 0.85 * look_up(hang, number)) * uneven
        below = below + x * (look_up(slant, number) - 0.5) * (0.14 * uneven / 0.02) + ragged * worn
        corner = smoothstep(0.014, 0.0, width / 2 - x.abs()) * 0.006 * look["wear"]
        return course_m - y + (below - corner).clamp(min=0.0005)

    gap_m, turn = look["gap_m"], 0.002 if regular else 0.011
    return lay_shingles(torus, "shingles", plan, outline=to_butt, gap_m=gap_m, slip_m=0.0, turn=turn)


def _grain(torus: Torus, shingles: Shingles, shape: str) -> tuple[Tensor, Tensor, Tensor]:
    """Return fibres, the flutes of splitting and broad streaks, all running down the roof, deviation 1."""
    tall = 12.0 if shape == "split" else 20.0
    shared = torch.stack(
        [
            spectral_noise(torus, "grain/fibre", slope=0.6, low=40, stretch=(1.0, 14.0)),
            spectral_noise(torus, "grain/flute", slope=1.5, low=9, high=200, stretch=(1.0, tall)),
            spectral_noise(torus, "grain/streak", slope=1.8, low=3, high=120, stretch=(1.0, 5.0)),
        ]
    )
    fibre, flute, streak = fetch_per_piece(torus, shared, shingles.pieces, "grain/shift")
    return fibre, flute, streak


def _height(torus: Torus, look: Look, shingles: Shingles, shape: str, grain: tuple[Tensor, Tensor]) -> Tensor:
    """Return metres: wedges that lie on one another, fluted where they were split, cupped by the sun."""
    fibre, flute = grain
    pieces, thick_m = shingles.pieces, look["thick_m"]
    rise = (1 - shingles.tail_m / (1.25 * shingles.course_m)) * pieces.random(
        torus, "shingles/thick", 0.75, 1.3
    )
    across = pieces.x * (2 / shingles.width_m)
    cup = across.square() * pieces.random(torus, "shingles/cup", -0.0015, 0.0035) * (0.4 + look["age"])
    lean = across * pieces.random(torus, "shingles/lean", -0.0025, 0.0025)
    curl = (1 - shingles.tail_m / shingles.course_m).clamp(min=0).square() * pieces.random(
        torus, "shingles/curl", -0.001, 0.005
    )
    deep = 0.0016 if shape == "split" else 0.00025
    # Split wood breaks in flutes with sharp crests; sawn wood is only washed out along its fibres.
    crest = 0.5 * flute - 0.8 * flute.abs()
    face = crest * (deep * (0.6 + 0.6 * look["age"])) + fibre * (0.00014 + 0.00025 * look["age"])
    arris = smoothstep(0.004, 0.0, shingles.tail_m) * 0.002
    return rise * thick_m + cup + lean + curl * look["age"] + face - arris


def _color(torus: Torus, look: Look, shingles: Shingles, grain: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    fibre, flute, streak = grain
    pieces = shingles.pieces
    tone = 0.42 - 0.12 * flute + 0.12 * flute.abs() + 0.10 * streak + 0.09 * fibre
    tone = tone + pieces.random_apart(torus, "shingles/tone", -0.22, 0.22)
    wood = look.palette(*choose(torus, "shingles/wood", _WOODS)).paint(tone)
    silver = look.palette("#aaa69e", "#8c8881", "#6a665f", "#4c4843", tint=0.5).paint(tone)
    # Sun takes the color first where it strikes full: the lower half, the ridges, the one shingle before the other.
    low = smoothstep(0.0, 0.8, shingles.under_m / shingles.course_m)
    bleached = look["age"] * 1.5 - 0.45 + 0.35 * low + 0.12 * flute + 0.12 * streak
    bleached = bleached + pieces.random_apart(torus, "shingles/bleached", -0.45, 0.45)
    color = mix(wood, silver, smoothstep(0.0, 1.0, bleached) * 0.96)
    color = color * pieces.pick(
        piece_tints(torus, "shingles/tint", pieces.count, value=0.12, hue=1.5, warmth=0.04)
    )
    # Rain stands at the butt, and its brown runs out of the gaps above.
    damp = smoothstep(0.02 + 0.006, 0.0, shingles.tail_m + 0.006 * streak) * 0.35
    stain = smoothstep(0.6, 1.6, streak) * smoothstep(0.7, 0.0, shingles.under_m / shingles.course_m) * 0.3
    fine = smoothstep(1.0, 2.2, fibre + 0.4 * flute) * 0.4
    return color * (1 - damp) * (1 - fine) * (1 - stain * (0.4 + 0.6 * look["dirt"]))
