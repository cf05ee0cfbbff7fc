"""Things long and thin that lie about: twigs, roots, straw, hairs - with a true width in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.numbered import chance_of
from assetgen.backends.procedural.field.torus import Torus

_AT_ONCE = 8
"""Strands drawn together; keeps the list of touched texels short at large sizes."""


@dataclass(frozen=True, slots=True, eq=False)
class Strands:
    """Strands seen from every texel near one.

    Args:
        distance: (N, N) metres to the middle line of the nearest strand, at most `reach_m`.
        id: (N, N) int32 which strand, 0..count-1; 0 where none is near.
        along: (N, N) 0 at its start to 1 at its end.
        count: how many there are.
    """

    distance: Tensor
    id: Tensor
    along: Tensor
    count: int

    def random(self, torus: Torus, name: str, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Give every strand one uniform number of a stream, spread over the texels."""
        return chance_of(torus, name, self.id, self.count, low, high)


def strands(
    torus: Torus, name: str, count: int, *, length_m: tuple[float, float], reach_m: float, bend: float = 0.8
) -> Strands:
    """Throw curved strands on the tile and return the distance to the nearest one.

    Every texel near a sample of a curve keeps the least distance and then the strand that it belongs to; both are
    minima or maxima, which do not depend on the order in which threads arrive.

    Args:
        torus: the tile.
        name: the random stream.
        count: how many.
        length_m: shortest and longest; short ones are commoner.
        reach_m: how far from a middle line distances are known.
        bend: radians by which a strand turns along its way, at most.
    """
    size = torus.size
    flat = torch.full((size * size,), reach_m, device=torus.device)
    chunks = []
    for start in range(0, count, _AT_ONCE):
        numbers = torch.arange(start, min(start + _AT_ONCE, count), device=torus.device)
        chunk = _touched(torus, name, numbers, count, length_m, reach_m, bend)
        flat.scatter_reduce_(0, chunk[0], chunk[1], "amin")
        chunks.append((start, numbers))
    owner = torch.zeros(size * size, device=torus.device)
    for _, numbers in chunks:
        slot, distance, key = _touched(torus, name, numbers, count, length_m, reach_m, bend)
        nearest = distance <= torch.take(flat, slot)
        owner.scatter_reduce_(0, slot[nearest], key[nearest], "amax")
    whole = torch.floor(owner)
    return Strands(
        distance=flat.view(size, size),
        id=whole.to(torch.int32).view(size, size),
        along=(owner - whole).view(size, size),
        count=count,
    )


def _touched(
    torus: Torus,
    name: str,
    numbers: Tensor,
    count: int,
    length_m: tuple[float, float],
    reach_m: float,
    bend: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return for every texel near a sample of a curve: its slot, its distance, and strand number + place along."""
    size, texel_m = torus.size, torus.tile_m / torus.size
    table = torus.uniform(name, count, 6)[numbers]
    steps = int(length_m[1] / texel_m * 1.5) + 4
    t = torch.linspace(0, 1, steps, device=torus.device)[None]
    length = (length_m[0] + (length_m[1] - length_m[0]) * table[:, 2:3] ** 2) / texel_m
    angle = table[:, 3:4] * (2 * math.pi)
    # A shallow S: a parabola and a cubic over the chord.
    side = length * (
        (table[:, 4:5] - 0.5) * bend * t * (1 - t)
        + (table[:, 5:6] - 0.5) * bend * t * (1 - t) * (t - 0.5) * 3
    )
    x = table[:, 0:1] * size + torch.cos(angle) * length * t - torch.sin(angle) * side - 0.5 - torus.origin[0]
    y = table[:, 1:2] * size + torch.sin(angle) * length * t + torch.cos(angle) * side - 0.5 - torus.origin[1]
    radius = math.ceil(reach_m / texel_m)
    near = torch.arange(-radius, radius + 1, device=torus.device)
    column = torch.floor(x + 0.5)[..., None, None] + near
    line = torch.floor(y + 0.5)[..., None, None] + near[:, None]
    distance = torch.hypot(column - x[..., None, None], line - y[..., None, None]) * texel_m
    slot = line.to(torch.int64) % size * size + column.to(torch.int64) % size
    key = (numbers[:, None] + t * 0.999)[..., None, None].expand_as(distance)
    return slot.reshape(-1), distance.reshape(-1), key.reshape(-1)
