"""Guess, before any fit, what each partition pattern and each channel rotation of BC7 would cost.

A subset whose texels scatter with covariance C loses trace(C) - lambda to the line it is drawn on (lambda: largest
eigenvalue), and about lambda / steps^2 to the rounding of indices along that line. lambda is close to
trace(C^5) / trace(C^4), which needs no branch and no iteration.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from assetgen.blocks.bc7_scratch import CANDIDATE, ESTIMATES, MASKS, PRODUCTS, ROTATED, TEXELS
from assetgen.blocks.bc7_tables import SECOND_OF_THREE, THIRD_OF_THREE, TWO_SUBSETS
from assetgen.blocks.lanes import (
    LANES,
    LaneMask,
    Lanes,
    higher,
    load,
    lower,
    select,
    spread,
    store,
)

_SEEN = 1e30
_TWO = np.array(TWO_SUBSETS, np.int64)
_SECOND = np.array(SECOND_OF_THREE, np.int64)
_THIRD = np.array(THIRD_OF_THREE, np.int64)


@njit
def prepare_products(s: np.ndarray, opaque: LaneMask) -> None:
    """Write the three features of every texel, centred, and their six products to PRODUCTS.

    Opaque blocks use red, green and blue; in the others alpha takes the place of the color channel that varies least.
    """
    spread0, spread1, spread2 = _variation(s, 0), _variation(s, 1), _variation(s, 2)
    zero, one = spread(0.0), spread(1.0)
    drop0 = select(opaque, zero, select(spread0 <= lower(spread1, spread2), one, zero)) > 0.5
    drop1 = select(opaque, zero, select(spread1 <= spread2, one, zero)) > 0.5
    drop1_only = select(drop0, zero, select(drop1, one, zero)) > 0.5
    drop2 = select(opaque, zero, select(drop0, zero, select(drop1_only, zero, one))) > 0.5
    for i in range(16):
        alpha = load(s, TEXELS + 48 + i)
        store(s, PRODUCTS + i, select(drop0, alpha, load(s, TEXELS + i)))
        store(s, PRODUCTS + 16 + i, select(drop1_only, alpha, load(s, TEXELS + 16 + i)))
        store(s, PRODUCTS + 32 + i, select(drop2, alpha, load(s, TEXELS + 32 + i)))
    for c in range(3):
        mean = zero
        for i in range(16):
            mean += load(s, PRODUCTS + 16 * c + i)
        mean = mean * 0.0625
        for i in range(16):
            store(s, PRODUCTS + 16 * c + i, load(s, PRODUCTS + 16 * c + i) - mean)
    for i in range(16):
        a, b, c_ = load(s, PRODUCTS + i), load(s, PRODUCTS + 16 + i), load(s, PRODUCTS + 32 + i)
        store(s, PRODUCTS + 48 + i, a * a)
        store(s, PRODUCTS + 64 + i, a * b)
        store(s, PRODUCTS + 80 + i, a * c_)
        store(s, PRODUCTS + 96 + i, b * b)
        store(s, PRODUCTS + 112 + i, b * c_)
        store(s, PRODUCTS + 128 + i, c_ * c_)


@njit
def _variation(s: np.ndarray, channel: int) -> Lanes:
    total = square = spread(0.0)
    for i in range(16):
        v = load(s, TEXELS + 16 * channel + i)
        total += v
        square += v * v
    return square - total * total * 0.0625


@njit
def estimate_two_subsets(s: np.ndarray, index_noise: Lanes) -> None:
    """Write the expected squared error of all 64 two-subset patterns to ESTIMATES."""
    for p in range(64):
        first, first_axis = _subset_cost(s, _TWO[p])
        second, second_axis = _subset_cost(s, 0xFFFF ^ _TWO[p])
        store(s, ESTIMATES + p, first + second + (first_axis + second_axis) * index_noise)


@njit
def estimate_three_subsets(s: np.ndarray, index_noise: Lanes, patterns: int) -> None:
    """Write the expected squared error of the first three-subset patterns to ESTIMATES, a huge one to the rest."""
    for p in range(64):
        cost = spread(_SEEN)
        if p < patterns:
            first, first_axis = _subset_cost(s, 0xFFFF ^ _SECOND[p] ^ _THIRD[p])
            second, second_axis = _subset_cost(s, _SECOND[p])
            third, third_axis = _subset_cost(s, _THIRD[p])
            cost = first + second + third + (first_axis + second_axis + third_axis) * index_noise
        store(s, ESTIMATES + p, cost)


@njit
def _subset_cost(s: np.ndarray, members: int) -> tuple[Lanes, Lanes]:
    """Return the squared distance of the members from their line, and their scatter along it."""
    a = b = c = aa = ab = ac = bb = bc = cc = spread(0.0)
    count = 0
    left = members
    i = 0
    while left != 0:
        if left & 1:
            count += 1
            a += load(s, PRODUCTS + i)
            b += load(s, PRODUCTS + 16 + i)
            c += load(s, PRODUCTS + 32 + i)
            aa += load(s, PRODUCTS + 48 + i)
            ab += load(s, PRODUCTS + 64 + i)
            ac += load(s, PRODUCTS + 80 + i)
            bb += load(s, PRODUCTS + 96 + i)
            bc += load(s, PRODUCTS + 112 + i)
            cc += load(s, PRODUCTS + 128 + i)
        left >>= 1
        i += 1
    share = 1.0 / float(count)
    aa = aa - a * a * share
    ab = ab - a * b * share
    ac = ac - a * c * share
    bb = bb - b * b * share
    bc = bc - b * c * share
    cc = cc - c * c * share
    axis = largest_eigenvalue(aa, ab, ac, bb, bc, cc)
    return higher(aa + bb + cc - axis, spread(0.0)), axis


@njit
def largest_eigenvalue(aa: Lanes, ab: Lanes, ac: Lanes, bb: Lanes, bc: Lanes, cc: Lanes) -> Lanes:
    """Return trace(C^5) / trace(C^4) of a symmetric 3x3 matrix, at most a few percent under its largest eigenvalue."""
    # Scaled by the trace, the fourth power neither overflows nor vanishes.
    trace = aa + bb + cc
    scale = 1.0 / (higher(trace, spread(0.0)) + 1e-3)
    aa, ab, ac, bb, bc, cc = aa * scale, ab * scale, ac * scale, bb * scale, bc * scale, cc * scale
    p00 = aa * aa + ab * ab + ac * ac
    p01 = aa * ab + ab * bb + ac * bc
    p02 = aa * ac + ab * bc + ac * cc
    p11 = ab * ab + bb * bb + bc * bc
    p12 = ab * ac + bb * bc + bc * cc
    p22 = ac * ac + bc * bc + cc * cc
    q00 = p00 * p00 + p01 * p01 + p02 * p02
    q01 = p00 * p01 + p01 * p11 + p02 * p12
    q02 = p00 * p02 + p01 * p12 + p02 * p22
    q11 = p01 * p01 + p11 * p11 + p12 * p12
    q12 = p01 * p02 + p11 * p12 + p12 * p22
    q22 = p02 * p02 + p12 * p12 + p22 * p22
    fifth = q00 * aa + q11 * bb + q22 * cc + 2.0 * (q01 * ab + q02 * ac + q12 * bc)
    return fifth / (q00 + q11 + q22 + 1e-12) * trace


@njit
def take_best_partition(s: np.ndarray) -> None:
    """Move the pattern with the least estimate to CANDIDATE (number, estimate) and strike it from ESTIMATES."""
    best, number = load(s, ESTIMATES), spread(0.0)
    for p in range(1, 64):
        estimate = load(s, ESTIMATES + p)
        number = select(estimate < best, spread(float(p)), number)
        best = lower(estimate, best)
    store(s, CANDIDATE, number)
    store(s, CANDIDATE + 1, best)
    for lane in range(LANES):
        s[(ESTIMATES + int(s[CANDIDATE * LANES + lane])) * LANES + lane] = _SEEN


@njit
def write_masks(s: np.ndarray, subsets: int) -> None:
    """Write the membership masks of each lane's CANDIDATE pattern to MASKS."""
    for lane in range(LANES):
        p = int(s[CANDIDATE * LANES + lane])
        second = _TWO[p] if subsets == 2 else _SECOND[p]
        third = 0 if subsets == 2 else _THIRD[p]
        for i in range(16):
            in_second = np.float32((second >> i) & 1)
            in_third = np.float32((third >> i) & 1)
            s[(MASKS + i) * LANES + lane] = np.float32(1.0) - in_second - in_third
            s[(MASKS + 16 + i) * LANES + lane] = in_second
            s[(MASKS + 32 + i) * LANES + lane] = in_third


