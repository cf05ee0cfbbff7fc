"""What the BC7 format fixes: the partition patterns, their anchor texels and the field widths of each mode.

Source: Khronos Data Format Specification 1.3, section "BPTC compressed texture image formats". The patterns
are written as bit masks; a test reads every one of them back from a decoder.
"""

from __future__ import annotations

from typing import Final

# fmt: off
TWO_SUBSETS: Final = (
    0xCCCC, 0x8888, 0xEEEE, 0xECC8, 0xC880, 0xFEEC, 0xFEC8, 0xEC80,
    0xC800, 0xFFEC, 0xFE80, 0xE800, 0xFFE8, 0xFF00, 0xFFF0, 0xF000,
    0xF710, 0x008E, 0x7100, 0x08CE, 0x008C, 0x7310, 0x3100, 0x8CCE,
    0x088C, 0x3110, 0x6666, 0x366C, 0x17E8, 0x0FF0, 0x718E, 0x399C,
    0xAAAA, 0xF0F0, 0x5A5A, 0x33CC, 0x3C3C, 0x55AA, 0x9696, 0xA55A,
    0x73CE, 0x13C8, 0x324C, 0x3BDC, 0x6996, 0xC33C, 0x9966, 0x0660,
    0x0272, 0x04E4, 0x4E40, 0x2720, 0xC936, 0x936C, 0x39C6, 0x639C,
    0x9336, 0x9CC6, 0x817E, 0xE718, 0xCCF0, 0x0FCC, 0x7744, 0xEE22,
)
"""Per pattern: bit i is set when texel i (row by row) belongs to the second of two subsets."""
ANCHOR_OF_TWO: Final = (
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
    15, 2, 8, 2, 2, 8, 8, 15, 2, 8, 2, 2, 8, 8, 2, 2,
    15, 15, 6, 8, 2, 8, 15, 15, 2, 8, 2, 2, 2, 15, 15, 6,
    6, 2, 6, 8, 15, 15, 2, 2, 15, 15, 15, 15, 15, 2, 2, 15,
)
"""The texel of the second subset whose index loses its top bit; of the first subset it is always texel 0."""
SECOND_OF_THREE: Final = (
    0x08CC, 0x8CC8, 0xCC80, 0xEC00, 0x3300, 0x00CC, 0xFF00, 0xCCCC,
    0x0F00, 0x0FF0, 0x00F0, 0x4444, 0x6666, 0x2222, 0x136C, 0x008C,
    0x36C8, 0x08CE, 0x3330, 0xF000, 0x00EE, 0x8888, 0x22C0, 0x4430,
    0x0C22, 0x0344, 0x6996, 0x9960, 0x0330, 0x0066, 0xC22C, 0x8C00,
    0x1300, 0xC400, 0x004C, 0x2222, 0x00F0, 0x2492, 0x2942, 0xC30C,
    0xC03C, 0x00AA, 0xAA00, 0x3030, 0xC0C0, 0x9090, 0xA00A, 0xAAA0,
    0x0AAA, 0xE0E0, 0x7070, 0x6660, 0x0EE0, 0x0770, 0x0666, 0x6600,
    0x0066, 0x0CC0, 0x0330, 0x6000, 0x8080, 0x1010, 0x000A, 0x08CE,
)
"""Bit i is set when texel i belongs to the second of three subsets."""
THIRD_OF_THREE: Final = (
    0xF600, 0x7300, 0x3310, 0x00CE, 0xCC00, 0xCC00, 0x00CC, 0x3300,
    0xF000, 0xF000, 0xFF00, 0x8888, 0x8888, 0xCCCC, 0xEC80, 0x7310,
    0xC800, 0x3100, 0xCCC0, 0x0CCC, 0xEE00, 0x7700, 0xCC00, 0x3300,
    0x00CC, 0xFC88, 0x0660, 0x6600, 0xC88C, 0xF900, 0x0CC0, 0x7310,
    0xEC80, 0x08CE, 0xEC80, 0x4444, 0x0F00, 0x4924, 0x4294, 0x0C30,
    0x03C0, 0xFF00, 0x5500, 0xCCCC, 0x0C0C, 0x6666, 0x0FF0, 0x5550,
    0xF000, 0x0E0E, 0x8888, 0x9990, 0xE00E, 0x8888, 0xF000, 0x9900,
    0xFF00, 0xC00C, 0xCCCC, 0x9000, 0x0808, 0xEEEE, 0xFFF0, 0x7310,
)
"""Bit i is set when texel i belongs to the third of three subsets."""
ANCHOR_OF_SECOND: Final = (
    3, 3, 15, 15, 8, 3, 15, 15, 8, 8, 6, 6, 6, 5, 3, 3,
    3, 3, 8, 15, 3, 3, 6, 10, 5, 8, 8, 6, 8, 5, 15, 15,
    8, 15, 3, 5, 6, 10, 8, 15, 15, 3, 15, 5, 15, 15, 15, 15,
    3, 15, 5, 5, 5, 8, 5, 10, 5, 10, 8, 13, 15, 12, 3, 3,
)
"""The anchor texel of the second of three subsets."""
ANCHOR_OF_THIRD: Final = (
    15, 8, 8, 3, 15, 15, 3, 8, 15, 15, 15, 15, 15, 15, 15, 8,
    15, 8, 15, 3, 15, 8, 15, 8, 3, 15, 6, 10, 15, 15, 10, 8,
    15, 3, 15, 10, 10, 8, 9, 10, 6, 15, 8, 15, 3, 6, 6, 8,
    15, 3, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 3, 15, 15, 8,
)
"""The anchor texel of the third of three subsets."""
# fmt: on

SUBSETS: Final = (3, 2, 3, 2, 1, 1, 1, 2)
"""Per mode 0..7: how many pairs of end points share the block."""
PARTITION_BITS: Final = (4, 6, 6, 6, 0, 0, 0, 6)
COLOR_BITS: Final = (4, 6, 5, 7, 5, 7, 7, 5)
"""Bits of a stored red, green or blue end point, the p-bit not counted."""
ALPHA_BITS: Final = (0, 0, 0, 0, 6, 8, 7, 5)
P_BITS: Final = (2, 1, 0, 2, 0, 0, 2, 2)
"""P-bits of a subset: none, one shared by both end points, or one for each."""
INDEX_BITS: Final = (3, 3, 2, 2, 2, 2, 4, 2)
SECOND_INDEX_BITS: Final = (0, 0, 0, 0, 3, 2, 0, 0)
"""Modes 4 and 5 hold a second plane of indices."""
