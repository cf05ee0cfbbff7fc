"""Polish the winning encodings of sixteen blocks, whatever their modes, at the cost of one.

The search fits end points quickly and compares modes; what is left to gain lies in the winner's parity bits
and in the last step of each end point. Here every lane carries its own mode's field widths, and all subsets
of a block are moved in the same trial: a texel looks only at the end points of its own subset, so each
subset takes or leaves a trial by itself.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc7_fit import least_squares
from assetgen.blocks.bc7_metric import dual, measured, rotate_metric, write_metric
from assetgen.blocks.bc7_partitions import write_lane_masks
from assetgen.blocks.bc7_refine_alone import refine_alone
from assetgen.blocks.bc7_rotations import write_rotated
from assetgen.blocks.bc7_scratch import (
    ALONE_WEIGHT,
    BEST,
    BEST_ENDS,
    BEST_INDICES,
    BEST_P,
    ENDS,
    ERROR,
    FREE,
    INDICES,
    MASKS,
    MODE,
    OWN_ALONE,
    OWN_DECODED,
    OWN_DOWN,
    OWN_ENDS,
    OWN_ERRORS,
    OWN_LINES,
    OWN_PARITIES,
    OWN_STEPS,
    OWN_STORED,
    OWN_TOP,
    OWN_TRIAL,
    OWN_UP,
    PARTITION,
    ROTATED,
    ROTATION,
    SELECTOR,
    WEIGHTS,
    WITH_ALPHA,
    Search,
)
from assetgen.blocks.bc7_tables import (
    ALPHA_BITS,
    COLOR_BITS,
    INDEX_BITS,
    P_BITS,
    SECOND_INDEX_BITS,
    SUBSETS,
)
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import (
    LANES,
    LaneMask,
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

_SUBSETS = np.array(SUBSETS, np.int64)
_COLOR_BITS = np.array(COLOR_BITS, np.int64)
_ALPHA_BITS = np.array(ALPHA_BITS, np.int64)
_P_BITS = np.array(P_BITS, np.int64)
_INDEX_BITS = np.array(INDEX_BITS, np.int64)
_SECOND_INDEX_BITS = np.array(SECOND_INDEX_BITS, np.int64)


@part
def refine(s: np.ndarray, wanted: LaneMask, pin: Lanes, plan: Search) -> None:
    """Lower the error of the BEST of `wanted` lanes where their own modes and partitions allow."""
    subsets = _write_settings(s)
    write_rotated(s, load(s, BEST + ROTATION))
    if plan.weighted > 0:
        rotate_metric(s, load(s, BEST + ROTATION))
    mode = load(s, BEST + MODE)
    own_pin = select(mode > 5.0, pin, spread(FREE))
    # Modes below 6 hold no alpha, or hold it in the second plane.
    store(s, WITH_ALPHA, select(mode > 5.0, spread(1.0), spread(0.0)))
    for k in range(subsets):
        for j in range(8):
            _decode(s, k, j, load(s, BEST + BEST_ENDS + 8 * k + j), load(s, BEST + BEST_P + 2 * k + j // 4))
        # No error is below 0, so the other lanes never take anything.
        store(s, OWN_ERRORS + k, select(wanted, spread(1e30), spread(0.0)))
    every = spread(0.0) <= 0.0
    _assign_all(s, subsets, plan.refine_neighbours, plan.weighted)
    _accept_indices(s, every, subsets)
    for _ in range(plan.refine_rounds):
        before = _total(s, subsets)
        _least_squares_all(s, subsets)
        for lower_reach in range(plan.refine_reach + 1):
            for upper_reach in range(plan.refine_reach + 1):
                _try_parities(s, own_pin, lower_reach, upper_reach, subsets, plan)
        if not any_lane(_total(s, subsets) < before):
            break
    for _ in range(plan.refine_passes):
        before = _total(s, subsets)
        _step_all(s, subsets, plan)
        if not any_lane(_total(s, subsets) < before):
            break
    color = select(wanted, _total(s, subsets), load(s, BEST + ERROR))
    two_planes = (mode > 3.0) & (mode < 6.0)
    if not any_lane(two_planes):
        store(s, BEST + ERROR, color)
        if plan.weighted > 0:
            write_metric(s)
        return
    alone = refine_alone(s, wanted & two_planes, plan.refine_passes)
    if plan.weighted > 0:
        alone = alone * load(s, ALONE_WEIGHT)
        write_metric(s)
    store(s, BEST + ERROR, color + select(wanted & two_planes, alone, spread(0.0)))


@part
def _total(s: np.ndarray, subsets: int) -> Lanes:
    total = load(s, OWN_ERRORS)
    for k in range(1, subsets):
        total = total + load(s, OWN_ERRORS + k)
    return total


@part
def _write_settings(s: np.ndarray) -> int:
    """Write each lane's field widths and membership masks; return the most subsets of any lane."""
    most = 1
    for lane in range(LANES):
        mode = int(s[(BEST + MODE) * LANES + lane])
        partition = int(s[(BEST + PARTITION) * LANES + lane])
        finer = int(s[(BEST + SELECTOR) * LANES + lane]) == 1
        bits, p_bits = _COLOR_BITS[mode], _P_BITS[mode]
        total = bits + (1 if p_bits > 0 else 0)
        index_bits = _SECOND_INDEX_BITS[mode] if finer else _INDEX_BITS[mode]
        s[OWN_TOP * LANES + lane] = np.float32((1 << bits) - 1)
        s[OWN_UP * LANES + lane] = np.float32(1 << (8 - total))
        s[OWN_DOWN * LANES + lane] = np.float32(1.0) / np.float32(1 << (2 * total - 8))
        s[OWN_PARITIES * LANES + lane] = np.float32(p_bits)
        s[OWN_STEPS * LANES + lane] = np.float32((1 << index_bits) - 1)
        alone_bits, alone_index_bits = _ALPHA_BITS[mode], _SECOND_INDEX_BITS[mode]
        if finer:
            alone_index_bits = _INDEX_BITS[mode]
        s[OWN_ALONE * LANES + lane] = np.float32((1 << alone_bits) - 1)
        s[(OWN_ALONE + 1) * LANES + lane] = np.float32(1 << (8 - alone_bits))
        s[(OWN_ALONE + 2) * LANES + lane] = np.float32(1.0) / np.float32(1 << max(2 * alone_bits - 8, 0))
        s[(OWN_ALONE + 3) * LANES + lane] = np.float32((1 << alone_index_bits) - 1)
        most = max(most, _SUBSETS[mode])
        write_lane_masks(s, lane, _SUBSETS[mode], partition)
    return most