@njit
def estimate_rotations(s: np.ndarray, opaque: LaneMask) -> None:
    """Write the expected squared error of the four channel rotations of mode 5 to ESTIMATES .. + 3.

    Rotation r > 0 exchanges alpha with channel r - 1; the channel in alpha's place has indices of its own.
    """
    mean0 = mean1 = mean2 = mean3 = spread(0.0)
    for i in range(16):
        mean0 += load(s, TEXELS + i)
        mean1 += load(s, TEXELS + 16 + i)
        mean2 += load(s, TEXELS + 32 + i)
        mean3 += load(s, TEXELS + 48 + i)
    mean0, mean1, mean2, mean3 = mean0 * 0.0625, mean1 * 0.0625, mean2 * 0.0625, mean3 * 0.0625
    c00 = c01 = c02 = c03 = c11 = c12 = c13 = c22 = c23 = c33 = spread(0.0)
    for i in range(16):
        a, b = load(s, TEXELS + i) - mean0, load(s, TEXELS + 16 + i) - mean1
        c, d = load(s, TEXELS + 32 + i) - mean2, load(s, TEXELS + 48 + i) - mean3
        c00 += a * a
        c01 += a * b
        c02 += a * c
        c03 += a * d
        c11 += b * b
        c12 += b * c
        c13 += b * d
        c22 += c * c
        c23 += c * d
        c33 += d * d
    for p in range(64):
        store(s, ESTIMATES + p, spread(_SEEN))
    plain = _rotation_cost(c00, c01, c02, c11, c12, c22, c33)
    # With opaque alpha the plain order leaves the second plane nothing to do; mode 6 does better.
    store(s, ESTIMATES, select(opaque, spread(_SEEN * 0.1), plain))
    store(s, ESTIMATES + 1, _rotation_cost(c33, c13, c23, c11, c12, c22, c00))
    store(s, ESTIMATES + 2, _rotation_cost(c00, c03, c02, c33, c23, c22, c11))
    store(s, ESTIMATES + 3, _rotation_cost(c00, c01, c03, c11, c13, c33, c22))


@njit
def _rotation_cost(aa: Lanes, ab: Lanes, ac: Lanes, bb: Lanes, bc: Lanes, cc: Lanes, alone: Lanes) -> Lanes:
    axis = largest_eigenvalue(aa, ab, ac, bb, bc, cc)
    return higher(aa + bb + cc - axis, spread(0.0)) + (axis + alone) * (1.0 / 9.0)


@njit
def write_rotated(s: np.ndarray, rotation: Lanes) -> None:
    """Write each lane's texels with alpha and channel `rotation` - 1 exchanged to ROTATED."""
    for i in range(16):
        alpha = load(s, TEXELS + 48 + i)
        moved = alpha
        for c in range(3):
            value = load(s, TEXELS + 16 * c + i)
            number = spread(float(c + 1))
            chosen = (rotation >= number) & (rotation <= number)
            store(s, ROTATED + 16 * c + i, select(chosen, alpha, value))
            moved = select(chosen, value, moved)
        store(s, ROTATED + 48 + i, moved)
