"""A sound that is put through filters comes out as their responses say, whatever its length."""

from __future__ import annotations

import pytest
import torch

from assetgen.dsp.filters import high_pass, low_shelf, put_through, response
from assetgen.dsp.ring import filtered
from tests.dsp.sounds import RATE_HZ, noise

FILTERS = (high_pass(22.0, RATE_HZ), low_shelf(200.0, RATE_HZ, gain_db=6.0))


@pytest.mark.parametrize("frames", [100, 4096, 10_007, 2503 * 16])
def test_a_ring_is_filtered_as_its_own_spectrum_is(frames: int) -> None:
    sound = noise(frames)
    joint = response(FILTERS[0], frames, RATE_HZ) * response(FILTERS[1], frames, RATE_HZ)
    made = put_through(sound, FILTERS, RATE_HZ, is_ring=True)
    assert torch.allclose(made, filtered(sound, joint), atol=2e-5 * float(sound.abs().max()))


def test_a_sound_that_ends_is_filtered_from_silence_on() -> None:
    click = torch.zeros(1, 1000)
    click[0, 500] = 1.0
    made = put_through(click, FILTERS, RATE_HZ, is_ring=False)
    assert float(made[:, :500].abs().max()) < 1e-5
    assert float(made[0, 500]) == pytest.approx(1.0, abs=0.1)