@part
def _decode(s: np.ndarray, k: int, j: int, stored: Lanes, p: Lanes) -> None:
    """Write end point value `j` of subset `k` as a decoder widens it."""
    wide = select(load(s, OWN_PARITIES) > 0.0, stored * 2.0 + p, stored)
    store(s, OWN_DECODED + 8 * k + j, wide * load(s, OWN_UP) + floor(wide * load(s, OWN_DOWN)))


@part
def _assign_all(s: np.ndarray, subsets: int, neighbours: int, weighted: int) -> None:
    """Choose every texel's index for OWN_DECODED (INDICES); write each subset's error to OWN_TRIAL."""
    steps, alpha = load(s, OWN_STEPS), load(s, WITH_ALPHA)
    step = 64.0 / steps
    zero = spread(0.0)
    # Differences, and what a texel's place along them is found with, in the order that the loop picks them in.
    for k in range(subsets):
        at = OWN_DECODED + 8 * k
        d0, d1 = load(s, at + 4) - load(s, at), load(s, at + 5) - load(s, at + 1)
        d2, d3 = load(s, at + 6) - load(s, at + 2), (load(s, at + 7) - load(s, at + 3)) * alpha
        g0, g1, g2, g3 = d0, d1, d2, d3
        if weighted > 0:
            g0, g1, g2, g3 = dual(s, d0, d1, d2, d3)
        scale = steps / (d0 * g0 + d1 * g1 + d2 * g2 + d3 * g3 + 1e-6)
        out = OWN_LINES + 8 * k
        store(s, out, d0)
        store(s, out + 1, d1)
        store(s, out + 2, d2)
        store(s, out + 3, d3)
        store(s, out + 4, g0 * scale)
        store(s, out + 5, g1 * scale)
        store(s, out + 6, g2 * scale)
        store(s, out + 7, g3 * scale)
        store(s, OWN_TRIAL + k, zero)
    for i in range(16):
        e0, e1 = load(s, OWN_DECODED), load(s, OWN_DECODED + 1)
        e2, e3 = load(s, OWN_DECODED + 2), load(s, OWN_DECODED + 3)
        d0, d1 = load(s, OWN_LINES), load(s, OWN_LINES + 1)
        d2, d3 = load(s, OWN_LINES + 2), load(s, OWN_LINES + 3)
        g0, g1 = load(s, OWN_LINES + 4), load(s, OWN_LINES + 5)
        g2, g3 = load(s, OWN_LINES + 6), load(s, OWN_LINES + 7)
        for k in range(1, subsets):
            inside = load(s, MASKS + 16 * k + i) > 0.5
            at = OWN_DECODED + 8 * k
            e0, e1 = select(inside, load(s, at), e0), select(inside, load(s, at + 1), e1)
            e2, e3 = select(inside, load(s, at + 2), e2), select(inside, load(s, at + 3), e3)
            at = OWN_LINES + 8 * k
            d0, d1 = select(inside, load(s, at), d0), select(inside, load(s, at + 1), d1)
            d2, d3 = select(inside, load(s, at + 2), d2), select(inside, load(s, at + 3), d3)
            g0, g1 = select(inside, load(s, at + 4), g0), select(inside, load(s, at + 5), g1)
            g2, g3 = select(inside, load(s, at + 6), g2), select(inside, load(s, at + 7), g3)
        a, b = load(s, ROTATED + i) - e0, load(s, ROTATED + 16 + i) - e1
        c, d = load(s, ROTATED + 32 + i) - e2, (load(s, ROTATED + 48 + i) - e3) * alpha
        start = lower(higher(floor(a * g0 + b * g1 + c * g2 + d * g3 + 0.5), zero), steps)
        index, error = start, spread(1e30)
        for trial in range(neighbours):
            x = start
            if trial == 1:
                x = higher(start - 1.0, zero)
            elif trial == 2:
                x = lower(start + 1.0, steps)
            w = floor(x * step + 0.5)
            r0 = floor((d0 * w + 32.0) * 0.015625) - a
            r1 = floor((d1 * w + 32.0) * 0.015625) - b
            r2 = floor((d2 * w + 32.0) * 0.015625) - c
            r3 = floor((d3 * w + 32.0) * 0.015625) - d
            if weighted > 0:
                candidate = measured(s, r0, r1, r2, r3)
            else:
                candidate = r0 * r0 + r1 * r1 + r2 * r2 + r3 * r3
            index = select(candidate < error, x, index)
            error = lower(candidate, error)
        store(s, INDICES + i, index)
        for k in range(subsets):
            store(s, OWN_TRIAL + k, load(s, OWN_TRIAL + k) + load(s, MASKS + 16 * k + i) * error)


