"""Round end points to what a mode of BC6H can store, for sixteen blocks at once."""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc6h_scratch import ENDS, FORMS, NEVER, PICK, STORED, VALUES
from assetgen.blocks.bc6h_tables import MODES
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LaneMask, Lanes, floor, higher, load, lower, select, spread, store

BITS = np.array([mode.bits for mode in MODES], np.int64)
OTHER_BITS = np.array([mode.other_bits for mode in MODES], np.int64)
IS_DELTA = np.array([mode.is_delta for mode in MODES], np.bool_)
ORDER = np.array([[10, 11, 12, 13, 0, 0, 0, 0, 0, 0], [9, 1, 8, 7, 6, 5, 0, 4, 3, 2]], np.int64)
"""The modes of one and of two subsets, by rising precision; the first takes any end points."""
COUNTS = np.array([4, 10], np.int64)


@part
def pick_finest_mode(s: np.ndarray, subsets: int, is_signed: bool, corners: bool) -> None:
    """Leave in PICK, STORED and VALUES what the most precise mode that holds ENDS makes of them."""
    for n in range(COUNTS[subsets - 1]):
        row = ORDER[subsets - 1, n]
        round_to_mode(s, row, subsets, is_signed, corners)
        fits = _fits(s, row, subsets)
        store(s, PICK, select(fits, spread(float(row)), load(s, PICK)))
        for k in range(6 * subsets):
            store(s, PICK + 1 + k, select(fits, load(s, STORED + k), load(s, PICK + 1 + k)))
            store(s, PICK + 13 + k, select(fits, load(s, VALUES + k), load(s, PICK + 13 + k)))
    for k in range(6 * subsets):
        store(s, STORED + k, load(s, PICK + 1 + k))
        store(s, VALUES + k, load(s, PICK + 13 + k))


@part
def cut_to_mode(s: np.ndarray, row: int, subsets: int, is_signed: bool, corners: bool) -> None:
    """Leave in STORED and VALUES the ends that a mode can hold next to ENDS."""
    round_to_mode(s, row, subsets, is_signed, corners)
    if not IS_DELTA[row]:
        return
    top = _top(row, is_signed)
    for c in range(3):
        reach = float(1 << (OTHER_BITS[row, c] - 1))
        first = load(s, STORED + c)
        for k in range(c + 3, 6 * subsets, 3):
            cut = higher(lower(load(s, STORED + k), first + (reach - 1.0)), first - reach)
            store(s, STORED + k, cut)
            store(s, VALUES + k, _read(cut, BITS[row], top, is_signed))


@part
def _fits(s: np.ndarray, row: int, subsets: int) -> LaneMask:
    """Return where all differences of STORED from the first end can be stored."""
    fits = load(s, STORED) > -NEVER
    if IS_DELTA[row]:
        for c in range(3):
            reach = float(1 << (OTHER_BITS[row, c] - 1))
            first = load(s, STORED + c)
            for k in range(c + 3, 6 * subsets, 3):
                off = load(s, STORED + k) - first
                fits = fits & (off >= -reach) & (off <= reach - 1.0)
    return fits


@part
def _top(row: int, is_signed: bool) -> float:
    """Return the largest stored number of a mode."""
    return float((1 << (BITS[row] - 1)) - 1) if is_signed else float((1 << BITS[row]) - 1)


@part
def round_to_mode(s: np.ndarray, row: int, subsets: int, is_signed: bool, corners: bool) -> None:
    """Leave in STORED and VALUES the ends of a mode next to ENDS, whatever their differences."""
    bits, top = BITS[row], _top(row, is_signed)
    for subset in range(subsets):
        for c in range(3):
            k = 6 * subset + c
            if corners:
                _round_together(s, k, FORMS + 3 * subset, bits, top, is_signed)
            else:
                store(s, STORED + k, _nearest(load(s, ENDS + k), bits, top, is_signed))
                store(s, STORED + k + 3, _nearest(load(s, ENDS + k + 3), bits, top, is_signed))
            store(s, VALUES + k, _read(load(s, STORED + k), bits, top, is_signed))
            store(s, VALUES + k + 3, _read(load(s, STORED + k + 3), bits, top, is_signed))


@part
def _round_together(s: np.ndarray, k: int, form: int, bits: int, top: float, is_signed: bool) -> None:
    """Round a channel of both ends to the corner around them where the error of their indices is least."""
    first, second = load(s, ENDS + k), load(s, ENDS + k + 3)
    aa, ab, bb = load(s, form), load(s, form + 1), load(s, form + 2)
    scale = 1.0 / float(1 << (16 - bits))
    # Numbers are read in the middle of their steps, so the two next to a value begin half a step nearer to 0.
    low_a = floor(first * scale - select(first < 0.0, spread(-0.5), spread(0.5)))
    low_b = floor(second * scale - select(second < 0.0, spread(-0.5), spread(0.5)))
    least = -top if is_signed else 0.0
    best, best_a, best_b = spread(NEVER), low_a, low_b
    for i in range(2):
        a = higher(lower(low_a + float(i), spread(top)), spread(least))
        off_a = _read(a, bits, top, is_signed) - first
        for j in range(2):
            b = higher(lower(low_b + float(j), spread(top)), spread(least))
            off_b = _read(b, bits, top, is_signed) - second
            cost = aa * off_a * off_a + 2.0 * ab * off_a * off_b + bb * off_b * off_b
            better = cost < best
            best = lower(cost, best)
            best_a, best_b = select(better, a, best_a), select(better, b, best_b)
    store(s, STORED + k, best_a)
    store(s, STORED + k + 3, best_b)


@part
def _nearest(end: Lanes, bits: int, top: float, is_signed: bool) -> Lanes:
    """Return the stored number that is read nearest to a value."""
    size = higher(end, -1.0 * end) if is_signed else higher(end, spread(0.0))
    steps = size * (1.0 / float(1 << (16 - bits)))
    if bits == 16:
        steps = steps + 0.5
    whole = lower(floor(steps), spread(top))
    # 0 is read as 0, and 1 as one step and a half.
    whole = select((steps > 0.75) & (steps < 1.0), spread(1.0), whole)
    return select(end < 0.0, -1.0 * whole, whole) if is_signed else whole


@part
def _read(stored: Lanes, bits: int, top: float, is_signed: bool) -> Lanes:
    """Return what a decoder makes of a stored number."""
    size = higher(stored, -1.0 * stored)
    wide = (size + (0.5 if bits < 16 else 0.0)) * float(1 << (16 - bits))
    wide = select(size >= top, spread(32767.0 if is_signed else 65535.0), wide)
    wide = select(size <= 0.0, spread(0.0), wide)
    return select(stored < 0.0, -1.0 * wide, wide)
