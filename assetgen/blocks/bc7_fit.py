"""Fit two end points and one index a texel to a subset of a block, for sixteen blocks at once.

The line through the mean along the principal axis gives the first end points; each round of least squares
moves them to where the chosen indices want them. Errors are exact: differences of the 8-bit values a decoder
makes, squared and weighted as bc7_metric says.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc7_metric import DIAGONAL, dual, measured
from assetgen.blocks.bc7_scratch import (
    DECODED,
    ENDS,
    FIT_INDICES,
    FIT_P,
    FREE,
    INDICES,
    METRIC,
    STORED,
    WEIGHTS,
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
    square_root,
    store,
)


@part
def fit_subset(
    s: np.ndarray,
    texels: int,
    members: int,
    out: int,
    channels: int,
    steps: int,
    bits: int,
    p_bits: int,
    pin: Lanes,
    rounds: int,
    weighted: int,
) -> Lanes:
    """Write the best fit found to vectors `out`.. and return its squared error.

    Args:
        s: the scratch array.
        texels: first vector of the texel plane.
        members: first vector of the membership mask.
        out: first vector of the result.
        channels: 3 or 4.
        steps: largest index, 3, 7 or 15.
        bits: of a stored end point, the p-bit not counted.
        p_bits: 0 none, 1 shared, 2 one for each end point.
        pin: what both p-bits have to be (opaque alpha needs 1, clear alpha 0), or FREE.
        rounds: least-squares rounds.
        weighted: how errors are measured, see bc7_metric.
    """
    _principal_ends(s, texels, members, channels, weighted)
    _round_ends(s, channels, bits, p_bits, pin, weighted)
    best = _assign(s, texels, members, channels, steps, weighted)
    for k in range(8 + 2):
        store(s, out + k, load(s, STORED + k))
    for i in range(16):
        store(s, out + FIT_INDICES + i, load(s, INDICES + i))
    # A lane leaves at its first round without gain, whatever the others do: its result must be its own.
    better = best > 0.0
    for _ in range(rounds):
        least_squares(s, texels, members, channels)
        _round_ends(s, channels, bits, p_bits, pin, weighted)
        error = _assign(s, texels, members, channels, steps, weighted)
        better = better & (error < best)
        if not any_lane(better):
            break
        best = select(better, error, best)
        for k in range(8 + 2):
            store(s, out + k, select(better, load(s, STORED + k), load(s, out + k)))
        for i in range(16):
            k = out + FIT_INDICES + i
            store(s, k, select(better, load(s, INDICES + i), load(s, k)))
    return best


@part
def _widened(stored: Lanes, p: Lanes, bits: int, p_bits: int) -> Lanes:
    """Return what a decoder makes of a stored end point: its top bits repeated below it, to 8 bits."""
    total = bits + (1 if p_bits > 0 else 0)
    wide = stored * 2.0 + p if p_bits > 0 else stored
    return wide * float(1 << (8 - total)) + floor(wide * (1.0 / float(1 << (2 * total - 8))))


@part
def _principal_ends(s: np.ndarray, x: int, m: int, channels: int, weighted: int) -> None:
    """Write the ends of the principal axis through the members to ENDS."""
    count = spread(0.0)
    mean0 = mean1 = mean2 = mean3 = spread(0.0)
    for i in range(16):
        w = load(s, m + i)
        count += w
        mean0 += w * load(s, x + i)
        mean1 += w * load(s, x + 16 + i)
        mean2 += w * load(s, x + 32 + i)
        mean3 += w * load(s, x + 48 + i)
    share = 1.0 / higher(count, spread(1.0))
    mean0, mean1, mean2, mean3 = mean0 * share, mean1 * share, mean2 * share, mean3 * share
    c00 = c01 = c02 = c03 = c11 = c12 = c13 = c22 = c23 = c33 = spread(0.0)
    for i in range(16):
        w = load(s, m + i)
        a = (load(s, x + i) - mean0) * w
        b = (load(s, x + 16 + i) - mean1) * w
        c = (load(s, x + 32 + i) - mean2) * w
        c00 += a * a
        c01 += a * b
        c02 += a * c
        c11 += b * b
        c12 += b * c
        c22 += c * c
        if channels == 4:
            d = (load(s, x + 48 + i) - mean3) * w
            c03 += a * d
            c13 += b * d
            c23 += c * d
            c33 += d * d
    # Power iteration from the column of the largest variance, which is never orthogonal to the axis.
    top = c00
    v0, v1, v2, v3 = c00, c01, c02, c03
    larger = c11 > top
    v0, v1 = select(larger, c01, v0), select(larger, c11, v1)
    v2, v3 = select(larger, c12, v2), select(larger, c13, v3)
    top = higher(top, c11)
    larger = c22 > top
    v0, v1 = select(larger, c02, v0), select(larger, c12, v1)
    v2, v3 = select(larger, c22, v2), select(larger, c23, v3)
    top = higher(top, c22)
    larger = c33 > top
    v0, v1 = select(larger, c03, v0), select(larger, c13, v1)
    v2, v3 = select(larger, c23, v2), select(larger, c33, v3)
    scale = 1.0 / (higher(top, c33) + 1e-6)
    v0, v1, v2, v3 = v0 * scale, v1 * scale, v2 * scale, v3 * scale
    for _ in range(4):
        if weighted > 0:
            v0, v1, v2, v3 = dual(s, v0, v1, v2, v3)
        # The scale keeps the vector in range: no eigenvalue exceeds four times the largest variance.
        a = (c00 * v0 + c01 * v1 + c02 * v2 + c03 * v3) * scale
        b = (c01 * v0 + c11 * v1 + c12 * v2 + c13 * v3) * scale
        c = (c02 * v0 + c12 * v1 + c22 * v2 + c23 * v3) * scale
        d = (c03 * v0 + c13 * v1 + c23 * v2 + c33 * v3) * scale
        v0, v1, v2, v3 = a, b, c, d
    norm = 1.0 / square_root(v0 * v0 + v1 * v1 + v2 * v2 + v3 * v3 + 1e-12)
    v0, v1, v2, v3 = v0 * norm, v1 * norm, v2 * norm, v3 * norm
    w0, w1, w2, w3 = v0, v1, v2, v3
    if weighted > 0:
        w0, w1, w2, w3 = dual(s, v0, v1, v2, v3)
        share = 1.0 / (v0 * w0 + v1 * w1 + v2 * w2 + v3 * w3 + 1e-12)
        w0, w1, w2, w3 = w0 * share, w1 * share, w2 * share, w3 * share
    least = greatest = spread(0.0)
    for i in range(16):
        t = (
            (load(s, x + i) - mean0) * w0
            + (load(s, x + 16 + i) - mean1) * w1
            + (load(s, x + 32 + i) - mean2) * w2
        )
        if channels == 4:
            t = t + (load(s, x + 48 + i) - mean3) * w3
        # A texel outside the subset lands on the mean, which is inside the range anyway.
        t = t * load(s, m + i)
        least = lower(least, t)
        greatest = higher(greatest, t)
    store(s, ENDS, mean0 + least * v0)
    store(s, ENDS + 1, mean1 + least * v1)
    store(s, ENDS + 2, mean2 + least * v2)
    store(s, ENDS + 3, mean3 + least * v3)
    store(s, ENDS + 4, mean0 + greatest * v0)
    store(s, ENDS + 5, mean1 + greatest * v1)
    store(s, ENDS + 6, mean2 + greatest * v2)
    store(s, ENDS + 7, mean3 + greatest * v3)


@part
def _round_ends(s: np.ndarray, channels: int, bits: int, p_bits: int, pin: Lanes, weighted: int) -> None:
    """Round ENDS to what the mode can store: STORED, its p-bits, and DECODED."""
    total = bits + (1 if p_bits > 0 else 0)
    scale = ((1 << total) - 1) / 255.0
    top = spread(float((1 << bits) - 1))
    zero, one = spread(0.0), spread(1.0)
    first = second = zero
    if p_bits > 0:
        even0 = odd0 = even1 = odd1 = zero
        for c in range(channels):
            a, b = _parity_cost(load(s, ENDS + c), scale, top)
            e, f = _parity_cost(load(s, ENDS + 4 + c), scale, top)
            if weighted > 0:
                weight = load(s, METRIC + DIAGONAL[c])
                a, b, e, f = a * weight, b * weight, e * weight, f * weight
            even0 += a
            odd0 += b
            even1 += e
            odd1 += f
        if p_bits == 1:
            first = select(odd0 + odd1 < even0 + even1, one, zero)
            second = first
        else:
            first = select(pin < FREE, pin, select(odd0 < even0, one, zero))
            second = select(pin < FREE, pin, select(odd1 < even1, one, zero))
    store(s, STORED + FIT_P, first)
    store(s, STORED + FIT_P + 1, second)
    for k in range(8):
        value = higher(lower(load(s, ENDS + k), spread(255.0)), zero) * scale
        if p_bits > 0:
            p = first if k < 4 else second
            whole = higher(lower(floor((value - p) * 0.5 + 0.5), top), zero)
        else:
            p, whole = zero, lower(floor(value + 0.5), top)
        store(s, STORED + k, whole)
        store(s, DECODED + k, _widened(whole, p, bits, p_bits))


@part
def _parity_cost(end: Lanes, scale: float, top: Lanes) -> tuple[Lanes, Lanes]:
    """Return the squared rounding errors with an even and with an odd last bit."""
    value = higher(lower(end, spread(255.0)), spread(0.0)) * scale
    even = value - lower(floor(value * 0.5 + 0.5), top) * 2.0
    odd = value - (higher(lower(floor((value - 1.0) * 0.5 + 0.5), top), spread(0.0)) * 2.0 + 1.0)
    return even * even, odd * odd


@part
def _assign(s: np.ndarray, x: int, m: int, channels: int, steps: int, weighted: int) -> Lanes:
    """Choose an index for every texel (INDICES, WEIGHTS) and return the error over the members."""
    e0, e1, e2, e3 = load(s, DECODED), load(s, DECODED + 1), load(s, DECODED + 2), load(s, DECODED + 3)
    d0, d1, d2 = load(s, DECODED + 4) - e0, load(s, DECODED + 5) - e1, load(s, DECODED + 6) - e2
    d3 = spread(0.0)
    if channels == 4:
        d3 = load(s, DECODED + 7) - e3
    g0, g1, g2, g3 = d0, d1, d2, d3
    if weighted > 0:
        g0, g1, g2, g3 = dual(s, d0, d1, d2, d3)
    last = spread(float(steps))
    scale = float(steps) / (d0 * g0 + d1 * g1 + d2 * g2 + d3 * g3 + 1e-6)
    g0, g1, g2, g3 = g0 * scale, g1 * scale, g2 * scale, g3 * scale
    # The weights of the format are 64 k / steps, rounded.
    step = 64.0 / float(steps)
    zero = spread(0.0)
    total = zero
    for i in range(16):
        a, b, c = load(s, x + i) - e0, load(s, x + 16 + i) - e1, load(s, x + 32 + i) - e2
        t = a * g0 + b * g1 + c * g2
        d = zero
        if channels == 4:
            d = load(s, x + 48 + i) - e3
            t = t + d * g3
        index = lower(higher(floor(t + 0.5), zero), last)
        w = floor(index * step + 0.5)
        r0 = floor((d0 * w + 32.0) * 0.015625) - a
        r1 = floor((d1 * w + 32.0) * 0.015625) - b
        r2 = floor((d2 * w + 32.0) * 0.015625) - c
        r3 = zero
        if channels == 4:
            r3 = floor((d3 * w + 32.0) * 0.015625) - d
        if weighted > 0:
            error = measured(s, r0, r1, r2, r3)
        else:
            error = r0 * r0 + r1 * r1 + r2 * r2 + r3 * r3
        store(s, INDICES + i, index)
        store(s, WEIGHTS + i, w)
        total += load(s, m + i) * error
    return total


@part
def least_squares(s: np.ndarray, x: int, m: int, channels: int) -> None:
    """Move ENDS to the least-squares optimum for WEIGHTS; lanes that do not determine it keep theirs."""
    aa = ab = bb = spread(0.0)
    p0 = p1 = p2 = p3 = q0 = q1 = q2 = q3 = spread(0.0)
    for i in range(16):
        w = load(s, m + i)
        b = load(s, WEIGHTS + i) * 0.015625
        a = (1.0 - b) * w
        b = b * w
        aa += a * a
        ab += a * b
        bb += b * b
        v = load(s, x + i)
        p0 += a * v
        q0 += b * v
        v = load(s, x + 16 + i)
        p1 += a * v
        q1 += b * v
        v = load(s, x + 32 + i)
        p2 += a * v
        q2 += b * v
        if channels == 4:
            v = load(s, x + 48 + i)
            p3 += a * v
            q3 += b * v
    det = aa * bb - ab * ab
    solvable = det > 1e-3
    share = 1.0 / higher(det, spread(1e-3))
    _move(s, 0, solvable, (bb * p0 - ab * q0) * share, (aa * q0 - ab * p0) * share)
    _move(s, 1, solvable, (bb * p1 - ab * q1) * share, (aa * q1 - ab * p1) * share)
    _move(s, 2, solvable, (bb * p2 - ab * q2) * share, (aa * q2 - ab * p2) * share)
    if channels == 4:
        _move(s, 3, solvable, (bb * p3 - ab * q3) * share, (aa * q3 - ab * p3) * share)


@part
def _move(s: np.ndarray, channel: int, solvable: LaneMask, first: Lanes, second: Lanes) -> None:
    store(s, ENDS + channel, select(solvable, first, load(s, ENDS + channel)))
    store(s, ENDS + 4 + channel, select(solvable, second, load(s, ENDS + 4 + channel)))
