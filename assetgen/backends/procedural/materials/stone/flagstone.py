"""Flagstone: split slabs laid as a floor, crazy or squared, with sand, earth or mortar between."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.elements import Elements
from assetgen.backends.procedural.field.height import convexity, dome, smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix, piece_tints
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import bent_twice
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.earth.rock import rock_faces
from assetgen.backends.procedural.operators.layouts.cells import cells, grains
from assetgen.backends.procedural.operators.layouts.laying import lay_by_hand
from assetgen.backends.procedural.operators.layouts.panels import split
from assetgen.backends.procedural.operators.traces.lichen import with_lichen
from assetgen.backends.procedural.operators.traces.marks import patches
from assetgen.backends.procedural.surface import Surface

_FLAGS: Final = (
    (
        ("#5b5750", "#767168", "#908a7f", "#aaa499"),
        ("#6c6153", "#8a7d6b", "#a49683", "#bbae9b"),
    ),  # york stone
    (("#6e5b49", "#8d775f", "#a79078", "#bfab94"), ("#715349", "#8d6c60", "#a68579", "#bca094")),  # sandstone
    (("#464a4c", "#5d6163", "#777a7b", "#929494"), ("#55534f", "#6e6b66", "#88847e", "#a19d96")),  # slate
    (("#82796a", "#9e9483", "#b5ab9b", "#c9c1b3"), ("#777269", "#938e84", "#aba59b", "#c1bcb2")),  # limestone
)
"""Two rocks of a quarry, mixed on one floor."""
_JOINTS: Final = {
    "sand": ("#6e6350", "#8b7f69", "#a39781"),
    "dirt": ("#2f271f", "#473c31", "#63574a"),
    "mortar": ("#716d66", "#8b8780", "#a29e96"),
}


def flagstone(torus: Torus, look: Look) -> Surface:
    """Slabs of a foot or two, each a little out of level, worn where people walk."""
    pattern = look.option("pattern", choose(torus, "pattern", ("crazy", "rectangular")))
    filling = look.option("joint", choose(torus, "joint", ("sand", "dirt", "mortar")))
    slabs = (_crazy if pattern == "crazy" else _squared)(torus, look)
    face, lumps, grain = rock_faces(torus, "face", slabs, 0.2, octaves=4)
    slab_m, leaf = _slab_height(torus, look, slabs, face, lumps, grain)
    bed_m, grit = _joint_bed(torus, look, filling, lumps)
    height_m = torch.maximum(slab_m, bed_m)
    is_slab = smoothstep(-0.0012, 0.0012, slab_m - bed_m)

    color = _slab_color(torus, look, slabs, leaf, lumps, grain)
    crown = (convexity(torus, height_m, 0.012) * 160).clamp_(-0.22, 0.2)
    filled = look.palette(*_JOINTS[filling], tint=0.0).paint(0.4 + 0.4 * grit)
    color = mix(filled, color * (1 + crown), is_slab)
    # Sand and earth lie on the low edges of the slabs as well.
    strewn = smoothstep(0.03, 0.0, slabs.edge + lumps * 0.02) * look["dirt"] * is_slab
    color = mix(color, filled, strewn * 0.5)
    walked = patches(torus, "walked", 0.3, amount=0.25 + 0.5 * look["wear"], soft=0.35) * look["wear"]
    roughness = look.roughness(0.76) + slabs.random(torus, "sheen", -0.06, 0.06) + 0.03 * grain - 0.2 * walked
    roughness = mix(0.93 - 0.03 * grit, roughness - 0.3 * crown + 0.1 * strewn, is_slab)
    surface = Surface(
        torus=torus, height_m=height_m, color=color, roughness=roughness, metallic=torus.zeros()
    )
    crusts = look.palette("#6f7165", "#94968a", "#b0b09f", "#b09c63", tint=0.1)
    still = is_slab * (1 - walked)
    surface = with_lichen(surface, "lichen", 0.1, 0.4 * look["age"], grain, crusts, where=still)
    return surface.with_grime(0.25 + 0.6 * look["dirt"], 0.03)


def _crazy(torus: Torus, look: Look) -> Elements:
    across = torus.cells_across(look["slab_m"])
    bend = bent_twice(torus, "bend", (0.4, 0.03), (0.05, 0.006), (0.012, 0.0015))
    bend = bend[0] + 0.5 / across, bend[1] + 0.5 / across  # no row of joints along the tile's border
    slabs = cells(torus, "slabs", across, jitter=0.95, roundness=34.0, warp=bend)
    gap_m = slabs.random(torus, "gap", 0.5, 1.5) * look["joint_m"] / 2
    return replace(slabs, edge=slabs.edge - gap_m)


def _squared(torus: Torus, look: Look) -> Elements:
    units = torus.cells_across(look["slab_m"] / 2)
    plan = split(torus, "slabs", units, sizes=((3, 2), (2, 2), (2, 3), (2, 1), (3, 3), (4, 2)))
    bend = bent_twice(torus, "bend", (0.4, 0.008), (0.05, 0.003), (0.012, 0.0015))
    laid = lay_by_hand(
        torus, plan, "laid", gap_m=look["joint_m"], shift_m=0.002, turn=0.006, rounding_m=0.015, warp=bend
    )
    return laid.pieces


def _slab_height(
    torus: Torus, look: Look, slabs: Elements, face: Tensor, lumps: Tensor, grain: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the height of the slabs, and the leaves of rock on their faces, about -1..1."""
    # A split face is leaf over leaf: plateaus with ragged rims rather than hills.
    deep = lumps * 3.0 + face * 1.1
    whole = torch.floor(deep)
    leaf = whole + smoothstep(0.42, 0.58, deep - whole)
    arris_m = slabs.random(torus, "arris", 0.6, 1.5) * (0.008 + 0.014 * look["wear"])
    edge = dome(slabs.edge + face * 0.003, arris_m)
    lean = slabs.x * slabs.random(torus, "lean-x", -0.02, 0.02)
    lean = lean + slabs.y * slabs.random(torus, "lean-y", -0.02, 0.02)
    stand = slabs.random(torus, "stand", -0.004, 0.004)
    smooth = 1 - 0.6 * look["wear"]
    rough = leaf * (0.0034 * smooth) + lumps * 0.005 + face * 0.0012 + grain * 0.00018
    return (edge * 0.024 + (lean + stand + rough) * edge) * look.relief, leaf * 0.5


