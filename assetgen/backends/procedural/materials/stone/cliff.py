"""A cliff: beds and blocks that frost has broken, with ledges, streaks and lichen."""

from __future__ import annotations

from functools import partial
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import (
    blur,
    convexity,
    faces_up,
    run_down,
    smoothstep,
)
from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.palette import mix, warmed
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import bent_twice
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import broken_face
from assetgen.backends.procedural.operators.layouts.panels import band
from assetgen.backends.procedural.operators.layouts.plans import lay
from assetgen.backends.procedural.operators.layouts.stonework import block_courses
from assetgen.backends.procedural.operators.layouts.strata import strata
from assetgen.backends.procedural.operators.piled.heap import Crushed, Sort, heap
from assetgen.backends.procedural.operators.traces.lichen import with_lichen
from assetgen.backends.procedural.operators.traces.marks import crack_distance, patches
from assetgen.backends.procedural.surface import Surface

_ROCKS: Final = (
    ("#4c4a47", "#64625d", "#7d7a74", "#98948d", "#b0aca4"),  # grey limestone
    ("#4a4038", "#65584d", "#80715f", "#9b8a74", "#b5a48c"),  # brown sandstone
    ("#3e4143", "#54585a", "#6c7071", "#868988", "#a1a3a1"),  # basalt and slate
    ("#5a463b", "#765e50", "#917767", "#ab9282", "#c3ae9f"),  # red desert rock
    ("#6a665c", "#858074", "#a09a8d", "#b8b2a5", "#cdc8bc"),  # chalky cliff
)


def cliff(torus: Torus, look: Look) -> Surface:
    """A rock face: its build first, then breaks within breaks, then what weather has done to it."""
    form = look.option("form", choose(torus, "form", ("layered", "blocky", "craggy")))
    build = _layered if form == "layered" else partial(_heaped, craggy=form == "craggy")
    blocks, build_m, bedding = build(torus, look)
    # Frost has taken the sharpest corners of every step.
    build_m = blur(torus, build_m, 0.012)
    grain = spectral_noise(torus, "grain", slope=1.0, low=40).clamp_(-2.5, 2.5)
    squash = 2.0 if form == "layered" else 1.0
    face = broken_face(torus, "face", 0.5, octaves=4, gain=0.5, squash=squash)
    rough_m = (
        face * (0.075 * look["breaks"]) + fbm(torus, "lumps", 6, octaves=7, gain=0.5) * 0.05 + grain * 0.0009
    )
    crack = _fractures(torus, look, blocks, grain)
    height_m = (build_m + rough_m - crack * 0.03) * look.relief

    edge = convexity(torus, height_m, 0.05)
    color = _rock_color(torus, look, blocks, face + bedding * 4, grain) * (1 + (edge * 8).clamp_(-0.3, 0.22))
    roughness = look.roughness(0.8) - 0.06 * face + 0.02 * grain + blocks.random(torus, "sheen", -0.05, 0.05)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    del rough_m, build_m, edge, color, roughness
    surface = _weathered(torus, look, surface, crack, grain)
    crusts = look.palette("#666857", "#8a8c78", "#a9ab95", "#b09a5c", tint=0.1)
    surface = with_lichen(surface, "lichen", 0.3, 0.4 * look["age"], grain, crusts, where=1 - crack)
    return surface.with_grime(0.35 + 0.5 * look["dirt"], 0.09)


def _layered(torus: Torus, look: Look) -> tuple[Elements, Tensor, Tensor]:
    """Beds that stand out or fall back as they are hard or soft, split along thin layers, broken into blocks."""
    unit_m = look["block_m"] / 6
    columns, rows = torus.cells_across(unit_m * 2), torus.cells_across(unit_m)
    plan = block_courses(torus, "beds", columns, rows, heights=(1, 4), lengths=(0.8, 3.2), split=0.5)
    sway = bent_twice(torus, "sway", (1.4, 0.22), (0.4, 0.11), (0.08, 0.03), octaves=4)
    blocks = lay(torus, plan, warp=(sway[0] * 1.6, sway[1] * 0.7))
    bed = torch.tensor([top % rows for _, top, _, _ in plan.pieces], device=torus.device)
    hard = blocks.pick(torus.uniform("hard", rows)[:, 0][bed])
    thin = strata(torus, "thin", torus.cells_across(0.055), torus.v + sway[1] * 0.7, uneven=2.5)
    step = thin.random(torus, "step", -1, 1) + smoothstep(0.0, 0.012, thin.edge_m)
    lean = blocks.x * blocks.random(torus, "lean-x", -0.1, 0.1)
    lean = lean + blocks.y * blocks.random(torus, "lean-y", -0.3, 0.1)
    depth = hard * 0.12 + blocks.random(torus, "depth", 0, 0.07) + lean.clamp(-0.1, 0.1)
    depth = depth + smoothstep(0.0, 0.07, blocks.edge + step * 0.01) * 0.04
    ragged = fbm(torus, "ragged", 14, octaves=4) * 0.5 + 0.55
    return blocks, depth + step * ragged * 0.018, (hard - 0.5) * 0.3 + step * 0.05


