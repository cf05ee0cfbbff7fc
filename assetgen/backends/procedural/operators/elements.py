"""What a layout gives back: which stone, brick, plank or tile a texel belongs to, and where in it it lies."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.operators.torus import Torus


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """The pieces of a layout, seen from every texel.

    Args:
        id: (N, N) int32, 0..count-1.
        count: how many pieces the tile holds.
        x: (N, N) metres to the right of the piece's centre.
        y: (N, N) metres below the piece's centre.
        edge: (N, N) metres to the piece's border, positive inside.
        turned: (count,) 1 where the piece lies across (its long side vertical), else 0.
    """

    id: Tensor
    count: int
    x: Tensor
    y: Tensor
    edge: Tensor
    turned: Tensor

    def pick(self, table: Tensor) -> Tensor:
        """Spread per-piece values, (count,) or (K, count), over the texels: (N, N) or (K, N, N)."""
        flat = self.id.reshape(-1)
        if table.ndim == 1:
            return torch.index_select(table, 0, flat).view(self.id.shape)
        return torch.stack([torch.index_select(row, 0, flat).view(self.id.shape) for row in table])

    def random(self, torus: Torus, name: str, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Give every piece one uniform number of a stream, spread over the texels."""
        return self.pick(torus.uniform(name, self.count)[:, 0] * (high - low) + low)

    def random_apart(self, torus: Torus, name: str, low: float, high: float) -> Tensor:
        """Give every piece a number unlike its neighbours': what chance alone sorts swings in tile-wide waves.

        Steps of the golden section spread the numbers of any few pieces in a row over the whole range.
        """
        step = torch.arange(self.count, device=torus.device) * 0.6180339887
        share = (
            step + torus.draw(f"{name}/start", 0.0, 1.0) + (torus.uniform(name, self.count)[:, 0] - 0.5) * 0.2
        )
        return self.pick((share - torch.floor(share)) * (high - low) + low)

    def along(self) -> Tensor:
        """Return metres from the centre along each piece's long side, (N, N)."""
        turned = self.pick(self.turned)
        return torch.where(turned > 0.5, self.y, self.x)

    def across(self) -> Tensor:
        """Return metres from the centre across each piece's long side, (N, N)."""
        turned = self.pick(self.turned)
        return torch.where(turned > 0.5, self.x, self.y)
