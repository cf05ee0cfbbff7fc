"""Ways that run once around the tile, and the place of every texel beside one: for wheels, feet and paws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.torus import Torus


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Path:
    """One way, seen from every texel.

    Args:
        aside: (N, N) metres to the right of its middle line; the far side of the tile is half a tile away.
        along: (N, N) how far along it, 0..1 once around the tile.
    """

    aside: Tensor
    along: Tensor

    def steps(self, torus: Torus, step_m: float) -> tuple[Tensor, Tensor, int]:
        """Cut the way into an even number of steps.

        Returns:
            (N, N) int64 number of the step, (N, N) metres along from the middle of it, and how many there are.
        """
        count = max(2 * round(torus.tile_m / step_m / 2), 2)
        place = self.along * count
        number = torch.floor(place)
        ahead = (place - number - 0.5).mul_(torus.tile_m / count)
        return number.to(torch.int64) % count, ahead, count


def path(torus: Torus, name: str, *, wander_m: float = 0.05) -> Path:
    """Return a way that winds a little, up, down or across the tile, as the stream says."""
    draws = torus.uniform(name, 8)[:, 0].tolist()
    forth, cross = (torus.v, torus.u) if draws[0] < 0.65 else (torus.u, torus.v)
    if draws[1] < 0.5:
        forth, cross = -forth, -cross
    turn = forth * (2 * math.pi)
    bend = (
        torch.sin(turn + draws[2] * 6.283) * (draws[3] - 0.5)
        + torch.sin(turn * 2 + draws[4] * 6.283) * (draws[5] - 0.5) * 0.5
    )
    away = cross - draws[6] + bend * (2 * wander_m / torus.tile_m)
    shape = (torus.size, torus.size)
    aside = (away - torch.round(away)).mul_(torus.tile_m).expand(shape)
    return Path(aside=aside, along=(forth - torch.floor(forth)).expand(shape))
