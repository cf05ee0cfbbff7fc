"""Encode images as BC4 (one channel, 8 bytes a block) and BC5 (two channels, 16 bytes a block).

A channel of a block is two 8-bit end points and sixteen 3-bit codes, read in one of two ways: eight values
evenly from one end to the other, or six of them and the constants 0 and 255. Source: Khronos Data Format
Specification 1.3, "RGTC compressed texture image formats". The pixels are not rounded to 8 bits first,
because hardware interpolates the values with more precision than that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from assetgen.blocks.kernel import compile_kernel, in_chunks, part, sources_digest
from assetgen.blocks.lanes import (
    LANES,
    Lanes,
    allocate,
    any_lane,
    floor,
    higher,
    load,
    lower,
    select,
    spread,
    store,
)
from assetgen.blocks.quality import Quality
from assetgen.blocks.texels import block_count, read_blocks, texel_array
from assetgen.errors import SpecError
from assetgen.media.image import Image

_TEXELS: Final = 0
_LOW: Final = 32
_HIGH: Final = 33
_ERROR: Final = 34
_MOVED: Final = 35
"""Two vectors: the ends that least squares asks for."""
_WORDS: Final = 37
"""Two vectors: the codes of eight texels each, 24 bits."""
_SIZE: Final = 39
_NEVER: Final = 1e30


class _Search(NamedTuple):
    """`rounds` of least squares, then a search of all end points up to `reach` steps away."""

    rounds: int
    reach: int


_SEARCHES: Final[dict[Quality, _Search]] = {
    Quality.FAST: _Search(rounds=1, reach=0),
    Quality.BALANCED: _Search(rounds=2, reach=1),
    Quality.HIGH: _Search(rounds=3, reach=3),
    Quality.MAX: _Search(rounds=4, reach=7),
}


def encode_bc4(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return the first channel as BC4 blocks, row by row, 8 bytes each.

    Args:
        image: values 0..1; others are clamped. Edges are filled up as `encode_bc7` does.
        quality: how hard to look for small errors.
        threads: how many threads to use; the bytes are the same for any number.
    """
    return _encode(image, planes=1, quality=quality, threads=threads)


