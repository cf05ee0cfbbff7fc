"""Rock with nothing behind it: void stone."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_per_piece, warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.surface import Surface

_ROCKS: Final = (
    ("#212027", "#2d2b35", "#3d3a47", "#55515f", "#7d7887"),  # violet black
    ("#1f2224", "#2a2e32", "#3a4046", "#535a61", "#7b8389"),  # blue black
    ("#232021", "#322d2e", "#443e3e", "#5e5655", "#877d7a"),  # ash
)
_VOIDS: Final = (
    ("#1c0f3a", "#4a1f8a", "#8a3fd0", "#d58ae8"),
    ("#0c1c3c", "#1c4a90", "#3a8ad8", "#8ad8f0"),
    ("#3a0c20", "#8a1c48", "#d03a62", "#f0a08a"),
    ("#0c2c28", "#17665a", "#2fb08a", "#a0f0c0"),
)
_FORMS: Final = {"slabs": (1.0, 1.0, 1.0), "shards": (0.5, 1.1, 0.4), "solid": (1.5, 0.14, 1.5)}
"""Size of the slabs, width of the rifts and number of fine veins, by what the look asks for."""


def void_stone(torus: Torus, look: Look) -> Surface:
    """Slabs of black rock drifting apart, and between them depth without end, with stars in it."""
    slabs, gap_m, shard = _break_up(torus, look)
    rock_m, lumps, grit, face = _rock(torus, slabs)
    # 1 where the rock is gone; shards that broke off hang a little way inside.
    gone = smoothstep(-0.0006, 0.0014, gap_m) * (1 - shard)
    lip = smoothstep(-0.012, 0.0, gap_m) * (1 - shard)
    fine = crack_distance(torus, "void/fine", 0.09, wander=0.6)
    veined = look["veins"] * _FORMS[look.option("form", "slabs")][2]
    shown = patches(torus, "void/shown", 0.2, amount=0.2 + 0.5 * veined, soft=0.25)
    vein = smoothstep(0.0022, 0.0004, fine) * shown * (1 - gone)
    sunk = shard * (0.012 + 0.4 * gap_m.clamp(min=0))
    depth_m = (gap_m.clamp(0, 0.02) * 1.6 + 0.012) * gone
    height_m = (rock_m - lip * 0.0025 - sunk) * look.relief - depth_m - vein * 0.002

    rock = look.palette(*choose(torus, "void/rock", _ROCKS), tint=0.35)
    crest = convexity(torus, rock_m, 0.008).mul_(300).clamp_(-1, 1)
    tone = 0.36 + 0.3 * lumps + 0.1 * face + 0.03 * grit + 0.24 * crest * (0.5 + look["wear"])
    tints = piece_tints(torus, "void/tint", slabs.count, value=0.1)
    color = rock.paint(tone + 0.15 * lip) * slabs.pick(tints)
    color = color * (1 + 0.3 * smoothstep(1.3, 2.3, grit))
    abyss = look.palette(*choose(torus, "void/hue", _VOIDS), most_chroma=0.2)
    glows = look.option("light", "glowing") == "glowing"
    inside = abyss.paint(torus.zeros()) if glows else rock.paint(0.1 + 0.3 * lumps)
    color = mix(color, inside * 0.6, torch.maximum(gone, 0.7 * vein))
    roughness = look.roughness(0.5) + 0.14 * lumps - 0.14 * face - 0.1 * crest * look["wear"] + 0.04 * grit
    surface = Surface(
        torus=torus,
        height_m=height_m,
        color=color,
        roughness=mix(roughness, 0.9, gone),
        metallic=torus.zeros(),
    )
    surface = surface.with_grime(0.3 + 0.5 * look["dirt"], 0.02)
    if not glows:
        return surface
    near = torch.exp(gap_m.clamp(max=0) * (1 / 0.007)) * (1 - gone)
    rim = abyss.paint(0.8 + 0.4 * lumps)
    glow = rim * rim * (near * near * 0.35 + vein * 1.6 + shard * near * 0.1) * look["power"]
    deep = smoothstep(0.0, 0.006, gap_m) * gone
    return replace(surface, emissive=glow + _abyss(torus, abyss, gap_m) * (deep * look["power"]))


def _break_up(torus: Torus, look: Look) -> tuple[Elements, Tensor, Tensor]:
    """Return the slabs, metres that a texel lies inside a rift (negative on a slab), and shards in it, 0 or 1."""
    slab, rift, _ = _FORMS[look.option("form", "slabs")]
    across = torus.cells_across(look["slab_m"] * slab)
    bend = warp_field(torus, "void/bend", across * 3, 0.16 / across, octaves=4)
    aside = bend[0] + 0.5 / across, bend[1] + 0.5 / across
    slabs = cells(torus, "void/slabs", across, jitter=1.0, warp=aside)
    ragged = fbm(torus, "void/ragged", across * 5, octaves=4, gain=0.6)
    wide = fbm(torus, "void/wide", across, octaves=2) + slabs.random(torus, "void/apart", -0.3, 0.3)
    gap_m = look["rift_m"] * rift * (0.5 + 0.9 * wide + 0.3 * ragged).clamp(min=0.04) - slabs.edge
    pieces = cells(torus, "void/shards", across * 6, jitter=1.0, warp=bend)
    kept = pieces.random(torus, "void/kept") < 0.6 - 14 * gap_m
    return slabs, gap_m, (kept & (pieces.edge > 0.0022) & (gap_m > 0)).float()


def _rock(torus: Torus, slabs: Elements) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the height of the slabs in metres, lumps, grit, and how flat and bare a face has split, -1..1."""
    shared = torch.stack(
        [
            fbm(torus, "rock/lumps", torus.cells_across(0.14), octaves=6, gain=0.55),
            spectral_noise(torus, "rock/grit", slope=0.9, low=50),
        ]
    )
    lumps, grit = fetch_per_piece(torus, shared, slabs, "rock/shift")
    bend = warp_field(torus, "rock/bend", torus.cells_across(0.08), 0.012 / torus.tile_m, octaves=3)
    total = torus.zeros()
    for number, size_m in enumerate((0.13, 0.05)):
        faces = cells(torus, f"rock/faces-{number}", torus.cells_across(size_m), jitter=1.0, warp=bend)
        lean_x, lean_y = (faces.random(torus, f"rock/lean-{number}-{axis}", -0.16, 0.16) for axis in "xy")
        total = total + (faces.x * lean_x + faces.y * lean_y) * smoothstep(0.0, 0.1 * size_m, faces.edge)
    face = faces.random(torus, "rock/split", -1.0, 1.0)
    tilt = slabs.x * slabs.random(torus, "slab/x", -0.06, 0.06)
    tilt = tilt + slabs.y * slabs.random(torus, "slab/y", -0.06, 0.06)
    rise = slabs.random(torus, "slab/rise", 0.0, 0.012)
    return rise + tilt + total + lumps * 0.006 + grit * 0.0002, lumps, grit, face


def _abyss(torus: Torus, abyss: Palette, gap_m: Tensor) -> Tensor:
    """Return the light of the depth: clouds far below, stars before them, and a brim that burns."""
    cloud = fbm(torus, "abyss/cloud", torus.cells_across(0.12), octaves=6, gain=0.6)
    veil = fbm(torus, "abyss/veil", torus.cells_across(0.05), octaves=5, gain=0.6, shape="ridged")
    light = abyss.paint(0.35 + 0.6 * cloud + 0.2 * veil)
    brim = torch.exp(gap_m.clamp(min=0) * (-1 / 0.006))
    light = light * light * (0.5 + 1.2 * smoothstep(-0.1, 0.6, cloud + 0.3 * veil) + 2.2 * brim)
    stars = grains(torus, "abyss/stars", torus.cells_across(0.013), jitter=1.0)
    bright = stars.random(torus, "abyss/star")
    star = smoothstep(0.16, 0.02, stars.near / (0.4 + 0.8 * bright)) * bright.square() * bright
    return light + (abyss.paint(0.6 + 0.4 * bright) + 0.4) * (star * 3.5)
