"""Encode images as BC1: 8 bytes for every 4x4 texels, opaque or with texels that are wholly clear.

Source: Khronos Data Format Specification 1.3, "S3TC compressed texture image formats".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assetgen.blocks.bc1_fit import fit_color
from assetgen.blocks.bc1_pack import color_word, pack_color
from assetgen.blocks.bc1_scratch import COLOR_SEARCHES, COLOR_SIZE, MEMBERS, TEXELS, ColorSearch
from assetgen.blocks.kernel import compile_kernel, in_chunks, sources_digest
from assetgen.blocks.lanes import LANES, allocate, load, select, spread, store
from assetgen.blocks.quality import Quality
from assetgen.blocks.texels import block_count, channel_sources, read_blocks, texel_array
from assetgen.media.image import Image


def encode_bc1(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return the color of an image as opaque BC1 blocks, row by row, 8 bytes each; alpha is not looked at.

    No block uses the fourth entry of a palette of three, which some readers take for black and some for
    clear.

    Args:
        image: values 0..1; others are clamped. One channel becomes grey. Edges are filled up as
            `encode_blocks` says.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.
    """
    return _encode(image, clear=False, quality=quality, threads=threads)


def encode_bc1a(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return an image as BC1 blocks with 1-bit alpha, row by row, 8 bytes each.

    Texels with alpha below one half become clear and black, the others opaque; the color of clear texels has
    no say in that of the others.

    Args:
        image: as for `encode_bc1`; alpha is its last channel, if it has any.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.
    """
    return _encode(image, clear=True, quality=quality, threads=threads)


def _encode(image: Image, *, clear: bool, quality: Quality, threads: int) -> bytes:
    pixels, sources, wraps = texel_array(image), channel_sources(image), image.wraps
    columns, rows = block_count(image)
    out = np.empty(columns * rows, np.uint64)
    plan = COLOR_SEARCHES[quality]

    def encode(first: int, last: int) -> None:
        _KERNEL(pixels, sources, wraps, first, last, plan, clear, allocate(COLOR_SIZE), out)

    in_chunks(encode, len(out), threads)
    return out.astype("<u8", copy=False).tobytes()


def _make_kernel(digest: int) -> Callable[..., None]:
    def encode_bc1_range(
        pixels: np.ndarray,
        sources: tuple[int, int, int, int],
        wraps: tuple[bool, bool],
        first: int,
        last: int,
        plan: ColorSearch,
        clear: bool,
        s: np.ndarray,
        out: np.ndarray,
    ) -> None:
        _ = digest  # closed over so that it is part of the cache's key, see kernel.py
        for start in range(first, last, LANES):
            read_blocks(s, TEXELS, pixels, sources, 4 if clear else 3, False, wraps, start, last - 1)
            for i in range(16):
                member = spread(1.0)
                if clear:
                    member = select(load(s, TEXELS + 48 + i) < 127.5, spread(0.0), member)
                store(s, MEMBERS + i, member)
            fit_color(s, plan, True)
            pack_color(s)
            for lane in range(min(LANES, last - start)):
                out[start + lane] = color_word(s, lane)

    return compile_kernel(encode_bc1_range)


_KERNEL = _make_kernel(sources_digest())
