from __future__ import annotations

import numpy as np
import pytest
import texture2ddecoder

from assetgen.blocks.bc7_tables import (
    ANCHOR_OF_SECOND,
    ANCHOR_OF_THIRD,
    ANCHOR_OF_TWO,
    SECOND_OF_THREE,
    THIRD_OF_THREE,
    TWO_SUBSETS,
)


def crafted(*fields: tuple[int, int]) -> np.ndarray:
    """Return the red of the 16 texels that a decoder makes of a block with these (value, bits) fields."""
    word = at = 0
    for value, bits in fields:
        word |= value << at
        at += bits
    assert at == 128
    block = word.to_bytes(16, "little")
    return np.frombuffer(texture2ddecoder.decode_bc7(block, 4, 4), np.uint8)[2::4].astype(int)


def members(mask: int) -> list[bool]:
    return [bool(mask >> i & 1) for i in range(16)]


@pytest.mark.parametrize("p", range(64))
def test_a_decoder_agrees_about_two_subsets(p: int) -> None:
    black_and_white = [(0, 6), (0, 6), (63, 6), (63, 6)] * 3
    red = crafted((2, 2), (p, 6), *black_and_white, (0, 1), (1, 1), (0, 46))
    assert (red > 128).tolist() == members(TWO_SUBSETS[p])
    # With every index bit set, only the texels that store one bit less stay below the top.
    ramps = [(0, 6), (63, 6), (0, 6), (63, 6)] * 3
    red = crafted((2, 2), (p, 6), *ramps, (0, 1), (0, 1), ((1 << 46) - 1, 46))
    assert set(np.flatnonzero(red < red.max())) == {0, ANCHOR_OF_TWO[p]}


@pytest.mark.parametrize("p", range(64))
def test_a_decoder_agrees_about_three_subsets(p: int) -> None:
    three_greys = [(0, 5), (0, 5), (15, 5), (15, 5), (31, 5), (31, 5)] * 3
    red = crafted((4, 3), (p, 6), *three_greys, (0, 29))
    assert ((red > 60) & (red < 200)).tolist() == members(SECOND_OF_THREE[p])
    assert (red > 200).tolist() == members(THIRD_OF_THREE[p])
    ramps = [(0, 5), (31, 5)] * 9
    red = crafted((4, 3), (p, 6), *ramps, ((1 << 29) - 1, 29))
    anchors = set(np.flatnonzero(red < red.max()))
    assert anchors == {0, ANCHOR_OF_SECOND[p], ANCHOR_OF_THIRD[p]}
    assert members(SECOND_OF_THREE[p])[ANCHOR_OF_SECOND[p]]
    assert members(THIRD_OF_THREE[p])[ANCHOR_OF_THIRD[p]]
