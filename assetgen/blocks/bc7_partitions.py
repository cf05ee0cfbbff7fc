"""Guess, before any fit, what each partition pattern of BC7 would cost.

A subset whose texels scatter with covariance C loses trace(C) - lambda to the line it is drawn on (lambda:
largest eigenvalue), and about lambda / steps^2 to the rounding of indices along that line.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assetgen.blocks.bc7_scratch import (
    CANDIDATE,
    ESTIMATES,
    FACTOR,
    LISTED,
    MASKS,
    PRODUCTS,
    SUMS,
    TEXELS,
)
from assetgen.blocks.bc7_tables import SECOND_OF_THREE, THIRD_OF_THREE, TWO_SUBSETS
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import (
    LANES,
    LaneMask,
    Lanes,
    load,
    lower,
    select,
    spread,
    store,
)
from assetgen.blocks.line import scatter_cost

STRUCK: Final = 1e30
"""The estimate of what is not to be tried."""


def _texel_lists(masks: tuple[int, ...]) -> np.ndarray:
    """Return a row for each mask: how many texels it holds, then their numbers."""
    lists = np.zeros((len(masks), 17), np.int64)
    for row, mask in zip(lists, masks, strict=True):
        members = [i for i in range(16) if mask >> i & 1]
        row[0] = len(members)
        row[1 : 1 + len(members)] = members
    return lists


_ALL_LIST = _texel_lists((0xFFFF,))
# Of two subsets the sums of the smaller one are taken, and the other's are what is left.
_FEWER_LIST = _texel_lists(tuple(m if m.bit_count() <= 8 else 0xFFFF ^ m for m in TWO_SUBSETS))
_SECOND_LIST = _texel_lists(SECOND_OF_THREE)
_THIRD_LIST = _texel_lists(THIRD_OF_THREE)
_TWO = np.array(TWO_SUBSETS, np.int64)
_SECOND = np.array(SECOND_OF_THREE, np.int64)
_THIRD = np.array(THIRD_OF_THREE, np.int64)


@part
def prepare_products(s: np.ndarray, opaque: LaneMask, weighted: int) -> None:
    """Write the three features of every texel, centred, and their six products to PRODUCTS.

    Opaque blocks use red, green and blue; in the others alpha takes the place of the color channel that
    varies least.
    """
    spread0, spread1, spread2 = _variation(s, 0), _variation(s, 1), _variation(s, 2)
    zero, one = spread(0.0), spread(1.0)
    drop0 = select(opaque, zero, select(spread0 <= lower(spread1, spread2), one, zero)) > 0.5
    drop1 = select(opaque, zero, select(spread1 <= spread2, one, zero)) > 0.5
    drop1_only = select(drop0, zero, select(drop1, one, zero)) > 0.5
    drop2 = select(opaque, zero, select(drop0, zero, select(drop1_only, zero, one))) > 0.5
    for i in range(16):
        alpha = load(s, TEXELS + 48 + i)
        a, b, c_ = load(s, TEXELS + i), load(s, TEXELS + 16 + i), load(s, TEXELS + 32 + i)
        if weighted > 0:
            a, b = (
                a * load(s, FACTOR) + b * load(s, FACTOR + 1) + c_ * load(s, FACTOR + 2),
                (b * load(s, FACTOR + 3) + c_ * load(s, FACTOR + 4)),
            )
            c_ = c_ * load(s, FACTOR + 5)
            alpha = alpha * load(s, FACTOR + 6)
        store(s, PRODUCTS + i, select(drop0, alpha, a))
        store(s, PRODUCTS + 16 + i, select(drop1_only, alpha, b))
        store(s, PRODUCTS + 32 + i, select(drop2, alpha, c_))
    for c in range(3):
        mean = zero
        for i in range(16):
            mean += load(s, PRODUCTS + 16 * c + i)
        mean = mean * 0.0625
        for i in range(16):
            store(s, PRODUCTS + 16 * c + i, load(s, PRODUCTS + 16 * c + i) - mean)
    for i in range(16):
        a, b, c_ = load(s, PRODUCTS + i), load(s, PRODUCTS + 16 + i), load(s, PRODUCTS + 32 + i)
        store(s, PRODUCTS + 48 + i, a * a)
        store(s, PRODUCTS + 64 + i, a * b)
        store(s, PRODUCTS + 80 + i, a * c_)
        store(s, PRODUCTS + 96 + i, b * b)
        store(s, PRODUCTS + 112 + i, b * c_)
        store(s, PRODUCTS + 128 + i, c_ * c_)


@part
def _variation(s: np.ndarray, channel: int) -> Lanes:
    total = square = spread(0.0)
    for i in range(16):
        v = load(s, TEXELS + 16 * channel + i)
        total += v
        square += v * v
    return square - total * total * 0.0625


@part
def estimate_two_subsets(s: np.ndarray, index_noise: Lanes) -> None:
    """Write the expected squared error of all 64 two-subset patterns to ESTIMATES."""
    _listed_cost(s, _ALL_LIST, 0, SUMS, index_noise)
    for p in range(64):
        cost = _listed_cost(s, _FEWER_LIST, p, LISTED, index_noise)
        store(s, ESTIMATES + p, cost + _rest_cost(s, 16 - _FEWER_LIST[p, 0], index_noise))


@part
def estimate_three_subsets(s: np.ndarray, index_noise: Lanes, patterns: int) -> None:
    """Write the expected squared error of that many three-subset patterns to ESTIMATES, the rest struck."""
    _listed_cost(s, _ALL_LIST, 0, SUMS, index_noise)
    for p in range(patterns):
        cost = _listed_cost(s, _SECOND_LIST, p, LISTED + 9, index_noise)
        cost += _listed_cost(s, _THIRD_LIST, p, LISTED, index_noise)
        for k in range(LISTED, LISTED + 9):
            store(s, k, load(s, k) + load(s, k + 9))
        rest = 16 - _SECOND_LIST[p, 0] - _THIRD_LIST[p, 0]
        store(s, ESTIMATES + p, cost + _rest_cost(s, rest, index_noise))
    for p in range(patterns, 64):
        store(s, ESTIMATES + p, spread(STRUCK))


@part
def _listed_cost(s: np.ndarray, lists: np.ndarray, p: int, out: int, index_noise: Lanes) -> Lanes:
    """Return what the subset in row `p` of the lists would cost; its nine sums go to vectors `out`.."""
    a = b = c = aa = ab = ac = bb = bc = cc = spread(0.0)
    count = lists[p, 0]
    for j in range(1, count + 1):
        at = PRODUCTS + lists[p, j]
        a += load(s, at)
        b += load(s, at + 16)
        c += load(s, at + 32)
        aa += load(s, at + 48)
        ab += load(s, at + 64)
        ac += load(s, at + 80)
        bb += load(s, at + 96)
        bc += load(s, at + 112)
        cc += load(s, at + 128)
    store(s, out, a)
    store(s, out + 1, b)
    store(s, out + 2, c)
    store(s, out + 3, aa)
    store(s, out + 4, ab)
    store(s, out + 5, ac)
    store(s, out + 6, bb)
    store(s, out + 7, bc)
    store(s, out + 8, cc)
    return _line_cost(a, b, c, aa, ab, ac, bb, bc, cc, count, index_noise)


@part
def _rest_cost(s: np.ndarray, count: int, index_noise: Lanes) -> Lanes:
    """Return what the texels outside LISTED would cost as one subset."""
    a = load(s, SUMS) - load(s, LISTED)
    b = load(s, SUMS + 1) - load(s, LISTED + 1)
    c = load(s, SUMS + 2) - load(s, LISTED + 2)
    aa = load(s, SUMS + 3) - load(s, LISTED + 3)
    ab = load(s, SUMS + 4) - load(s, LISTED + 4)
    ac = load(s, SUMS + 5) - load(s, LISTED + 5)
    bb = load(s, SUMS + 6) - load(s, LISTED + 6)
    bc = load(s, SUMS + 7) - load(s, LISTED + 7)
    cc = load(s, SUMS + 8) - load(s, LISTED + 8)
    return _line_cost(a, b, c, aa, ab, ac, bb, bc, cc, count, index_noise)


@part
def _line_cost(
    a: Lanes,
    b: Lanes,
    c: Lanes,
    aa: Lanes,
    ab: Lanes,
    ac: Lanes,
    bb: Lanes,
    bc: Lanes,
    cc: Lanes,
    count: int,
    index_noise: Lanes,
) -> Lanes:
    """Return the expected squared error of texels with these sums on the best line through them."""
    share = 1.0 / float(count)
    ma, mb, mc = a * share, b * share, c * share
    aa, ab, ac = aa - a * ma, ab - a * mb, ac - a * mc
    bb, bc, cc = bb - b * mb, bc - b * mc, cc - c * mc
    return scatter_cost(aa, ab, ac, bb, bc, cc, index_noise)


@part
def take_best_partition(s: np.ndarray) -> None:
    """Move the least estimate and its number to CANDIDATE and strike it from ESTIMATES."""
    best, number = load(s, ESTIMATES), spread(0.0)
    for p in range(1, 64):
        estimate = load(s, ESTIMATES + p)
        number = select(estimate < best, spread(float(p)), number)
        best = lower(estimate, best)
    store(s, CANDIDATE, number)
    store(s, CANDIDATE + 1, best)
    for lane in range(LANES):
        s[(ESTIMATES + int(s[CANDIDATE * LANES + lane])) * LANES + lane] = STRUCK


@part
def write_masks(s: np.ndarray, subsets: int) -> None:
    """Write the membership masks of each lane's CANDIDATE pattern to MASKS."""
    for lane in range(LANES):
        write_lane_masks(s, lane, subsets, int(s[CANDIDATE * LANES + lane]))


@part
def write_lane_masks(s: np.ndarray, lane: int, subsets: int, partition: int) -> None:
    """Write one lane's membership masks of a pattern with that many subsets to MASKS."""
    second = third = 0
    if subsets == 2:
        second = _TWO[partition]
    elif subsets == 3:
        second, third = _SECOND[partition], _THIRD[partition]
    for i in range(16):
        in_second = np.float32((second >> i) & 1)
        in_third = np.float32((third >> i) & 1)
        s[(MASKS + i) * LANES + lane] = np.float32(1.0) - in_second - in_third
        s[(MASKS + 16 + i) * LANES + lane] = in_second
        s[(MASKS + 32 + i) * LANES + lane] = in_third
