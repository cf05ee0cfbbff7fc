"""Single colors between sRGB, linear light and OKLab; light, so that words and recipes share them.

Sources: IEC 61966-2-1 for sRGB; B. Ottosson, "A perceptual color space for image processing" (2020) for OKLab, in
which equal steps look equal. `imaging/color.py` does the same for tensors.
"""

from __future__ import annotations

import math

Triple = tuple[float, float, float]


def srgb_to_linear(color: Triple) -> Triple:
    """Decode one sRGB color."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return r, g, b


def linear_to_srgb(color: Triple) -> Triple:
    """Encode one linear color, clipped to 0..1."""
    r, g, b = (_encode(min(max(c, 0.0), 1.0)) for c in color)
    return r, g, b


def _encode(linear: float) -> float:
    return linear * 12.92 if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def linear_to_oklab(color: Triple) -> Triple:
    """Return L, a, b of one linear color."""
    r, g, b = color
    l_ = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    m_ = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    s_ = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_,
        1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_,
        0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_,
    )


def oklab_to_linear(color: Triple) -> Triple:
    """Return the linear color of L, a, b, clipped to 0..1."""
    lightness, a, b = color
    l_ = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_
    green = -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_
    blue = -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_
    return min(max(red, 0.0), 1.0), min(max(green, 0.0), 1.0), min(max(blue, 0.0), 1.0)
