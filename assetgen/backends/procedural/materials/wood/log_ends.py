"""The ends of logs: a stacked pile, split firewood, or the slice of one great stump."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import warp_field
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.cells import cells
from assetgen.backends.procedural.operators.layouts.packing import discs, pack_circles
from assetgen.backends.procedural.operators.wood.end_grain import (
    LogEnds,
    chainsaw_marks,
    drying_checks,
    end_rings,
    log_ends_of,
)
from assetgen.backends.procedural.surface import Surface

_TREES: Final = {
    "oak": (("#c9ab7d", "#a37f54", "#7b5a3a"), ("#a5794c", "#7d5634", "#573a24")),
    "pine": (("#d6bd92", "#b9986a", "#8f7049"), ("#c2925f", "#9c6c42", "#6f4a2e")),
    "birch": (("#d9c5a2", "#c0a47c", "#967a58"), ("#cdb189", "#a98a62", "#7d6145")),
    "alder": (("#c99f75", "#a87650", "#7e5437"), ("#9c5f3c", "#764329", "#522e1e")),
}
"""Three stops each of sapwood and heartwood."""
_BARKS: Final = {
    "oak": ("#3b3129", "#5f5347", "#857868"),
    "pine": ("#3d2b22", "#68493a", "#8d6b57"),
    "birch": ("#4a443e", "#97918a", "#cbc7c0"),
    "alder": ("#383330", "#5b5551", "#7d7772"),
}


def log_ends(torus: Torus, look: Look) -> Surface:
    """Logs laid up to dry: sawn faces at all depths, rings, checks that run from the pith, bark, dark gaps."""
    ends = _stack(torus, look)
    # The years of a great tree are counted from afar: wide rings, and heartwood hardly darker than sapwood.
    great = (ends.radius_m * (1 / 0.3)).clamp(max=1).square()
    late = end_rings(torus, ends, ring_m=look["ring_m"] * (1 + 0.9 * great))
    check = drying_checks(torus, ends, amount=look["checks"])
    marks = chainsaw_marks(torus, ends)
    wood = smoothstep(-0.0006, 0.0012, ends.rim_m + 0.0008 * ends.grain)
    height_m = _height(torus, ends, late, check, marks, wood) * look.relief
    outside = smoothstep(0.003, -0.006, ends.logs.edge)
    roughness = look.roughness(0.78) + 0.06 * ends.grain.clamp(-2, 2) - 0.10 * late + 0.05 * marks
    surface = Surface(
        torus=torus,
        height_m=mix(height_m, -0.055 - 0.02 * ends.lumps, outside),
        color=_color(torus, look, ends, late, wood, great),
        roughness=mix(0.93 + 0.04 * ends.lumps, roughness, wood),
        metallic=torus.zeros(),
    )
    dark = look.palette("#231c17", "#3a3028", tint=0.0).paint(0.5 + 0.5 * ends.lumps)
    gap = smoothstep(0.001, -0.004, ends.logs.edge)
    surface = surface.covered(torch.maximum(gap, check * 0.85), color=dark, roughness=0.95)
    return surface.with_grime(0.3 + 0.6 * look["dirt"], 0.03)


def _stack(torus: Torus, look: Look) -> LogEnds:
    """Lay the logs up; each has lost some of its bark."""
    arrangement = look.option("arrangement", choose(torus, "logs/arrangement", ("pile", "pile", "split")))
    half_m = look["log_m"] / 2
    # The outline of a great stump is lobed by its roots, that of a log merely uneven.
    lobe_m = torus.tile_m * 0.2 if arrangement == "stump" else half_m * 2
    wander = (0.035 if arrangement == "split" else 0.05) * lobe_m / torus.tile_m
    bend = warp_field(torus, "logs/bend", torus.cells_across(lobe_m), wander, octaves=4)
    if arrangement == "split":
        across = torus.cells_across(half_m * 1.7)
        logs = cells(torus, "logs/split", across, jitter=1.0, roundness=40.0, warp=bend)
        radius_m = torch.full_like(logs.edge, torus.tile_m / across / 2)
        logs = replace(logs, edge=logs.edge - radius_m * logs.random(torus, "logs/gap", 0.02, 0.12))
        off_pith, arc = 1.15, (1.55, 2.3)
    else:
        spread = 0.15 + 0.55 * look["mixed"]
        sizes = (half_m * (1 - 0.8 * spread), half_m * (1 + 0.4 * spread))
        great = (torus.tile_m * 0.462,) if arrangement == "stump" else ()
        circles = pack_circles(torus, "logs/pile", radius_m=sizes, first=great, fill_m=half_m * 0.32)
        logs = discs(torus, circles, reach_m=half_m * 0.5, warp=bend)
        radius_m = logs.pick(circles[:, 2].contiguous())
        off_pith, arc = 0.22, (0.0, 0.0)
    lost = fbm(torus, "bark/lost", torus.cells_across(0.12), octaves=4) + 0.4 * look["wear"]
    thick = radius_m.clamp(max=half_m * 1.6) * logs.random(torus, "bark/thick", 0.05, 0.14)
    bark_m = thick * look["bark"] * (1 - 0.85 * smoothstep(0.35, 0.5, lost)) + 0.001
    return log_ends_of(torus, logs, radius_m, bark_m=bark_m, off_pith=off_pith, arc=arc)


def _height(torus: Torus, ends: LogEnds, late: Tensor, check: Tensor, marks: Tensor, wood: Tensor) -> Tensor:
    """Return metres: every log pushed in to another depth and sawn at another slant."""
    logs = ends.logs
    depth = logs.random_apart(torus, "logs/depth", -0.022, 0.022)
    steep = 0.09 * (0.07 / ends.radius_m).clamp(max=1)  # a great face is sawn truer than a small one
    lean = logs.x * logs.random(torus, "logs/lean-x", -1, 1) + logs.y * logs.random(
        torus, "logs/lean-y", -1, 1
    )
    face = late * 0.0005 + ends.grain * 0.00018 + ends.lumps * 0.0014 + marks * 0.00022 - check * 0.007
    bark = -0.0035 + 0.006 * ends.lumps + 0.0012 * ends.streaks + 0.0004 * ends.grain
    round_off = smoothstep(0.007, 0.0, logs.edge) * 0.005
    return depth + lean * steep + mix(bark, face, wood) - round_off


def _color(torus: Torus, look: Look, ends: LogEnds, late: Tensor, wood: Tensor, great: Tensor) -> Tensor:
    """Return sapwood around heartwood within bark; faces darken at the rim and grey with the years."""
    logs = ends.logs
    tree = look.option("tree", choose(torus, "logs/tree", tuple(_TREES)))
    sap, heart = _TREES[tree]
    tone = 0.10 + (0.62 + 0.5 * great) * late + 0.10 * ends.streaks + 0.06 * ends.grain + 0.3 * ends.lumps
    tone = tone + logs.random_apart(torus, "logs/tone", -0.16, 0.2) * (1 - great) + 0.12 * great
    inner = ends.heart_m / ends.radius_m + 0.08 * ends.lumps
    size = logs.random(torus, "heart/size", 0.35, 0.85)
    color = mix(
        look.palette(*sap).paint(tone),
        look.palette(*heart).paint(tone),
        (1 - 0.6 * great) * smoothstep(0.06, -0.06, inner - size),
    )
    color = color * logs.pick(piece_tints(torus, "logs/tint", logs.count, value=0.10, hue=4.0, warmth=0.06))
    weathered = (
        look["age"] + logs.random_apart(torus, "logs/grey", -0.25, 0.25) * (1 - great) + 0.12 * ends.lumps
    )
    silver = look.palette("#a39b8f", "#80786d", "#565048", tint=0.3).paint(tone + 0.1)
    color = mix(color, silver, smoothstep(0.25, 0.9, weathered) * 0.9)
    color = color * (1 - 0.35 * smoothstep(0.012, 0.0, ends.rim_m) - 0.25 * smoothstep(0.06, 0.0, inner))
    crust = 0.5 + 0.6 * ends.lumps + 0.12 * ends.streaks + 0.06 * ends.grain
    return mix(look.palette(*_BARKS[tree], tint=0.25).paint(crust), color, wood)
