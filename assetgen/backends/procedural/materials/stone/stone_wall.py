"""Walls of stone: rubble in mortar, squared blocks in courses, or drystone."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import bent_twice
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import rock_faces
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.layouts.laying import lay_by_hand
from assetgen.backends.procedural.operators.layouts.stonework import block_courses
from assetgen.backends.procedural.operators.piled.heap import Crushed, Sort, heap
from assetgen.backends.procedural.operators.traces.lichen import with_lichen
from assetgen.backends.procedural.surface import Surface

_ROCKS: Final = (
    ("#5a5854", "#757269", "#918d83", "#aba69b"),  # grey fieldstone
    ("#6d6353", "#8a7e6b", "#a69883", "#bfb29d"),  # limestone
    ("#625246", "#806d5e", "#9c8877", "#b5a392"),  # brown sandstone
    ("#474a4b", "#5f6263", "#787b7a", "#939592"),  # blue slate
    ("#574a44", "#71625a", "#8b7c73", "#a6988e"),  # ironstone
)
_WALLS: Final = ((0, 0, 1, 4), (1, 1, 1, 2), (2, 2, 1, 4), (3, 3, 0, 0), (0, 3, 2, 1))
"""Which rocks a wall is of, four places each; squared blocks all come from the first."""


_BUILD: Final = {
    "rubble": (0.05, 0.010, 0.05),
    "ashlar": (0.022, 0.001, 0.018),
    "drystone": (0.06, 0.0, 0.024),
}
"""Metres by which stones stand proud, thickness of the mortar, and width of the rounded edges."""


def stone_wall(torus: Torus, look: Look) -> Surface:
    """A wall that a mason built of what the quarry or the field gave."""
    bond = look.option("bond", choose(torus, "bond", ("rubble", "ashlar", "drystone")))
    stones = {"rubble": _rubble, "ashlar": _ashlar, "drystone": _drystone}[bond](torus, look)
    squash = 2.2 if bond == "drystone" else 1.2
    face, lumps, grain = rock_faces(torus, "faces", stones, 0.12, squash=squash)
    stone_m = _stone_height(torus, look, bond, stones, face, lumps, grain)
    bed_m, sand, pinned = _bed(torus, look, bond, grain)
    is_stone = smoothstep(-0.0015, 0.002, stone_m - bed_m)

    lime, dark = ("#6b645a", "#857d71", "#9e968a", "#b1a99d"), ("#2e2a25", "#413b34", "#564f46")
    mortar = look.palette(*(dark if bond == "drystone" else lime), tint=0.0).paint(0.5 + 0.35 * sand)
    chips = look.palette(*_ROCKS[0], tint=0.7).paint(0.5 + 0.3 * grain)
    color = _stone_color(torus, look, bond, stones, face, lumps, grain)
    color = mix(mix(mortar, chips, pinned), color, is_stone)
    own = stones.random(torus, "sheen", -0.07, 0.06)
    roughness = mix(0.93 - 0.04 * sand, look.roughness(0.78) + own + 0.03 * grain - 0.06 * face, is_stone)
    surface = Surface(
        torus=torus,
        height_m=torch.maximum(stone_m, bed_m),
        color=color,
        roughness=roughness,
        metallic=torus.zeros(),
    )
    crusts = look.palette("#6d6f62", "#8f917f", "#adae9a", "#b5a878", tint=0.15)
    surface = with_lichen(surface, "lichen", 0.11, 0.55 * look["age"], grain, crusts, where=is_stone)
    return surface.with_grime(0.35 + 0.6 * look["dirt"], 0.035)


def _rubble(torus: Torus, look: Look) -> Elements:
    across = torus.cells_across(look["stone_m"] * 0.85)
    down, bend = 2 * round(across * 0.72), bent_twice(torus, "bend", (0.3, 0.05), (0.045, 0.008))
    bend = bend[0], bend[1] + 0.5 / down  # no course ends along the tile's border
    pieces = cells(
        torus, "rubble", across, period_y=down, jitter=0.85, roundness=13.0, warp=bend, brick_rows=True
    )
    gap = pieces.random(torus, "gap", 0.1, 0.8) * look["joint_m"]
    return replace(pieces, edge=pieces.edge - gap)


def _ashlar(torus: Torus, look: Look) -> Elements:
    units = torus.cells_across(look["stone_m"] / 5)
    plan = block_courses(torus, "ashlar", units, units, heights=(2, 3), lengths=(1.1, 2.4), split=0.06)
    bend, gap_m = bent_twice(torus, "bend", (0.3, 0.004), (0.045, 0.004)), look["joint_m"] * 0.5
    laid = lay_by_hand(torus, plan, "laid", gap_m=gap_m, turn=0.004, rounding_m=0.012, warp=bend)
    return laid.pieces


def _drystone(torus: Torus, look: Look) -> Elements:
    unit_m = look["stone_m"] / 5
    columns, rows = torus.cells_across(unit_m), torus.cells_across(unit_m * 0.8)
    plan = block_courses(torus, "dry", columns, rows, heights=(1, 3), lengths=(1.3, 3.6), split=0.35)
    bend, gap_m = bent_twice(torus, "bend", (0.3, 0.035), (0.045, 0.014)), look["joint_m"] * 0.35
    laid = lay_by_hand(torus, plan, "laid", gap_m=gap_m, turn=0.05, rounding_m=0.02, warp=bend)
    return laid.pieces


def _stone_height(
    torus: Torus, look: Look, bond: str, stones: Elements, face: Tensor, lumps: Tensor, grain: Tensor
) -> Tensor:
    proud_m, _, arris_m = _BUILD[bond]
    wide_m = stones.random(torus, "arris", 0.6, 1.4) * arris_m * (0.7 + 0.6 * look["wear"])
    crown = dome(stones.edge + (face + lumps) * (0.14 * arris_m), wide_m)
    steep = 1.5 * proud_m
    lean = stones.x * stones.random(torus, "lean-x", -steep, steep)
    lean = lean + stones.y * stones.random(torus, "lean-y", -steep, steep)
    rough = (face * (0.3 - 0.1 * look["wear"]) + lumps * 0.25) * proud_m
    out = proud_m * stones.random(torus, "proud", 0.75, 1.25)
    return (crown * out + (lean + rough) * smoothstep(0.0, 0.5, crown) + grain * 0.0003) * look.relief


def _bed(torus: Torus, look: Look, bond: str, grain: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the height of what lies between the stones, its sand, and where a pinning stone shows."""
    hand = fbm(torus, "mortar/hand", torus.cells_across(0.09), octaves=5, gain=0.55)
    sand = fbm(torus, "mortar/sand", torus.cells_across(0.012), octaves=4, gain=0.7)
    lost = smoothstep(0.05, 0.4, fbm(torus, "mortar/lost", torus.cells_across(0.3), octaves=4)) * look["age"]
    bed = _BUILD[bond][1] - lost * 0.012 + hand * 0.004 + sand * 0.0008 + grain * 0.0003
    if bond == "ashlar":
        return bed * look.relief, sand, torus.zeros()
    sorts = (Sort(radius_m=(0.015, 0.045), spacing_m=0.06, sunk=(0.0, 0.5)),)
    small = heap(torus, "pins", sorts, Crushed.of, ground_m=-0.04)
    pins = small.height_m * 0.9 + bed - 0.003
    pinned = smoothstep(-0.001, 0.001, pins - bed) * (1 - small.bare)
    return torch.where(small.bare > 0, bed, torch.maximum(pins, bed)) * look.relief, sand, pinned


def _stone_color(
    torus: Torus, look: Look, bond: str, pieces: Elements, face: Tensor, lumps: Tensor, grain: Tensor
) -> Tensor:
    rocks = choose(torus, "rocks", _WALLS)
    tone = pieces.random_apart(torus, "tone", 0.24, 0.76) + 0.36 * lumps + 0.14 * face + 0.06 * grain
    place = pieces.random(torus, "rock", 0.0, 3.999) * (0.0 if bond == "ashlar" else 1.0)
    color = look.palette(*_ROCKS[rocks[0]]).paint(tone)
    for number in (1, 2, 3):
        here = ((place >= number) & (place < number + 1)).float()
        color = mix(color, look.palette(*_ROCKS[rocks[number]]).paint(tone), here * 0.7)
    color = color * pieces.pick(piece_tints(torus, "tint", pieces.count, value=0.07, warmth=0.07))
    weather = smoothstep(-0.2, 0.6, fbm(torus, "weather", torus.cells_across(0.16), octaves=5))
    return color * (1 - 0.2 * weather * look["age"])
