"""Write the chosen encodings of sixteen blocks as BC7 bits.

The top bit of the index at each anchor texel is not stored: it has to be 0, so a subset whose anchor has it set
exchanges its end points and mirrors its indices.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from assetgen.blocks.bc7_scratch import (
    BEST,
    BEST_ENDS,
    BEST_INDICES,
    BEST_P,
    BEST_SECOND,
    MODE,
    PARTITION,
    ROTATION,
    SELECTOR,
    TEXELS,
)
from assetgen.blocks.bc7_tables import (
    ALPHA_BITS,
    ANCHOR_OF_SECOND,
    ANCHOR_OF_THIRD,
    ANCHOR_OF_TWO,
    COLOR_BITS,
    INDEX_BITS,
    P_BITS,
    PARTITION_BITS,
    SECOND_INDEX_BITS,
    SECOND_OF_THREE,
    SUBSETS,
    THIRD_OF_THREE,
    TWO_SUBSETS,
)
from assetgen.blocks.lanes import LANES

_TWO = np.array(TWO_SUBSETS, np.int64)
_SECOND = np.array(SECOND_OF_THREE, np.int64)
_THIRD = np.array(THIRD_OF_THREE, np.int64)
_ANCHOR_OF_TWO = np.array(ANCHOR_OF_TWO, np.int64)
_ANCHOR_OF_SECOND = np.array(ANCHOR_OF_SECOND, np.int64)
_ANCHOR_OF_THIRD = np.array(ANCHOR_OF_THIRD, np.int64)


def _exact_colors() -> np.ndarray:
    """Return, per 8-bit value, the two 7-bit mode 5 end points whose index-1 mixture is exactly that value."""
    ends = np.arange(128)
    wide = ends * 2 + ends // 64
    mixed = (43 * wide[:, None] + 21 * wide[None, :] + 32) // 64
    distance = np.abs(ends[:, None] - ends[None, :])
    pairs = np.zeros((256, 2), np.int64)
    for value in range(256):
        # Of the exact pairs the closest: it also survives decoders that interpolate with less precision.
        cost = np.where(mixed == value, distance, 1000)
        pairs[value] = np.unravel_index(np.argmin(cost), cost.shape)
    return pairs


_EXACT = _exact_colors()


@njit
def pack_lane(s: np.ndarray, lane: int, out: np.ndarray, block: int) -> None:
    """Write the block of one lane to row `block` of `out`, (N, 2) uint64."""
    if _is_one_color(s, lane):
        _pack_one_color(s, lane, out, block)
        return
    mode = int(s[(BEST + MODE) * LANES + lane])
    partition = int(s[(BEST + PARTITION) * LANES + lane])
    selector = int(s[(BEST + SELECTOR) * LANES + lane])
    _settle_anchors(s, lane, mode, partition, selector)
    out[block, 0] = 0
    out[block, 1] = 0
    at = _put(out, block, 0, 1 << mode, mode + 1)
    at = _put(out, block, at, partition, PARTITION_BITS[mode])
    if SECOND_INDEX_BITS[mode] > 0:
        at = _put(out, block, at, int(s[(BEST + ROTATION) * LANES + lane]), 2)
        if mode == 4:
            at = _put(out, block, at, selector, 1)
    at = _put_ends(s, lane, mode, out, block, at)
    _put_indices(s, lane, mode, partition, selector, out, block, at)


@njit
def _is_one_color(s: np.ndarray, lane: int) -> bool:
    for c in range(4):
        for i in range(1, 16):
            k = TEXELS + 16 * c
            if s[(k + i) * LANES + lane] != s[k * LANES + lane]:
                return False
    return True


@njit
def _pack_one_color(s: np.ndarray, lane: int, out: np.ndarray, block: int) -> None:
    """Use mode 5 with every color index 1: exact for every color and alpha."""
    out[block, 0] = 0
    out[block, 1] = 0
    at = _put(out, block, 0, 32, 8)
    for c in range(3):
        value = int(s[(TEXELS + 16 * c) * LANES + lane])
        at = _put(out, block, at, _EXACT[value, 0], 7)
        at = _put(out, block, at, _EXACT[value, 1], 7)
    alpha = int(s[(TEXELS + 48) * LANES + lane])
    at = _put(out, block, at, alpha, 8)
    at = _put(out, block, at, alpha, 8)
    at = _put(out, block, at, 1, 1)
    for _ in range(15):
        at = _put(out, block, at, 1, 2)


@njit
def _put(out: np.ndarray, block: int, at: int, value: int, bits: int) -> int:
    """Write the low `bits` of `value` at bit `at` and return where the next field starts."""
    field = np.uint64(value)
    if at < 64:
        out[block, 0] |= field << np.uint64(at)
        if at + bits > 64:
            out[block, 1] |= field >> np.uint64(64 - at)
    else:
        out[block, 1] |= field << np.uint64(at - 64)
    return at + bits


@njit
def _subset_of(subsets: int, partition: int, texel: int) -> int:
    if subsets == 2:
        return (_TWO[partition] >> texel) & 1
    if subsets == 3:
        return ((_SECOND[partition] >> texel) & 1) + 2 * ((_THIRD[partition] >> texel) & 1)
    return 0


@njit
def _anchor_of(subsets: int, partition: int, subset: int) -> int:
    if subset == 0:
        return 0
    if subsets == 2:
        return _ANCHOR_OF_TWO[partition]
    return _ANCHOR_OF_SECOND[partition] if subset == 1 else _ANCHOR_OF_THIRD[partition]


@njit
def _settle_anchors(s: np.ndarray, lane: int, mode: int, partition: int, selector: int) -> None:
    """Exchange end points and mirror indices wherever an anchor's top bit is set."""
    subsets = SUBSETS[mode]
    planes = SECOND_INDEX_BITS[mode] > 0
    bits = SECOND_INDEX_BITS[mode] if selector == 1 else INDEX_BITS[mode]
    channels = 3 if planes else 4
    for k in range(subsets):
        anchor = _anchor_of(subsets, partition, k)
        if s[(BEST + BEST_INDICES + anchor) * LANES + lane] < float(1 << (bits - 1)):
            continue
        for c in range(channels):
            end = BEST + BEST_ENDS + 8 * k + c
            _exchange(s, lane, end, end + 4)
        _exchange(s, lane, BEST + BEST_P + 2 * k, BEST + BEST_P + 2 * k + 1)
        for i in range(16):
            if _subset_of(subsets, partition, i) == k:
                at = (BEST + BEST_INDICES + i) * LANES + lane
                s[at] = float((1 << bits) - 1) - s[at]
    if planes:
        bits = INDEX_BITS[mode] if selector == 1 else SECOND_INDEX_BITS[mode]
        if s[(BEST + BEST_SECOND) * LANES + lane] >= float(1 << (bits - 1)):
            _exchange(s, lane, BEST + BEST_ENDS + 3, BEST + BEST_ENDS + 7)
            for i in range(16):
                at = (BEST + BEST_SECOND + i) * LANES + lane
                s[at] = float((1 << bits) - 1) - s[at]


