"""Parquet: small blocks of fine woods, tight joints, varnish that feet have dulled."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.height import smoothstep
from assetgen.backends.procedural.field.noise import fbm
from assetgen.backends.procedural.field.palette import mix
from assetgen.backends.procedural.field.rings import groove
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look
from assetgen.backends.procedural.operators.layouts.plans import Plan, basket, boards, herringbone
from assetgen.backends.procedural.operators.traces.marks import scratches
from assetgen.backends.procedural.operators.wood.flooring import (
    deepened,
    lay_blocks,
    lay_chevron,
    walked_paths,
)
from assetgen.backends.procedural.operators.wood.timber import Boards, Grain, cut_grain, wood_color
from assetgen.backends.procedural.operators.wood.woods import WOODS
from assetgen.backends.procedural.surface import Surface

_FLOORS: Final = (
    ("oak", "oak"),
    ("ash", "cherry"),
    ("teak", "teak"),
    ("walnut", "mahogany"),
    ("oak", "walnut"),
    ("cherry", "mahogany"),
    ("oak", "cherry"),
)
"""The common wood of a floor, and the one that some of its blocks are of."""
_UNITS: Final = 48


def parquet(torus: Torus, look: Look) -> Surface:
    """Blocks laid in a pattern, sanded level, varnished, and walked over since."""
    blocks = _lay(torus, look)
    asked = look.option("species", "")
    woods = (asked, asked) if asked else choose(torus, "parquet/woods", _FLOORS)
    grain = cut_grain(torus, blocks, None, WOODS[woods[0]], scale=0.8, any_way=True)
    texel_m = torus.tile_m / torus.size
    open_m = look["gap_m"] * (0.3 + 0.6 * look["age"]) * blocks.pick(torus, "joints/open", 0.3, 1.9)
    joint = groove(blocks.pieces.edge, open_m + 0.00012 * grain.streak.clamp(-1, 2), max(texel_m, 0.0008))
    edge = smoothstep(0.006, 0.0, blocks.pieces.edge)
    fine = 0.22 * edge + 0.04 * grain.fibre - 0.10 * grain.late + blocks.pick(torus, "worn", -0.12, 0.12)
    dull = walked_paths(torus, "parquet", wear=0.24 + 0.55 * look["wear"], fine=fine)

    wood = Surface(
        torus=torus,
        height_m=(_height(torus, look, blocks, grain) - joint * 0.0012) * look.relief,
        color=_wood(torus, look, blocks, grain, woods),
        roughness=torus.zeros(),
        metallic=torus.zeros(),
    )
    surface = _varnished(wood, look, blocks, grain, dull)
    grime = fbm(torus, "parquet/grime", torus.cells_across(0.3), octaves=6, gain=0.6) * 0.6 + 0.6
    dust = look.palette("#2a221b", "#3b3027", tint=0.0).paint(grime)
    # Dirt is trodden in where the coat has gone, deepest along the joints.
    trodden = (edge * 0.6 + 0.35 * dull) * (grime * look["dirt"]).clamp_(0, 1)
    filled = torch.maximum(joint * (0.6 + 0.4 * look["dirt"] * grime).clamp_(0, 0.95), trodden)
    return surface.covered(filled, color=dust, roughness=0.8).with_grime(0.1 + 0.5 * look["dirt"], 0.006)


def _lay(torus: Torus, look: Look) -> Boards:
    patterns = ("herringbone", "herringbone", "chevron", "mosaic", "strip")
    pattern = look.option("pattern", choose(torus, "parquet/pattern", patterns))
    width_m, ratio = look["block_m"], round(look["slim"])
    if pattern == "chevron":
        slope = choose(torus, "parquet/slope", (1.0, 1.0, 0.62))
        return lay_chevron(torus, "parquet", width_m=width_m, length_m=width_m * (ratio + 3), slope=slope)
    if pattern == "mosaic":
        plan = basket(torus.cells_across(width_m * 5.2), fingers=ratio)
    elif pattern == "strip":
        plan = _strips(torus, width_m, width_m * ratio * 1.3)
    else:
        plan = herringbone(torus.cells_across(width_m * ratio * 2), ratio=ratio)
    return lay_blocks(torus, plan, "parquet", turn=0.0008)


def _strips(torus: Torus, width_m: float, length_m: float) -> Plan:
    """Return rows of short blocks whose joints fall where they will."""
    rows, per_row = torus.cells_across(width_m), max(torus.cells_across(length_m), 2)
    draws = torus.uniform("parquet/cuts", rows, per_row + 1).tolist()
    breaks = []
    for first, *uneven in draws:
        cuts = [(number + first + 0.4 * share) * (_UNITS / per_row) for number, share in enumerate(uneven)]
        breaks.append(sorted({int(cut) % _UNITS for cut in cuts}))
    return boards(breaks, length=_UNITS)


def _height(torus: Torus, look: Look, blocks: Boards, grain: Grain) -> Tensor:
    """Return metres: blocks that have moved a little since they were sanded, and hard rings left proud."""
    level = blocks.pick(torus, "blocks/level", -0.00022, 0.00022)
    lean = blocks.across * blocks.pick(torus, "blocks/lean", -0.006, 0.006)
    lean = lean + blocks.along * blocks.pick(torus, "blocks/tip", -0.0016, 0.0016)
    cup = (blocks.across / blocks.half_width).square() * blocks.pick(torus, "blocks/cup", -0.0002, 0.0003)
    arris = groove(blocks.pieces.edge, 0.0014, max(torus.tile_m / torus.size, 0.0028)) * 0.0003
    moved = (level + lean + cup) * (0.5 + 0.9 * look["age"])
    # No floor is a mirror: the screed under it rises and falls.
    waves = fbm(torus, "parquet/waves", torus.cells_across(0.45), octaves=2) * 0.001
    return waves + moved - arris + grain.late * 0.00003


def _wood(torus: Torus, look: Look, blocks: Boards, grain: Grain, woods: tuple[str, str]) -> Tensor:
    """Return the color of the dry blocks; lying and standing ones do not return quite the same light."""
    common, other = (WOODS[name] for name in woods)
    color = wood_color(torus, blocks, None, grain, common, ramp=look.palette(*common.colors))
    second = look if look.second_color is None else replace(look, color=look.second_color)
    rare = wood_color(torus, blocks, None, grain, other, ramp=second.palette(*other.colors))
    color = mix(color, rare, (blocks.pieces.random(torus, "blocks/wood") < look["mixed"]).float())
    tone = blocks.pieces.random_apart(torus, "blocks/tone", -0.16, 0.14) * look["variation"]
    return color * (1 + tone + 0.05 * (blocks.pieces.pick(blocks.pieces.turned) - 0.5))


def _varnished(wood: Surface, look: Look, blocks: Boards, grain: Grain, dull: Tensor) -> Surface:
    """Coat the blocks; along the paths the coat is scratched dull and the wood has bleached a little."""
    torus = wood.torus
    count = int(80 + 420 * look["wear"])
    scratch = scratches(torus, "parquet/scratches", count, length_m=(0.01, 0.14), bend=0.5)
    deep = deepened(torus, wood.color, amber=look["amber"])
    grey = look.palette("#9a8f80", "#7d7265", "#5f564b", tint=0.5).paint(0.15 + 0.6 * grain.late)
    dry = mix(wood.color, grey, torch.full_like(dull, 0.6 * look["age"]))
    color = mix(deep, dry, dull * (0.15 + 0.75 * look["wear"]))
    color = color * (1 + scratch * (0.06 + 0.10 * dull))
    coat = look.roughness(look["sheen"]) + 0.04 * grain.late + 0.12 * grain.pores
    coat = coat + blocks.pick(torus, "blocks/coat", -0.03, 0.05) + scratch * (0.08 + 0.12 * dull)
    return replace(wood, color=color, roughness=mix(coat, 0.55 + 0.04 * grain.fibre.clamp(-2, 2), dull * 0.8))
