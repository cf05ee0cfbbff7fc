"""Guess, before any fit, what each of the 32 two-subset patterns of BC6H would cost, and set one up.

A subset whose texels scatter with covariance C loses trace(C) - lambda to the line it is drawn on (lambda:
largest eigenvalue), and about lambda / steps^2 to the rounding of indices along that line.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc6h_scratch import (
    ANCHORS,
    CANDIDATE,
    ESTIMATES,
    LIMITS,
    MEMBERS,
    NEVER,
    PRODUCTS,
    SUMS,
    TEXELS,
)
from assetgen.blocks.bc7_tables import ANCHOR_OF_TWO, TWO_SUBSETS
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LANES, Lanes, load, lower, select, spread, store
from assetgen.blocks.line import scatter_cost

_COUNT = 32
_INDEX_NOISE = 1.0 / 49.0
_SCALE = 1.0 / 257.0
"""To 0..255, so that products of products stay within float32."""


def _smaller_lists() -> np.ndarray:
    """Return a row for each pattern: how many texels its smaller subset holds, then their numbers."""
    lists = np.zeros((_COUNT, 17), np.int64)
    for row, mask in zip(lists, TWO_SUBSETS, strict=False):
        smaller = mask if mask.bit_count() <= 8 else 0xFFFF ^ mask
        members = [i for i in range(16) if smaller >> i & 1]
        row[0] = len(members)
        row[1 : 1 + len(members)] = members
    return lists


_LISTS = _smaller_lists()
_PATTERNS = np.array(TWO_SUBSETS[:_COUNT], np.int64)
ANCHOR = np.array(ANCHOR_OF_TWO[:_COUNT], np.int64)
"""The texel of the second subset whose index loses its top bit."""


@part
def estimate_partitions(s: np.ndarray) -> None:
    """Write the expected squared error of every pattern to ESTIMATES."""
    _write_products(s)
    for p in range(_COUNT):
        count = _LISTS[p, 0]
        for k in range(9):
            total = spread(0.0)
            for j in range(1, count + 1):
                total += load(s, PRODUCTS + 16 * k + _LISTS[p, j])
            store(s, SUMS + 9 + k, total)
        cost = _line_cost(s, SUMS + 9, float(count))
        for k in range(9):
            store(s, SUMS + 9 + k, load(s, SUMS + k) - load(s, SUMS + 9 + k))
        store(s, ESTIMATES + p, cost + _line_cost(s, SUMS + 9, 16.0 - float(count)))


@part
def _write_products(s: np.ndarray) -> None:
    for c in range(3):
        mean = spread(0.0)
        for i in range(16):
            mean += load(s, TEXELS + 16 * c + i)
        mean = mean * 0.0625
        for i in range(16):
            store(s, PRODUCTS + 16 * c + i, (load(s, TEXELS + 16 * c + i) - mean) * _SCALE)
    for i in range(16):
        a, b, c_ = load(s, PRODUCTS + i), load(s, PRODUCTS + 16 + i), load(s, PRODUCTS + 32 + i)
        store(s, PRODUCTS + 48 + i, a * a)
        store(s, PRODUCTS + 64 + i, a * b)
        store(s, PRODUCTS + 80 + i, a * c_)
        store(s, PRODUCTS + 96 + i, b * b)
        store(s, PRODUCTS + 112 + i, b * c_)
        store(s, PRODUCTS + 128 + i, c_ * c_)
    for k in range(9):
        total = spread(0.0)
        for i in range(16):
            total += load(s, PRODUCTS + 16 * k + i)
        store(s, SUMS + k, total)


@part
def _line_cost(s: np.ndarray, sums: int, count: float) -> Lanes:
    """Return the expected squared error of `count` texels with these nine sums on the best line through them."""
    share = 1.0 / count
    a, b, c = load(s, sums), load(s, sums + 1), load(s, sums + 2)
    aa = load(s, sums + 3) - a * a * share
    ab = load(s, sums + 4) - a * b * share
    ac = load(s, sums + 5) - a * c * share
    bb = load(s, sums + 6) - b * b * share
    bc = load(s, sums + 7) - b * c * share
    cc = load(s, sums + 8) - c * c * share
    return scatter_cost(aa, ab, ac, bb, bc, cc, spread(_INDEX_NOISE))


@part
def take_best_partition(s: np.ndarray) -> None:
    """Move the number of the least estimate to CANDIDATE and strike it from ESTIMATES."""
    best, number = load(s, ESTIMATES), spread(0.0)
    for p in range(1, _COUNT):
        estimate = load(s, ESTIMATES + p)
        number = select(estimate < best, spread(float(p)), number)
        best = lower(estimate, best)
    store(s, CANDIDATE, number)
    for lane in range(LANES):
        s[(ESTIMATES + int(s[CANDIDATE * LANES + lane])) * LANES + lane] = NEVER


@part
def set_up_two_subsets(s: np.ndarray) -> None:
    """Write members, limits and anchors of each lane's CANDIDATE pattern."""
    for lane in range(LANES):
        p = int(s[CANDIDATE * LANES + lane])
        pattern, anchor = _PATTERNS[p], ANCHOR[p]
        for i in range(16):
            second = np.float32((pattern >> i) & 1)
            s[(MEMBERS + i) * LANES + lane] = np.float32(1.0) - second
            s[(MEMBERS + 16 + i) * LANES + lane] = second
            s[(LIMITS + i) * LANES + lane] = np.float32(3.0 if i == 0 or i == anchor else 7.0)
        for c in range(3):
            s[(ANCHORS + c) * LANES + lane] = s[(TEXELS + 16 * c) * LANES + lane]
            s[(ANCHORS + 3 + c) * LANES + lane] = s[(TEXELS + 16 * c + anchor) * LANES + lane]


@part
def set_up_one_subset(s: np.ndarray) -> None:
    """Write members, limits and the anchor of a block that is not divided."""
    for i in range(16):
        store(s, MEMBERS + i, spread(1.0))
        store(s, MEMBERS + 16 + i, spread(0.0))
        store(s, LIMITS + i, spread(7.0 if i == 0 else 15.0))
    for c in range(3):
        store(s, ANCHORS + c, load(s, TEXELS + 16 * c))
