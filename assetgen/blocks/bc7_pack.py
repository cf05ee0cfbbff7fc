"""Write the chosen encodings of sixteen blocks as BC7 bits.

The top bit of the index at each anchor texel is not stored: it has to be 0, so a subset whose anchor has it
set exchanges its end points and mirrors its indices. An index plane is handled as one 64-bit word:
mirroring is an exclusive or with ones over the subset's fields, and an anchor's bit is cut out by a shift.
(Writing field by field into memory took 650 ns a block, more than the search itself.)
"""

from __future__ import annotations

import numpy as np

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
from assetgen.blocks.bc7_solid import exact_colors
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
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LANES

_SUBSETS = np.array(SUBSETS, np.int64)
_PARTITION_BITS = np.array(PARTITION_BITS, np.int64)
_COLOR_BITS = np.array(COLOR_BITS, np.int64)
_ALPHA_BITS = np.array(ALPHA_BITS, np.int64)
_P_BITS = np.array(P_BITS, np.int64)
_INDEX_BITS = np.array(INDEX_BITS, np.int64)
_SECOND_INDEX_BITS = np.array(SECOND_INDEX_BITS, np.int64)
_TWO = np.array(TWO_SUBSETS, np.int64)
_SECOND = np.array(SECOND_OF_THREE, np.int64)
_THIRD = np.array(THIRD_OF_THREE, np.int64)
_ANCHOR_OF_TWO = np.array(ANCHOR_OF_TWO, np.int64)
_ANCHOR_OF_SECOND = np.array(ANCHOR_OF_SECOND, np.int64)
_ANCHOR_OF_THIRD = np.array(ANCHOR_OF_THIRD, np.int64)


_EXACT = exact_colors()


_SPREAD = np.zeros((5, 256), np.uint64)
"""Row b: the bits of a byte, each widened to b ones or b zeros."""
for _bits in (2, 3, 4):
    for _byte in range(256):
        _SPREAD[_bits, _byte] = sum(((1 << _bits) - 1) << (_bits * i) for i in range(8) if _byte >> i & 1)


@part
def pack_lanes(s: np.ndarray, count: int, out: np.ndarray, first: int) -> None:
    """Write the first `count` lanes to rows `first`.. of `out`, (N, 2) uint64."""
    for lane in range(count):
        if _is_one_color(s, lane):
            low, high = _pack_one_color(s, lane)
        else:
            low, high = _pack(s, lane)
        out[first + lane, 0] = low
        out[first + lane, 1] = high


@part
def _is_one_color(s: np.ndarray, lane: int) -> bool:
    for c in range(4):
        for i in range(1, 16):
            k = TEXELS + 16 * c
            if s[(k + i) * LANES + lane] != s[k * LANES + lane]:
                return False
    return True


@part
def _number(s: np.ndarray, k: int, lane: int) -> np.uint64:
    return np.uint64(np.int32(s[k * LANES + lane]))


@part
def _pack_one_color(s: np.ndarray, lane: int) -> tuple[np.uint64, np.uint64]:
    """Use mode 5 with every color index 1: exact for every color and alpha."""
    low, high, at = np.uint64(32), np.uint64(0), np.uint64(8)
    for c in range(3):
        value = _number(s, TEXELS + 16 * c, lane)
        low, high, at = _put(low, high, at, _EXACT[value], np.uint64(14))
    alpha = _number(s, TEXELS + 48, lane)
    low, high, at = _put(low, high, at, alpha | alpha << np.uint64(8), np.uint64(16))
    # Fifteen 2-bit fields of 1 after the anchor's single bit.
    return _put(low, high, at, np.uint64(0x2AAAAAAB), np.uint64(31))[:2]


