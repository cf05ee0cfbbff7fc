"""Polish the second plane of the winning encodings: one channel, in the place of alpha, in modes 4 and 5."""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc7_scratch import BEST, BEST_ENDS, BEST_SECOND, INDICES, OWN_ALONE, ROTATED
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LaneMask, Lanes, any_lane, floor, higher, load, lower, select, spread, store


@part
def refine_alone(s: np.ndarray, wanted: LaneMask, passes: int) -> Lanes:
    """Move the end points of the second plane a step either way, keep what helps, return its error."""
    low, high = load(s, BEST + BEST_ENDS + 3), load(s, BEST + BEST_ENDS + 7)
    never = spread(0.0)
    best = select(wanted, _assign_alone(s, low, high, select(wanted, spread(1e30), never)), never)
    top = load(s, OWN_ALONE)
    for _ in range(passes):
        before = best
        center_low, center_high = low, high
        for trial in range(9):
            a = higher(lower(center_low - 1.0 + float(trial % 3), top), spread(0.0))
            b = higher(lower(center_high - 1.0 + float(trial // 3), top), spread(0.0))
            error = _assign_alone(s, a, b, best)
            better = error < best
            low, high, best = select(better, a, low), select(better, b, high), select(better, error, best)
        if not any_lane(best < before):
            break
    store(s, BEST + BEST_ENDS + 3, select(wanted, low, load(s, BEST + BEST_ENDS + 3)))
    store(s, BEST + BEST_ENDS + 7, select(wanted, high, load(s, BEST + BEST_ENDS + 7)))
    return best


@part
def _assign_alone(s: np.ndarray, low: Lanes, high: Lanes, best: Lanes) -> Lanes:
    """Return the second plane's error with these stored ends; where it is less, keep the indices."""
    up, down, steps = load(s, OWN_ALONE + 1), load(s, OWN_ALONE + 2), load(s, OWN_ALONE + 3)
    first = low * up + floor(low * down)
    span = high * up + floor(high * down) - first
    scale = steps * span / (span * span + 1e-6)
    step = 64.0 / higher(steps, spread(1.0))
    total = spread(0.0)
    for i in range(16):
        v = load(s, ROTATED + 48 + i)
        index = lower(higher(floor((v - first) * scale + 0.5), spread(0.0)), steps)
        r = floor(first + (span * floor(index * step + 0.5) + 32.0) * 0.015625) - v
        store(s, INDICES + i, index)
        total += r * r
    better = total < best
    if any_lane(better):
        for i in range(16):
            at = BEST + BEST_SECOND + i
            store(s, at, select(better, load(s, INDICES + i), load(s, at)))
    return total
