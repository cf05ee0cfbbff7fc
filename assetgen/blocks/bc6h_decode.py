"""Decode BC6H to half floats, bit for bit.

Source: Khronos Data Format Specification 1.3, section "BPTC compressed texture image formats". Written
because the decoders at hand give back 8 bits. Every step runs on all blocks of a mode at once.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc6h_tables import INDICES_AT, MODES, PARTITION_AT, SEGMENTS, Mode
from assetgen.blocks.bc7_tables import ANCHOR_OF_TWO, TWO_SUBSETS

_PATTERNS = np.array([[mask >> i & 1 for i in range(16)] for mask in TWO_SUBSETS[:32]])
_ANCHORS = np.array(ANCHOR_OF_TWO[:32])


def decode_bc6h(data: bytes, *, is_signed: bool) -> np.ndarray:
    """Return the texels of every block, (blocks, 16, 3) float16. Blocks of a reserved mode are black."""
    words = np.frombuffer(data, "<u8").reshape(-1, 2)
    # The mode's number is two bits, or five if the second bit is set.
    numbers = np.where(words[:, 0] & 2, words[:, 0] & 31, words[:, 0] & 3)
    halves = np.zeros((len(words), 16, 3), np.int32)
    for row, mode in enumerate(MODES):
        here = np.flatnonzero(numbers == mode.number)
        if len(here):
            halves[here] = _decode_mode(words[here], mode, SEGMENTS[row], is_signed)
    bits = np.where(halves < 0, 0x8000 - halves, halves).astype(np.uint16)
    return bits.view(np.float16)


def _decode_mode(words: np.ndarray, mode: Mode, segments: np.ndarray, is_signed: bool) -> np.ndarray:
    """Return half floats as whole numbers, sign and magnitude, (blocks, 16, 3)."""
    ends = np.zeros((len(words), 6 * mode.subsets), np.int32)
    for field, low, count, place in segments[1 : 1 + segments[0, 0]]:
        ends[:, field] |= _bits(words, int(place), int(count)) << low
    ends = ends.reshape(len(words), 2 * mode.subsets, 3)
    ends = _unquantized(_whole_ends(ends, mode, is_signed), mode.bits, is_signed)
    weights, subset = _weights(words, mode)
    blocks = np.arange(len(words))[:, None]
    first, second = ends[blocks, 2 * subset], ends[blocks, 2 * subset + 1]
    mixed = (first * (64 - weights) + second * weights + 32) >> 6
    if is_signed:
        return np.where(mixed < 0, -((-mixed * 31) >> 5), (mixed * 31) >> 5)
    return (mixed * 31) >> 6


def _bits(words: np.ndarray, place: int, count: int) -> np.ndarray:
    """Return bits `place` .. `place` + count - 1 of every block."""
    word, at = divmod(place, 64)
    value = words[:, word] >> np.uint64(at)
    if at + count > 64:
        value = value | words[:, 1] << np.uint64(64 - at)
    return (value & np.uint64((1 << count) - 1)).astype(np.int32)


def _whole_ends(ends: np.ndarray, mode: Mode, is_signed: bool) -> np.ndarray:
    """Return stored end points with differences added up and signs spread."""
    ends = ends.copy()
    if is_signed:
        ends[:, 0] = _sign_extended(ends[:, 0], mode.bits)
    if mode.is_delta:
        for c, bits in enumerate(mode.other_bits):
            ends[:, 1:, c] = _sign_extended(ends[:, 1:, c], bits)
        ends[:, 1:] = (ends[:, 1:] + ends[:, :1]) & ((1 << mode.bits) - 1)
    if is_signed:
        ends[:, 1:] = _sign_extended(ends[:, 1:], mode.bits)
    return ends


def _sign_extended(value: np.ndarray, bits: int) -> np.ndarray:
    sign = 1 << (bits - 1)
    return ((value & (2 * sign - 1)) ^ sign) - sign


def _unquantized(ends: np.ndarray, bits: int, is_signed: bool) -> np.ndarray:
    """Return end points on the scale that values are interpolated on: 0..65535, or -32767..32767."""
    if is_signed:
        if bits >= 16:
            return ends
        size = np.abs(ends)
        wide = ((size << 15) + 0x4000) >> (bits - 1)
        wide = np.where(size == 0, 0, np.where(size >= (1 << (bits - 1)) - 1, 0x7FFF, wide))
        return np.where(ends < 0, -wide, wide)
    if bits >= 15:
        return ends
    wide = ((ends << 16) + 0x8000) >> bits
    return np.where(ends == 0, 0, np.where(ends == (1 << bits) - 1, 0xFFFF, wide))


def _weights(words: np.ndarray, mode: Mode) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight of the second end point, (blocks, 16, 1), and the subset, (blocks, 16)."""
    count = len(words)
    index_bits = 4 if mode.subsets == 1 else 3
    is_anchor = np.zeros((count, 16), np.int64)
    is_anchor[:, 0] = 1
    subset = np.zeros((count, 16), np.int64)
    if mode.subsets == 2:
        partition = _bits(words, PARTITION_AT, 5)
        subset = _PATTERNS[partition]
        is_anchor[np.arange(count), _ANCHORS[partition]] = 1
    widths = index_bits - is_anchor
    places = INDICES_AT[mode.subsets - 1] - 64 + np.cumsum(widths, 1) - widths
    codes = words[:, 1:] >> places.astype(np.uint64) & ((1 << widths) - 1).astype(np.uint64)
    steps = (1 << index_bits) - 1
    # The weights of the format are 64 k / steps, rounded.
    return ((codes.astype(np.int32) * 128 + steps) // (2 * steps))[:, :, None], subset
