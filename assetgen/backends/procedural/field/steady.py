"""Powers and angles whose bits do not depend on how torch shares the work out among threads.

torch computes most functions alike wherever a texel falls, but `pow`, `atan2`, `sigmoid`, `exp2`, `sinh` and the
product of two complex fields take another path for the last few elements of each thread's share, and a sum or mean
over a field adds in another order. Measured on sizes that no thread count divides: up to 2e-6 apart. `exp`, `log`,
`sin`, `cos`, `atan`, `sqrt`, `tanh`, `lerp`, transforms and gathers are the same everywhere, and so is a power of
2, 3, 0.5, -1 or -2.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def power(base: Tensor, exponent: float | Tensor) -> Tensor:
    """Return `base` to any power, elementwise; the base is 0 or more, and 0 gives 0 (infinity when negative)."""
    return torch.exp_(torch.log(base).mul_(exponent))


def angle_of(y: Tensor, x: Tensor) -> Tensor:
    """Return the angle of (x, y) in radians, -pi..pi, as `atan2` does; 0 at the origin."""
    wide, tall = x.abs(), y.abs()
    steep = torch.atan(torch.minimum(wide, tall) / torch.maximum(wide, tall).clamp_(min=1e-30))
    steep = torch.where(tall > wide, math.pi / 2 - steep, steep)
    return torch.copysign(torch.where(x < 0, math.pi - steep, steep), y)
