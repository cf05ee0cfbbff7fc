"""Is a drawing truly periodic: does it only scroll when the tile's origin moves?"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.field.torus import Torus


def scroll_difference(
    draw: Callable[[Torus], Tensor], *, size: int = 128, origin: tuple[int, int] = (37, 101)
) -> Tensor:
    """Return how far a drawing with a moved origin lies from the same drawing rolled, texel by texel."""
    still = draw(Torus(size, 3, 1.5))
    moved = draw(Torus(size, 3, 1.5, origin))
    return (moved - torch.roll(still, (-origin[1], -origin[0]), (-2, -1))).abs()


def shrink(field: Tensor, factor: int) -> Tensor:
    """Return (N, N) averaged over squares of `factor` texels."""
    size = field.shape[-1] // factor
    return field.view(size, factor, size, factor).mean(dim=(1, 3))


def correlation(one: Tensor, other: Tensor) -> float:
    """Return Pearson's correlation of two fields."""
    return float(torch.corrcoef(torch.stack([one.reshape(-1), other.reshape(-1)]))[0, 1])
