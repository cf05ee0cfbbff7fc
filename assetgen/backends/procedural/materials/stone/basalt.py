"""Basalt: lava that froze into columns, or full of the bubbles it had no time to lose."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import convexity, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import bent_twice
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import rock_faces
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.traces.lichen import with_lichen
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_LAVAS: Final = (
    ("#2c2c2d", "#3c3c3d", "#4d4d4d", "#626160", "#7a7875"),  # black
    ("#383a3b", "#4a4c4d", "#5e6060", "#747574", "#8c8b88"),  # grey
    ("#3b3533", "#4e4643", "#625955", "#796f69", "#918680"),  # brown
)
_BUBBLES: Final = ((0.06, 0.3), (0.026, 0.55), (0.012, 0.8))
"""Spacing of the bubbles in metres, and the share of the places that hold one."""


def basalt(torus: Torus, look: Look) -> Surface:
    """Dark heavy lava: a pavement of columns, or a mass of it with bubbles and breaks."""
    form = look.option("form", choose(torus, "form", ("columns", "columns", "vesicular", "massive")))
    columns = _columns(torus, look) if form == "columns" else _whole(torus)
    face, lumps, grain = rock_faces(torus, "face", columns, 0.2 if form == "columns" else 0.35, octaves=4)
    if form == "columns":
        height_m, joint, shade = _column_tops(torus, look, columns, face, lumps)
    else:
        height_m = face * (0.03 if form == "massive" else 0.014) + lumps * 0.03
        joint, shade = torus.zeros(), torus.zeros()
    bubble_m, hollow = _bubbles(torus, look, lumps, many=form == "vesicular")
    height_m = (height_m - bubble_m + grain * 0.0003) * look.relief

    tone = 0.46 + 0.34 * lumps + 0.12 * face + 0.08 * grain + shade
    color = look.palette(*choose(torus, "lava", _LAVAS)).paint(tone)
    color = warmed(color, columns.random(torus, "warm", -0.09, 0.09) + 0.12 * lumps)
    weather = patches(torus, "weather", 0.22, amount=0.65 * look["age"], soft=0.3) * look["age"]
    pale = look.palette("#6b6861", "#85817a", "#9c978e", tint=0.5).paint(0.5 + 0.4 * lumps + 0.1 * grain)
    color = mix(color, pale, weather * 0.5 * (1 - hollow))
    rust = (
        smoothstep(0.12, 0.5, fbm(torus, "rust", torus.cells_across(0.3), octaves=6, gain=0.6)) * look["iron"]
    )
    color = mix(color, look.palette("#4a352a", "#6a4b39", "#85634c", tint=0.3).paint(tone), rust * 0.6)
    color = color * (1 + (convexity(torus, height_m, 0.012) * 70).clamp_(-0.25, 0.25))
    color = color * (1 - 0.35 * hollow) * (1 - 0.25 * joint)
    roughness = look.roughness(0.74) + 0.12 * weather + 0.03 * grain - 0.06 * face + 0.1 * hollow
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    crusts = look.palette("#75776b", "#9a9c8d", "#b5b5a2", "#b7a06a", tint=0.1)
    surface = with_lichen(surface, "lichen", 0.12, 0.27 * look["age"], grain, crusts, where=1 - joint)
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.05)


def _columns(torus: Torus, look: Look) -> Elements:
    across = torus.cells_across(look["column_m"])
    bend = bent_twice(torus, "bend", (0.5, 0.02), (0.09, 0.006))
    down = max(2 * round(across / 0.866 / 2), 2)
    # Aside of the joints of either row of columns: none may lie along the tile's border.
    bend = bend[0] + 0.2 / across, bend[1] + 0.5 / down
    return cells(torus, "columns", across, period_y=down, jitter=0.42, warp=bend, brick_rows=True)


def _whole(torus: Torus) -> Elements:
    """Return the whole tile as one piece."""
    far = torus.zeros() + 1.0
    zero = torch.zeros(1, device=torus.device)
    return Elements(id=torus.zeros().to(torch.int32), count=1, x=far * 0, y=far * 0, edge=far, turned=zero)


def _column_tops(
    torus: Torus, look: Look, columns: Elements, face: Tensor, lumps: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the height of the columns' heads, the joints between them, and their tone.

    Each broke off at its own height: with a dish or a ball, leaning, worn along its edges.
    """
    size_m = look["column_m"]
    gap_m = columns.random(torus, "gap", 0.1, 1.0) * 0.016
    inside_m = columns.edge - gap_m + (face + lumps) * 0.004
    worn_m = size_m * (0.05 + 0.2 * look["wear"]) * columns.random(torus, "worn", 0.5, 1.5)
    rim = (1 - inside_m / worn_m).clamp(0, 1)
    out = columns.x.square() + columns.y.square()
    dish = columns.random(torus, "dish", -0.5, 0.9) * out / size_m * 0.5
    lean = columns.x * columns.random(torus, "lean-x", -0.1, 0.1)
    lean = lean + columns.y * columns.random(torus, "lean-y", -0.1, 0.1)
    step = columns.random_apart(torus, "step", -1, 1) * look["steps"] * 0.06
    top = step + dish + lean + face * 0.012 + lumps * 0.01 - rim.square() * worn_m * 0.7
    joint = smoothstep(0.0015, -0.003, inside_m)
    # A broken-off head shows rings, as cooling went inwards step by step.
    ring = torch.sin((columns.edge + lumps * 0.006) * (6.2832 / 0.03)) * 0.03
    shade = columns.random_apart(torus, "tone", -0.24, 0.24) + ring + 0.06 * rim
    return mix(top, top.clamp(max=-0.035) - 0.02, joint), joint, shade


def _bubbles(torus: Torus, look: Look, lumps: Tensor, *, many: bool) -> tuple[Tensor, Tensor]:
    """Return how deep bubbles cut in, metres, and where, 0..1: they rose, and crowd in some layers."""
    bend = bent_twice(torus, "bubbles/bend", (0.06, 0.006), (0.015, 0.002))
    crowd = patches(torus, "bubbles/crowd", 0.3, amount=0.85 if many else 0.25, soft=0.4)
    deep, where = torus.zeros(), torus.zeros()
    texel_m = torus.tile_m / torus.size
    for number, (spacing_m, share) in enumerate(_BUBBLES):
        holes = grains(torus, f"bubbles/{number}", torus.cells_across(spacing_m), jitter=1.0, warp=bend)
        size = holes.random(torus, f"bubbles/{number}/size")
        taken = holes.random(torus, f"bubbles/{number}/taken") < share * look["bubbles"]
        radius_m = spacing_m * (0.12 + 0.34 * size * size) * (0.4 + 0.6 * crowd) * taken * (crowd > 0.2)
        short_m = (holes.inside(radius_m / spacing_m) * spacing_m).clamp(min=0)
        # A bubble under two texels wide fades out rather than flicker.
        keep = min(1.0, 0.3 * spacing_m / (2 * texel_m))
        bowl = torch.sqrt(short_m * (2 * radius_m - short_m).clamp(min=0)) * (0.9 * keep)
        deep = torch.maximum(deep, bowl)
        where = torch.maximum(where, band(torus, holes.near * spacing_m, radius_m) * keep)
    return deep, where
