"""Fit two 5:6:5 colors and a 2-bit index a texel to sixteen blocks at once: BC1, and the color of BC3.

The palette lies evenly on the line between the colors: four of them, or three and a clear one. Source:
Khronos Data Format Specification 1.3, "S3TC compressed texture image formats". Errors are those of exact
interpolation between colors that are widened to 8 bits by repeating their top bits.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc1_clusters import choose_split, sort_along_axis, split_ends
from assetgen.blocks.bc1_scratch import (
    AXIS,
    BEST,
    ERROR,
    MEAN,
    MEMBERS,
    NEVER,
    STEPS,
    TEXELS,
    TRIAL,
    ColorSearch,
)
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import (
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
from assetgen.blocks.line import fit_line

_FLAT = 64.0
"""Summed squares about the mean, in the channel that varies most: two levels either way."""


@part
def fit_color(s: np.ndarray, plan: ColorSearch, may_use_three: bool) -> None:
    """Leave the best colors found, and how many steps their palette has, in BEST.

    Blocks with a texel that is no member get the palette of three; others may if `may_use_three`.
    """
    members = spread(0.0)
    for i in range(16):
        members += load(s, MEMBERS + i)
    opaque = members > 15.5
    always = members > -1.0
    three, four = spread(2.0), spread(3.0)
    store(s, BEST + ERROR, spread(NEVER))
    for k in range(6):
        store(s, BEST + k, spread(0.0))
    store(s, BEST + STEPS, select(opaque, four, three))
    # MEAN, AXIS and TRIAL lie one after the other, as the line is written.
    span = fit_line(s, TEXELS, MEMBERS, MEAN)
    _round_trial(s)
    _try_with_rounds(s, select(opaque, four, three), always, plan.rounds)
    # The mean itself may be a value between two colors, nearer than any color that can be stored.
    flat = span <= _FLAT
    if any_lane(flat & (load(s, BEST + ERROR) > 0.0)):
        _try_flat(s, four, flat & opaque, plan.rounds)
        if may_use_three:
            _try_flat(s, three, flat, plan.rounds)
    for _ in range(plan.clusters):
        sort_along_axis(s)
        choose_split(s, 3)
        split_ends(s, 3)
        _round_trial(s)
        _try_with_rounds(s, four, opaque, plan.rounds)
        if may_use_three and plan.threes:
            _try_threes(s, always, plan.rounds)
        elif any_lane(members < 15.5):
            _try_threes(s, members < 15.5, plan.rounds)
        _axis_of_best(s)
    for _ in range(plan.polish):
        _polish(s)


@part
def _try_threes(s: np.ndarray, allowed: LaneMask, rounds: int) -> None:
    choose_split(s, 2)
    split_ends(s, 2)
    _round_trial(s)
    _try_with_rounds(s, spread(2.0), allowed, rounds)


@part
def _axis_of_best(s: np.ndarray) -> None:
    """Turn AXIS to the line between the best colors; where they are one color it stays."""
    x = widened(load(s, BEST + 3), 0) - widened(load(s, BEST), 0)
    y = widened(load(s, BEST + 4), 1) - widened(load(s, BEST + 1), 1)
    z = widened(load(s, BEST + 5), 2) - widened(load(s, BEST + 2), 2)
    turns = x * x + y * y + z * z > 0.0
    store(s, AXIS, select(turns, x, load(s, AXIS)))
    store(s, AXIS + 1, select(turns, y, load(s, AXIS + 1)))
    store(s, AXIS + 2, select(turns, z, load(s, AXIS + 2)))


@part
def widened(stored: Lanes, channel: int) -> Lanes:
    """Return what a decoder makes of a stored component: its top bits repeated below it, to 8 bits."""
    if channel == 1:
        return stored * 4.0 + floor(stored * 0.0625)
    return stored * 8.0 + floor(stored * 0.25)


@part
def _narrowed(value: Lanes, channel: int) -> Lanes:
    """Return the stored component nearest to a value."""
    top = 63.0 if channel == 1 else 31.0
    return floor(higher(lower(value, spread(255.0)), spread(0.0)) * (top / 255.0) + 0.5)


@part
def _try_with_rounds(s: np.ndarray, steps: Lanes, allowed: LaneMask, rounds: int) -> None:
    for _ in range(rounds + 1):
        e0, e1, e2 = load(s, TRIAL), load(s, TRIAL + 1), load(s, TRIAL + 2)
        d0, d1, d2 = load(s, TRIAL + 3), load(s, TRIAL + 4), load(s, TRIAL + 5)
        error = _error_and_move(s, steps, e0, e1, e2, d0, d1, d2)
        _keep_better(s, steps, allowed, error, e0, e1, e2, d0, d1, d2)


@part
def _round_trial(s: np.ndarray) -> None:
    for c in range(3):
        store(s, TRIAL + c, _narrowed(load(s, TRIAL + c), c))
        store(s, TRIAL + 3 + c, _narrowed(load(s, TRIAL + 3 + c), c))


@part
def _keep_better(
    s: np.ndarray,
    steps: Lanes,
    allowed: LaneMask,
    error: Lanes,
    e0: Lanes,
    e1: Lanes,
    e2: Lanes,
    d0: Lanes,
    d1: Lanes,
    d2: Lanes,
) -> None:
    best = load(s, BEST + ERROR)
    better = allowed & (error < best)
    store(s, BEST + ERROR, select(better, error, best))
    store(s, BEST + STEPS, select(better, steps, load(s, BEST + STEPS)))
    store(s, BEST, select(better, e0, load(s, BEST)))
    store(s, BEST + 1, select(better, e1, load(s, BEST + 1)))
    store(s, BEST + 2, select(better, e2, load(s, BEST + 2)))
    store(s, BEST + 3, select(better, d0, load(s, BEST + 3)))
    store(s, BEST + 4, select(better, d1, load(s, BEST + 4)))
    store(s, BEST + 5, select(better, d2, load(s, BEST + 5)))


@part
def _error_and_move(
    s: np.ndarray, steps: Lanes, e0: Lanes, e1: Lanes, e2: Lanes, d0: Lanes, d1: Lanes, d2: Lanes
) -> Lanes:
    """Return the squared error of two stored colors; leave in TRIAL what least squares would have."""
    e0, e1, e2 = widened(e0, 0), widened(e1, 1), widened(e2, 2)
    d0, d1, d2 = widened(d0, 0) - e0, widened(d1, 1) - e1, widened(d2, 2) - e2
    scale = steps / higher(d0 * d0 + d1 * d1 + d2 * d2, spread(1.0))
    step = 1.0 / steps
    u0, u1, u2 = d0 * step, d1 * step, d2 * step
    zero = spread(0.0)
    error = count = sum_k = sum_kk = zero
    r0 = r1 = r2 = q0 = q1 = q2 = zero
    for i in range(16):
        w = load(s, MEMBERS + i)
        a, b, c = load(s, TEXELS + i) - e0, load(s, TEXELS + 16 + i) - e1, load(s, TEXELS + 32 + i) - e2
        k = lower(higher(floor((a * d0 + b * d1 + c * d2) * scale + 0.5), zero), steps)
        a, b, c = (a - k * u0) * w, (b - k * u1) * w, (c - k * u2) * w
        error += a * a + b * b + c * c
        count += w
        sum_kk += k * k * w
        sum_k += k * w
        r0 += a
        r1 += b
        r2 += c
        q0 += k * a
        q1 += k * b
        q2 += k * c
    det = count * sum_kk - sum_k * sum_k
    share = select(det > 0.5, 1.0 / higher(det, spread(0.5)), zero)
    bb = sum_kk * step * step
    ab = sum_k * step - bb
    aa = count - sum_k * step - ab
    start, slope = (sum_kk * r0 - sum_k * q0) * share + e0, (count * q0 - sum_k * r0) * share
    _move(s, 0, start, start + d0 + slope * steps, aa, ab, bb)
    start, slope = (sum_kk * r1 - sum_k * q1) * share + e1, (count * q1 - sum_k * r1) * share
    _move(s, 1, start, start + d1 + slope * steps, aa, ab, bb)
    start, slope = (sum_kk * r2 - sum_k * q2) * share + e2, (count * q2 - sum_k * r2) * share
    _move(s, 2, start, start + d2 + slope * steps, aa, ab, bb)
    return error


@part
def _move(s: np.ndarray, c: int, first: Lanes, second: Lanes, aa: Lanes, ab: Lanes, bb: Lanes) -> None:
    """Write the stored components around the optimum of a quadratic form where it is least to TRIAL."""
    last = spread(62.0 if c == 1 else 30.0)
    scale = 63.0 / 255.0 if c == 1 else 31.0 / 255.0
    zero = spread(0.0)
    low_a = higher(lower(floor(first * scale), last), zero)
    low_b = higher(lower(floor(second * scale), last), zero)
    best, best_a, best_b = spread(NEVER), low_a, low_b
    for i in range(2):
        a = low_a + float(i)
        off_a = widened(a, c) - first
        for j in range(2):
            b = low_b + float(j)
            off_b = widened(b, c) - second
            cost = aa * off_a * off_a + 2.0 * ab * off_a * off_b + bb * off_b * off_b
            better = cost < best
            best = lower(cost, best)
            best_a, best_b = select(better, a, best_a), select(better, b, best_b)
    store(s, TRIAL + c, best_a)
    store(s, TRIAL + 3 + c, best_b)


@part
def _try_flat(s: np.ndarray, steps: Lanes, allowed: LaneMask, rounds: int) -> None:
    """Try the pairs of colors that meet the mean best one step from the first of them."""
    for c in range(3):
        first, second = _flat_pair(load(s, MEAN + c), steps, c)
        store(s, TRIAL + c, first)
        store(s, TRIAL + 3 + c, second)
    _try_with_rounds(s, steps, allowed, rounds)


@part
def _flat_pair(value: Lanes, steps: Lanes, channel: int) -> tuple[Lanes, Lanes]:
    """Return the stored components a and b with a + (b - a) / steps nearest to a value."""
    near = _narrowed(value, channel)
    top = spread(63.0 if channel == 1 else 31.0)
    best, best_a, best_b = spread(NEVER), near, near
    for i in range(7):
        # 0, 1, -1, 2, -2, 3, -3: colors that are close together are met alike by all hardware.
        a = lower(higher(near + float((i + 1) // 2 * (1 if i % 2 == 1 else -1)), spread(0.0)), top)
        wide = widened(a, channel)
        nearest = _narrowed(wide + (value - wide) * steps, channel)
        for j in range(3):
            b = lower(higher(nearest + float(j - 1), spread(0.0)), top)
            off = (wide + (widened(b, channel) - wide) / steps) - value
            cost = off * off
            better = cost < best
            best = lower(cost, best)
            best_a, best_b = select(better, a, best_a), select(better, b, best_b)
    return best_a, best_b


@part
def _polish(s: np.ndarray) -> None:
    """Move every stored component one step either way and keep what helps."""
    steps = load(s, BEST + STEPS)
    always = steps > 0.0
    zero = spread(0.0)
    for k in range(6):
        top = spread(63.0 if k % 3 == 1 else 31.0)
        for way in range(2):
            by = 2.0 * float(way) - 1.0
            e0, e1, e2 = load(s, BEST), load(s, BEST + 1), load(s, BEST + 2)
            d0, d1, d2 = load(s, BEST + 3), load(s, BEST + 4), load(s, BEST + 5)
            moved = lower(higher(load(s, BEST + k) + by, zero), top)
            if k == 0:
                e0 = moved
            elif k == 1:
                e1 = moved
            elif k == 2:
                e2 = moved
            elif k == 3:
                d0 = moved
            elif k == 4:
                d1 = moved
            else:
                d2 = moved
            error = _error_and_move(s, steps, e0, e1, e2, d0, d1, d2)
            _keep_better(s, steps, always, error, e0, e1, e2, d0, d1, d2)
