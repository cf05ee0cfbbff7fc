"""Fit one channel of sixteen blocks at once: the half of BC5, the whole of BC4 and the alpha of BC3.

A channel of a block is two 8-bit end points and sixteen 3-bit codes, read in one of two ways: eight values
evenly from one end to the other, or six of them and the constants 0 and 255. Source: Khronos Data Format
Specification 1.3, "RGTC compressed texture image formats". Errors are those of exact interpolation, as
hardware does it; a texel between two values takes the upper one, because decoders in software cut off.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import (
    LANES,
    Lanes,
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

TEXELS = 0
"""Vectors 0..63: up to four planes of sixteen texels, 0..255."""
_CONSTANT = 64
"""Sixteen vectors: what each texel would cost as 0 or 255."""
_LOW = 80
_HIGH = 81
_ERROR = 82
_WORDS = 83
"""Two vectors: the codes of eight texels each, 24 bits."""
PLANE_SIZE = 85
"""Vectors of scratch that a plane and the texels take."""

_SHIFTS = np.array([0, -1, 1, 0, 0, 1, -1, 0, -1, -1, 1, 1, 1, -1, -1, 1], np.float32) * np.float32(0.5)
"""Pairs: how far to move the lower and the upper end for a start, in steps. Moving one end by half a step
changes the codes of half the texels, and finds most of what an exhaustive search finds."""
_NEVER = 1e30
_HALF = 0.50001


class PlaneSearch(NamedTuple):
    """How hard to look for the end points of a plane.

    Args:
        seeds: how many ends besides the range of the texels to start from, up to 8.
        rounds: of least squares, from each start.
        passes: how often to try the eight end pairs one step around the best so far.
        reach: then try all end pairs up to so many steps around it.
    """

    seeds: int
    rounds: int
    passes: int
    reach: int


PLANE_SEARCHES: Final[dict[Quality, PlaneSearch]] = {
    Quality.FAST: PlaneSearch(seeds=0, rounds=1, passes=0, reach=0),
    Quality.BALANCED: PlaneSearch(seeds=2, rounds=1, passes=0, reach=0),
    Quality.HIGH: PlaneSearch(seeds=4, rounds=2, passes=1, reach=0),
    Quality.MAX: PlaneSearch(seeds=8, rounds=3, passes=2, reach=3),
}
"""The numbers come from `benchmarks/bcn.py`."""


@part
def plane_word(s: np.ndarray, lane: int) -> np.uint64:
    """Return the eight bytes that `fit_plane` has found for one lane."""
    first = np.uint64(np.int32(s[_LOW * LANES + lane]))
    second = np.uint64(np.int32(s[_HIGH * LANES + lane]))
    front = np.uint64(np.int32(s[_WORDS * LANES + lane]))
    back = np.uint64(np.int32(s[(_WORDS + 1) * LANES + lane]))
    return first | second << np.uint64(8) | front << np.uint64(16) | back << np.uint64(40)


@part
def fit_plane(s: np.ndarray, x: int, plan: PlaneSearch) -> None:
    """Encode the plane at vectors `x`.. and leave it for `plane_word`."""
    zero, top = spread(0.0), spread(255.0)
    low, high = top, zero
    for i in range(16):
        v = load(s, x + i)
        low, high = lower(low, v), higher(high, v)
        store(s, _CONSTANT + i, spread(_NEVER))
    store(s, _ERROR, spread(_NEVER))
    _search(s, x, low, high, 7.0, plan)
    low, high, error = load(s, _LOW), load(s, _HIGH), load(s, _ERROR)
    _write_codes(s, x, 7.0)
    front, back = load(s, _WORDS), load(s, _WORDS + 1)
    # Eight values are read when the first end is the larger one.
    store(s, _LOW, high)
    store(s, _HIGH, low)
    # Six values can win only where some texel lies near 0 or 255 already.
    inner_low, inner_high = _inner_range(s, x)
    may_gain = (error > 0.0) & ((low < inner_low) | (high > inner_high))
    if not any_lane(may_gain):
        return
    for i in range(16):
        v = load(s, x + i)
        store(s, _CONSTANT + i, lower(v * v, (255.0 - v) * (255.0 - v)))
    # A lane without gain starts below any error and so keeps what it has.
    store(s, _ERROR, select(may_gain, error, spread(-1.0)))
    _search(s, x, inner_low, inner_high, 5.0, plan)
    better = may_gain & (load(s, _ERROR) < error)
    _write_codes(s, x, 5.0)
    store(s, _WORDS, select(better, load(s, _WORDS), front))
    store(s, _WORDS + 1, select(better, load(s, _WORDS + 1), back))
    store(s, _LOW, select(better, load(s, _LOW), high))
    store(s, _HIGH, select(better, load(s, _HIGH), low))


@part
def _inner_range(s: np.ndarray, x: int) -> tuple[Lanes, Lanes]:
    """Return the least and greatest texel among those at least 4 away from 0 and 255."""
    low, high = spread(255.0), spread(0.0)
    for i in range(16):
        v = load(s, x + i)
        inside = (v >= 4.0) & (v <= 251.0)
        low = select(inside, lower(low, v), low)
        high = select(inside, higher(high, v), high)
    empty = low > high
    return select(empty, spread(128.0), low), select(empty, spread(128.0), high)


@part
def _search(s: np.ndarray, x: int, low: Lanes, high: Lanes, steps: float, plan: PlaneSearch) -> None:
    """Leave the best end points found in _LOW and _HIGH and their squared error in _ERROR."""
    start = floor(lower(low, spread(255.0 - steps)))
    least, greatest = low, high
    for _ in range(1 + plan.rounds):
        low, high = _move_ends(s, x, low, high, steps)
    _try_ends(s, x, low, high, steps)
    # Ends as far apart as there are steps hit every whole number between them.
    _try_ends(s, x, start, start + steps, steps)
    if not any_lane(load(s, _ERROR) > 0.0):
        return
    step = (greatest - least) * (1.0 / steps)
    for k in range(plan.seeds):
        low = least + step * _SHIFTS[2 * k]
        high = greatest + step * _SHIFTS[2 * k + 1]
        for _ in range(plan.rounds):
            low, high = _move_ends(s, x, low, high, steps)
        _try_ends(s, x, low, high, steps)
    for _ in range(plan.passes):
        _search_around(s, x, 1, steps)
    if plan.reach > 0:
        _search_around(s, x, plan.reach, steps)


@part
def _search_around(s: np.ndarray, x: int, reach: int, steps: float) -> None:
    low, high = load(s, _LOW), load(s, _HIGH)
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            if i != 0 or j != 0:
                _try_ends(s, x, low + float(i), high + float(j), steps)


@part
def _rounded(end: Lanes) -> Lanes:
    return floor(higher(lower(end, spread(255.0)), spread(0.0)) + 0.5)


@part
def _keep_better(s: np.ndarray, low: Lanes, high: Lanes, error: Lanes) -> None:
    best = load(s, _ERROR)
    better = error < best
    store(s, _ERROR, lower(error, best))
    store(s, _LOW, select(better, low, load(s, _LOW)))
    store(s, _HIGH, select(better, high, load(s, _HIGH)))


@part
def _try_ends(s: np.ndarray, x: int, low: Lanes, high: Lanes, steps: float) -> None:
    """Round the ends and keep them if they are better."""
    high = _rounded(high)
    low = lower(_rounded(low), high)
    span = high - low
    scale = steps / higher(span, spread(1.0))
    step = span * (1.0 / steps)
    last, zero = spread(steps), spread(0.0)
    error = zero
    for i in range(16):
        d = load(s, x + i) - low
        r = d - lower(higher(floor(d * scale + _HALF), zero), last) * step
        error += lower(r * r, load(s, _CONSTANT + i))
    _keep_better(s, low, high, error)


@part
def _move_ends(s: np.ndarray, x: int, low: Lanes, high: Lanes, steps: float) -> tuple[Lanes, Lanes]:
    """Do as `_try_ends` and return the ends that least squares would have instead."""
    high = _rounded(high)
    low = lower(_rounded(low), high)
    span = high - low
    scale = steps / higher(span, spread(1.0))
    step = span * (1.0 / steps)
    last, zero, one = spread(steps), spread(0.0), spread(1.0)
    error = count = sum_k = sum_kk = sum_r = sum_kr = zero
    for i in range(16):
        d = load(s, x + i) - low
        k = lower(higher(floor(d * scale + _HALF), zero), last)
        r = d - k * step
        cost = r * r
        constant = load(s, _CONSTANT + i)
        error += lower(cost, constant)
        # Texels that are 0 or 255 at no cost to the ends have no say.
        weight = select(constant < cost, zero, one)
        count += weight
        k = k * weight
        sum_k += k
        sum_kk += k * k
        sum_r += r * weight
        sum_kr += k * r
    _keep_better(s, low, high, error)
    # The line a + b k through the residuals, by the normal equations.
    det = count * sum_kk - sum_k * sum_k
    share = select(det > 0.5, 1.0 / higher(det, spread(0.5)), zero)
    slope = (count * sum_kr - sum_k * sum_r) * share
    shift = (sum_kk * sum_r - sum_k * sum_kr) * share
    return low + shift, high + shift + slope * steps


@part
def _write_codes(s: np.ndarray, x: int, steps: float) -> None:
    """Write the stored codes of all texels to _WORDS, eight texels in each, 3 bits a texel."""
    low, high = load(s, _LOW), load(s, _HIGH)
    span = high - low
    last, zero, one = spread(steps), spread(0.0), spread(1.0)
    # Equal ends are read as six values, whatever was meant: only the codes of the ends themselves are safe.
    scale = select(span > 0.0, steps / higher(span, spread(1.0)), zero)
    step = span * (1.0 / steps)
    for half in range(2):
        word = zero
        place = 1.0
        for i in range(8 * half, 8 * half + 8):
            v = load(s, x + i)
            d = v - low
            k = lower(higher(floor(d * scale + _HALF), zero), last)
            if steps > 6.0:
                # From the high end: 0, 2, 3, 4, 5, 6, 7, and the low end is 1.
                code = select(k >= 7.0, zero, select(k <= 0.0, one, 8.0 - k))
            else:
                r = d - k * step
                code = select(k <= 0.0, zero, select(k >= 5.0, one, k + 1.0))
                nearest = select(v < 128.0, spread(6.0), spread(7.0))
                code = select(load(s, _CONSTANT + i) < r * r, nearest, code)
            word += code * place
            place *= 8.0
        store(s, _WORDS + half, word)
