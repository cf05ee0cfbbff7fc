"""Runes set out in lines of text or round a ring, with the strokes that frame them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import Warp
from assetgen.backends.procedural.field.chance import choose
from assetgen.backends.procedural.field.steady import angle_of
from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.operators.designs.glyphs import RUNE_WIDTH, rune_distance, star_distance

_STARS = ((5, 2), (6, 2), (7, 3), (8, 3), (7, 2))
"""Points of a star, and to which next one its strokes run."""


@dataclass(frozen=True, slots=True, eq=False)
class Inscription:
    """Strokes of a text, seen from every texel.

    Args:
        stroke_m: (N, N) metres to the middle of the nearest stroke.
        id: (N, N) number of the place of a rune, 0..count-1.
        count: how many places there are.
    """

    stroke_m: Tensor
    id: Tensor
    count: int

    def random(self, torus: Torus, name: str, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Give every place one uniform number of a stream, spread over the texels."""
        return torch.take(torus.uniform(name, self.count)[:, 0] * (high - low) + low, self.id)


def rune_rows(torus: Torus, name: str, rune_m: float, *, thin_m: float, warp: Warp) -> Inscription:
    """Return lines of runes with two dots between words, each line between two ruled strokes.

    Args:
        torus: the tile.
        name: the random stream.
        rune_m: height of a rune.
        thin_m: by how much ruled strokes and dots are thinner than those of runes, to either side.
        warp: (x, y) offsets in tiles, the trembling of the hand.
    """
    rows, columns = torus.cells_across(rune_m * 1.5), torus.cells_across(rune_m * 0.82)
    v = (torus.v + torus.draw(f"{name}/start", 0.3, 0.7) / rows + warp[1]) * rows
    row = torch.floor(v)
    number = torch.remainder(row, rows).to(torch.int64)
    u = (torus.u + torch.take(torus.uniform(f"{name}/shift", rows)[:, 0], number) + warp[0]) * columns
    column = torch.floor(u)
    place = number * columns + torch.remainder(column, columns).to(torch.int64)
    draws = torus.uniform(f"{name}/form", rows * columns, 2).T
    size_m = rune_m * (0.94 + 0.12 * torch.take(draws[0], place))
    x, y = (u - column - 0.5) * (torus.tile_m / columns), (v - row - 0.5) * (torus.tile_m / rows)
    rune = rune_distance(torus, f"{name}/runes", x / size_m, y / size_m, place, rows * columns) * size_m
    dots = torch.sqrt(x * x + (y.abs() - 0.16 * rune_m).square()) + thin_m
    rune = torch.where(torch.take(draws[1], place) < 0.13, dots, rune)
    ruled = (0.5 - (v - row - 0.5).abs()) * (torus.tile_m / rows) + thin_m
    return Inscription(torch.minimum(rune, ruled), place, rows * columns)


def rune_ring(torus: Torus, name: str, rune_m: float, *, thin_m: float, warp: Warp) -> Inscription:
    """Return one ring of runes round a star that fills the tile; arguments as for `rune_rows`."""
    x, y = (torus.u + warp[0] - 0.5).expand(torus.size, torus.size), torus.v + warp[1] - 0.5
    x, y = (x - torch.round(x)) * torus.tile_m, (y - torch.round(y)) * torus.tile_m
    outer = torus.tile_m * 0.45
    inner = max(outer - rune_m * 1.5, outer * 0.5)
    radius = torch.sqrt(x * x + y * y)
    count = max(int(math.tau * (inner + rune_m * 0.4) / (rune_m * RUNE_WIDTH * 1.6)), 3)
    turn = (angle_of(y, x) / math.tau + torus.draw(f"{name}/turn", 0, 1)) * count
    place = torch.remainder(torch.floor(turn), count).to(torch.int64)
    along = (turn - torch.floor(turn) - 0.5) * (math.tau / count) * radius
    up = ((outer + inner) / 2 - radius) / rune_m
    rune = rune_distance(torus, f"{name}/runes", along / rune_m, up, place, count) * rune_m
    points, step = choose(torus, f"{name}/star", _STARS)
    rings = torch.minimum((radius - outer).abs(), (radius - inner).abs())
    for share in (0.96, 0.3):
        rings = torch.minimum(rings, (radius - inner * share).abs())
    drawn = torch.minimum(rings, star_distance(x, y, points, step, inner * 0.96)) + thin_m
    return Inscription(torch.minimum(rune, drawn), place, count)
