"""Runes, as a chisel cuts them: the letters of the Elder Futhark as straight strokes, wherever a layout puts them."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor

from assetgen.backends.procedural.field.bands import row_bands
from assetgen.backends.procedural.field.torus import Torus

_RUNES: Final = tuple(
    letter.split()
    for letter in (
        "0004 0230 0341", "0004 0042 4244", "0004 0132 3203", "0004 0031 0132", "0004 0031 3102 0244",
        "3002 0234", "0044 0440", "0004 0031 3102", "0004 4044 0143", "2024 0143", "2024", "2002 0223 2142 4224",
        "2024 2041 2403", "0004 0021 2140 0423 2344", "2024 2200 2240", "4001 0143 4304", "2024 2002 2042",
        "0004 0031 3102 0233 3304", "0004 4044 0022 2240", "0004 4044 0042 0240", "0004 0042",
        "2002 0224 2442 4220", "0004 4044 0044 0440", "2002 2042 0244 4204",
    )
)  # fmt: skip
"""Strokes as x y x y on a lattice of 0..4 to the right and 0..4 downwards, in the order of the alphabet."""
RUNE_WIDTH: Final = 0.56
"""Width of a rune by its height."""


def rune_distance(torus: Torus, name: str, x: Tensor, y: Tensor, ids: Tensor, count: int) -> Tensor:
    """Return the distance to the nearest stroke of the rune that every place shows, (N, N), in heights of a rune.

    Args:
        torus: the tile.
        name: the random stream that chooses the runes.
        x: (N, N) heights to the right of the middle of the place.
        y: (N, N) heights below it.
        ids: (N, N) number of the place, 0..count-1.
        count: how many places there are.
    """
    most = max(len(letter) for letter in _RUNES)
    padded = [[*letter, *letter[:1] * (most - len(letter))] for letter in _RUNES]
    ends = torch.tensor([[[int(digit) for digit in stroke] for stroke in letter] for letter in padded])
    ends = (ends.to(torch.float32) / 4 - 0.5).to(torus.device)  # (24, strokes, 4)
    ends[..., 0::2] *= RUNE_WIDTH
    chosen = (torus.uniform(name, count)[:, 0] * len(_RUNES)).to(torch.int64).clamp_(max=len(_RUNES) - 1)
    table = ends[chosen].permute(1, 2, 0).contiguous()  # (strokes, 4, count)
    nearest = torch.full((torus.size, torus.size), math.inf, device=torus.device)
    for rows in row_bands(torus):
        place, own_x, own_y = ids[rows].to(torch.int64), x[rows], y[rows]
        for stroke in table:
            from_x, from_y, to_x, to_y = (torch.take(line, place) for line in stroke)
            away = segment_distance(own_x, own_y, from_x, from_y, to_x, to_y)
            nearest[rows] = torch.minimum(nearest[rows], away)
    return nearest


def segment_distance(
    x: Tensor, y: Tensor, from_x: Tensor, from_y: Tensor, to_x: Tensor, to_y: Tensor
) -> Tensor:
    """Return the distance of (x, y) to straight strokes; everything broadcasts."""
    run_x, run_y = to_x - from_x, to_y - from_y
    off_x, off_y = x - from_x, y - from_y
    share = (off_x * run_x + off_y * run_y) / (run_x * run_x + run_y * run_y).clamp(min=1e-9)
    share = share.clamp(0, 1)
    off_x, off_y = off_x - run_x * share, off_y - run_y * share
    return torch.sqrt(off_x * off_x + off_y * off_y)


def star_distance(x: Tensor, y: Tensor, points: int, step: int, radius: float) -> Tensor:
    """Return the distance to the strokes of a star, one from every point to the `step`-th next.

    Args:
        x: (N, N) to the right of its middle.
        y: (N, N) below it.
        points: how many points it has; the first is at the top.
        step: 1 draws a polygon, 2 a star.
        radius: of its points, in the unit of x and y.
    """
    nearest = torch.full_like(x, math.inf)
    for number in range(points):
        start, end = (math.tau * place / points for place in (number, number + step))
        ends = (math.sin(start), -math.cos(start), math.sin(end), -math.cos(end))
        stroke = (torch.tensor(radius * place, device=x.device) for place in ends)
        nearest = torch.minimum(nearest, segment_distance(x, y, *stroke))
    return nearest
