"""Read blocks of 4x4 texels out of an image, sixteen blocks at once."""

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
    """Do as `gather_blocks` and turn 0..1 to 0..255, rounded half up when `is_whole`; others are clamped."""
    gather_blocks(s, base, pixels, sources, channels, wraps, first, last)
    for k in range(base, base + 16 * channels):
        value = lower(higher(load(s, k), spread(0.0)), spread(1.0)) * 255.0
        if is_whole:
            value = floor(value + 0.5)
        store(s, k, value)


@part
def gather_blocks(
    s: np.ndarray,
    base: int,
    pixels: np.ndarray,
    sources: tuple[int, int, int, int],
    channels: int,
    wraps: tuple[bool, bool],
    first: int,
    last: int,
) -> None:
    """Write blocks `first` .. `first` + 15 to vectors `base`.., 16 for each of the first `channels` sources.

    Blocks past `last` repeat it. Texels past the edge come from the opposite edge where the image wraps, and
    repeat the edge where it does not.
    """
    height, width, stride = pixels.shape
    flat = pixels.ravel()
    columns = (width + 3) // 4
    # Unsigned places spare the test for an index that counts from the end.
    one_vector = np.uint64(LANES)
    for lane in range(LANES):
        block = min(first + lane, last)
        top, left = block // columns * 4, block % columns * 4
        x0 = np.uint64(left * stride)
        x1 = np.uint64(_inside(left + 1, width, wraps[0]) * stride)
        x2 = np.uint64(_inside(left + 2, width, wraps[0]) * stride)
        x3 = np.uint64(_inside(left + 3, width, wraps[0]) * stride)
        for row in range(4):
            start = _inside(top + row, height, wraps[1]) * width * stride
            for c in range(channels):
                at = np.uint64((base + 16 * c + 4 * row) * LANES + lane)
                line = np.uint64(start + max(sources[c], 0))
                s[at] = flat[line + x0]
                s[at + one_vector] = flat[line + x1]
                s[at + one_vector + one_vector] = flat[line + x2]
                s[at + one_vector + one_vector + one_vector] = flat[line + x3]
    for c in range(channels):
        if sources[c] < 0:
            for k in range(base + 16 * c, base + 16 * c + 16):
                store(s, k, spread(1.0 if sources[c] == _ONE else 0.0))


@part
def _inside(at: int, size: int, wraps: bool) -> int:
    if at < size:
        return at
    return at % size if wraps else size - 1
