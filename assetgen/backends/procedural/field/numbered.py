"""Things that have numbers, seen from every texel: spreading a small table of theirs over the tile."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus

_GOLDEN = 0.6180339887


def look_up(table: Tensor, number: Tensor) -> Tensor:
    """Spread a table over the texels; index_select is more than twice as fast as take or indexing.

    Args:
        table: (count,) or (K, count).
        number: whole numbers below count, of any shape.

    Returns:
        The shape of `number`, or (K, ...) of it.
    """
    flat = number.reshape(-1)
    if table.ndim == 1:
        return torch.index_select(table, 0, flat).view(number.shape)
    return torch.stack([torch.index_select(row, 0, flat).view(number.shape) for row in table])


def chance_of(
    torus: Torus, name: str, number: Tensor, count: int, low: float = 0.0, high: float = 1.0
) -> Tensor:
    """Give each of `count` things one uniform number of a stream, spread over the texels."""
    return look_up(torus.uniform(name, count)[:, 0] * (high - low) + low, number)


@dataclass(frozen=True, slots=True, eq=False)
class Numbered:
    """Which of so many things a texel shows.

    Args:
        id: (N, N) 0..count-1.
        count: how many the tile holds.
    """

    id: Tensor
    count: int

    def pick(self, table: Tensor) -> Tensor:
        """Spread a value of each, (count,) or (K, count), over the texels: (N, N) or (K, N, N)."""
        return look_up(table, self.id)

    def random(self, torus: Torus, name: str, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Give each one uniform number of a stream, spread over the texels."""
        return chance_of(torus, name, self.id, self.count, low, high)

    def random_apart(self, torus: Torus, name: str, low: float, high: float) -> Tensor:
        """Give each a number unlike its neighbours': what chance alone sorts swings in tile-wide waves.

        Steps of the golden section spread the numbers of any few in a row over the whole range.
        """
        step = torch.arange(self.count, device=torus.device) * _GOLDEN
        own = (torus.uniform(name, self.count)[:, 0] - 0.5) * 0.2
        share = step + torus.draw(f"{name}/start", 0.0, 1.0) + own
        return self.pick((share - torch.floor(share)) * (high - low) + low)
