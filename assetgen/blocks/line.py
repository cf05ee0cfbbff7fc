"""The line through the colors of a block along which they vary most, for sixteen blocks at once."""

from __future__ import annotations

import numpy as np

from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import Lanes, higher, load, lower, select, spread, store

MEAN = 0
AXIS = 3
ENDS = 6
"""What `fit_line` writes: three vectors of the mean, three of the axis (of any length), six of both ends."""


@part
def fit_line(s: np.ndarray, texels: int, members: int, out: int) -> Lanes:
    """Write mean, axis and ends of the members to vectors `out`..; return the largest summed square.

    Args:
        s: the scratch array.
        texels: first of 48 vectors, three channels of sixteen texels.
        members: first of 16 vectors, 1 or 0.
        out: first of 12 vectors.
    """
    count = a = b = c = spread(0.0)
    for i in range(16):
        w = load(s, members + i)
        count += w
        a += w * load(s, texels + i)
        b += w * load(s, texels + 16 + i)
        c += w * load(s, texels + 32 + i)
    share = 1.0 / higher(count, spread(1.0))
    a, b, c = a * share, b * share, c * share
    aa = ab = ac = bb = bc = cc = spread(0.0)
    for i in range(16):
        w = load(s, members + i)
        u = w * (load(s, texels + i) - a)
        v = w * (load(s, texels + 16 + i) - b)
        t = w * (load(s, texels + 32 + i) - c)
        aa += u * u
        ab += u * v
        ac += u * t
        bb += v * v
        bc += v * t
        cc += t * t
    # Power iteration from the column of the largest variance, which is never orthogonal to the axis.
    larger = bb > aa
    x, y, z = select(larger, ab, aa), select(larger, bb, ab), select(larger, bc, ac)
    larger = cc > higher(aa, bb)
    x, y, z = select(larger, ac, x), select(larger, bc, y), select(larger, cc, z)
    top = higher(higher(aa, bb), cc)
    scale = 1.0 / higher(top, spread(1e-6))
    x, y, z = x * scale, y * scale, z * scale
    for _ in range(4):
        # The scale keeps the vector in range: no eigenvalue exceeds three times the largest variance.
        u = (aa * x + ab * y + ac * z) * scale
        v = (ab * x + bb * y + bc * z) * scale
        t = (ac * x + bc * y + cc * z) * scale
        x, y, z = u, v, t
    share = 1.0 / higher(x * x + y * y + z * z, spread(1e-12))
    low = high = spread(0.0)
    for i in range(16):
        u, v, t = load(s, texels + i) - a, load(s, texels + 16 + i) - b, load(s, texels + 32 + i) - c
        # A texel that is no member lands on the mean, which is inside the range anyway.
        t = (u * x + v * y + t * z) * load(s, members + i)
        low, high = lower(low, t), higher(high, t)
    low, high = low * share, high * share
    store(s, out + MEAN, a)
    store(s, out + MEAN + 1, b)
    store(s, out + MEAN + 2, c)
    store(s, out + AXIS, x)
    store(s, out + AXIS + 1, y)
    store(s, out + AXIS + 2, z)
    store(s, out + ENDS, a + low * x)
    store(s, out + ENDS + 1, b + low * y)
    store(s, out + ENDS + 2, c + low * z)
    store(s, out + ENDS + 3, a + high * x)
    store(s, out + ENDS + 4, b + high * y)
    store(s, out + ENDS + 5, c + high * z)
    return top


@part
def scatter_cost(
    aa: Lanes, ab: Lanes, ac: Lanes, bb: Lanes, bc: Lanes, cc: Lanes, index_noise: Lanes
) -> Lanes:
    """Return trace - lambda + lambda x noise for a 3x3 scatter matrix.

    lambda is the Rayleigh quotient after two products with the column of the largest variance: less than
    half the work of trace(C^5) / trace(C^4), and closer. Unscaled it is safe: 768 000^6 is still a float32.
    """
    larger = bb > aa
    x, y, z = select(larger, ab, aa), select(larger, bb, ab), select(larger, bc, ac)
    larger = cc > higher(aa, bb)
    x, y, z = select(larger, ac, x), select(larger, bc, y), select(larger, cc, z)
    u, v, w = aa * x + ab * y + ac * z, ab * x + bb * y + bc * z, ac * x + bc * y + cc * z
    x, y, z = aa * u + ab * v + ac * w, ab * u + bb * v + bc * w, ac * u + bc * v + cc * w
    axis = (u * x + v * y + w * z) / (u * u + v * v + w * w + 1e-20)
    return higher(aa + bb + cc - axis, spread(0.0)) + axis * index_noise
