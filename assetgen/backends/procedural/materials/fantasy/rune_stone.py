"""Carved magic: rune stone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import PAINTED, Look
from assetgen.backends.procedural.operators.designs.glyphs import rune_distance
from assetgen.backends.procedural.operators.designs.inscriptions import rune_ring, rune_rows
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.layouts.laying import corner_loss, lay_by_hand, rounded_edge
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.surface import Surface

_STONES: Final = (
    ("#393a3a", "#545555", "#6f6f6d", "#8a8985", "#a8a59e"),  # granite
    ("#2a2b2e", "#3b3d41", "#4f5256", "#66696c", "#84868a"),  # basalt
    ("#4d4339", "#6d6152", "#8b7d6a", "#a39580", "#bcb09c"),  # sandstone
    ("#2f3534", "#47504e", "#616a67", "#7b837e", "#9aa098"),  # green slate
)
_LIGHTS: Final = ("#2f9fd0", "#3fbf7c", "#e07a24", "#8a55e0", "#d83c34")


@dataclass(frozen=True, slots=True, eq=False)
class _Carving:
    """Metres to the nearest stroke, metres that an edge falls away, power of the runes, tone of the stones."""

    stroke_m: Tensor
    fall_m: Tensor
    power: Tensor
    tone: Tensor


def rune_stone(torus: Torus, look: Look) -> Surface:
    """Weathered stone with runes cut into it, whose grooves glow, or hold paint, gold, or only dirt."""
    carving = _carve(torus, look)
    lumps, grit, hewn = _hewn(torus)
    half_m = look["stroke_m"] * (0.5 + 0.12 * lumps)
    half_m = half_m + smoothstep(0.35, 0.8, lumps + 0.25 * grit) * (0.006 * look["wear"])
    inside = (half_m - carving.stroke_m) / look["stroke_m"]
    groove = smoothstep(0.0, 0.12, inside) * (0.45 + 0.55 * smoothstep(0.05, 0.45, inside))
    crack = smoothstep(0.002, 0.0004, crack_distance(torus, "stone/cracks", 0.24, wander=0.6))
    crack = crack * patches(torus, "stone/cracked", 0.2, amount=0.02 + 0.3 * look["age"], soft=0.15)
    worn_lip = smoothstep(-0.6, 0.05, inside) * 0.0012
    stone_m = lumps * 0.006 + hewn * 0.004 + grit * 0.00025 - carving.fall_m - worn_lip - crack * 0.003
    height_m = stone_m * look.relief - groove * look["depth_m"]

    stone = look.palette(*choose(torus, "stone/color", _STONES), tint=0.0 if _tints_light(look) else 1.0)
    crest = convexity(torus, stone_m, 0.006).mul_(420).clamp_(-1, 1)
    tone = 0.45 + 0.4 * lumps + 0.1 * hewn + carving.tone + 0.035 * grit + 0.2 * crest * (0.4 + look["wear"])
    speckle = 1 + 0.25 * smoothstep(1.2, 2.2, grit) - 0.25 * smoothstep(1.2, 2.2, -grit)
    color = stone.paint(tone - 0.25 * crack) * speckle
    lichen = patches(torus, "lichen", 0.1, amount=0.28 * look["age"], soft=0.06) * smoothstep(-0.6, 0.4, grit)
    color = mix(color, look.palette("#7f8268", "#a9aa8e", tint=0.2).paint(0.5 + lumps), lichen * 0.5)
    roughness = look.roughness(0.8) + 0.14 * lumps + 0.03 * grit - 0.12 * crest * look["wear"] + 0.08 * lichen
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    return _filled(torus, look, surface.with_grime(0.35 + 0.65 * look["dirt"], 0.015), carving, groove, lumps)


def _carve(torus: Torus, look: Look) -> _Carving:
    hand = warp_field(torus, "hand", torus.cells_across(0.05), 0.0016 / torus.tile_m, octaves=4)
    layout = look.option("layout", "rows")
    if layout == "blocks":
        return _blocks(torus, look, hand)
    write = rune_ring if layout == "circle" else rune_rows
    text = write(torus, "words", look["rune_m"], thin_m=0.0015, warp=hand)
    return _Carving(text.stroke_m, torus.zeros(), text.random(torus, "runes/power", 0.3, 1.0), torus.zeros())


def _blocks(torus: Torus, look: Look, hand: tuple[Tensor, Tensor]) -> _Carving:
    """A wall of dressed stones, most of which bear a rune."""
    high = max(2 * round(torus.tile_m / (look["rune_m"] * 1.9) / 2), 2)
    wall = lay_by_hand(
        torus, courses(max(round(high * 0.75), 1), high), "ashlar", gap_m=0.007, shift_m=0.002, turn=0.008,
        rounding_m=0.008, warp=hand,
    )  # fmt: skip
    stones = wall.pieces
    size_m = look["rune_m"] * stones.random(torus, "blocks/size", 0.9, 1.15)
    rune = rune_distance(torus, "blocks/runes", stones.x / size_m, stones.y / size_m, stones.id, stones.count)
    bears = stones.random(torus, "blocks/bears") < 0.72
    broken = corner_loss(torus, wall, "blocks/corners", share=0.1 + 0.3 * look["wear"], size_m=0.035)
    fall = rounded_edge(torus, wall, 0.006) + broken.clamp(0, 0.012) + (-stones.edge * 4).clamp(0, 0.016)
    tilt = stones.x * stones.random(torus, "blocks/tilt", -0.02, 0.02)
    return _Carving(
        torch.where(bears, rune * size_m, torus.tile_m),
        fall + tilt + stones.random(torus, "blocks/depth", 0.0, 0.004),
        stones.random(torus, "blocks/power", 0.2, 1.0),
        stones.random_apart(torus, "blocks/tone", -0.1, 0.1),
    )


def _hewn(torus: Torus) -> tuple[Tensor, Tensor, Tensor]:
    """Return lumps, grit, and the facets that the chisel left, each about -1..1."""
    lumps = fbm(torus, "stone/lumps", torus.cells_across(0.16), octaves=6, gain=0.55)
    bend = warp_field(torus, "stone/bend", torus.cells_across(0.06), 0.01, octaves=3)
    blows = cells(torus, "stone/blows", torus.cells_across(0.045), jitter=1.0, warp=bend)
    lean = blows.x * blows.random(torus, "blow/x", -1, 1) + blows.y * blows.random(torus, "blow/y", -1, 1)
    return (
        lumps,
        spectral_noise(torus, "stone/grit", slope=0.8, low=50),
        lean * 20 * smoothstep(0.0, 0.009, blows.edge),
    )


def _tints_light(look: Look) -> bool:
    """Say whether the one color asked for is that of the light: a vivid one, where runes glow."""
    if look.color is None or look.second_color is not None or look.option("fill", "glowing") != "glowing":
        return False
    return max(look.color.srgb) - min(look.color.srgb) > 0.3


def _filled(
    torus: Torus, look: Look, surface: Surface, carving: _Carving, groove: Tensor, lumps: Tensor
) -> Surface:
    """Fill the grooves."""
    fill = look.option("fill", "glowing")
    asked = replace(look, color=look.color if _tints_light(look) else look.second_color)
    hue = choose(torus, "runes/hue", _LIGHTS)
    if fill == "glowing":
        light = asked.palette(hue, most_chroma=0.2).paint(lumps)
        flow = fbm(torus, "runes/flow", torus.cells_across(0.1), octaves=4)
        power = groove * groove * carving.power * (0.7 + 0.9 * flow).clamp(0.1, 1.5)
        near = blur(torus, power, 0.005)
        # The heart of a groove burns almost white; what spills over its lip dies within a finger's breadth.
        heart = power * power * near
        glow = light * light * (power * 4.5 + near * near * 1.6) + light.sqrt() * (heart * 5)
        return replace(surface, color=surface.color * (1 - 0.55 * groove), emissive=glow)
    if fill == "painted":
        flaked = smoothstep(-0.5, 0.1, lumps + 0.5 - look["wear"])
        pigment = asked.palette("#6e2a20", "#8c3a2a", most_chroma=PAINTED).paint(lumps + 0.5)
        return surface.covered(groove * flaked * 0.9, color=pigment, roughness=0.85)
    if fill == "gilded":
        leaf = smoothstep(0.2, 0.6, groove) * smoothstep(-0.75, -0.5, lumps + 0.6 - look["wear"])
        gold = asked.palette("#d9b45f", "#eccb7e", most_chroma=PAINTED).paint(lumps + 0.5)
        return surface.covered(leaf, color=gold, roughness=0.3 + 0.1 * lumps, metallic=1.0)
    return surface