def _heaped(torus: Torus, look: Look, *, craggy: bool) -> tuple[Elements, Tensor, Tensor]:
    """Blocks between joints, wedged one before the other: flat ones, or crags that stand out."""
    half = look["block_m"] / 2
    kind = partial(Crushed.of, long=1.8, flat=0.55, tilt=0.3, steep=2.0)
    if craggy:
        kind = partial(Crushed.of, long=2.0, flat=0.75, tilt=0.9, steep=1.2)
    sorts = (
        Sort(radius_m=(half * 0.9, half * 1.3), spacing_m=half * 0.9, sunk=(0.15, 0.4)),
        Sort(radius_m=(half * 0.35, half * 0.8), spacing_m=half * 1.1, sunk=(0.25, 0.5)),
    )
    rocks = heap(torus, "blocks", sorts, kind, lean=0.8)
    return rocks.pieces, rocks.height_m.clamp(min=-half * 0.25) * 0.7, torus.zeros()


def _fractures(torus: Torus, look: Look, blocks: Elements, grain: Tensor) -> Tensor:
    """Return how much of a texel is an open crack: joints between blocks, and cracks across them."""
    open_ = patches(torus, "open", 0.5, amount=0.1 + 0.3 * look["cracks"], soft=0.2)
    away_m = crack_distance(torus, "cracks", 0.6, wander=0.5) + grain * 0.0008
    across = band(torus, away_m, open_ * (0.005 * look["cracks"]), soft_m=0.005)
    joint = band(torus, blocks.edge + grain * 0.001, open_ * 0.012, soft_m=0.006)
    return torch.maximum(across, joint)


def _rock_color(torus: Torus, look: Look, blocks: Elements, face: Tensor, grain: Tensor) -> Tensor:
    clouds = fbm(torus, "clouds", 7, octaves=7, gain=0.6)
    tone = 0.45 + 0.52 * clouds + 0.14 * face + 0.095 * grain + blocks.random(torus, "tone", -0.1, 0.1)
    color = look.palette(*choose(torus, "rock", _ROCKS)).paint(tone)
    # Iron in the rock rusts where water has come through; blocks of one face have more or less of it.
    iron = fbm(torus, "iron", 9, octaves=6, gain=0.6)
    warm = 0.30 * iron - 0.14 * clouds + 0.05 * face + blocks.random(torus, "warm", -0.06, 0.06)
    color = warmed(color, warm)
    rust = smoothstep(0.1, 0.45, iron) * look["iron"]
    return mix(color, look.palette("#5c4533", "#7a5c42", "#947456", tint=0.4).paint(tone), rust * 0.6)


def _weathered(torus: Torus, look: Look, surface: Surface, crack: Tensor, grain: Tensor) -> Surface:
    """Let water streak the face below ledges and cracks, and soil gather on what leans back."""
    up = faces_up(torus, surface.height_m, 0.03)
    ledge = smoothstep(0.45, 1.2, up)
    gate = fbm(torus, "water/gate", torus.cells_across(0.12), period_y=6, octaves=4)
    wet = run_down(torus, (ledge + crack).clamp_(0, 1) * smoothstep(-0.05, 0.35, gate), 0.6)
    streaks = spectral_noise(torus, "water/streaks", slope=1.3, low=8, stretch=(1.0, 14.0))
    dark = wet * smoothstep(-0.6, 0.9, streaks) * (0.35 + 0.6 * look["age"])
    color = surface.color * (1 - 0.45 * dark) * (1 - 0.6 * crack)
    soil = look.palette("#3b332a", "#5a4f42", "#7a6e5e", tint=0.0).paint(0.5 + 0.25 * grain)
    lies = ledge * look["dirt"] * smoothstep(-0.3, 0.2, fbm(torus, "soil", 11, octaves=5))
    return Surface(
        torus=torus,
        height_m=surface.height_m,
        color=mix(color, soil, lies * 0.75),
        roughness=mix(surface.roughness + 0.06 * crack, 0.94, lies) - 0.08 * dark,
        metallic=surface.metallic,
    )