@njit
def _exchange(s: np.ndarray, lane: int, a: int, b: int) -> None:
    at, other = a * LANES + lane, b * LANES + lane
    s[at], s[other] = s[other], s[at]


@njit
def _put_ends(s: np.ndarray, lane: int, mode: int, out: np.ndarray, block: int, at: int) -> int:
    """Write all end points channel by channel, then the p-bits."""
    subsets = SUBSETS[mode]
    for c in range(4):
        bits = ALPHA_BITS[mode] if c == 3 else COLOR_BITS[mode]
        if bits > 0:
            for k in range(subsets):
                end = BEST + BEST_ENDS + 8 * k + c
                at = _put(out, block, at, int(s[end * LANES + lane]), bits)
                at = _put(out, block, at, int(s[(end + 4) * LANES + lane]), bits)
    for k in range(subsets):
        for j in range(P_BITS[mode]):
            at = _put(out, block, at, int(s[(BEST + BEST_P + 2 * k + j) * LANES + lane]), 1)
    return at


@njit
def _put_indices(
    s: np.ndarray, lane: int, mode: int, partition: int, selector: int, out: np.ndarray, block: int, at: int
) -> None:
    """Write the 16 indices, one bit less at each anchor, and the second plane where the mode has one."""
    subsets = SUBSETS[mode]
    second_anchor = _anchor_of(subsets, partition, 1) if subsets > 1 else 0
    third_anchor = _anchor_of(subsets, partition, 2) if subsets > 2 else 0
    color, alone = BEST + BEST_INDICES, BEST + BEST_SECOND
    # Mode 4 stores its 2-bit plane first, whichever of the two that is.
    plane = alone if selector == 1 else color
    for i in range(16):
        is_anchor = i in (0, second_anchor, third_anchor)
        bits = INDEX_BITS[mode] - (1 if is_anchor else 0)
        at = _put(out, block, at, int(s[(plane + i) * LANES + lane]), bits)
    if SECOND_INDEX_BITS[mode] > 0:
        plane = color if selector == 1 else alone
        for i in range(16):
            bits = SECOND_INDEX_BITS[mode] - (1 if i == 0 else 0)
            at = _put(out, block, at, int(s[(plane + i) * LANES + lane]), bits)
