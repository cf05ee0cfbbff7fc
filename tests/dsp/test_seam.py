"""A seam that is there is measured, and one that is not is not."""

from __future__ import annotations

import pytest
import torch

from assetgen.dsp.seam import measure_seam
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
