"""Write what the search has found as the 16 bytes of each BC6H block.

Source: Khronos Data Format Specification 1.3, section "BPTC compressed texture image formats".
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc6h_modes import BITS, IS_DELTA, OTHER_BITS
from assetgen.blocks.bc6h_partitions import ANCHOR
from assetgen.blocks.bc6h_scratch import BEST, BEST_INDICES, BEST_MODE, BEST_PARTITION, BEST_STORED, STORED
from assetgen.blocks.bc6h_tables import MODES, PARTITION_AT, SEGMENTS
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LANES

_NUMBERS = np.array([mode.number for mode in MODES], np.int64)


@part
def pack_lanes(s: np.ndarray, count: int, out: np.ndarray, start: int) -> None:
    """Write the first `count` lanes to rows `start`.. of a (blocks, 2) uint64 array."""
    for lane in range(count):
        mode = int(s[(BEST + BEST_MODE) * LANES + lane])
        low, high = _put(np.uint64(0), np.uint64(0), 0, _NUMBERS[mode])
        _write_fields(s, lane, mode)
        for n in range(1, SEGMENTS[mode, 0, 0] + 1):
            value = int(s[(STORED + SEGMENTS[mode, n, 0]) * LANES + lane]) >> SEGMENTS[mode, n, 1]
            value = value & ((1 << SEGMENTS[mode, n, 2]) - 1)
            low, high = _put(low, high, SEGMENTS[mode, n, 3], value)
        if mode < 10:
            partition = int(s[(BEST + BEST_PARTITION) * LANES + lane])
            low, high = _put(low, high, PARTITION_AT, partition)
            high |= _indices(s, lane, 3, ANCHOR[partition]) << np.uint64(82 - 64)
        else:
            high |= _indices(s, lane, 4, 0) << np.uint64(65 - 64)
        out[start + lane, 0] = low
        out[start + lane, 1] = high


@part
def _write_fields(s: np.ndarray, lane: int, mode: int) -> None:
    """Write the end points as the mode stores them, in two's complement, to STORED."""
    for field in range(12 if mode < 10 else 6):
        value = int(s[(BEST + BEST_STORED + field) * LANES + lane])
        bits = BITS[mode] if field < 3 else OTHER_BITS[mode, field % 3]
        if field >= 3 and IS_DELTA[mode]:
            value -= int(s[(BEST + BEST_STORED + field % 3) * LANES + lane])
        s[(STORED + field) * LANES + lane] = np.float32(value & ((1 << bits) - 1))


@part
def _indices(s: np.ndarray, lane: int, width: int, anchor: int) -> np.uint64:
    """Return the indices one after the other, those of texel 0 and the anchor with a bit less."""
    packed = np.uint64(0)
    at = 0
    for i in range(16):
        packed |= np.uint64(int(s[(BEST + BEST_INDICES + i) * LANES + lane])) << np.uint64(at)
        at += width
        if i == 0 or i == anchor:
            at -= 1
    return packed


@part
def _put(low: np.uint64, high: np.uint64, place: int, value: int) -> tuple[np.uint64, np.uint64]:
    """Add a value at bit `place` of the 128."""
    bits = np.uint64(value)
    if place >= 64:
        return low, high | bits << np.uint64(place - 64)
    if place > 32:
        high |= bits >> np.uint64(64 - place)
    return low | bits << np.uint64(place), high
