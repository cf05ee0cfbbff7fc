"""The filters that images change size with, and the weights they give to the texels around a new one.

Widths are measured in texels of the smaller image. Kaiser is a sinc of 3 texels on either side under a Kaiser
window with alpha 4, sharp with little ringing; Mitchell-Netravali (B = C = 1/3) is softer; box is the plain
average, which counts every texel by the area of it that a new one covers.

Halving an even axis puts every new texel between two old ones, so all of them share one row of weights. An
odd axis of 2 m + 1 has m new texels of 2 + 1 / m old ones each: their centers slide by one texel from end to
end, and so do their weights. Both ends of the axis, and its center, stay where they are.

Sources: Kaiser, Schafer, "On the Use of the I0-sinh Window", 1980; Mitchell, Netravali, "Reconstruction
Filters in Computer Graphics", SIGGRAPH 1988; Guthe, Heckbert, "Non-Power-of-Two Mipmapping", NVIDIA 2005.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

KAISER_ALPHA = 4.0
_ROUND_OFF = 1e-9


class Filter(Enum):
    """The kernel that an image is made smaller or larger with."""

    BOX = "box"
    KAISER = "kaiser"
    MITCHELL = "mitchell"


_HALF_WIDTH = {Filter.BOX: 0.5, Filter.MITCHELL: 2.0, Filter.KAISER: 3.0}


@dataclass(frozen=True, slots=True)
class Taps:
    """The old texels that make up the new ones of one axis.

    Args:
        offsets: of a tap from `2 i` when halving, i the new texel; the nearest to it come first.
        weights: of each tap, one for all new texels or one for each; a new texel's sum to 1.
    """

    offsets: tuple[int, ...]
    weights: tuple[tuple[float, ...], ...]


def kernel_value(kernel: Filter, x: float) -> float:
    """Return the kernel at `x` texels of the smaller image, not normalized."""
    x = abs(x)
    if kernel is Filter.BOX:
        return 1.0 if x < 0.5 else 0.5 if x == 0.5 else 0.0
    if kernel is Filter.MITCHELL:
        if x < 1.0:
            return (7.0 * x**3 - 12.0 * x**2 + 16.0 / 3.0) / 6.0
        return (-7.0 / 3.0 * x**3 + 12.0 * x**2 - 20.0 * x + 32.0 / 3.0) / 6.0 if x < 2.0 else 0.0
    if x >= 3.0:
        return 0.0
    sinc = math.sin(math.pi * x) / (math.pi * x) if x > 0.0 else 1.0
    return sinc * _bessel_i0(KAISER_ALPHA * math.sqrt(1.0 - (x / 3.0) ** 2)) / _bessel_i0(KAISER_ALPHA)


def weights_around(center: float, *, scale: float, kernel: Filter) -> dict[int, float]:
    """Return the weight of each old texel in a new one, by position; they sum to 1.

    Args:
        center: of the new texel, in old texels; texel 0 reaches from -0.5 to 0.5.
        scale: old texels in a new one, at least 1.
        kernel: the filter.
    """
    reach = _HALF_WIDTH[kernel] * scale
    positions = range(math.ceil(center - reach - 0.5), math.floor(center + reach + 0.5) + 1)
    if kernel is Filter.BOX:
        low, high = center - reach, center + reach
        raw = {t: max(0.0, min(high, t + 0.5) - max(low, t - 0.5)) for t in positions}
    else:
        raw = {t: kernel_value(kernel, (t - center) / scale) for t in positions}
    total = math.fsum(raw.values())
    return {t: weight / total for t, weight in raw.items() if abs(weight) > _ROUND_OFF}


@lru_cache(maxsize=256)
def halving_taps(size: int, kernel: Filter) -> Taps:
    """Return the taps that halve an axis of `size` texels, 2 or more, rounded down."""
    count = size // 2
    scale = size / count
    centers = [(i + 0.5) * scale - 0.5 for i in range(count)] if size % 2 else [0.5]
    rows = [
        {t - 2 * i: weight for t, weight in weights_around(center, scale=scale, kernel=kernel).items()}
        for i, center in enumerate(centers)
    ]
    middle = 1.0 if size % 2 else 0.5
    offsets = sorted({offset for row in rows for offset in row}, key=lambda o: (abs(o - middle), o))
    return Taps(tuple(offsets), tuple(tuple(row.get(o, 0.0) for row in rows) for o in offsets))


def _bessel_i0(x: float) -> float:
    total = term = 1.0
    for k in range(1, 40):
        term *= (x / (2.0 * k)) ** 2
        total += term
    return total
