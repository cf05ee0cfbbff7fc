"""Try the modes of BC6H on sixteen blocks at once and keep, lane by lane, the encoding with the least error.

The error is the squared difference on the scale of bc6h_scratch.py, where a step means about the same share
of the light everywhere: a bright lamp does not outweigh the room that it lights. Lanes never depend on each
other, so the bytes do not depend on which blocks share a vector.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc6h_modes import COUNTS, ORDER, cut_to_mode, pick_finest_mode
from assetgen.blocks.bc6h_partitions import (
    estimate_partitions,
    set_up_one_subset,
    set_up_two_subsets,
    take_best_partition,
)
from assetgen.blocks.bc6h_scratch import (
    ANCHORS,
    BEST,
    BEST_INDICES,
    BEST_MODE,
    BEST_PARTITION,
    BEST_STORED,
    CANDIDATE,
    ENDS,
    FORMS,
    INDICES,
    LIMITS,
    LINE,
    MEMBERS,
    NEVER,
    PICK,
    STORED,
    TEXELS,
    VALUES,
    Search,
)
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import Lanes, any_lane, floor, higher, load, lower, select, spread, store
from assetgen.blocks.line import fit_line


@part
def search_modes(s: np.ndarray, plan: Search, is_signed: bool) -> None:
    """Leave the best encoding of the texels in BEST."""
    store(s, BEST, spread(NEVER))
    for k in range(1, BEST_INDICES + 16):
        store(s, BEST + k, spread(0.0))
    store(s, CANDIDATE, spread(0.0))
    set_up_one_subset(s)
    _try_subsets(s, 1, plan, is_signed)
    if plan.partitions == 0 or not any_lane(load(s, BEST) > 0.0):
        return
    estimate_partitions(s)
    for _ in range(plan.partitions):
        take_best_partition(s)
        set_up_two_subsets(s)
        _try_subsets(s, 2, plan, is_signed)


@part
def _try_subsets(s: np.ndarray, subsets: int, plan: Search, is_signed: bool) -> None:
    steps = 15.0 if subsets == 1 else 7.0
    for subset in range(subsets):
        fit_line(s, TEXELS, MEMBERS + 16 * subset, LINE)
        for k in range(6):
            store(s, ENDS + 6 * subset + k, load(s, LINE + 6 + k))
    for _ in range(plan.rounds):
        for k in range(6 * subsets):
            store(s, VALUES + k, load(s, ENDS + k))
        _turn_to_anchors(s, VALUES, subsets)
        _assign(s, subsets, steps)
        _least_squares(s, subsets, steps)
    for n in range(plan.rounds + 1):
        _turn_to_anchors(s, ENDS, subsets)
        pick_finest_mode(s, subsets, is_signed, plan.corners)
        _keep_better(s, load(s, PICK), _assign(s, subsets, steps))
        if n < plan.rounds:
            _least_squares(s, subsets, steps)
    if plan.all_modes:
        for n in range(COUNTS[subsets - 1]):
            row = ORDER[subsets - 1, n]
            cut_to_mode(s, row, subsets, is_signed, plan.corners)
            _keep_better(s, spread(float(row)), _assign(s, subsets, steps))


@part
def _turn_to_anchors(s: np.ndarray, ends: int, subsets: int) -> None:
    """Exchange the ends of subsets whose anchor is nearer to the second: its index has to be small."""
    for subset in range(subsets):
        reach = length = spread(0.0)
        for c in range(3):
            first, second = load(s, ends + 6 * subset + c), load(s, ends + 6 * subset + 3 + c)
            reach += (load(s, ANCHORS + 3 * subset + c) - first) * (second - first)
            length += (second - first) * (second - first)
        turned = reach > 0.5 * length
        for k in range(ends + 6 * subset, ends + 6 * subset + 3):
            first, second = load(s, k), load(s, k + 3)
            store(s, k, select(turned, second, first))
            store(s, k + 3, select(turned, first, second))
        if ends == ENDS:
            aa, bb = load(s, FORMS + 3 * subset), load(s, FORMS + 3 * subset + 2)
            store(s, FORMS + 3 * subset, select(turned, bb, aa))
            store(s, FORMS + 3 * subset + 2, select(turned, aa, bb))


@part
def _assign(s: np.ndarray, subsets: int, steps: float) -> Lanes:
    """Choose an index for every texel, given VALUES, and return the squared error."""
    e0, e1, e2 = load(s, VALUES), load(s, VALUES + 1), load(s, VALUES + 2)
    d0, d1, d2 = load(s, VALUES + 3) - e0, load(s, VALUES + 4) - e1, load(s, VALUES + 5) - e2
    scale = steps / higher(d0 * d0 + d1 * d1 + d2 * d2, spread(1e-3))
    f0, f1, f2, g0, g1, g2, second_scale = e0, e1, e2, d0, d1, d2, scale
    if subsets == 2:
        f0, f1, f2 = load(s, VALUES + 6), load(s, VALUES + 7), load(s, VALUES + 8)
        g0, g1, g2 = load(s, VALUES + 9) - f0, load(s, VALUES + 10) - f1, load(s, VALUES + 11) - f2
        second_scale = steps / higher(g0 * g0 + g1 * g1 + g2 * g2, spread(1e-3))
    # The weights of the format are 64 k / steps, rounded.
    step = 64.0 / steps
    zero = spread(0.0)
    error = zero
    for i in range(16):
        second = load(s, MEMBERS + 16 + i) > 0.5
        a = load(s, TEXELS + i) - select(second, f0, e0)
        b = load(s, TEXELS + 16 + i) - select(second, f1, e1)
        c = load(s, TEXELS + 32 + i) - select(second, f2, e2)
        u, v, t = select(second, g0, d0), select(second, g1, d1), select(second, g2, d2)
        place = (a * u + b * v + c * t) * select(second, second_scale, scale)
        k = lower(higher(floor(place + 0.5), zero), load(s, LIMITS + i))
        w = floor(k * step + 0.5) * 0.015625
        a, b, c = a - u * w, b - v * w, c - t * w
        error += a * a + b * b + c * c
        store(s, INDICES + i, k)
    return error


@part
def _keep_better(s: np.ndarray, mode: Lanes, error: Lanes) -> None:
    best = load(s, BEST)
    better = error < best
    if not any_lane(better):
        return
    store(s, BEST, lower(error, best))
    store(s, BEST + BEST_MODE, select(better, mode, load(s, BEST + BEST_MODE)))
    partition = load(s, BEST + BEST_PARTITION)
    store(s, BEST + BEST_PARTITION, select(better, load(s, CANDIDATE), partition))
    for k in range(12):
        at = BEST + BEST_STORED + k
        store(s, at, select(better, load(s, STORED + k), load(s, at)))
    for i in range(16):
        at = BEST + BEST_INDICES + i
        store(s, at, select(better, load(s, INDICES + i), load(s, at)))


@part
def _least_squares(s: np.ndarray, subsets: int, steps: float) -> None:
    """Leave in ENDS what the indices ask for, and in FORMS what moving from there would cost."""
    step = 64.0 / steps
    for subset in range(subsets):
        at = VALUES + 6 * subset
        e0, e1, e2 = load(s, at), load(s, at + 1), load(s, at + 2)
        d0, d1, d2 = load(s, at + 3) - e0, load(s, at + 4) - e1, load(s, at + 5) - e2
        aa = ab = bb = spread(0.0)
        p0 = p1 = p2 = q0 = q1 = q2 = spread(0.0)
        for i in range(16):
            w = floor(load(s, INDICES + i) * step + 0.5) * 0.015625
            a = load(s, TEXELS + i) - e0 - d0 * w
            b = load(s, TEXELS + 16 + i) - e1 - d1 * w
            c = load(s, TEXELS + 32 + i) - e2 - d2 * w
            member = load(s, MEMBERS + 16 * subset + i)
            v = (1.0 - w) * member
            w = w * member
            aa += v * v
            ab += v * w
            bb += w * w
            p0 += v * a
            p1 += v * b
            p2 += v * c
            q0 += w * a
            q1 += w * b
            q2 += w * c
        det = aa * bb - ab * ab
        share = select(det > 1e-3, 1.0 / higher(det, spread(1e-3)), spread(0.0))
        to = ENDS + 6 * subset
        store(s, to, e0 + (bb * p0 - ab * q0) * share)
        store(s, to + 1, e1 + (bb * p1 - ab * q1) * share)
        store(s, to + 2, e2 + (bb * p2 - ab * q2) * share)
        store(s, to + 3, e0 + d0 + (aa * q0 - ab * p0) * share)
        store(s, to + 4, e1 + d1 + (aa * q1 - ab * p1) * share)
        store(s, to + 5, e2 + d2 + (aa * q2 - ab * p2) * share)
        store(s, FORMS + 3 * subset, aa)
        store(s, FORMS + 3 * subset + 1, ab)
        store(s, FORMS + 3 * subset + 2, bb)
