"""Encode images as BC3: 16 bytes for every 4x4 texels, alpha as in BC4 and color as in BC1.

Source: Khronos Data Format Specification 1.3, "S3TC compressed texture image formats".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assetgen.blocks.bc1_fit import fit_color
from assetgen.blocks.bc1_pack import color_word, pack_color
from assetgen.blocks.bc1_scratch import COLOR_SEARCHES, COLOR_SIZE, MEMBERS, TEXELS, ColorSearch
from assetgen.blocks.bc4_plane import PLANE_SEARCHES, PlaneSearch, fit_plane, plane_word
from assetgen.blocks.kernel import compile_kernel, in_chunks, sources_digest
from assetgen.blocks.lanes import LANES, allocate, spread, store
from assetgen.blocks.quality import Quality
from assetgen.blocks.texels import block_count, channel_sources, read_blocks, texel_array
from assetgen.media.image import Image


def encode_bc3(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return an image as BC3 blocks, row by row, 16 bytes each.

    Color always has the palette of four, and its larger color comes first, so that readers that go by the
    order of the colors, as in BC1, read the same. Alpha that is missing becomes 255.

    Args:
        image: values 0..1; others are clamped. One channel becomes grey; two become grey and alpha, or red
            and green when the image says it has no alpha. Edges are filled up as `encode_blocks` says.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.
    """
    pixels, sources, wraps = texel_array(image), channel_sources(image), image.wraps
    columns, rows = block_count(image)
    out = np.empty((columns * rows, 2), np.uint64)
    plans = PLANE_SEARCHES[quality], COLOR_SEARCHES[quality]

    def encode(first: int, last: int) -> None:
        _KERNEL(pixels, sources, wraps, first, last, *plans, allocate(COLOR_SIZE), out)

    in_chunks(encode, len(out), threads)
    return out.astype("<u8", copy=False).tobytes()


def _make_kernel(digest: int) -> Callable[..., None]:
    def encode_bc3_range(
        pixels: np.ndarray,
        sources: tuple[int, int, int, int],
        wraps: tuple[bool, bool],
        first: int,
        last: int,
        alpha_plan: PlaneSearch,
        color_plan: ColorSearch,
        s: np.ndarray,
        out: np.ndarray,
    ) -> None:
        _ = digest  # closed over so that it is part of the cache's key, see kernel.py
        for i in range(16):
            store(s, MEMBERS + i, spread(1.0))
        for start in range(first, last, LANES):
            read_blocks(s, TEXELS, pixels, sources, 4, False, wraps, start, last - 1)
            fit_plane(s, TEXELS + 48, alpha_plan)
            fit_color(s, color_plan, False)
            pack_color(s)
            for lane in range(min(LANES, last - start)):
                out[start + lane, 0] = plane_word(s, lane)
                out[start + lane, 1] = color_word(s, lane)

    return compile_kernel(encode_bc3_range)


_KERNEL = _make_kernel(sources_digest())