def encode_bc5(image: Image, *, quality: Quality = Quality.BALANCED, threads: int = 1) -> bytes:
    """Return the first two channels as BC5 blocks, row by row, 16 bytes each; the format for normal maps.

    Args:
        image: at least two channels, values 0..1; others are clamped. Edges are filled up as `encode_bc7`
            does.
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
    plan = _SEARCHES[quality]

    def encode(first: int, last: int) -> None:
        _KERNEL(pixels, sources, wraps, first, last, plan, allocate(_SIZE), out)

    in_chunks(encode, len(out), threads)
    return out.astype("<u8", copy=False).tobytes()


def _make_kernel(digest: int) -> Callable[..., None]:
    def encode_bc45_range(
        pixels: np.ndarray,
        sources: tuple[int, int, int, int],
        wraps: tuple[bool, bool],
        first: int,
        last: int,
        plan: _Search,
        s: np.ndarray,
        out: np.ndarray,
    ) -> None:
        _ = digest  # closed over so that it is part of the cache's key, see kernel.py
        planes = out.shape[1]
        for start in range(first, last, LANES):
            read_blocks(s, _TEXELS, pixels, sources, planes, False, wraps, start, last - 1)
            for plane in range(planes):
                _encode_lanes(s, _TEXELS + 16 * plane, plan)
                for lane in range(min(LANES, last - start)):
                    out[start + lane, plane] = _word(s, lane)

    return compile_kernel(encode_bc45_range)


@part
def _word(s: np.ndarray, lane: int) -> np.uint64:
    """Return the eight bytes of one lane."""
    first = np.uint64(np.int32(s[_LOW * LANES + lane]))
    second = np.uint64(np.int32(s[_HIGH * LANES + lane]))
    front = np.uint64(np.int32(s[_WORDS * LANES + lane]))
    back = np.uint64(np.int32(s[(_WORDS + 1) * LANES + lane]))
    return first | second << np.uint64(8) | front << np.uint64(16) | back << np.uint64(40)


@part
def _encode_lanes(s: np.ndarray, x: int, plan: _Search) -> None:
    """Leave end points in the order they are stored in _LOW and _HIGH, and the codes in _WORDS."""
    low, high = _range(s, x, 0.0)
    _search(s, x, low, high, 7.0, _NEVER, plan)
    low, high, error = load(s, _LOW), load(s, _HIGH), load(s, _ERROR)
    _write_codes(s, x, low, high, 7.0)
    front, back = load(s, _WORDS), load(s, _WORDS + 1)
    # Eight values are read when the first end is the larger one.
    store(s, _LOW, high)
    store(s, _HIGH, low)
    # Six values can win only where some texel lies near 0 or 255 already.
    inner_low, inner_high = _range(s, x, 4.0)
    may_gain = (error > 0.0) & ((low < inner_low) | (high > inner_high))
    if not any_lane(may_gain):
        return
    _search(s, x, inner_low, inner_high, 5.0, 1.0, plan)
    six_low, six_high = load(s, _LOW), load(s, _HIGH)
    better = may_gain & (load(s, _ERROR) < error)
    _write_codes(s, x, six_low, six_high, 5.0)
    store(s, _WORDS, select(better, load(s, _WORDS), front))
    store(s, _WORDS + 1, select(better, load(s, _WORDS + 1), back))
    store(s, _LOW, select(better, six_low, high))
    store(s, _HIGH, select(better, six_high, low))


@part
def _range(s: np.ndarray, x: int, margin: float) -> tuple[Lanes, Lanes]:
    """Return the least and greatest texel among those at least `margin` away from 0 and 255."""
    low, high = spread(255.0), spread(0.0)
    for i in range(16):
        v = load(s, x + i)
        inside = (v >= margin) & (v <= 255.0 - margin)
        low = select(inside, lower(low, v), low)
        high = select(inside, higher(high, v), high)
    empty = low > high
    return select(empty, spread(128.0), low), select(empty, spread(128.0), high)


@part
def _search(
    s: np.ndarray, x: int, low: Lanes, high: Lanes, steps: float, fixed: float, plan: _Search
) -> None:
    """Leave the best end points found in _LOW and _HIGH and their squared error in _ERROR."""
    store(s, _ERROR, spread(_NEVER))
    _try_ends(s, x, low, high, steps, fixed)
    for _ in range(plan.rounds):
        _try_ends(s, x, load(s, _MOVED), load(s, _MOVED + 1), steps, fixed)
    reach = plan.reach
    low, high = load(s, _LOW), load(s, _HIGH)
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            if i != 0 or j != 0:
                _try_ends(s, x, low + float(i), high + float(j), steps, fixed)


@part
def _try_ends(s: np.ndarray, x: int, low: Lanes, high: Lanes, steps: float, fixed: float) -> None:
    """Round the ends and keep them if they are better; leave in _MOVED what least squares would have.

    With `fixed` at 1, texels may also be 0 or 255 at no cost to the ends; a huge number forbids that.
    """
    zero, one = spread(0.0), spread(1.0)
    low = floor(higher(lower(low, spread(255.0)), zero) + 0.5)
    high = floor(higher(lower(high, spread(255.0)), zero) + 0.5)
    low = lower(low, high)
    span = high - low
    scale = steps * span / (span * span + 1e-6)
    step = 1.0 / steps
    error = zero
    aa = ab = bb = p = q = zero
    for i in range(16):
        v = load(s, x + i)
        k = lower(higher(floor((v - low) * scale + 0.5), zero), spread(steps))
        b = k * step
        r = low + span * b - v
        cost = r * r
        constant = lower(v * v, (255.0 - v) * (255.0 - v)) * fixed
        weight = select(constant < cost, zero, one)
        error += lower(cost, constant)
        a = (1.0 - b) * weight
        b = b * weight
        aa += a * a
        ab += a * b
        bb += b * b
        p += a * v
        q += b * v
    det = aa * bb - ab * ab
    solvable = det > 1e-3
    share = 1.0 / higher(det, spread(1e-3))
    store(s, _MOVED, select(solvable, (bb * p - ab * q) * share, low))
    store(s, _MOVED + 1, select(solvable, (aa * q - ab * p) * share, high))
    better = error < load(s, _ERROR)
    store(s, _ERROR, lower(error, load(s, _ERROR)))
    store(s, _LOW, select(better, low, load(s, _LOW)))
    store(s, _HIGH, select(better, high, load(s, _HIGH)))


@part
def _write_codes(s: np.ndarray, x: int, low: Lanes, high: Lanes, steps: float) -> None:
    """Write the stored codes of all texels to _WORDS, eight texels in each, 3 bits a texel."""
    span = high - low
    zero = spread(0.0)
    scale = steps * span / (span * span + 1e-6)
    for half in range(2):
        word = zero
        place = 1.0
        for i in range(8):
            v = load(s, x + 8 * half + i)
            k = lower(higher(floor((v - low) * scale + 0.5), zero), spread(steps))
            if steps > 6.0:
                # From the high end: 0, 2, 3, 4, 5, 6, 7, and the low end is 1.
                code = select(k >= 7.0, zero, select(k <= 0.0, spread(1.0), 8.0 - k))
            else:
                code = select(k <= 0.0, zero, select(k >= 5.0, spread(1.0), k + 1.0))
                r = low + span * k / steps - v
                code = select(v * v < r * r, spread(6.0), code)
                code = select((255.0 - v) * (255.0 - v) < lower(r * r, v * v), spread(7.0), code)
            word += code * place
            place *= 8.0
        store(s, _WORDS + half, word)


_KERNEL = _make_kernel(sources_digest())