@part
def _accept_indices(s: np.ndarray, allowed: LaneMask, subsets: int) -> None:
    """Take INDICES into BEST in the subsets whose OWN_TRIAL is less than their OWN_ERRORS."""
    for k in range(subsets):
        better = allowed & (load(s, OWN_TRIAL + k) < load(s, OWN_ERRORS + k))
        if not any_lane(better):
            continue
        store(s, OWN_ERRORS + k, select(better, load(s, OWN_TRIAL + k), load(s, OWN_ERRORS + k)))
        for i in range(16):
            taken = better & (load(s, MASKS + 16 * k + i) > 0.5)
            at = BEST + BEST_INDICES + i
            store(s, at, select(taken, load(s, INDICES + i), load(s, at)))


@part
def _least_squares_all(s: np.ndarray, subsets: int) -> None:
    """Write to OWN_ENDS what the indices of each subset want its end points to be."""
    step = 64.0 / load(s, OWN_STEPS)
    for i in range(16):
        store(s, WEIGHTS + i, floor(load(s, BEST + BEST_INDICES + i) * step + 0.5))
    for k in range(subsets):
        for j in range(8):
            store(s, ENDS + j, load(s, OWN_DECODED + 8 * k + j))
        least_squares(s, ROTATED, MASKS + 16 * k, 4)
        for j in range(8):
            store(s, OWN_ENDS + 8 * k + j, load(s, ENDS + j))


