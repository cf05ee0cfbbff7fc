"""Where the color encoder of BC1 and BC3 keeps its vectors, and what steers its search."""

from __future__ import annotations

from typing import Final, NamedTuple

from assetgen.blocks.bc4_plane import PLANE_SIZE
from assetgen.blocks.quality import Quality

TEXELS = 0
"""Vectors 0..47: red, green and blue of sixteen texels, 0..255."""
MEMBERS = PLANE_SIZE
"""Sixteen vectors: 1 where a texel has a color to keep, 0 where it is clear."""
SORTED = MEMBERS + 16
"""Five times sixteen vectors in the order along the axis: place, red, green, blue, member."""
SUMS = SORTED + 80
"""Four times 17 vectors: red, green, blue (about MEAN) and members of the first 0..16 in that order."""
MEAN = SUMS + 68
"""Three vectors."""
AXIS = MEAN + 3
"""Three vectors: where the color varies most; of any length."""
TRIAL = AXIS + 3
"""Six vectors: end points to try, 0..255."""
BEST = TRIAL + 6
"""Six vectors: stored end points, 5, 6 and 5 bits, then the largest index and the squared error."""
STEPS = 6
ERROR = 7
SPLIT = BEST + 8
"""Two vectors: the gain and the number of the best split into clusters."""
WORDS = SPLIT + 2
"""Four vectors: both colors and two times eight 2-bit codes."""
COLOR_SIZE = WORDS + 4
"""Vectors of scratch."""

NEVER = 1e30


class ColorSearch(NamedTuple):
    """How hard to look for two colors.

    Args:
        rounds: of least squares after each start.
        clusters: how often to try all splits of the texels, in their order along the axis, into clusters.
        polish: passes that move each stored component by one.
        threes: whether opaque blocks may use the palette of three colors.
    """

    rounds: int
    clusters: int
    polish: int
    threes: bool


COLOR_SEARCHES: Final[dict[Quality, ColorSearch]] = {
    Quality.FAST: ColorSearch(rounds=1, clusters=0, polish=0, threes=False),
    Quality.BALANCED: ColorSearch(rounds=1, clusters=1, polish=0, threes=False),
    Quality.HIGH: ColorSearch(rounds=1, clusters=2, polish=1, threes=True),
    Quality.MAX: ColorSearch(rounds=2, clusters=4, polish=4, threes=True),
}
"""The numbers come from `benchmarks/bcn.py`."""
