"""Cracked earth: the mud of a dried lake, broken into plates that curl up at their rims."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.soil import Soil, crumbled_soil, pebbles
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.traces.marks import crack_distance
from assetgen.backends.procedural.surface import Surface

_CLAYS = (
    ("#5e5040", "#84735d", "#a5937a", "#c0af96"),
    ("#57524a", "#7b756a", "#9c968a", "#b9b3a6"),
    ("#5d4636", "#7f634f", "#9f8069", "#b89d86"),
    ("#5c4e3c", "#83715a", "#a5937a", "#c1b096"),
)
_CURL = {"plates": 0.35, "curled": 1.0, "crumbling": 0.15}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Plates:
    """Plates between cracks that came first and wide, broken again by cracks that came later and narrow.

    Args:
        large: pieces between the first cracks.
        small: pieces between the later ones.
        inside_m: (N, N) metres from the nearest crack's wall, negative in it.
        split: (N, N) 1 where later cracks have broken the large plate.
    """

    large: Elements
    small: Elements
    inside_m: Tensor
    split: Tensor

    def pick(self, torus: Torus, name: str, low: float, high: float) -> Tensor:
        """Give every plate a number between two bounds."""
        whole = self.large.random(torus, f"{name}/large", low, high)
        return mix(whole, self.small.random(torus, f"{name}/small", low, high), self.split * 0.7)


def cracked_earth(torus: Torus, look: Look) -> Surface:
    """Mud shrinks as it dries: it tears into plates, their skin curls, and rubble falls in between."""
    kind = look.option("kind", choose(torus, "kind", ("plates", "plates", "curled")))
    soil = crumbled_soil(torus, clod_m=0.05, trodden=0.2)
    plates = _torn(torus, look, soil, kind)
    solid = smoothstep(-0.002, 0.002, plates.inside_m)
    curl = _CURL[kind] * look["curl"]
    reach_m = look["plate_m"] * 0.30
    rim = (1 - plates.inside_m / reach_m).clamp(0, 1.2)
    lift = plates.pick(torus, "lift", 0.4, 1.2)
    top_m = rim.square() * curl * lift * 0.034 + plates.pick(torus, "rise", -0.005, 0.005)
    top_m = top_m + plates.large.x * plates.large.random(torus, "tilt-x", -0.035, 0.035)
    top_m = top_m + plates.large.y * plates.large.random(torus, "tilt-y", -0.035, 0.035)
    worn = smoothstep(0.012, 0.0, plates.inside_m) * (1 - 0.6 * curl)
    crumbled = soil.lumps * 0.004 + worn * (soil.lumps * 0.006 - 0.005)
    top_m = top_m + crumbled + soil.micro * 0.00022
    stone_m, _ = pebbles(torus, soil, share=0.05 + 0.2 * look["rubble"], sizes_m=(0.022, 0.010))
    rubble_m = soil.height_m * (0.25 + 0.5 * look["rubble"]) + stone_m * 1.4 - look["depth_m"]
    net = smoothstep(0.0, 0.3, soil.lumps + 0.5 * look["age"] - 0.25)
    skin = groove(
        crack_distance(torus, "skin", look["plate_m"] * 0.28),
        0.0011 * net,
        max(torus.tile_m / torus.size, 0.002),
    )
    height_m = mix(rubble_m, top_m, solid) - skin * solid * 0.004

    color = _clay(torus, look, plates, soil, rim * curl, height_m)
    dark = look.palette("#3f362b", "#5d5040", "#7a6b56", tint=0.6).paint(
        0.35 + 0.4 * soil.tone + 0.06 * soil.micro
    )
    color = mix(dark, color * (1 - 0.35 * skin), solid)
    smooth = smoothstep(0.2, 0.9, plates.inside_m / reach_m) * (0.6 + 0.5 * soil.lumps)
    roughness = look.roughness(0.90) - 0.14 * smooth.clamp(0, 1) + 0.03 * soil.micro.clamp(-2, 2)
    return Surface(
        torus=torus,
        height_m=height_m * look.relief,
        color=color,
        roughness=mix(0.94 + 0.02 * soil.micro.clamp(-2, 2), roughness, solid),
        metallic=torus.zeros(),
    ).with_grime(0.5 + 0.3 * look["dirt"], 0.03)


def _torn(torus: Torus, look: Look, soil: Soil, kind: str) -> _Plates:
    size_m = look["plate_m"] * (0.6 if kind == "crumbling" else 1.0)
    first, later = torus.cells_across(size_m), torus.cells_across(size_m * 0.52)
    coarse = warp_field(torus, "plates/bend", first, 0.16 / first, octaves=3)
    fine = warp_field(torus, "plates/fray", torus.cells_across(0.03), 0.0016 / torus.tile_m, octaves=3)
    bend = (coarse[0].add_(fine[0]), coarse[1].add_(fine[1]))
    large = cells(torus, "plates", first, jitter=0.92, warp=bend)
    small = cells(torus, "plates/later", later, jitter=1.0, warp=bend)
    wide_m = look["gap_m"] * (0.5 + 0.35 * soil.lumps).clamp(min=0.15)
    # Later cracks do not open everywhere: some plates stay whole.
    late_m = wide_m * large.random(torus, "plates/whole", -1.2, 0.9)
    split = (late_m > 0).float()
    later_m = small.edge - late_m.clamp(max=0.5 * look["gap_m"]) + 9.0 * (1 - split)
    inside_m = torch.minimum(large.edge - wide_m, later_m)
    return _Plates(large=large, small=small, inside_m=inside_m, split=split)


def _clay(torus: Torus, look: Look, plates: _Plates, soil: Soil, lifted: Tensor, height_m: Tensor) -> Tensor:
    ramp = look.palette(*choose(torus, "clay", _CLAYS), most_chroma=0.08)
    crest = convexity(torus, height_m, 0.01).mul_(60).clamp_(-1, 1)
    cloud = fbm(torus, "cloud", torus.cells_across(0.3), octaves=5)
    tone = 0.52 + 0.24 * soil.lumps + 0.14 * crest + 0.10 * cloud + 0.045 * soil.micro + 0.12 * lifted
    tone = tone + plates.pick(torus, "tone", -0.08, 0.08)
    color = ramp.paint(tone)
    return color * plates.large.pick(
        piece_tints(torus, "tint", plates.large.count, value=0.03, hue=1.5, warmth=0.012)
    )
