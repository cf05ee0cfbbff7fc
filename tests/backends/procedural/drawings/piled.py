"""Drawings of operators/piled."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.field.noise import fbm, spectral_noise
from assetgen.backends.procedural.field.numbered import look_up
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.field.warp import fetch_along
from assetgen.backends.procedural.operators.layouts.plans import courses
from assetgen.backends.procedural.operators.piled.heap import Crushed, Kind, Sort, Worn, heap
from assetgen.backends.procedural.operators.piled.overlaps import Overlaps, overlapping
from assetgen.backends.procedural.operators.piled.piles import NOWHERE, pile
from assetgen.backends.procedural.operators.piled.shingles import (
    butt_splits,
    lay_barrels,
    lay_shingles,
    shingle_plan,
    snapped,
)
from assetgen.backends.procedural.operators.piled.strips import throw_strips
from assetgen.backends.procedural.operators.piled.strokes import lay_strokes
from tests.backends.procedural.drawings.shared import Drawing, bend, stacked


def _pile(torus: Torus) -> Tensor:
    def cone(x: Tensor, y: Tensor, traits: Tensor) -> Tensor:
        height = traits[0] - torch.sqrt(x * x + 2 * y * y)
        return torch.where(height > 0, height, NOWHERE)

    tall = torus.uniform("tall", 30).T * 0.1 + 0.05
    lain = pile(torus, "a", 5, cone, period_y=6, traits=tall, turn=0.7, brick_rows=True, warp=bend(torus))
    return torch.cat([stacked(lain.pieces), lain.top_m[None]])


def _heap(torus: Torus, kind: Kind) -> Tensor:
    sorts = (Sort(radius_m=(0.06, 0.1), spacing_m=0.11), Sort(radius_m=(0.03, 0.05), spacing_m=0.12))
    lying = heap(torus, "heap", sorts, kind, ground_m=-0.02)
    seen = (lying.pieces.id.float(), lying.pieces.x, lying.pieces.y, lying.pieces.edge)
    return torch.stack([lying.height_m, lying.bare, *(field * (1 - lying.bare) for field in seen)])


def _strokes(torus: Torus) -> Tensor:
    strokes = lay_strokes(
        torus, "a", 0.2, length_m=(0.2, 0.4), width_m=(0.1, 0.2), bend=0.2, ragged_m=fbm(torus, "b", 9) * 0.02
    )
    return torch.cat([stacked(strokes), fetch_along(torus, fbm(torus, "c", 5), strokes, "shift")[None]])


def _shingles(torus: Torus) -> Tensor:
    above = snapped(torus, "b", 48, share=0.3, depth_m=0.1, jag_m=fbm(torus, "c", 9) * 0.02)

    def outline(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
        tail = torus.tile_m / 8 - y
        return torch.minimum(tail, above(number, x, tail))

    tiles = lay_shingles(torus, "a", courses(6, 8), outline=outline, lost=0.1)
    return torch.cat([stacked(tiles.pieces), torch.stack([tiles.level, tiles.width_m])])


def _barrels(torus: Torus) -> Tensor:
    jag_m = fbm(torus, "b", 9) * 0.02
    tiles = lay_barrels(torus, "a", columns=6, rows=4, slip_m=0.01, turn=0.01, broken=0.2, jag_m=jag_m)
    return torch.cat([stacked(tiles.pieces), torch.stack([tiles.level, tiles.arch, tiles.is_cover.float()])])


def _overlaps(found: Overlaps) -> Tensor:
    return torch.cat([stacked(found.pieces), found.layers[None]])


def _split_shingles(torus: Torus) -> Tensor:
    plan = shingle_plan(torus, "a", rows=6, units=30, widths=(3, 6))
    tall_m, hang = torus.tile_m / 6, torus.uniform("hang", len(plan.pieces)) * 0.04

    def to_butt(number: Tensor, x: Tensor, y: Tensor, width: Tensor) -> Tensor:
        return tall_m - y + look_up(hang[:, 0], number)

    laid = lay_shingles(torus, "a", plan, outline=to_butt, gap_m=0.02, slip_m=0.0, turn=0.03)
    split = butt_splits(torus, laid, fbm(torus, "b", 9) * 0.01, age=0.9)
    return torch.cat([stacked(laid.pieces), torch.stack([laid.side_m, laid.tail_m, laid.under_m, split])])


def _strips(torus: Torus) -> Tensor:
    chips = throw_strips(torus, "a", 90, length_m=(0.1, 0.4), width_m=(0.02, 0.1))
    straw = throw_strips(
        torus, "b", 90, length_m=(0.3, 0.4), width_m=(0.02, 0.1), direction=1.57, spread=0.1, lift=0.8
    )
    fields = torch.stack([chips.turn, chips.half_long_m, chips.half_wide_m, straw.level])
    along = fetch_along(torus, spectral_noise(torus, "a", slope=1.0), chips.pieces, "shift")
    return torch.cat([stacked(chips.pieces), stacked(straw.pieces), fields, along[None]])


DRAWINGS: dict[str, Drawing] = {
    "split shingles": _split_shingles,
    "thrown strips": _strips,
    "crushed stones": lambda t: _heap(t, Crushed.of),
    "pebbles": lambda t: _heap(t, Worn.of),
    "strokes": _strokes,
    "shingles": _shingles,
    "barrels": _barrels,
    "swirls": lambda t: _overlaps(overlapping(t, "a", 6, size=1.4, in_order=True)),
    "sheets": lambda t: _overlaps(overlapping(t, "a", 5, size=1.2, square=True, jitter=0.3, turn=0.2)),
    "pile": _pile,
}
