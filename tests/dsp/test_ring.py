"""On a ring there is no first sample: whatever is done to a turned sound is the turned result."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.dsp.filters import band_pass, high_pass, high_shelf, low_pass, low_shelf, peak, response
from assetgen.dsp.ring import (
    convolved,
    delayed,
    filtered,
    frequencies_hz,
    sliding_max,
    smoothed,
    wrap_add,
    wrapped,
)
from tests.dsp.sounds import RATE_HZ, noise, sine

FRAMES = 4800


def test_filtering_a_turned_sound_turns_the_filtered_sound() -> None:
    sound = noise(FRAMES)
    gains = response(low_pass(900, RATE_HZ), FRAMES, RATE_HZ)
    turned = filtered(sound.roll(1234, -1), gains)
    assert torch.allclose(turned, filtered(sound, gains).roll(1234, -1), atol=1e-5)


def test_an_echo_behind_the_end_comes_in_at_the_beginning() -> None:
    sound = torch.zeros(1, 100)
    sound[0, 90] = 1.0
    impulse = torch.zeros(1, 30)
    impulse[0, 25] = 0.5
    heard = convolved(sound, impulse)
    assert heard[0, 15] == pytest.approx(0.5, abs=1e-6)
    assert float(heard.abs().sum()) == pytest.approx(0.5, abs=1e-4)


def test_an_impulse_longer_than_the_ring_goes_round_more_than_once() -> None:
    assert wrapped(torch.ones(1, 25), 10).tolist() == [[3.0] * 5 + [2.0] * 5]


@given(start=st.integers(-500, 500), length=st.integers(1, 260))
def test_a_grain_is_added_wherever_it_lands(start: int, length: int) -> None:
    ring = torch.zeros(2, 100)
    wrap_add(ring, torch.ones(1, length), start)
    want = torch.zeros(100)
    for k in range(length):
        want[(start + k) % 100] += 1
    assert torch.equal(ring[0], want)
    assert torch.equal(ring[1], want)


@given(frames=st.floats(-50, 50))
def test_a_delay_need_not_be_whole(frames: float) -> None:
    delay_s = frames / RATE_HZ
    moved = delayed(sine(480, FRAMES), frames)
    assert torch.allclose(moved, sine(480, FRAMES, phase=-2 * math.pi * 480 * delay_s), atol=1e-4)


@given(reach=st.integers(0, 40))
def test_the_sliding_maximum_is_the_largest_nearby(reach: int) -> None:
    values = torch.rand(67, generator=torch.Generator().manual_seed(3))
    want = torch.stack([values.roll(k) for k in range(-reach, reach + 1)]).amax(0)
    assert torch.equal(sliding_max(values, reach), want)


def test_smoothing_keeps_the_mean_and_is_centred() -> None:
    spike = torch.zeros(1000)
    spike[500] = 1.0
    soft = smoothed(spike, 20)
    assert float(soft.sum()) == pytest.approx(1.0, abs=1e-5)
    assert int(soft.argmax()) == 500
    assert torch.allclose(soft[480:500], soft[501:521].flip(0), atol=1e-6)


@pytest.mark.parametrize(
    ("biquad", "hz", "gain_db"),
    [
        (low_pass(1000, RATE_HZ), 1000, -3.01),
        (low_pass(1000, RATE_HZ), 10, 0.0),
        (high_pass(1000, RATE_HZ), 1000, -3.01),
        (high_pass(1000, RATE_HZ), 100, -40.0),
        (band_pass(1000, RATE_HZ, q=4), 1000, 0.0),
        (peak(1000, RATE_HZ, gain_db=6), 1000, 6.0),
        (peak(1000, RATE_HZ, gain_db=6), 20, 0.0),
        (low_shelf(500, RATE_HZ, gain_db=-9), 10, -9.0),
        (high_shelf(500, RATE_HZ, gain_db=4), 20000, 4.0),
    ],
)
def test_filters_have_the_gains_that_the_textbook_says(biquad: object, hz: int, gain_db: float) -> None:
    gains = response(biquad, RATE_HZ, RATE_HZ)  # one bin a hertz
    assert 20 * math.log10(float(gains[hz].abs())) == pytest.approx(gain_db, abs=0.1)


def test_bins_are_where_they_should_be() -> None:
    assert frequencies_hz(480, 48_000)[:3].tolist() == [0.0, 100.0, 200.0]
