"""Encode images as BC7: 16 bytes for every 4x4 texels, color with or without alpha.

Source: Khronos Data Format Specification 1.3, "BPTC compressed texture image formats". All eight modes are
written: 6, 5 and 1 carry most blocks; 3, 7, 4, 0 and 2 are tried as far as the quality asks. What the trials find
is polished (bc7_refine), which gains more for its time than better trials: with it, one power-iteration fit
without least squares is enough to rank the modes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from assetgen.blocks.bc7_metric import LINEAR, Factor, Weights, factor_of, write_factor
from assetgen.blocks.bc7_pack import pack_lanes
from assetgen.blocks.bc7_scratch import SIZE, TEXELS, Search
from assetgen.blocks.bc7_search import search_modes
from assetgen.blocks.kernel import compile_kernel, in_chunks, sources_digest
from assetgen.blocks.lanes import LANES, allocate
from assetgen.blocks.quality import Quality
from assetgen.blocks.texels import block_count, channel_sources, read_blocks, texel_array
from assetgen.media.image import Image

SEARCHES: Final[dict[Quality, Search]] = {
    Quality.FAST: Search(
        stop=8.0,
        rounds=1,
        two_subsets=1,
        two_subsets_fine=0,
        three_subsets=0,
        rotations=1,
        rotations_fine=0,
        doubt=0.2,
        refine_rounds=0,
        refine_reach=0,
        refine_passes=0,
        refine_neighbours=1,
        slack=0.0,
    ),
    Quality.BALANCED: Search(
        stop=0.0,
        rounds=0,
        two_subsets=3,
        two_subsets_fine=1,
        three_subsets=0,
        rotations=1,
        rotations_fine=1,
        doubt=0.2,
        refine_rounds=1,
        refine_reach=1,
        refine_passes=1,
        refine_neighbours=1,
        slack=0.0,
    ),
    Quality.HIGH: Search(
        stop=0.0,
        rounds=0,
        two_subsets=4,
        two_subsets_fine=3,
        three_subsets=2,
        rotations=3,
        rotations_fine=2,
        doubt=0.0,
        refine_rounds=1,
        refine_reach=1,
        refine_passes=1,
        refine_neighbours=1,
        slack=1.1,
    ),
    Quality.MAX: Search(
        stop=0.0,
        rounds=1,
        two_subsets=24,
        two_subsets_fine=16,
        three_subsets=16,
        rotations=4,
        rotations_fine=4,
        doubt=0.0,
        refine_rounds=3,
        refine_reach=2,
        refine_passes=4,
        refine_neighbours=3,
        slack=1.3,
    ),
}
"""How hard each quality looks; the numbers come from `benchmarks/bc7.py`."""


def encode_bc7(
    image: Image, *, quality: Quality = Quality.BALANCED, weights: Weights = LINEAR, threads: int = 1
) -> bytes:
    """Return the image as BC7 blocks, row by row, 16 bytes each.

    The pixels are taken as they are: color is expected sRGB-encoded already. One channel becomes grey; two
    become grey and alpha, or red and green when the image says it has no alpha; alpha that is missing
    becomes 255, and a block whose alpha is 255 or 0 throughout keeps it exactly. A block of one color is exact.
    Sizes that are no multiple of 4 are filled up from the opposite edge along axes that wrap, and by
    repeating the edge along the others.

    Args:
        image: values 0..1; others are clamped. Read on the CPU.
        quality: how hard to look for small errors.
        weights: what errors count; for color that people look at `PERCEPTUAL` may be better.
        threads: how many threads to use; the bytes are the same for any number.
    """
    pixels, sources, wraps = texel_array(image), channel_sources(image), image.wraps
    columns, rows = block_count(image)
    out = np.empty((columns * rows, 2), np.uint64)
    weighted, factor = factor_of(weights)
    plan = SEARCHES[quality]._replace(weighted=weighted)

    def encode(first: int, last: int) -> None:
        _KERNEL(pixels, sources, wraps, first, last, plan, factor, allocate(SIZE), out)

    in_chunks(encode, len(out), threads)
    return out.astype("<u8", copy=False).tobytes()


def _make_kernel(digest: int) -> Callable[..., None]:
    def encode_bc7_range(
        pixels: np.ndarray,
        sources: tuple[int, int, int, int],
        wraps: tuple[bool, bool],
        first: int,
        last: int,
        plan: Search,
        factor: Factor,
        s: np.ndarray,
        out: np.ndarray,
    ) -> None:
        _ = digest  # closed over so that it is part of the cache's key, see kernel.py
        write_factor(s, factor)
        for start in range(first, last, LANES):
            read_blocks(s, TEXELS, pixels, sources, 4, True, wraps, start, last - 1)
            search_modes(s, plan)
            pack_lanes(s, min(LANES, last - start), out, start)

    return compile_kernel(encode_bc7_range)


_KERNEL = _make_kernel(sources_digest())
