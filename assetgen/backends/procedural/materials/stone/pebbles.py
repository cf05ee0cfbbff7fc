"""Pebbles: stones that a river or a beach has rolled smooth, of every rock upstream."""

from __future__ import annotations

from functools import partial
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import rock_insides
from assetgen.backends.procedural.operators.piled.heap import Heap, Sort, Worn, heap
from assetgen.backends.procedural.surface import Surface

_ROCKS: Final = (
    ("#4a4d50", "#63676a", "#7e8284", "#9b9e9f"),  # blue-grey slate
    ("#6b6257", "#82796d", "#998f82", "#aea497"),  # warm limestone
    ("#918a80", "#a19b90", "#b0aaa0", "#bfb9b0"),  # white quartz
    ("#65493f", "#82635a", "#9a7d72", "#b39a90"),  # red sandstone
    ("#3a3b3c", "#4a4b4c", "#5d5e5f", "#757676"),  # basalt
    ("#565d52", "#6f766a", "#888f82", "#a3a99d"),  # green schist
    ("#826f55", "#998667", "#ae9b7d", "#bfaf95"),  # flint and chert
)
_FAMILIES: Final = {
    "mixed": ((0, 0, 0, 1, 5, 0, 3), (1, 1, 6, 1, 1, 0, 3), (5, 0, 4, 0, 1, 0, 2)),
    "grey": ((0, 0, 4, 0, 1, 4, 2), (4, 4, 0, 4, 0, 5, 2)),
    "pale": ((2, 2, 2, 1, 2, 6, 2), (1, 2, 2, 6, 1, 2, 1)),
}
"""Which rocks lie on a beach, seven places each: a rock named twice is twice as common."""


def pebbles(torus: Torus, look: Look) -> Surface:
    """Rolled stones on a bed of smaller ones, banded and veined as their rock was, with sand between."""
    stones = _strew(torus, look)
    grain, cloud = rock_insides(torus, "insides", stones.pieces, 0.05)
    bed_m = _sand_height(torus, look, grain)
    texel_m = torus.tile_m / torus.size
    radius_m = stones.pieces.pick(stones.radius_m)
    stone_m = stones.height_m + cloud * 0.03 * radius_m + grain * 0.00003
    is_stone = smoothstep(-texel_m * 0.5, texel_m, stone_m - bed_m) * (1 - stones.bare)
    height_m = torch.where(stones.bare > 0, bed_m, torch.maximum(stone_m, bed_m)) * look.relief

    sand = look.palette("#6a5f52", "#857867", "#9b8e7a", "#afa28d", tint=0.25).paint(0.5 + 0.22 * grain)
    color = mix(sand, _rock_color(torus, look, stones, grain, cloud), is_stone)
    low = smoothstep(0.1, -0.5, height_m / (look["stone_m"] * look.relief)) * look["dirt"]
    # What the water was full of dries on every stone: a beach has one color.
    color = mix(color, sand, low * 0.45 + 0.17 + 0.12 * smoothstep(-0.2, 0.5, cloud))
    polish = stones.pieces.random(torus, "polish", -0.14, 0.1)
    roughness = mix(0.9 + 0.02 * grain, look.roughness(0.5) + polish + 0.03 * grain + 0.05 * cloud, is_stone)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.2 + 0.35 * look["dirt"], look["stone_m"] * 0.5)


def _strew(torus: Torus, look: Look) -> Heap:
    half, mixed = look["stone_m"] / 2, look["mixed"]
    sorts = (
        Sort(radius_m=(half * 0.55, half * 0.85), spacing_m=half * 1.15, sunk=(0.15, 0.5)),
        Sort(radius_m=(half * 0.7, half * (1.1 + 0.7 * mixed)), spacing_m=half * 2.3, sunk=(0.0, 0.25)),
        Sort(radius_m=(half * 0.16, half * 0.36), spacing_m=half * (1.5 - 0.5 * mixed), sunk=(0.1, 0.4)),
    )
    flat = {"flat": 0.3, "round": 0.7}[
        look.option("shape", choose(torus, "shape", ("round", "flat", "round")))
    ]
    return heap(torus, "stones", sorts, partial(Worn.of, long=1.8, flat=flat), ground_m=-half, lean=0.8)


