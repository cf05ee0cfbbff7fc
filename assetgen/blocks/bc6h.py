"""Encode images as BC6H: 16 bytes for every 4x4 texels of high-dynamic-range color, in half floats.

Source: Khronos Data Format Specification 1.3, section "BPTC compressed texture image formats". All fourteen
modes are written.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assetgen.blocks.bc6h_pack import pack_lanes
from assetgen.blocks.bc6h_scratch import SEARCHES, SIZE, TEXELS, Search
from assetgen.blocks.bc6h_search import search_modes
from assetgen.blocks.kernel import compile_kernel, in_chunks, part, sources_digest
from assetgen.blocks.lanes import LANES, allocate, higher, load, lower, select, spread, store
from assetgen.blocks.quality import Quality
from assetgen.blocks.texels import block_count, channel_sources, gather_blocks, texel_array
from assetgen.media.image import Image

_LARGEST_HALF = 65504.0
_SMALLEST_NORMAL = 2.0**-14


def encode_bc6h_ufloat(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return the color of an image as BC6H_UF16 blocks, row by row, 16 bytes each; alpha is not kept.

    Small errors are sought in the bits of half floats, so about in the logarithm of light.

    Args:
        image: linear values; those outside 0..65504 are clamped. One channel becomes grey. Edges are filled
            up as `encode_blocks` says.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.
    """
    return _encode(image, is_signed=False, quality=quality, threads=threads)


def encode_bc6h_sfloat(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return the color of an image as BC6H_SF16 blocks, which hold negative values as well.

    Args:
        image: linear values; those outside -65504..65504 are clamped. Otherwise as `encode_bc6h_ufloat`.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.
    """
    return _encode(image, is_signed=True, quality=quality, threads=threads)


def _encode(image: Image, *, is_signed: bool, quality: Quality, threads: int) -> bytes:
    pixels, sources, wraps = texel_array(image), channel_sources(image), image.wraps
    columns, rows = block_count(image)
    out = np.empty((columns * rows, 2), np.uint64)
    plan = SEARCHES[quality]

    def encode(first: int, last: int) -> None:
        _KERNEL(pixels, sources, wraps, first, last, plan, is_signed, allocate(SIZE), out)

    in_chunks(encode, len(out), threads)
    return out.astype("<u8", copy=False).tobytes()


@part
def _to_block_scale(s: np.ndarray, is_signed: bool) -> None:
    """Turn linear values into places among the half floats, on the scale of bc6h_scratch.py."""
    zero, one = spread(0.0), spread(1.0)
    for k in range(TEXELS, TEXELS + 48):
        value = load(s, k)
        size = higher(value, -1.0 * value) if is_signed else higher(value, zero)
        size = lower(size, spread(_LARGEST_HALF)) * (1.0 / _SMALLEST_NORMAL)
        exponent = one
        for power in (16, 8, 4, 2, 1):
            large = size >= float(1 << power)
            size = select(large, size * (1.0 / float(1 << power)), size)
            exponent = select(large, exponent + float(power), exponent)
        # Below 1 they are even steps from 0; above, 1024 steps for every doubling.
        place = select(size < 1.0, size * 1024.0, (exponent + (size - 1.0)) * 1024.0)
        # A decoder cuts off what is between two halves, so the aim is the middle.
        place = (place + 0.5) * (32.0 / 31.0 if is_signed else 64.0 / 31.0)
        store(s, k, select(value < 0.0, -1.0 * place, place) if is_signed else place)


def _make_kernel(digest: int) -> Callable[..., None]:
    def encode_bc6h_range(
        pixels: np.ndarray,
        sources: tuple[int, int, int, int],
        wraps: tuple[bool, bool],
        first: int,
        last: int,
        plan: Search,
        is_signed: bool,
        s: np.ndarray,
        out: np.ndarray,
    ) -> None:
        _ = digest  # closed over so that it is part of the cache's key, see kernel.py
        for start in range(first, last, LANES):
            gather_blocks(s, TEXELS, pixels, sources, 3, wraps, start, last - 1)
            _to_block_scale(s, is_signed)
            search_modes(s, plan, is_signed)
            pack_lanes(s, min(LANES, last - start), out, start)

    return compile_kernel(encode_bc6h_range)


_KERNEL = _make_kernel(sources_digest())
