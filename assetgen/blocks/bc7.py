"""Encode images as BC7: 16 bytes for every 4x4 texels, color with or without alpha.

Source: Khronos Data Format Specification 1.3, "BPTC compressed texture image formats". All eight modes are used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from assetgen.blocks.bc7_pack import pack_lanes
from assetgen.blocks.bc7_scratch import SIZE, TEXELS, Search
from assetgen.blocks.bc7_search import search_modes
from assetgen.blocks.kernel import compile_kernel, sources_digest
from assetgen.blocks.lanes import LANES, allocate
from assetgen.blocks.quality import Quality
from assetgen.blocks.texels import block_count, channel_sources, read_blocks, texel_array
from assetgen.media.image import Image

SEARCHES: Final[dict[Quality, Search]] = {
    Quality.FAST: Search(8, 1, 1, 1, 0, 0, 1, 0, 1),
    Quality.BALANCED: Search(4, 2, 1, 3, 1, 0, 1, 0, 1),
    Quality.HIGH: Search(0, 3, 2, 8, 4, 4, 3, 2, 3),
}


def _make_kernel(digest: int) -> Callable[..., None]:
    def encode_range(
        pixels: np.ndarray,
        sources: tuple[int, ...],
        wraps: tuple[bool, bool],
        first: int,
        last: int,
        plan: Search,
        s: np.ndarray,
        out: np.ndarray,
    ) -> None:
        _ = digest  # closed over: see kernel.py
        for start in range(first, last, LANES):
            read_blocks(s, TEXELS, pixels, sources, wraps, start, last - 1)
            search_modes(s, plan)
            pack_lanes(s, min(LANES, last - start), out, start)

    return compile_kernel(encode_range)


_encode = _make_kernel(sources_digest())


def encode_bc7(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1, plan=None) -> bytes:
    columns, rows = block_count(image)
    out = np.empty((columns * rows, 2), np.uint64)
    _encode(texel_array(image), channel_sources(image), image.wraps, 0, len(out), plan or SEARCHES[quality], allocate(SIZE), out)
    return out.tobytes()
