"""What the BC6H format fixes: the fields of each mode and where their bits lie.

Source: Khronos Data Format Specification 1.3, section "BPTC compressed texture image formats", its table of
BC6H modes. The partition patterns and anchors are the first 32 of BC7's two-subset patterns.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

_LAYOUTS: Final = (
    "g24 b24 b34 r0:9 g0:9 b0:9 r1:4 g34 g2:3 g1:4 b30 g3:3 b1:4 b31 b2:3 r2:4 b32 r3:4 b33",
    "g25 g34 g35 r0:6 b30 b31 b24 g0:6 b25 b32 g24 b0:6 b33 b35 b34 r1:5 g2:3 g1:5 g3:3 b1:5 b2:3 r2:5 r3:5",
    "r0:9 g0:9 b0:9 r1:4 r0=10 g2:3 g1:3 g0=10 b30 g3:3 b1:3 b0=10 b31 b2:3 r2:4 b32 r3:4 b33",
    "r0:9 g0:9 b0:9 r1:3 r0=10 g34 g2:3 g1:4 g0=10 g3:3 b1:3 b0=10 b31 b2:3 r2:3 b30 b32 r3:3 g24 b33",
    "r0:9 g0:9 b0:9 r1:3 r0=10 b24 g2:3 g1:3 g0=10 b30 g3:3 b1:4 b0=10 b2:3 r2:3 b31 b32 r3:3 b34 b33",
    "r0:8 b24 g0:8 g24 b0:8 b34 r1:4 g34 g2:3 g1:4 b30 g3:3 b1:4 b31 b2:3 r2:4 b32 r3:4 b33",
    "r0:7 g34 b24 g0:7 b32 g24 b0:7 b33 b34 r1:5 g2:3 g1:4 b30 g3:3 b1:4 b31 b2:3 r2:5 r3:5",
    "r0:7 b30 b24 g0:7 g25 g24 b0:7 g35 b34 r1:4 g34 g2:3 g1:5 g3:3 b1:4 b31 b2:3 r2:4 b32 r3:4 b33",
    "r0:7 b31 b24 g0:7 b25 g24 b0:7 b35 b34 r1:4 g34 g2:3 g1:4 b30 g3:3 b1:5 b2:3 r2:4 b32 r3:4 b33",
    "r0:5 g34 b30 b31 b24 g0:5 g25 b25 b32 g24 b0:5 g35 b33 b35 b34 r1:5 g2:3 g1:5 g3:3 b1:5 b2:3 r2:5 r3:5",
    "r0:9 g0:9 b0:9 r1:9 g1:9 b1:9",
    "r0:9 g0:9 b0:9 r1:8 r0=10 g1:8 g0=10 b1:8 b0=10",
    "r0:9 g0:9 b0:9 r1:7 r0=11 r0=10 g1:7 g0=11 g0=10 b1:7 b0=11 b0=10",
    "r0:9 g0:9 b0:9 r1:3 r0=15 r0=14 r0=13 r0=12 r0=11 r0=10 g1:3 g0=15 g0=14 g0=13 g0=12 g0=11 g0=10 "
    "b1:3 b0=15 b0=14 b0=13 b0=12 b0=11 b0=10",
)
"""Per mode, from the first bit after the mode's number: "r0:9" are bits 0..9 of the red of end point 0, "b34"
is bit 4 of the blue of end point 3, "r0=10" is bit 10."""


class Mode(NamedTuple):
    """One of the fourteen modes.

    Args:
        number: what the first bits of the block hold.
        number_bits: how many bits that takes.
        subsets: 1 or 2.
        bits: of the first end point.
        other_bits: of red, green and blue of the other end points.
        is_delta: whether the other end points are stored as differences from the first.
    """

    number: int
    number_bits: int
    subsets: int
    bits: int
    other_bits: tuple[int, int, int]
    is_delta: bool


MODES: Final = (
    Mode(0, 2, 2, 10, (5, 5, 5), True),
    Mode(1, 2, 2, 7, (6, 6, 6), True),
    Mode(2, 5, 2, 11, (5, 4, 4), True),
    Mode(6, 5, 2, 11, (4, 5, 4), True),
    Mode(10, 5, 2, 11, (4, 4, 5), True),
    Mode(14, 5, 2, 9, (5, 5, 5), True),
    Mode(18, 5, 2, 8, (6, 5, 5), True),
    Mode(22, 5, 2, 8, (5, 6, 5), True),
    Mode(26, 5, 2, 8, (5, 5, 6), True),
    Mode(30, 5, 2, 6, (6, 6, 6), False),
    Mode(3, 5, 1, 10, (10, 10, 10), False),
    Mode(7, 5, 1, 11, (9, 9, 9), True),
    Mode(11, 5, 1, 12, (8, 8, 8), True),
    Mode(15, 5, 1, 16, (4, 4, 4), True),
)

PARTITION_AT: Final = 77
"""Where the five bits of the partition lie in modes of two subsets."""
INDICES_AT: Final = (65, 82)
"""Where the indices begin in modes of one and of two subsets: 4 and 3 bits each, anchors one less."""


def _segments(mode: int) -> list[tuple[int, int, int, int]]:
    """Return (field, its lowest bit, bits, place in the block) for every run of bits; field = 3 end + channel."""
    place = MODES[mode].number_bits
    found = []
    for token in _LAYOUTS[mode].split():
        field = 3 * int(token[1]) + "rgb".index(token[0])
        rest = token[2:]
        low, count = (0, int(rest[1:]) + 1) if rest[0] == ":" else (int(rest.lstrip("=")), 1)
        found.append((field, low, count, place))
        place += count
    return found


def _segment_table() -> np.ndarray:
    """Return (14, 1 + most runs, 4): in row 0 the number of runs, then the runs."""
    runs = [_segments(mode) for mode in range(len(MODES))]
    table = np.zeros((len(MODES), 1 + max(map(len, runs)), 4), np.int64)
    for rows, mode_runs in zip(table, runs, strict=True):
        rows[0, 0] = len(mode_runs)
        rows[1 : 1 + len(mode_runs)] = mode_runs
    return table


SEGMENTS: Final = _segment_table()
