"""Guess what each channel rotation of BC7's two-plane modes would cost, and rotate.

Rotation r > 0 exchanges alpha with channel r - 1; the channel in alpha's place has indices of its own.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc7_metric import MIXED
from assetgen.blocks.bc7_partitions import STRUCK
from assetgen.blocks.bc7_scratch import ESTIMATES, FACTOR, ROTATED, SCATTER, TEXELS
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LaneMask, Lanes, load, select, spread, store
from assetgen.blocks.line import scatter_cost


@part
def prepare_rotations(s: np.ndarray) -> None:
    """Write the scatter matrix of red, green, blue and alpha to SCATTER, its upper triangle row by row."""
    mean0 = mean1 = mean2 = mean3 = spread(0.0)
    for i in range(16):
        mean0 += load(s, TEXELS + i)
        mean1 += load(s, TEXELS + 16 + i)
        mean2 += load(s, TEXELS + 32 + i)
        mean3 += load(s, TEXELS + 48 + i)
    mean0, mean1, mean2, mean3 = mean0 * 0.0625, mean1 * 0.0625, mean2 * 0.0625, mean3 * 0.0625
    c00 = c01 = c02 = c03 = c11 = c12 = c13 = c22 = c23 = c33 = spread(0.0)
    for i in range(16):
        a, b = load(s, TEXELS + i) - mean0, load(s, TEXELS + 16 + i) - mean1
        c, d = load(s, TEXELS + 32 + i) - mean2, load(s, TEXELS + 48 + i) - mean3
        c00 += a * a
        c01 += a * b
        c02 += a * c
        c03 += a * d
        c11 += b * b
        c12 += b * c
        c13 += b * d
        c22 += c * c
        c23 += c * d
        c33 += d * d
    store(s, SCATTER, c00)
    store(s, SCATTER + 1, c01)
    store(s, SCATTER + 2, c02)
    store(s, SCATTER + 3, c03)
    store(s, SCATTER + 4, c11)
    store(s, SCATTER + 5, c12)
    store(s, SCATTER + 6, c13)
    store(s, SCATTER + 7, c22)
    store(s, SCATTER + 8, c23)
    store(s, SCATTER + 9, c33)


@part
def estimate_rotations(
    s: np.ndarray, opaque: LaneMask, color_noise: float, alone_noise: float, weighted: int
) -> None:
    """Write the expected squared error of the four channel rotations to ESTIMATES .. + 3, from SCATTER."""
    c00, c01, c02, c03 = load(s, SCATTER), load(s, SCATTER + 1), load(s, SCATTER + 2), load(s, SCATTER + 3)
    c11, c12, c13 = load(s, SCATTER + 4), load(s, SCATTER + 5), load(s, SCATTER + 6)
    c22, c23, c33 = load(s, SCATTER + 7), load(s, SCATTER + 8), load(s, SCATTER + 9)
    if weighted > 0:
        # Only the diagonal counts here; it is exact where each channel has a weight of its own.
        a, b, c, d = load(s, FACTOR), load(s, FACTOR + 3), load(s, FACTOR + 5), load(s, FACTOR + 6)
        c00, c01, c02, c03 = c00 * a * a, c01 * a * b, c02 * a * c, c03 * a * d
        c11, c12, c13 = c11 * b * b, c12 * b * c, c13 * b * d
        c22, c23, c33 = c22 * c * c, c23 * c * d, c33 * d * d
    for p in range(4, 64):
        store(s, ESTIMATES + p, spread(STRUCK))
    color = spread(color_noise)
    plain = scatter_cost(c00, c01, c02, c11, c12, c22, color) + c33 * alone_noise
    # With opaque alpha the plain order leaves the second plane nothing to do; mode 6 does better.
    store(s, ESTIMATES, select(opaque, spread(STRUCK * 0.1), plain))
    if weighted == MIXED:
        # Channels that are weighed together cannot be told apart into two planes.
        for p in range(1, 4):
            store(s, ESTIMATES + p, spread(STRUCK))
        return
    store(s, ESTIMATES + 1, scatter_cost(c33, c13, c23, c11, c12, c22, color) + c00 * alone_noise)
    store(s, ESTIMATES + 2, scatter_cost(c00, c03, c02, c33, c23, c22, color) + c11 * alone_noise)
    store(s, ESTIMATES + 3, scatter_cost(c00, c01, c03, c11, c13, c33, color) + c22 * alone_noise)


@part
def write_rotated(s: np.ndarray, rotation: Lanes) -> None:
    """Write each lane's texels with alpha and channel `rotation` - 1 exchanged to ROTATED."""
    for i in range(16):
        alpha = load(s, TEXELS + 48 + i)
        moved = alpha
        for c in range(3):
            value = load(s, TEXELS + 16 * c + i)
            number = spread(float(c + 1))
            chosen = (rotation >= number) & (rotation <= number)
            store(s, ROTATED + 16 * c + i, select(chosen, alpha, value))
            moved = select(chosen, value, moved)
        store(s, ROTATED + 48 + i, moved)