@part
def _try_parities(s: np.ndarray, pin: Lanes, below: int, above: int, subsets: int, plan: Search) -> None:
    """Round OWN_ENDS with every allowed pair of p-bits; keep, subset by subset, what is better.

    The ends are first moved outwards along their line by `below` and `above` index steps, which leaves the
    outermost indices unused and gives the others different values.
    """
    beyond0 = float(below) / load(s, OWN_STEPS)
    beyond1 = float(above) / load(s, OWN_STEPS)
    parities = load(s, OWN_PARITIES)
    top, zero = load(s, OWN_TOP), spread(0.0)
    full = (top * select(parities > 0.0, spread(2.0), spread(1.0))) + select(
        parities > 0.0, spread(1.0), zero
    )
    scale = full * (1.0 / 255.0)
    for pair in range(4):
        first, second = spread(float(pair & 1)), spread(float(pair >> 1))
        # One p-bit: both alike. None: a single trial.
        allowed = (parities > 1.0) & (pin >= FREE)
        if pair == 0:
            allowed = (pin < 0.5) | (pin >= FREE)
        elif pair == 3:
            allowed = (parities > 0.0) & (pin > 0.5)
        if not any_lane(allowed):
            continue
        for k in range(subsets):
            for j in range(8):
                p = first if j < 4 else second
                here, there = load(s, OWN_ENDS + 8 * k + j), load(s, OWN_ENDS + 8 * k + (j + 4) % 8)
                wanted = here + (here - there) * (beyond0 if j < 4 else beyond1)
                value = higher(lower(wanted, spread(255.0)), zero) * scale
                halved = select(parities > 0.0, (value - p) * 0.5, value)
                whole = higher(lower(floor(halved + 0.5), top), zero)
                store(s, OWN_STORED + 8 * k + j, whole)
                _decode(s, k, j, whole, p)
        _assign_all(s, subsets, plan.refine_neighbours, plan.weighted)
        for k in range(subsets):
            better = allowed & (load(s, OWN_TRIAL + k) < load(s, OWN_ERRORS + k))
            if any_lane(better):
                for j in range(8):
                    at = BEST + BEST_ENDS + 8 * k + j
                    # Without alpha in this plane its place belongs to the second one.
                    mine = better & (load(s, WITH_ALPHA) > 0.5) if j % 4 == 3 else better
                    store(s, at, select(mine, load(s, OWN_STORED + 8 * k + j), load(s, at)))
                at = BEST + BEST_P + 2 * k
                store(s, at, select(better, first, load(s, at)))
                store(s, at + 1, select(better, second, load(s, at + 1)))
        _accept_indices(s, allowed, subsets)


@part
def _step_all(s: np.ndarray, subsets: int, plan: Search) -> None:
    """Move every stored end point value one step either way and keep what helps its subset."""
    zero, top, alpha = spread(0.0), load(s, OWN_TOP), load(s, WITH_ALPHA)
    every = zero <= 0.0
    for k in range(subsets):
        for j in range(8):
            _decode(s, k, j, load(s, BEST + BEST_ENDS + 8 * k + j), load(s, BEST + BEST_P + 2 * k + j // 4))
    for j in range(8):
        if j % 4 == 3 and not any_lane(alpha > 0.5):
            continue
        movable = alpha > 0.5 if j % 4 == 3 else every
        for way in range(2):
            for k in range(subsets):
                ends = BEST + BEST_ENDS + 8 * k
                kept = load(s, ends + j)
                # A channel that is 255 or 0 at both ends may be opaque or clear alpha: not for trade.
                first, second = load(s, ends + j % 4), load(s, ends + 4 + j % 4)
                pinned = (lower(first, second) >= top) | (higher(first, second) <= 0.0)
                moved = higher(kept - 1.0, zero) if way == 0 else lower(kept + 1.0, top)
                moved = select(movable, select(pinned, kept, moved), kept)
                store(s, OWN_STORED + 8 * k + j, moved)
                _decode(s, k, j, moved, load(s, BEST + BEST_P + 2 * k + j // 4))
            _assign_all(s, subsets, plan.refine_neighbours, plan.weighted)
            for k in range(subsets):
                better = load(s, OWN_TRIAL + k) < load(s, OWN_ERRORS + k)
                at = BEST + BEST_ENDS + 8 * k + j
                kept = select(better, load(s, OWN_STORED + 8 * k + j), load(s, at))
                store(s, at, kept)
                _decode(s, k, j, kept, load(s, BEST + BEST_P + 2 * k + j // 4))
            _accept_indices(s, every, subsets)