def _joint_bed(torus: Torus, look: Look, filling: str, lumps: Tensor) -> tuple[Tensor, Tensor]:
    """Return the height of what fills the joints, and its grit, about 0..1."""
    crumbs = fbm(torus, "joint/crumbs", torus.cells_across(0.014), octaves=3, gain=0.7, shape="billow")
    stones = grains(torus, "joint/stones", torus.cells_across(0.016), jitter=1.0)
    size = stones.random(torus, "joint/stones/size")
    stone = dome(0.18 + 0.3 * size - stones.near, 0.3) * (size > 0.55) * (filling != "mortar")
    low = {"sand": 0.011, "dirt": 0.008, "mortar": 0.017}[filling] * look["fill"]
    hand = fbm(torus, "joint/hand", torus.cells_across(0.12), octaves=4) * 0.004
    return (low + hand + crumbs * 0.0015 + stone * 0.004) * look.relief, 0.5 + crumbs * 0.6 + stone * 0.5


def _slab_color(
    torus: Torus, look: Look, slabs: Elements, leaf: Tensor, lumps: Tensor, grain: Tensor
) -> Tensor:
    one, other = choose(torus, "flags", _FLAGS)
    tone = slabs.random_apart(torus, "tone", 0.38, 0.62) + 0.32 * lumps + 0.10 * leaf + 0.06 * grain
    color = mix(
        look.palette(*one).paint(tone),
        look.palette(*other, tint=0.9).paint(tone),
        (slabs.random_apart(torus, "kind", 0, 1) < 0.4).float() * 0.5,
    )
    color = color * slabs.pick(piece_tints(torus, "tint", slabs.count, value=0.04, warmth=0.06))
    stain = patches(torus, "stain", 0.2, amount=0.4 * look["age"], soft=0.3)
    return color * (1 - 0.25 * stain * look["age"])
