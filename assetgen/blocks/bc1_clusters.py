"""Split the texels of a block, in their order along an axis, into the clusters of a palette; try all splits.

With the colors taken about their mean, least squares for a split gains g |S|^2, where S is the sum of the
texels weighted by the share of the first color, and g depends on the sizes of the clusters alone. S is the
mean of the prefix sums at the borders, so one of the 969 splits into four costs a dozen operations. After
Simon Brown's cluster fit ("DXT compression techniques", 2006), which computes ends and error for each split.
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc1_scratch import AXIS, MEAN, MEMBERS, SORTED, SPLIT, SUMS, TEXELS, TRIAL
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LANES, higher, load, lower, select, spread, store


def _sorting_network(size: int) -> np.ndarray:
    """Return Batcher's odd-even merge sort as pairs of places to compare."""
    pairs = []
    width = 1
    while width < size:
        stride = width
        while stride >= 1:
            for start in range(stride % width, size - stride, 2 * stride):
                for i in range(min(stride, size - start - stride)):
                    if (start + i) // (2 * width) == (start + i + stride) // (2 * width):
                        pairs.append((start + i, start + i + stride))
            stride //= 2
        width *= 2
    return np.array(pairs, np.int64)


def _splits(steps: int) -> np.ndarray:
    """Return the borders of all splits of sixteen texels into steps + 1 clusters, in the order tried."""
    if steps == 2:
        return np.array([(i, j, 16) for i in range(17) for j in range(i, 17)], np.int64)
    return np.array(
        [(i, j, k) for i in range(17) for j in range(i, 17) for k in range(j, 17)],
        np.int64,
    )


def _gains() -> np.ndarray:
    """Return g / 9 for every split into four; 0 where all texels share one cluster."""
    gains = np.zeros(len(_FOUR), np.float64)
    for n, (i, j, k) in enumerate(_FOUR):
        a, b, c, d = int(i), int(j - i), int(k - j), int(16 - k)
        det = (a + (4 * b + c) / 9) * ((b + 4 * c) / 9 + d) - (2 * (b + c) / 9) ** 2
        gains[n] = 16 / det / 9 if det > 1e-6 else 0
    return gains.astype(np.float32)


_NETWORK = _sorting_network(16)
_FOUR = _splits(3)
_THREE = _splits(2)
_GAINS = _gains()


@part
def sort_along_axis(s: np.ndarray) -> None:
    """Write the texels in their order along AXIS to SORTED, and their sums about MEAN to SUMS."""
    x, y, z = load(s, AXIS), load(s, AXIS + 1), load(s, AXIS + 2)
    a, b, c = load(s, MEAN), load(s, MEAN + 1), load(s, MEAN + 2)
    for i in range(16):
        w = load(s, MEMBERS + i)
        u = (load(s, TEXELS + i) - a) * w
        v = (load(s, TEXELS + 16 + i) - b) * w
        t = (load(s, TEXELS + 32 + i) - c) * w
        store(s, SORTED + i, u * x + v * y + t * z)
        store(s, SORTED + 16 + i, u)
        store(s, SORTED + 32 + i, v)
        store(s, SORTED + 48 + i, t)
        store(s, SORTED + 64 + i, w)
    for n in range(len(_NETWORK)):
        i, j = SORTED + _NETWORK[n, 0], SORTED + _NETWORK[n, 1]
        first, second = load(s, i), load(s, j)
        turned = second < first
        store(s, i, lower(first, second))
        store(s, j, higher(second, first))
        for k in range(16, 80, 16):
            first, second = load(s, i + k), load(s, j + k)
            store(s, i + k, select(turned, second, first))
            store(s, j + k, select(turned, first, second))
    for k in range(4):
        total = spread(0.0)
        store(s, SUMS + 17 * k, total)
        for i in range(16):
            total += load(s, SORTED + 16 + 16 * k + i)
            store(s, SUMS + 17 * k + 1 + i, total)


@part
def choose_split(s: np.ndarray, steps: int) -> None:
    """Leave the number of the best split into steps + 1 clusters in SPLIT + 1.

    Splits into four are for blocks whose texels are all members.
    """
    if steps == 3:
        _choose_of_four(s)
    else:
        _choose_of_three(s)


@part
def _choose_of_four(s: np.ndarray) -> None:
    best = which = spread(0.0)
    n = 0
    for i in range(17):
        for j in range(i, 17):
            a = load(s, SUMS + i) + load(s, SUMS + j)
            b = load(s, SUMS + 17 + i) + load(s, SUMS + 17 + j)
            c = load(s, SUMS + 34 + i) + load(s, SUMS + 34 + j)
            for k in range(j, 17):
                u, v, t = a + load(s, SUMS + k), b + load(s, SUMS + 17 + k), c + load(s, SUMS + 34 + k)
                gain = (u * u + v * v + t * t) * _GAINS[n]
                which = select(gain > best, spread(float(n)), which)
                best = higher(gain, best)
                n += 1
    store(s, SPLIT, best)
    store(s, SPLIT + 1, which)


@part
def _choose_of_three(s: np.ndarray) -> None:
    best = which = spread(0.0)
    total = load(s, SUMS + 51 + 16)
    n = 0
    for i in range(17):
        for j in range(i, 17):
            u = load(s, SUMS + i) + load(s, SUMS + j)
            v = load(s, SUMS + 17 + i) + load(s, SUMS + 17 + j)
            t = load(s, SUMS + 34 + i) + load(s, SUMS + 34 + j)
            first = load(s, SUMS + 51 + i)
            middle = (load(s, SUMS + 51 + j) - first) * 0.25
            last = total - load(s, SUMS + 51 + j)
            det = (first + middle) * (last + middle) - middle * middle
            gain = select(det > 0.1, (u * u + v * v + t * t) / higher(det, spread(0.1)), spread(0.0))
            which = select(gain > best, spread(float(n)), which)
            best = higher(gain, best)
            n += 1
    store(s, SPLIT, best)
    store(s, SPLIT + 1, which)


@part
def split_ends(s: np.ndarray, steps: int) -> None:
    """Write the ends that least squares gives for the chosen split to TRIAL."""
    for lane in range(LANES):
        n = int(s[(SPLIT + 1) * LANES + lane])
        splits = _FOUR if steps == 3 else _THREE
        places = (splits[n, 0], splits[n, 1], splits[n, 2])
        alpha = beta = both = np.float32(0.0)
        before = np.float32(0.0)
        for k in range(steps + 1):
            upto = s[(SUMS + 51 + (places[k] if k < steps else 16)) * LANES + lane]
            share = np.float32(steps - k) / np.float32(steps)
            alpha += (upto - before) * share * share
            both += (upto - before) * share * (np.float32(1.0) - share)
            beta += (upto - before) * (np.float32(1.0) - share) * (np.float32(1.0) - share)
            before = upto
        det = alpha * beta - both * both
        scale = np.float32(1.0) / det if det > np.float32(0.1) else np.float32(0.0)
        for c in range(3):
            total = np.float32(0.0)
            for k in range(steps):
                total += s[(SUMS + 17 * c + places[k]) * LANES + lane]
            total = total * scale / np.float32(steps)
            mean = s[(MEAN + c) * LANES + lane]
            s[(TRIAL + c) * LANES + lane] = mean + (beta + both) * total
            s[(TRIAL + 3 + c) * LANES + lane] = mean - (alpha + both) * total
