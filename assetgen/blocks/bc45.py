"""Encode images as BC4 (one channel, 8 bytes a block) and BC5 (two channels, 16 bytes a block).

Source: Khronos Data Format Specification 1.3, "RGTC compressed texture image formats". The pixels are not
rounded to 8 bits first, because hardware interpolates the values with more precision than that.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assetgen.blocks.bc4_plane import PLANE_SEARCHES, PLANE_SIZE, TEXELS, PlaneSearch, fit_plane, plane_word
from assetgen.blocks.kernel import compile_kernel, in_chunks, sources_digest
from assetgen.blocks.lanes import LANES, allocate
from assetgen.blocks.quality import Quality
from assetgen.blocks.texels import block_count, read_blocks, texel_array
from assetgen.errors import SpecError
from assetgen.media.image import Image


def encode_bc4(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return the first channel as BC4 blocks, row by row, 8 bytes each.

    Args:
        image: values 0..1; others are clamped. Edges are filled up as `encode_blocks` says.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.
    """
    return _encode(image, planes=1, quality=quality, threads=threads)


def encode_bc5(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return the first two channels as BC5 blocks, row by row, 16 bytes each; the format for normal maps.

    Args:
        image: at least two channels, values 0..1; others are clamped. Edges are filled up as `encode_blocks`
            says.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.

    Raises:
        SpecError: the image has one channel.
    """
    if image.channels < 2:
        raise SpecError("BC5 holds two channels and the image has one; encode it as BC4.")
    return _encode(image, planes=2, quality=quality, threads=threads)


def _encode(image: Image, *, planes: int, quality: Quality, threads: int) -> bytes:
    pixels, sources, wraps = texel_array(image), (0, 1, 0, 0), image.wraps
    columns, rows = block_count(image)
    out = np.empty((columns * rows, planes), np.uint64)
    plan = PLANE_SEARCHES[quality]

    def encode(first: int, last: int) -> None:
        _KERNEL(pixels, sources, wraps, first, last, plan, allocate(PLANE_SIZE), out)

    in_chunks(encode, len(out), threads)
    return out.astype("<u8", copy=False).tobytes()


def _make_kernel(digest: int) -> Callable[..., None]:
    def encode_bc45_range(
        pixels: np.ndarray,
        sources: tuple[int, int, int, int],
        wraps: tuple[bool, bool],
        first: int,
        last: int,
        plan: PlaneSearch,
        s: np.ndarray,
        out: np.ndarray,
    ) -> None:
        _ = digest  # closed over so that it is part of the cache's key, see kernel.py
        planes = out.shape[1]
        for start in range(first, last, LANES):
            read_blocks(s, TEXELS, pixels, sources, planes, False, wraps, start, last - 1)
            for plane in range(planes):
                fit_plane(s, TEXELS + 16 * plane, plan)
                for lane in range(min(LANES, last - start)):
                    out[start + lane, plane] = plane_word(s, lane)

    return compile_kernel(encode_bc45_range)


_KERNEL = _make_kernel(sources_digest())
