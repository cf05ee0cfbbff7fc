"""Where the BC6H encoder keeps its vectors, and what steers its search.

Colors are on the scale that a decoder interpolates on, 0..65535 or -32767..32767. It is linear in the bits
of a half float read as a whole number, and so nearly logarithmic in light: 31/64 or 31/32 of a unit is one
step of a half float, and 1024 steps are a factor of two.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from assetgen.blocks.quality import Quality

TEXELS: Final = 0
"""Three times sixteen vectors: red, green, blue."""
MEMBERS: Final = 48
"""Two times sixteen vectors: 1 where a texel belongs to the first, to the second subset."""
LIMITS: Final = 80
"""Sixteen vectors: the largest index of each texel; half as large for anchors."""
ANCHORS: Final = 96
"""Six vectors: the colors of both subsets' anchors."""
LINE: Final = 102
"""Twelve vectors, see line.py."""
ENDS: Final = 114
"""Twelve vectors: 3 (2 subset + end) + channel, what the ends should be."""
STORED: Final = 126
"""Twelve vectors: as the mode stores them, whole numbers before differences are taken."""
VALUES: Final = 138
"""Twelve vectors: as a decoder reads them."""
INDICES: Final = 150
"""Sixteen vectors."""
PICK: Final = 166
"""A mode, then twelve vectors of STORED and twelve of VALUES: what each lane has chosen so far."""
BEST: Final = 191
"""An error, a mode, a partition, then twelve vectors of STORED and sixteen of INDICES."""
BEST_MODE: Final = 1
BEST_PARTITION: Final = 2
BEST_STORED: Final = 3
BEST_INDICES: Final = 15
ESTIMATES: Final = 222
"""32 vectors: the expected error of each partition."""
PRODUCTS: Final = 254
"""Nine times sixteen vectors: the texels about their mean and their products."""
SUMS: Final = 398
"""Two times nine vectors: the sums over all texels and over a subset."""
CANDIDATE: Final = 416
"""The partition that is tried."""
FORMS: Final = 417
"""Six vectors: what the ends of each subset weigh in its error, first x first, first x second and second x
second."""
SIZE: Final = 423

NEVER: Final = 1e30


class Search(NamedTuple):
    """How hard to look for a block.

    Args:
        partitions: how many of the 32 two-subset patterns to fit, most promising first.
        rounds: of least squares before the ends are rounded, and again after.
        all_modes: whether modes are tried whose differences have to be cut to fit.
        corners: whether ends are rounded together, to what their indices want, rather than each for itself.
    """

    partitions: int
    rounds: int
    all_modes: bool
    corners: bool


SEARCHES: Final[dict[Quality, Search]] = {
    Quality.FAST: Search(partitions=0, rounds=1, all_modes=False, corners=False),
    Quality.BALANCED: Search(partitions=1, rounds=1, all_modes=False, corners=True),
    Quality.HIGH: Search(partitions=4, rounds=2, all_modes=False, corners=True),
    Quality.MAX: Search(partitions=32, rounds=3, all_modes=True, corners=True),
}
"""The numbers come from `benchmarks/bcn.py`."""
