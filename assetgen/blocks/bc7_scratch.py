"""Where the BC7 search keeps its values, as vector numbers in one scratch array, and its settings.

A texel plane is 64 vectors: channel c of texel i stands at base + 16 c + i. A fit is 26 vectors: 8 stored
end points (4 channels of the first, then 4 of the second), 2 p-bits, 16 indices.
"""

from __future__ import annotations

from typing import Final, NamedTuple

TEXELS: Final = 0
"""The sixteen blocks themselves, 0..255."""
ROTATED: Final = 64
"""The same with channels exchanged."""
PRODUCTS: Final = 128
"""Centred texels and their products, 9 moments of 16 texels."""
ESTIMATES: Final = 272
"""Estimated squared error of each of 64 partition patterns."""
ALL: Final = 336
"""A mask of 16 ones."""
MASKS: Final = 352
"""Membership masks of up to three subsets, 16 vectors each."""
ENDS: Final = 400
"""Wanted end points before rounding, 8 vectors."""
STORED: Final = 408
"""End points as stored, 8 vectors, then two p-bits."""
DECODED: Final = 418
"""End points as the decoder widens them to 8 bits, 8 vectors."""
INDICES: Final = 426
WEIGHTS: Final = 442
"""Interpolation weights 0..64 of the indices."""
FREE: Final = 2.0
"""A p-bit that may be either."""
FITS: Final = 458
"""Results of up to three fits."""
FIT_SIZE: Final = 26
FIT_P: Final = 8
FIT_INDICES: Final = 10

BEST: Final = 536
"""The best encoding so far; the numbers below count from here."""
ERROR: Final = 0
MODE: Final = 1
PARTITION: Final = 2
ROTATION: Final = 3
SELECTOR: Final = 4
"""Mode 4 only: 1 when color has the 3-bit indices."""
BEST_ENDS: Final = 5
"""24 vectors: 8 for each subset."""
BEST_P: Final = 29
"""6 vectors: 2 for each subset."""
BEST_INDICES: Final = 35
BEST_SECOND: Final = 51
BEST_SIZE: Final = 67

CANDIDATE: Final = 604
"""The partition under trial and its estimated error."""
SUMS: Final = 606
"""The nine moment sums of the whole block."""
LISTED: Final = 615
"""Those of the subsets looked at, two times nine."""
SCATTER: Final = 633
"""The upper triangle of the block's 4x4 scatter matrix, row by row, 10 vectors."""
OWN_TOP: Final = 643
"""Of each lane's own mode, see bc7_refine: the largest stored color value."""
OWN_UP: Final = 644
"""What widening multiplies by."""
OWN_DOWN: Final = 645
"""What gives the repeated top bits."""
OWN_PARITIES: Final = 646
"""P-bits of a subset, 0, 1 or 2."""
OWN_STEPS: Final = 647
"""The largest index of color."""
OWN_ALONE: Final = 648
"""Largest stored value, both factors of widening and largest index of the second plane, 4 vectors."""
WITH_ALPHA: Final = 653
"""1 where the plane that is refined holds alpha."""
OWN_DECODED: Final = 654
"""End points of up to three subsets as a decoder widens them, 8 vectors each."""
OWN_STORED: Final = 678
OWN_ENDS: Final = 702
OWN_LINES: Final = 726
"""What the texels of up to three subsets are projected with, 8 vectors each."""
OWN_TRIAL: Final = 750
"""The error of each subset under trial, 3 vectors."""
OWN_ERRORS: Final = 753
"""The least error of each subset so far, 3 vectors."""
KEPT: Final = 756
"""The best refined encoding so far, laid out as BEST is."""
FACTOR: Final = 823
"""The upper triangular factor of the error metric for the channels in their places, see bc7_metric."""
METRIC: Final = 830
"""The metric itself."""
ALONE_WEIGHT: Final = 837
"""What the squared error of the second plane counts."""
PLAIN_FACTOR: Final = 838
"""FACTOR for channels that are not exchanged."""
SIZE: Final = 845
"""Vectors in all."""


class Search(NamedTuple):
    """How hard to look.

    Args:
        stop: error of a block below which nothing more is tried.
        rounds: least-squares rounds of every fit.
        two_subsets: how many partitions modes 1 and 7 try.
        two_subsets_fine: how many of those mode 3 tries, too.
        three_subsets: how many partitions modes 0 and 2 try, each.
        rotations: how many channel rotations mode 5 tries (0 leaves two-plane modes out).
        rotations_fine: how many rotations mode 4 tries.
        doubt: estimates are often too high; a trial is skipped only if even this share of its estimate is no
            gain.
        refine_rounds: rounds of least squares, with all p-bits tried, over the winner.
        refine_reach: how many index steps beyond their place its ends are tried at, on either side.
        refine_passes: passes that move each of its stored end points by one step.
        refine_neighbours: 1 takes the projected index of a texel, 3 tries the index on either side as well.
        slack: with 0 only the winner is refined; otherwise every mode's best fit is, if its error is less than
            this many times the least refined one so far.
        weighted: how errors are measured, see bc7_metric.
    """

    stop: float
    rounds: int
    two_subsets: int
    two_subsets_fine: int
    three_subsets: int
    rotations: int
    rotations_fine: int
    doubt: float
    refine_rounds: int
    refine_reach: int
    refine_passes: int
    refine_neighbours: int
    slack: float
    weighted: int = 0