@part
def _put(
    low: np.uint64, high: np.uint64, at: np.uint64, value: np.uint64, bits: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Add a field at bit `at` of the 128 and return where the next one starts."""
    word = np.uint64(64)
    if at < word:
        low |= value << at
        if at + bits > word:
            high |= value >> (word - at)
    else:
        high |= value << (at - word)
    return low, high, at + bits


@part
def _pack(s: np.ndarray, lane: int) -> tuple[np.uint64, np.uint64]:
    mode = int(s[(BEST + MODE) * LANES + lane])
    partition = int(s[(BEST + PARTITION) * LANES + lane])
    selector = int(s[(BEST + SELECTOR) * LANES + lane])
    subsets = _SUBSETS[mode]
    second, third = _membership(subsets, partition)
    color_bits = _SECOND_INDEX_BITS[mode] if selector == 1 else _INDEX_BITS[mode]
    color = _plane(s, BEST + BEST_INDICES, lane, color_bits)
    color, flips = _settle(color, color_bits, subsets, partition, second, third)
    low, high, at = np.uint64(1 << mode), np.uint64(0), np.uint64(mode + 1)
    low, high, at = _put(low, high, at, np.uint64(partition), np.uint64(_PARTITION_BITS[mode]))
    if _SECOND_INDEX_BITS[mode] == 0:
        low, high, at = _put_ends(s, lane, mode, flips, flips, low, high, at)
        return _put_plane(low, high, at, color, color_bits, subsets, partition)[:2]
    alone_bits = _INDEX_BITS[mode] if selector == 1 else _SECOND_INDEX_BITS[mode]
    alone = _plane(s, BEST + BEST_SECOND, lane, alone_bits)
    alone, alone_flips = _settle(alone, alone_bits, 1, 0, 0, 0)
    low, high, at = _put(low, high, at, _number(s, BEST + ROTATION, lane), np.uint64(2))
    if mode == 4:
        low, high, at = _put(low, high, at, np.uint64(selector), np.uint64(1))
    low, high, at = _put_ends(s, lane, mode, flips, alone_flips, low, high, at)
    # Mode 4 stores its 2-bit plane first, whichever of the two that is.
    if selector == 1:
        color, alone, color_bits, alone_bits = alone, color, alone_bits, color_bits
    low, high, at = _put_plane(low, high, at, color, color_bits, 1, 0)
    return _put_plane(low, high, at, alone, alone_bits, 1, 0)[:2]


@part
def _membership(subsets: int, partition: int) -> tuple[int, int]:
    if subsets == 2:
        return _TWO[partition], 0
    if subsets == 3:
        return _SECOND[partition], _THIRD[partition]
    return 0, 0


@part
def _anchors(subsets: int, partition: int) -> tuple[int, int]:
    if subsets == 2:
        return _ANCHOR_OF_TWO[partition], 0
    if subsets == 3:
        return _ANCHOR_OF_SECOND[partition], _ANCHOR_OF_THIRD[partition]
    return 0, 0


@part
def _plane(s: np.ndarray, k: int, lane: int, bits: int) -> np.uint64:
    """Return the 16 indices as one word, `bits` each."""
    word = np.uint64(0)
    for i in range(16):
        word |= _number(s, k + i, lane) << np.uint64(bits * i)
    return word


@part
def _settle(
    word: np.uint64, bits: int, subsets: int, partition: int, second: int, third: int
) -> tuple[np.uint64, int]:
    """Mirror each subset whose anchor has its top bit set; return the word and a bit mask of subsets."""
    anchor1, anchor2 = _anchors(subsets, partition)
    one = np.uint64(1)
    flips = members = 0
    if (word >> np.uint64(bits - 1)) & one:
        flips |= 1
        members |= 0xFFFF ^ second ^ third
    if subsets > 1 and (word >> np.uint64(bits * anchor1 + bits - 1)) & one:
        flips |= 2
        members |= second
    if subsets > 2 and (word >> np.uint64(bits * anchor2 + bits - 1)) & one:
        flips |= 4
        members |= third
    ones = _SPREAD[bits, members & 255] | _SPREAD[bits, members >> 8] << np.uint64(8 * bits)
    return word ^ ones, flips


@part
def _put_ends(
    s: np.ndarray,
    lane: int,
    mode: int,
    flips: int,
    alpha_flips: int,
    low: np.uint64,
    high: np.uint64,
    at: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Write all end points channel by channel, then the p-bits."""
    subsets = _SUBSETS[mode]
    for c in range(4):
        bits = np.uint64(_ALPHA_BITS[mode] if c == 3 else _COLOR_BITS[mode])
        swaps = alpha_flips if c == 3 else flips
        if bits > 0:
            for k in range(subsets):
                end = BEST + BEST_ENDS + 8 * k + c
                first, second = _number(s, end, lane), _number(s, end + 4, lane)
                if (swaps >> k) & 1:
                    first, second = second, first
                low, high, at = _put(low, high, at, first | second << bits, bits + bits)
    for k in range(subsets):
        first = _number(s, BEST + BEST_P + 2 * k, lane)
        second = _number(s, BEST + BEST_P + 2 * k + 1, lane)
        if _P_BITS[mode] == 1:
            low, high, at = _put(low, high, at, first, np.uint64(1))
        elif _P_BITS[mode] == 2:
            if (flips >> k) & 1:
                first, second = second, first
            low, high, at = _put(low, high, at, first | second << np.uint64(1), np.uint64(2))
    return low, high, at


@part
def _put_plane(
    low: np.uint64, high: np.uint64, at: np.uint64, word: np.uint64, bits: int, subsets: int, partition: int
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Write an index plane without the top bits of its anchors, which are 0 by now."""
    anchor1, anchor2 = _anchors(subsets, partition)
    # The last anchor first, so that the earlier ones are still where they were.
    if subsets > 2:
        word = _cut(word, bits * max(anchor1, anchor2) + bits - 1)
        anchor1 = min(anchor1, anchor2)
    if subsets > 1:
        word = _cut(word, bits * anchor1 + bits - 1)
    word = _cut(word, bits - 1)
    return _put(low, high, at, word, np.uint64(16 * bits - subsets))


@part
def _cut(word: np.uint64, bit: int) -> np.uint64:
    below = (np.uint64(1) << np.uint64(bit)) - np.uint64(1)
    return (word & below) | ((word >> np.uint64(1)) & ~below)
