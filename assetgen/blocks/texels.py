"""Read blocks of 4x4 texels out of an image, sixteen blocks at once, as the whole numbers 0..255 that get encoded."""

from __future__ import annotations

import numpy as np
from numba import njit

from assetgen.blocks.lanes import LANES
from assetgen.media.image import AlphaMode, Image

_ZERO = -1
_ONE = -2


def texel_array(image: Image) -> np.ndarray:
    """Return the pixels as a C-contiguous (H, W, C) float32 array on the CPU."""
    return np.require(image.pixels.detach().cpu().numpy(), np.float32, ["C", "W"])


def channel_sources(image: Image) -> tuple[int, int, int, int]:
    """Return which channel of the image feeds red, green, blue and alpha; -1 stands for 0 and -2 for 1."""
    if image.channels == 1:
        return (0, 0, 0, _ONE)
    if image.channels == 2:
        return (0, 1, _ZERO, _ONE) if image.alpha is AlphaMode.NONE else (0, 0, 0, 1)
    return (0, 1, 2, 3 if image.channels == 4 else _ONE)


def block_count(image: Image) -> tuple[int, int]:
    """Return how many columns and rows of blocks cover the image."""
    return (image.width + 3) // 4, (image.height + 3) // 4


@njit
def read_blocks(
    s: np.ndarray,
    base: int,
    pixels: np.ndarray,
    sources: tuple[int, ...],
    wraps: tuple[bool, bool],
    first: int,
    last: int,
) -> None:
    """Write blocks `first` .. `first` + 15 to vectors `base`.., 16 for each of the sources.

    Blocks past `last` repeat it. Texels past the edge come from the opposite edge where the image wraps, and repeat
    the edge where it does not.
    """
    height, width, _ = pixels.shape
    columns = (width + 3) // 4
    for lane in range(LANES):
        block = min(first + lane, last)
        top, left = block // columns * 4, block % columns * 4
        for i in range(16):
            y, x = top + i // 4, left + i % 4
            if y >= height:
                y = y % height if wraps[1] else height - 1
            if x >= width:
                x = x % width if wraps[0] else width - 1
            for c in range(len(sources)):
                source = sources[c]
                value = np.float32(255.0 if source == _ONE else 0.0)
                if source >= 0:
                    # Clamped first: a value beyond 2^31 has no whole number to be rounded to.
                    clamped = min(max(pixels[y, x, source], np.float32(0.0)), np.float32(1.0))
                    value = np.float32(np.floor(clamped * np.float32(255.0) + np.float32(0.5)))
                s[(base + 16 * c + i) * LANES + lane] = value
