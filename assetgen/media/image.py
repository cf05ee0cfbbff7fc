"""Pixels with a meaning: what every texture is while it is inside assetgen.

Conventions, stated once: pixels are 0..1 (linear light may exceed 1), row 0 is the top row, alpha is straight
(not premultiplied) at rest, and a tangent-space normal map is stored as n * 0.5 + 0.5 with +Y up ("OpenGL").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import torch
from torch import Tensor

from assetgen.errors import SpecError


class ColorSpace(Enum):
    """What a pixel value means."""

    SRGB = "srgb"
    """Color encoded with the sRGB transfer function (IEC 61966-2-1); alpha, if any, stays linear."""
    LINEAR = "linear"
    """Color proportional to light, sRGB primaries; may exceed 1."""
    DATA = "data"
    """Not a color: normals, roughness, height, masks."""


class AlphaMode(Enum):
    """What the last channel of a two- or four-channel image means."""

    NONE = "none"
    STRAIGHT = "straight"
    """Coverage, with color not multiplied by it."""
    CUTOUT = "cutout"
    """Coverage that the engine compares with a threshold (alpha test)."""


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A picture or a data map.

    Args:
        pixels: (H, W, C) float32, 1 to 4 channels, on any device.
        space: what the values mean.
        alpha: what the last channel means; anything but NONE needs 2 or 4 channels.
        wraps: whether the picture continues at its opposite edge, along (x, y).

    Raises:
        SpecError: wrong shape, dtype, channel count, or a value that is not finite.
    """

    pixels: Tensor
    space: ColorSpace
    alpha: AlphaMode = AlphaMode.NONE
    wraps: tuple[bool, bool] = (False, False)

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.ndim != 3 or not 1 <= pixels.shape[2] <= 4 or 0 in pixels.shape:
            raise SpecError(f"an image is (H, W, 1..4), not {tuple(pixels.shape)}.")
        if pixels.dtype != torch.float32:
            raise SpecError(f"an image holds float32, not {pixels.dtype}; convert it first.")
        if self.alpha is not AlphaMode.NONE and pixels.shape[2] not in (2, 4):
            raise SpecError(f"an image with alpha has 2 or 4 channels, not {pixels.shape[2]}.")
        # min and max carry NaN and infinity through, so two reductions prove every value finite.
        low, high = torch.aminmax(pixels)
        if not (torch.isfinite(low) and torch.isfinite(high)):
            raise SpecError("an image holds a value that is not finite.")

    @property
    def height(self) -> int:
        """Rows."""
        return self.pixels.shape[0]

    @property
    def width(self) -> int:
        """Columns."""
        return self.pixels.shape[1]

    @property
    def channels(self) -> int:
        """Channels, alpha included."""
        return self.pixels.shape[2]

    def with_pixels(self, pixels: Tensor) -> Image:
        """Return the same kind of image with other pixels."""
        return replace(self, pixels=pixels)


@dataclass(frozen=True, slots=True, eq=False)
class MipChain:
    """An image at full size and at every half size below it, level 0 the largest.

    Raises:
        SpecError: no level, or a level that is not half (rounded down, at least 1) of the one before.
    """

    levels: tuple[Image, ...]

    def __post_init__(self) -> None:
        if not self.levels:
            raise SpecError("a mip chain has at least one level.")
        for upper, lower in zip(self.levels, self.levels[1:], strict=False):
            expected = (max(upper.height // 2, 1), max(upper.width // 2, 1))
            if (lower.height, lower.width) != expected:
                raise SpecError(
                    f"a {upper.width}x{upper.height} mip level is followed by "
                    f"{lower.width}x{lower.height}, not {expected[1]}x{expected[0]}."
                )
