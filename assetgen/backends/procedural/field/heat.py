"""What matter gives off because it is hot: from the first dull red to yellow white."""

from __future__ import annotations

import torch
from torch import Tensor


def incandescence(heat: Tensor) -> Tensor:
    """Return the light of glowing matter, (3, N, N) linear.

    Args:
        heat: (N, N) 0 dark (500 degrees Celsius), 0.3 dull red, 0.6 orange (1000), 1 yellow white (1300).
    """
    warm = heat.clamp(0, 1.2)
    # The powers follow the visible part of a black body's spectrum: green and blue come later and rise faster.
    square = warm * warm
    fourth = square * square
    return torch.stack([square * warm * 3.6, fourth * warm * 2.1, fourth * fourth * 0.35])
