"""What a difference in color costs: how the BC7 search weighs red, green, blue and alpha against each other.

The error of a texel with difference r is |U r|^2, with U upper triangular over red, green and blue, and a
number of its own for alpha. Plain squared error is U = 1, the default and the quickest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from assetgen.blocks.bc7_scratch import ALONE_WEIGHT, FACTOR, METRIC, PLAIN_FACTOR
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import Lanes, load, select, spread, store
from assetgen.errors import SpecError

PLAIN: Final = 0
"""Plain squared error."""
SEPARATE: Final = 1
"""A weight for each channel."""
MIXED: Final = 2
"""Differences of several channels enter together."""

DIAGONAL: Final = (0, 3, 5, 6)
"""Where a channel's own number stands in a triangle."""

Factor = tuple[float, float, float, float, float, float, float]
"""U: the upper triangle over red, green and blue row by row, then alpha."""


@dataclass(frozen=True, slots=True)
class ChannelWeights:
    """Squared error with a weight for each channel; only their ratios matter.

    A channel that no shader reads may have 0; it is then stored as the others leave it.

    Raises:
        SpecError: a weight is negative or not finite, or all are 0.
    """

    red: float = 1.0
    green: float = 1.0
    blue: float = 1.0
    alpha: float = 1.0

    def __post_init__(self) -> None:
        _check(self.red, self.green, self.blue, self.alpha)

    def matrix(self) -> np.ndarray:
        """Return the 4x4 matrix M of the error r M r."""
        return np.diag((self.red, self.green, self.blue, self.alpha))


@dataclass(frozen=True, slots=True)
class PerceptualWeights:
    """Squared error of luma and the two color differences R - Y and B - Y (ITU-R BT.709), and of alpha.

    Eyes see errors of lightness better than those of hue. For color that people look at, never for data:
    channels that are weighed together cannot be split over two planes, which costs blocks whose channels
    have nothing to do with each other.

    Raises:
        SpecError: a weight is negative or not finite, or all are 0.
    """

    luma: float = 4.0
    red_difference: float = 2.0
    blue_difference: float = 1.0
    alpha: float = 2.0

    def __post_init__(self) -> None:
        _check(self.luma, self.red_difference, self.blue_difference, self.alpha)

    def matrix(self) -> np.ndarray:
        """Return the 4x4 matrix M of the error r M r."""
        luma = np.array((0.2126, 0.7152, 0.0722, 0.0))
        red, blue = np.array((1.0, 0, 0, 0)) - luma, np.array((0, 0, 1.0, 0)) - luma
        rows = ((self.luma, luma), (self.red_difference, red), (self.blue_difference, blue))
        mixed = sum((weight * np.outer(row, row) for weight, row in rows), np.zeros((4, 4)))
        mixed[3, 3] = self.alpha
        return mixed


def _check(*weights: float) -> None:
    if not all(np.isfinite(w) and w >= 0 for w in weights) or not any(weights):
        raise SpecError(
            f"the weights {', '.join(str(w) for w in weights)} rank no errors; give numbers of at least 0, "
            "one of them above 0."
        )


Weights = ChannelWeights | PerceptualWeights
LINEAR: Final = ChannelWeights()
"""Every channel alike: right for data, and what PSNR measures."""
PERCEPTUAL: Final = PerceptualWeights()


def factor_of(weights: Weights) -> tuple[int, Factor]:
    """Return PLAIN, SEPARATE or MIXED, and U, scaled so that the mean over red, green and blue is 1."""
    matrix = weights.matrix()
    mean = np.trace(matrix[:3, :3]) / 3
    matrix = matrix / (mean if mean > 0 else matrix[3, 3])
    if np.array_equal(matrix, np.eye(4)):
        return PLAIN, (1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0)
    # A little of plain error keeps the matrix regular where a weight is 0, and settles what is free.
    upper = np.linalg.cholesky(matrix + 1e-4 * np.eye(4)).T
    is_separate = np.array_equal(matrix, np.diag(np.diag(matrix)))
    numbers = (upper[0, 0], upper[0, 1], upper[0, 2], upper[1, 1], upper[1, 2], upper[2, 2], upper[3, 3])
    return SEPARATE if is_separate else MIXED, tuple(float(np.float32(v)) for v in numbers)  # ty: ignore


@part
def write_factor(s: np.ndarray, factor: Factor) -> None:
    """Write U to PLAIN_FACTOR, for the whole image."""
    for k in range(7):
        store(s, PLAIN_FACTOR + k, spread(factor[k]))


@part
def write_metric(s: np.ndarray) -> None:
    """Write U to FACTOR and U^T U to METRIC, each as 00 01 02 11 12 22 and alpha, for the channels as they are."""
    for k in range(7):
        store(s, FACTOR + k, load(s, PLAIN_FACTOR + k))
    a, b, c = load(s, FACTOR), load(s, FACTOR + 1), load(s, FACTOR + 2)
    d, e, f, g = load(s, FACTOR + 3), load(s, FACTOR + 4), load(s, FACTOR + 5), load(s, FACTOR + 6)
    store(s, METRIC, a * a)
    store(s, METRIC + 1, a * b)
    store(s, METRIC + 2, a * c)
    store(s, METRIC + 3, b * b + d * d)
    store(s, METRIC + 4, b * c + d * e)
    store(s, METRIC + 5, c * c + e * e + f * f)
    store(s, METRIC + 6, g * g)


@part
def rotate_metric(s: np.ndarray, rotation: Lanes) -> None:
    """Write the metric of the first three channels of each lane's rotated texels, and ALONE_WEIGHT.

    Where rotation is not 0 the channels have to be weighed apart.
    """
    write_metric(s)
    alpha = load(s, PLAIN_FACTOR + 6)
    alone = alpha
    for c in range(3):
        number = spread(float(c + 1))
        chosen = (rotation >= number) & (rotation <= number)
        at = DIAGONAL[c]
        own = load(s, FACTOR + at)
        alone = select(chosen, own, alone)
        store(s, FACTOR + at, select(chosen, alpha, own))
        store(s, METRIC + at, select(chosen, alpha * alpha, load(s, METRIC + at)))
    store(s, ALONE_WEIGHT, alone * alone)


@part
def measured(s: np.ndarray, r0: Lanes, r1: Lanes, r2: Lanes, r3: Lanes) -> Lanes:
    """Return |U r|^2."""
    y0 = load(s, FACTOR) * r0 + load(s, FACTOR + 1) * r1 + load(s, FACTOR + 2) * r2
    y1 = load(s, FACTOR + 3) * r1 + load(s, FACTOR + 4) * r2
    y2, y3 = load(s, FACTOR + 5) * r2, load(s, FACTOR + 6) * r3
    return y0 * y0 + y1 * y1 + y2 * y2 + y3 * y3


@part
def dual(s: np.ndarray, r0: Lanes, r1: Lanes, r2: Lanes, r3: Lanes) -> tuple[Lanes, Lanes, Lanes, Lanes]:
    """Return U^T U r, whose product with a difference is what that costs along r."""
    m01, m02, m12 = load(s, METRIC + 1), load(s, METRIC + 2), load(s, METRIC + 4)
    return (
        load(s, METRIC) * r0 + m01 * r1 + m02 * r2,
        m01 * r0 + load(s, METRIC + 3) * r1 + m12 * r2,
        m02 * r0 + m12 * r1 + load(s, METRIC + 5) * r2,
        load(s, METRIC + 6) * r3,
    )
