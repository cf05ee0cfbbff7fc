"""Fit two end points and one index a texel to a single channel, for the second plane of BC7 modes 4 and 5."""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc7_scratch import FIT_INDICES, INDICES, WEIGHTS
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import Lanes, floor, higher, load, lower, select, spread, store


@part
def fit_scalar(s: np.ndarray, texels: int, out: int, steps: int, bits: int, rounds: int) -> Lanes:
    """Fit one channel of whole blocks: end points to vectors `out` and `out` + 4, indices to `out` + 10.."""
    first = second = load(s, texels)
    for i in range(1, 16):
        first = lower(first, load(s, texels + i))
        second = higher(second, load(s, texels + i))
    best = spread(1e30)
    for turn in range(rounds + 1):
        if turn > 0:
            first, second = _least_squares_scalar(s, texels, first, second)
        low, low_wide = _round_scalar(first, bits)
        high, high_wide = _round_scalar(second, bits)
        error = _assign_scalar(s, texels, low_wide, high_wide, steps)
        better = error < best
        best = lower(error, best)
        store(s, out, select(better, low, load(s, out)))
        store(s, out + 4, select(better, high, load(s, out + 4)))
        for i in range(16):
            k = out + FIT_INDICES + i
            store(s, k, select(better, load(s, INDICES + i), load(s, k)))
    return best


@part
def _round_scalar(end: Lanes, bits: int) -> tuple[Lanes, Lanes]:
    top = float((1 << bits) - 1)
    stored = floor(higher(lower(end, spread(255.0)), spread(0.0)) * (top / 255.0) + 0.5)
    return stored, stored * float(1 << (8 - bits)) + floor(stored * (1.0 / float(1 << (2 * bits - 8))))


@part
def _assign_scalar(s: np.ndarray, x: int, low: Lanes, high: Lanes, steps: int) -> Lanes:
    span = high - low
    # span is 0 or at least 1 in size, so the offset only guards the division.
    scale = float(steps) * span / (span * span + 1e-6)
    step = 64.0 / float(steps)
    total = spread(0.0)
    for i in range(16):
        v = load(s, x + i)
        k = lower(higher(floor((v - low) * scale + 0.5), spread(0.0)), spread(float(steps)))
        w = floor(k * step + 0.5)
        r = floor(low + (span * w + 32.0) * 0.015625) - v
        store(s, INDICES + i, k)
        store(s, WEIGHTS + i, w)
        total += r * r
    return total


@part
def _least_squares_scalar(s: np.ndarray, x: int, first: Lanes, second: Lanes) -> tuple[Lanes, Lanes]:
    aa = ab = bb = p = q = spread(0.0)
    for i in range(16):
        b = load(s, WEIGHTS + i) * 0.015625
        a = 1.0 - b
        v = load(s, x + i)
        aa += a * a
        ab += a * b
        bb += b * b
        p += a * v
        q += b * v
    det = aa * bb - ab * ab
    solvable = det > 1e-3
    share = 1.0 / higher(det, spread(1e-3))
    return (
        select(solvable, (bb * p - ab * q) * share, first),
        select(solvable, (aa * q - ab * p) * share, second),
    )