def _sand_height(torus: Torus, look: Look, grain: Tensor) -> Tensor:
    waves = fbm(torus, "sand/waves", torus.cells_across(0.15), octaves=5) * 0.22
    return look["stone_m"] * (0.55 * look["fill"] - 0.42 + waves) + grain * 0.00025


def _rock_color(torus: Torus, look: Look, stones: Heap, grain: Tensor, cloud: Tensor) -> Tensor:
    pieces = stones.pieces
    family = choose(torus, "family", ("mixed", "mixed", "grey", "pale"))
    beach = choose(torus, "beach", _FAMILIES[look.option("colors", family)])
    place = pieces.random(torus, "rock", 0.0, len(beach) - 0.001)
    tone = pieces.random(torus, "tone", 0.34, 0.66) + 0.2 * cloud + _bedding(torus, stones, cloud)
    color = torch.zeros(3, *tone.shape, device=tone.device)
    for rock in sorted(set(beach)):
        places = [number for number, name in enumerate(beach) if name == rock]
        here = sum(((place >= n) & (place < n + 1)).float() for n in places)
        color = color + look.palette(*_ROCKS[rock], tint=0.85).paint(tone + 0.06 * grain) * here
    color = color * pieces.pick(piece_tints(torus, "tint", pieces.count, value=0.08, warmth=0.07))
    speckled = (pieces.random(torus, "speckled") < 0.3).float()
    color = color * (1 - (0.34 * smoothstep(0.9, 1.6, -grain) - 0.2 * smoothstep(1.0, 1.8, grain)) * speckled)
    vein = _quartz_veins(torus, stones, cloud)
    return mix(color, look.palette("#b9b3a9", "#d3cec6", tint=0.2).paint(0.5 + 0.3 * grain), vein * 0.85)


def _through(torus: Torus, stones: Heap, name: str) -> Tensor:
    """Return the distance to a plane that cuts each stone at random, in radii: bands bend with the surface."""
    table = torus.uniform(name, stones.pieces.count, 3) * 2 - 1
    length = torch.sqrt((table * table).sum(1)).clamp_(min=0.2)
    along_x, along_y, along_z = stones.pieces.pick((table / length[:, None]).T.contiguous())
    radius = stones.pieces.pick(stones.radius_m)
    return (stones.pieces.x * along_x + stones.pieces.y * along_y + stones.height_m * along_z) / radius


def _bedding(torus: Torus, stones: Heap, cloud: Tensor) -> Tensor:
    """Return the layers of the stones that have any, about -0.3..0.3."""
    pieces = stones.pieces
    pitch = pieces.random(torus, "bedding/pitch", 5.0, 16.0)
    depth = _through(torus, stones, "bedding") * pitch + cloud * 1.6
    layers = torch.sin(depth) * 0.6 + torch.sin(depth * 2.3 + 1.0) * 0.4
    return layers * pieces.random(torus, "bedding/strong", -0.3, 0.5).clamp_(min=0)


def _quartz_veins(torus: Torus, stones: Heap, cloud: Tensor) -> Tensor:
    """Return white veins through some of the stones, 0..1."""
    pieces = stones.pieces
    half = pieces.random(torus, "vein/width", -0.09, 0.06).clamp_(min=0)
    away = (
        _through(torus, stones, "vein") + cloud * 0.3 + pieces.random(torus, "vein/place", -0.5, 0.5)
    ).abs()
    soft = pieces.pick(torus.tile_m / torus.size / stones.radius_m).clamp_(min=0.02)
    return ((half - away) / soft + 0.5).clamp_(0, 1) * (half > 0)
