"""The floor of a space station: plates in hexagons or squares over channels of light."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import blur, smoothstep
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import Palette, flat_color
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.laying import (
    Laid,
    lay_by_hand,
    lay_hexagons,
    rounded_edge,
)
from assetgen.backends.procedural.operators.layouts.panels import band, split, swell
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.metal.treads import tread
from assetgen.backends.procedural.operators.traces.handled import hairlines, smears
from assetgen.backends.procedural.surface import Surface

_GAP_M: Final = 0.014
_PAINTS: Final = ("#4b4f54", "#565b60", "#3f454d", "#63666a", "#9aa0a4", "#a7a9a8")
_LIGHTS: Final = ("#7fdcff", "#7fdcff", "#a6f0d8", "#ffb765", "#c79bff", "#ff7d68")


def tech_floor(torus: Torus, look: Look) -> Surface:
    """Plates on a frame, gripped, bolted and scuffed, with light in the channels round some of them."""
    laid = _plates(torus, look)
    plates = laid.pieces
    kind = plates.random(torus, "plates/kind")
    rough = fbm(torus, "rough", torus.cells_across(0.16), octaves=6, gain=0.6)
    on_plate = laid.cover(torus)
    height_m, groove, grip = _worked(torus, laid, kind)
    level_m = plates.random(torus, "plates/level", -0.0006, 0.0006)
    top_m = (height_m + level_m - rounded_edge(torus, laid, 0.004)) * look.relief
    channel_m = (-0.010 + rough * 0.0004) * look.relief
    scuffs = hairlines(torus, "scuffs", 15 + 110 * look["wear"], length_m=(0.03, 0.3), wide_m=0.0016)
    trodden = smears(torus, "trodden", 0.35)

    rim = smoothstep(0.008, 0.0, plates.edge + rough * 0.006) * on_plate
    bare = smoothstep(0.95 - 0.7 * look["wear"], 1.15 - 0.6 * look["wear"], rim + rough * 0.9)
    paint = look.paint(Palette.of(choose(torus, "paint", _PAINTS)))
    tone = (
        0.5
        + rough * 0.26
        + plates.random_apart(torus, "plates/tone", -0.24, 0.24)
        - groove * 0.4
        + scuffs * 0.25
    )
    color = paint.paint(tone) * (1 - 0.26 * (kind > 0.84))
    surface = Surface(
        torus=torus,
        height_m=channel_m + (top_m - channel_m) * on_plate - scuffs * 0.00004,
        color=color,
        roughness=look.roughness(0.36) + trodden * 0.16 + rough * 0.08 + grip * 0.10 + scuffs * 0.2,
        metallic=torus.zeros() + 0.35,
    )
    steel = Palette.of("#b5b4b1", "#c6c4c0", "#d6d4cf").paint(0.5 + rough)
    surface = surface.covered(bare * on_plate, color=steel, roughness=0.34 + rough * 0.1, metallic=1.0)
    trench = Palette.of("#2b2d2f", "#3b3d3f").paint(0.5 + rough)
    surface = surface.covered(1 - on_plate, color=trench, roughness=0.6, metallic=0.2)
    surface = _dusty(look, surface, plates.edge, groove, rough)
    return _lit(torus, look, surface, laid, kind)


def _plates(torus: Torus, look: Look) -> Laid:
    pattern = look.option("pattern", choose(torus, "pattern", ("hex", "grid", "panels")))
    if pattern == "hex":
        return lay_hexagons(torus, look["plate_m"], "floor", gap_m=_GAP_M, rounding_m=0.016)
    count = torus.cells_across(look["plate_m"] * 1.15)
    plan = courses(count, count, shift=0)
    if pattern == "panels":
        plan = split(torus, "panels", count * 2, sizes=((4, 2), (2, 4), (2, 2), (3, 2), (4, 4), (1, 2)))
    return lay_by_hand(torus, plan, "down", gap_m=_GAP_M, rounding_m=0.016)


def _worked(torus: Torus, laid: Laid, kind: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what is worked into the plates: height in metres, grooves (0..1) and where the face is gripped."""
    edge = laid.pieces.edge
    line = band(torus, edge - 0.036, 0.0018, soft_m=0.001)
    sunk = smoothstep(0.036, 0.046, edge) * (kind < 0.45).float()
    bolts = _corner_distance(laid, 0.022)
    head = swell(torus, bolts, 0.0085)
    seat = smoothstep(0.0135, 0.0115, bolts)
    style = choose(torus, "grip/style", ("stud", "lozenge", "stud"))
    studs, _ = tread(torus, "grip", style, 0.024)
    gripped = smoothstep(0.052, 0.058, edge) * ((kind > 0.2) & (kind < 0.8)).float()
    height_m = studs * gripped * 0.0012 - line * 0.002 - sunk * 0.0025 - seat * 0.0022 + head * 0.0020
    return height_m, torch.maximum(line, seat - head * 0.8), studs * gripped


def _corner_distance(laid: Laid, inset_m: float) -> Tensor:
    """Return metres to the point that lies `inset_m` inside both sides of the nearest corner."""
    lean = 0.5 if laid.corners == 6 else 0.0  # cosine of the angle between the normals of two sides
    one = laid.pieces.edge - inset_m
    other = laid.corner_m * (2 * (1 + lean)) ** 0.5 - laid.pieces.edge - inset_m
    return torch.sqrt((one.square() + other.square() - 2 * lean * one * other) / (1 - lean * lean))


def _dusty(look: Look, surface: Surface, edge: Tensor, groove: Tensor, rough: Tensor) -> Surface:
    """Leave dust where no boot comes: at the rims, in grooves, in clouds."""
    grain = spectral_noise(surface.torus, "dust/grain", slope=0.6, low=60)
    near = torch.exp(-edge.clamp(min=0) * 60)
    lies = smoothstep(0.25, 1.1, near * 0.5 + groove * 0.7 + rough * 0.7 + grain * 0.03 + 0.15)
    dust = Palette.of("#4b4842", "#6a655c", "#8a8377").paint(0.4 + rough * 0.4 + grain * 0.06)
    return surface.covered(lies * (0.1 + 0.65 * look["dirt"]), color=dust, roughness=0.85)


def _lit(torus: Torus, look: Look, surface: Surface, laid: Laid, kind: Tensor) -> Surface:
    """Light the channels, round some plates bright and round the rest dim, and a ring in a few plates."""
    if look.option("lights", "lit") == "unlit":
        return surface
    plates = laid.pieces
    drawn = plates.random(torus, "lights/drawn")
    strength = torch.where(drawn < look["lit"], 1.0, 0.10) * plates.random(torus, "lights/even", 0.75, 1.0)
    strip = smoothstep(-0.0015, -0.0030, plates.edge) * strength
    reach = torch.sqrt(plates.x.square() + plates.y.square())
    ring = band(torus, reach - 0.055, 0.0035, soft_m=0.002) * ((kind > 0.93) & (drawn < 0.7)).float()
    light = torch.maximum(strip, ring)
    shine = look.light(choose(torus, "light", _LIGHTS))
    color = flat_color(torus, shine)
    spill = blur(torus, strip, 0.010) * (1 - strip) * 0.5
    lens = surface.covered((strip * 1.4 + ring).clamp(0, 1), color=color * 0.45 + 0.3, roughness=0.25)
    return replace(lens, emissive=(light * 3.2 + spill) * color)
