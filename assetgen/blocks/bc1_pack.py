"""Write the colors and codes of BC1 as a decoder reads them.

The larger color, as a number, comes first where the palette has four entries, and last where it has three.
Source: Khronos Data Format Specification 1.3, "S3TC compressed texture image formats".
"""

from __future__ import annotations

import numpy as np

from assetgen.blocks.bc1_fit import widened
from assetgen.blocks.bc1_scratch import BEST, MEMBERS, STEPS, TEXELS, WORDS
from assetgen.blocks.kernel import part
from assetgen.blocks.lanes import LANES, floor, higher, load, lower, select, spread, store


@part
def pack_color(s: np.ndarray) -> None:
    """Write both colors and the codes of what `fit_color` has found to WORDS."""
    first = load(s, BEST) * 2048.0 + load(s, BEST + 1) * 32.0 + load(s, BEST + 2)
    second = load(s, BEST + 3) * 2048.0 + load(s, BEST + 4) * 32.0 + load(s, BEST + 5)
    steps = load(s, BEST + STEPS)
    is_four = steps > 2.5
    zero, one = spread(0.0), spread(1.0)
    turned = select(is_four, second - first, first - second) > 0.0
    store(s, WORDS, select(turned, second, first))
    store(s, WORDS + 1, select(turned, first, second))
    e0, e1, e2 = widened(load(s, BEST), 0), widened(load(s, BEST + 1), 1), widened(load(s, BEST + 2), 2)
    d0 = widened(load(s, BEST + 3), 0) - e0
    d1 = widened(load(s, BEST + 4), 1) - e1
    d2 = widened(load(s, BEST + 5), 2) - e2
    scale = steps / higher(d0 * d0 + d1 * d1 + d2 * d2, one)
    for half in range(2):
        word = zero
        place = 1.0
        for i in range(8 * half, 8 * half + 8):
            a, b, c = load(s, TEXELS + i) - e0, load(s, TEXELS + 16 + i) - e1, load(s, TEXELS + 32 + i) - e2
            k = lower(higher(floor((a * d0 + b * d1 + c * d2) * scale + 0.5), zero), steps)
            k = select(turned, steps - k, k)
            # The ends are 0 and 1, the values between them follow; two equal colors are entry 0 alone.
            code = select(k <= 0.0, zero, select(k >= steps, one, k + 1.0))
            code = select(load(s, MEMBERS + i) < 0.5, spread(3.0), code)
            word += code * place
            place *= 4.0
        store(s, WORDS + 2 + half, word)


@part
def color_word(s: np.ndarray, lane: int) -> np.uint64:
    """Return the eight bytes that `pack_color` has written for one lane."""
    first = np.uint64(np.int32(s[WORDS * LANES + lane]))
    second = np.uint64(np.int32(s[(WORDS + 1) * LANES + lane]))
    front = np.uint64(np.int32(s[(WORDS + 2) * LANES + lane]))
    back = np.uint64(np.int32(s[(WORDS + 3) * LANES + lane]))
    return first | second << np.uint64(16) | front << np.uint64(32) | back << np.uint64(48)
