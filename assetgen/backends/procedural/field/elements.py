"""What a layout gives back: which stone, brick, plank or tile a texel belongs to, and where in it it lies."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from assetgen.backends.procedural.field.numbered import Numbered


@dataclass(frozen=True, slots=True, eq=False)
class Elements(Numbered):
    """The pieces of a layout, seen from every texel.

    Args:
        id: (N, N) int32, 0..count-1.
        count: how many pieces the tile holds.
        x: (N, N) metres to the right of the piece's centre.
        y: (N, N) metres below the piece's centre.
        edge: (N, N) metres to the piece's border, positive inside.
        turned: (count,) 1 where the piece lies across (its long side vertical), else 0.
    """

    x: Tensor
    y: Tensor
    edge: Tensor
    turned: Tensor

    def along(self) -> Tensor:
        """Return metres from the centre along each piece's long side, (N, N)."""
        turned = self.pick(self.turned)
        return torch.where(turned > 0.5, self.y, self.x)

    def across(self) -> Tensor:
        """Return metres from the centre across each piece's long side, (N, N)."""
        turned = self.pick(self.turned)
        return torch.where(turned > 0.5, self.x, self.y)
