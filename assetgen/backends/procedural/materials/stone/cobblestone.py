"""Stone laid by hand: cobblestone."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import convexity, dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, piece_tints, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.minerals import mineral_specks, pores
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.surface import Surface


def cobblestone(torus: Torus, look: Look) -> Surface:
    """River stones set in trodden earth, worn round by feet and wheels."""
    stones = _set_stones(torus, look)
    grain = _stone_grain(torus, stones)
    stone_m = _stone_height(torus, look, stones, grain)
    bed_m, pebble = _earth_bed(torus, look, grain[2])
    height_m = torch.maximum(stone_m, bed_m)
    is_stone = smoothstep(-0.0015, 0.003, stone_m - bed_m) * smoothstep(-0.002, 0.001, stones.edge)

    color = mix(
        _earth_color(torus, look, pebble, grain[2]), _stone_color(torus, look, stones, grain), is_stone
    )
    worn = convexity(torus, height_m, 0.004).mul_(260).clamp_(-1, 1) * is_stone
    color = color * (1 + worn * 0.22)
    polish = look["wear"] * smoothstep(0.3, 0.9, stone_m / stone_m.amax()) * is_stone
    roughness = mix(
        0.93 + 0.05 * grain[0],
        look.roughness(0.74) - 0.24 * polish - 0.05 * worn + 0.04 * grain[2].clamp(-2, 2) + 0.12 * grain[0],
        is_stone,
    )
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return surface.with_grime(0.35 + 0.65 * look["dirt"], 0.05)


def _set_stones(torus: Torus, look: Look) -> Elements:
    across = max(torus.cells_across(look["stone_m"]), 3)
    bend = warp_field(torus, "stones/bend", 5, 0.16 / across, octaves=4)
    return cells(torus, "stones", across, jitter=look["irregularity"], roundness=14.0, warp=bend)


def _stone_grain(torus: Torus, stones: Elements) -> tuple[Tensor, ...]:
    """Return lumps, ridges, micro grain, minerals and pores, read elsewhere for every stone: no two share a face."""
    shared = torch.stack(
        [
            fbm(torus, "grain/lumps", 7, octaves=6, gain=0.52),
            fbm(torus, "grain/ridges", 10, octaves=6, gain=0.55, shape="ridged"),
            spectral_noise(torus, "grain/micro", slope=0.9, low=40),
            mineral_specks(torus, "grain/minerals", (0.011, 0.0042)),
            pores(torus, "grain/pores", (0.016, 0.006)),
        ]
    )
    return tuple(fetch_per_piece(torus, shared, stones, "grain/shift"))


def _stone_height(torus: Torus, look: Look, stones: Elements, grain: tuple[Tensor, ...]) -> Tensor:
    lumps, ridges, micro, specks, pore = grain
    stone_m = torus.tile_m / max(torus.cells_across(look["stone_m"]), 3)
    gap = stones.random(torus, "stones/gap", 0.55, 1.45) * (look["gap"] * stone_m / 2)
    inside = stones.edge - gap
    shoulder = stones.random(torus, "stones/shoulder", 0.24, 0.46) * stone_m
    # Trodden crowns are flatter than a river stone's: the larger power of the dome, the flatter.
    top = dome(inside, shoulder) * 0.7 + smoothstep(0.0, 0.7, inside / shoulder) * 0.3
    tilt_x = stones.random(torus, "stones/tilt-x", -0.09, 0.09)
    tilt_y = stones.random(torus, "stones/tilt-y", -0.09, 0.09)
    tilt = stones.x * tilt_x + stones.y * tilt_y
    rise = stones.random(torus, "stones/rise", 0.82, 1.12)
    relief = 0.165 * stone_m * look.relief
    body = smoothstep(0.0, 0.5, inside / shoulder)
    surface_m = (lumps * 0.055 + ridges * 0.026) * stone_m * look.relief + micro * 0.00022
    chipped = smoothstep(0.18, 0.5, ridges * lumps.abs() + micro * 0.05) * (0.010 * stone_m)
    surface_m = surface_m + specks * 0.00018 - pore * 0.0016
    return top * rise * relief + tilt * body + (surface_m - chipped) * body


def _earth_bed(torus: Torus, look: Look, micro: Tensor) -> tuple[Tensor, Tensor]:
    """Return the height of the earth between the stones, and where a pebble lies in it (0..1)."""
    stone_m = torus.tile_m / max(torus.cells_across(look["stone_m"]), 3)
    base = stone_m * look.relief * (0.01 + 0.045 * look["fill"])
    lumps = fbm(torus, "earth/lumps", 16, octaves=5, gain=0.6) * 0.007
    crumbs = fbm(torus, "earth/crumbs", 90, octaves=3, gain=0.7, shape="billow") * 0.0022
    gravel = warp_field(torus, "earth/gravel-bend", 40, 0.006, octaves=3)
    pebbles = grains(torus, "earth/pebbles", torus.cells_across(0.034), jitter=1.0, warp=gravel)
    size = pebbles.random(torus, "earth/pebble-size")
    # Squaring the draw makes grit common and gravel rare; what is left lies sunk in the earth, not on it.
    radius = 0.12 + 0.42 * size * size
    lies_here = (pebbles.random(torus, "earth/pebble-here") < 0.55).float()
    pebble = dome(1 - pebbles.near / radius + micro * 0.03, 0.8) * lies_here
    sunk = 0.0035 * radius / 0.3
    return base + lumps + crumbs + pebble * (0.012 * radius + sunk) + micro * 0.0004, pebble


def _stone_color(torus: Torus, look: Look, stones: Elements, grain: tuple[Tensor, ...]) -> Tensor:
    lumps, ridges, micro, specks, pore = grain
    # A river brings fine-grained stones and coarse ones: each shows its minerals as far as it has any.
    coarse = stones.random(torus, "stones/coarse", 0.35, 1.0)
    tone = 0.47 + 0.36 * lumps + 0.06 * ridges + stones.random(torus, "stones/tone", -0.17, 0.17)
    tone = tone + specks * (0.52 * coarse) + micro.clamp(-2, 2) * 0.15
    ramp = look.palette("#454340", "#68645d", "#807b71", "#989287", "#aca599")
    color = ramp.paint(tone)
    color = color * stones.pick(piece_tints(torus, "stones/tint", stones.count, value=0.12, warmth=0.09))
    bright, dark = smoothstep(1.1, 2.3, micro), smoothstep(1.2, 2.4, -micro)
    color = warmed(color, 0.16 * lumps + 0.08 * specks * coarse) * (1 + 0.28 * bright - 0.30 * dark)
    color = color * (1 - 0.4 * pore)
    # Lichen: pale crusts that grow in rings on older stones.
    crust = grains(
        torus, "lichen", torus.cells_across(0.12), jitter=1.0, warp=warp_field(torus, "lichen/warp", 14, 0.02)
    )
    size = crust.random(torus, "lichen/size")
    lichen = smoothstep(
        0.03, 0.11, 0.30 * size * (size > 1 - 0.45 * look["age"]) - crust.near + micro * 0.02 + lumps * 0.05
    )
    return mix(color, look.palette("#8b8d78", "#b4b59b", tint=0.3).paint(lumps * 0.5 + 0.5), lichen * 0.55)


def _earth_color(torus: Torus, look: Look, pebble: Tensor, micro: Tensor) -> Tensor:
    damp = fbm(torus, "earth/damp", 12, octaves=5, gain=0.6)
    color = look.palette("#3a3026", "#574939", "#786853", tint=0.0).paint(
        0.5 + 0.6 * damp + 0.2 * pebble + 0.12 * micro
    )
    stones = look.palette("#57524a", "#8a8376", tint=0.3).paint(0.5 + damp)
    return mix(color, stones, smoothstep(0.3, 0.6, pebble) * 0.6)
