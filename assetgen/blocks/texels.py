"""Read blocks of 4x4 texels out of an image, sixteen blocks at once, as numbers 0..255."""

from __future__ import annotations

import numpy as np

from assetgen.blocks.channels import ONE as _ONE
from assetgen.blocks.channels import block_count as block_count
from assetgen.blocks.channels import channel_sources as channel_sources
from assetgen.blocks.kernel import kernel_array, part
from assetgen.blocks.lanes import LANES, floor, higher, load, lower, spread, store
from assetgen.media.image import Image


def texel_array(image: Image) -> np.ndarray:
    """Return the pixels as a C-contiguous (H, W, C) float32 array on the CPU."""
    return kernel_array(image.pixels)


@part
def read_blocks(
    s: np.ndarray,
    base: int,
    pixels: np.ndarray,
    sources: tuple[int, int, int, int],
    channels: int,
    is_whole: bool,
    wraps: tuple[bool, bool],
    first: int,
    last: int,
) -> None:
    """Write blocks `first` .. `first` + 15 to vectors `base`.., 16 for each of the first `channels` sources.

    Values are 0..255, rounded half up when `is_whole`. Blocks past `last` repeat it. Texels past the edge
    come from the opposite edge where the image wraps, and repeat the edge where it does not.
    """
    height, width, _ = pixels.shape
    columns = (width + 3) // 4
    for lane in range(LANES):
        block = min(first + lane, last)
        top, left = block // columns * 4, block % columns * 4
        x0, x1 = left, _inside(left + 1, width, wraps[0])
        x2, x3 = _inside(left + 2, width, wraps[0]), _inside(left + 3, width, wraps[0])
        for row in range(4):
            y = _inside(top + row, height, wraps[1])
            for c in range(channels):
                at = (base + 16 * c + 4 * row) * LANES + lane
                source = max(sources[c], 0)
                s[at] = pixels[y, x0, source]
                s[at + LANES] = pixels[y, x1, source]
                s[at + 2 * LANES] = pixels[y, x2, source]
                s[at + 3 * LANES] = pixels[y, x3, source]
    for c in range(channels):
        for k in range(base + 16 * c, base + 16 * c + 16):
            value = lower(higher(load(s, k), spread(0.0)), spread(1.0))
            if sources[c] < 0:
                value = spread(1.0 if sources[c] == _ONE else 0.0)
            value = value * 255.0
            if is_whole:
                value = floor(value + 0.5)
            store(s, k, value)


@part
def _inside(at: int, size: int, wraps: bool) -> int:
    if at < size:
        return at
    return at % size if wraps else size - 1
