"""A seam that is there is measured, and one that is not is not."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.dsp.seam import LoopSeam, calmest_cut, measure_seam
from tests.dsp.sounds import RATE_HZ, noise, pad, pulses

FRAMES = RATE_HZ * 2


@pytest.mark.parametrize("sound", [pad(FRAMES), noise(FRAMES), pulses(FRAMES, 5)])
def test_a_ring_has_no_seam(sound: torch.Tensor) -> None:
    seam = measure_seam(sound, RATE_HZ)
    assert seam.kink <= 1.0
    assert seam.surprise <= 3.0


def test_a_loop_cut_too_short_is_found_by_far() -> None:
    seam = measure_seam(pad(FRAMES)[:, :-137], RATE_HZ)
    assert seam.kink > 10
    assert seam.surprise > 30


def test_a_jump_of_level_is_found() -> None:
    fading = noise(FRAMES) * torch.linspace(1.0, 0.2, FRAMES)
    assert measure_seam(fading, RATE_HZ).step_db > 10


def test_silence_has_no_seam() -> None:
    seam = measure_seam(torch.zeros(1, FRAMES), RATE_HZ)
    assert (seam.kink, seam.surprise, seam.step_db) == (0.0, 0.0, 0.0)


def test_a_cut_is_looked_for_where_nothing_is_struck() -> None:
    knocks = torch.zeros(1, FRAMES)
    for at in range(0, FRAMES, RATE_HZ // 4):
        knocks[0, at : at + 2000] = noise(2000)[0] * torch.linspace(1.0, 0.0, 2000)
    sound = knocks + 0.01 * noise(FRAMES)[:1]
    cut = calmest_cut(sound, RATE_HZ, reach=6000)
    assert 2000 < cut % (RATE_HZ // 4) < RATE_HZ // 4
    assert measure_seam(sound.roll(-cut, -1), RATE_HZ).step_db <= 3.0


@given(turned=st.integers(0, FRAMES), reach=st.integers(0, 900))
@settings(max_examples=20, deadline=None)
def test_a_cut_is_found_within_reach_and_is_no_worse_than_the_seam(turned: int, reach: int) -> None:
    sound = (pulses(FRAMES, 9) + pad(FRAMES)).roll(turned, -1)
    cut = calmest_cut(sound, RATE_HZ, reach=reach)
    assert -reach <= cut <= reach

    def badness(seam: LoopSeam) -> float:
        return max(seam.kink, seam.surprise / 3, seam.step_db / 3)

    after = badness(measure_seam(sound.roll(-cut, -1), RATE_HZ))
    assert after <= badness(measure_seam(sound, RATE_HZ)) + 0.01
