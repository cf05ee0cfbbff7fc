"""Where a sound that ends may go back, and that nobody hears it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from assetgen.dsp.loop_point import LoopPoint, close_loop, find_loop
from assetgen.dsp.seam import measure_seam
from tests.dsp.sounds import RATE_HZ, noise, pad, sine

RATE = 16_000
"""Short sounds of these tests; what is looked for is told in seconds."""


def level_db(samples: Tensor) -> Tensor:
    """Return the level of every 20 ms."""
    width = RATE // 50
    count = samples.shape[1] // width
    power = samples[:, : count * width].square().mean(0).view(count, width).mean(1)
    return 10 * torch.log10(power.double() + 1e-12)


@settings(max_examples=12)
@given(
    period=st.integers(RATE // 3, RATE),
    turns=st.floats(3.2, 6.0),
    seed=st.integers(0, 99),
    channels=st.integers(1, 2),
)
def test_the_loop_of_a_periodic_sound_is_whole_periods(
    period: int, turns: float, seed: int, channels: int
) -> None:
    bar = noise(period, seed=seed, channels=channels, slope=0.3)
    sound = bar.repeat(1, 8)[:, : int(period * turns)].contiguous()
    point = find_loop(sound, RATE)
    length = point.end - point.start
    assert length % period == 0
    assert length >= (int(turns) - 2) * period
    assert point.likeness == pytest.approx(1.0, abs=1e-3)
    assert (close_loop(sound, point, fade=500) - sound[:, point.start : point.end]).abs().max() < 1e-4


@settings(max_examples=12)
@given(step=st.sampled_from([1, 64, 1024]), seconds=st.floats(0.05, 6.0), seed=st.integers(0, 99))
def test_a_loop_lies_in_the_sound_and_is_whole_steps_long(step: int, seconds: float, seed: int) -> None:
    frames = int(seconds * RATE)
    point = find_loop(noise(frames, seed=seed), RATE, step=step)
    assert 0 <= point.start < point.end <= frames
    assert (point.end - point.start) % step == 0 or point.end - point.start < step
    assert -1.001 <= point.likeness <= 1.001


@settings(max_examples=12)
@given(seed=st.integers(0, 99), slope=st.sampled_from([0.0, 0.3]), fade_ms=st.sampled_from([50, 200, 400]))
def test_a_crossfade_neither_sinks_nor_swells(seed: int, slope: float, fade_ms: int) -> None:
    sound = noise(RATE * 5, seed=seed, slope=slope)
    fade = RATE * fade_ms // 1000
    point = LoopPoint(RATE, RATE * 4, 0.0)
    period = close_loop(sound, point, fade=fade)
    leaving, coming = sound[:, RATE * 4 - fade : RATE * 4], sound[:, RATE - fade : RATE]
    faded, one, other = (10 * part.square().mean().log10() for part in (period[:, -fade:], leaving, coming))
    assert min(one, other) - 1.0 <= faded <= max(one, other) + 1.0
    assert torch.equal(period[:, :-fade], sound[:, point.start : point.end - fade])


@pytest.mark.parametrize("hz", [110.0, 440.0, 1234.5])
def test_a_crossfade_of_a_tone_keeps_its_level_within_a_decibel(hz: float) -> None:
    sound = sine(hz, RATE * 4, rate_hz=RATE) * 0.5
    point = find_loop(sound, RATE)
    level = level_db(close_loop(sound, point, fade=RATE // 4))
    assert float(level.max() - level.min()) < 1.0


def test_a_sound_that_comes_in_and_goes_out_loops_between() -> None:
    ramp = torch.ones(RATE_HZ * 6)
    ramp[: RATE_HZ // 2] = torch.linspace(0, 1, RATE_HZ // 2)
    ramp[-RATE_HZ:] = torch.linspace(1, 0, RATE_HZ)
    sound = pad(RATE_HZ * 6) * ramp
    point = find_loop(sound, RATE_HZ, step=1024)
    assert point.start >= RATE_HZ // 4
    assert point.end <= RATE_HZ * 5.5
    seam = measure_seam(close_loop(sound, point, fade=RATE_HZ // 5), RATE_HZ)
    assert seam.kink <= 1.0
    assert seam.surprise <= 3.0
    assert seam.step_db <= 3.0


@pytest.mark.parametrize("frames", [1, 2, 3, 63, 64, 400, 1023, 1024, 1500])
def test_the_shortest_sounds_have_a_loop(frames: int) -> None:
    sound = noise(2000)[:, :frames]
    point = find_loop(sound, RATE, step=1024)
    assert 0 <= point.start < point.end <= frames
    period = close_loop(sound, point, fade=200)
    assert period.shape == (2, point.end - point.start)
    assert bool(torch.isfinite(period).all())


@pytest.mark.parametrize("frames", [1, 5000, RATE * 4])
def test_silence_has_a_loop_that_is_like_nothing(frames: int) -> None:
    sound = torch.zeros(1, frames)
    point = find_loop(sound, RATE)
    assert 0 <= point.start < point.end <= frames
    assert point.likeness == pytest.approx(0.0, abs=1e-6)
    assert not close_loop(sound, point, fade=100).any()


def test_one_click_in_silence_is_no_trouble() -> None:
    sound = torch.zeros(1, RATE * 4)
    sound[0, RATE] = 1.0
    point = find_loop(sound, RATE, step=64)
    assert 0 <= point.start < point.end <= RATE * 4
    assert bool(torch.isfinite(close_loop(sound, point, fade=RATE)).all())


def test_a_fade_is_no_longer_than_what_lies_before_the_loop_and_half_of_it() -> None:
    sound = noise(9000)
    assert torch.equal(close_loop(sound, LoopPoint(0, 4000, 0.0), fade=900), sound[:, :4000])
    period = close_loop(sound, LoopPoint(100, 4100, 0.0), fade=900)
    assert torch.equal(period[:, :-100], sound[:, 100:4000])
    period = close_loop(sound, LoopPoint(5000, 6000, 0.0), fade=900)
    assert torch.equal(period[:, :500], sound[:, 5000:5500])


@settings(max_examples=12)
@given(seconds=st.floats(2.0, 6.0), room_s=st.floats(0.0, 0.45))
def test_room_for_a_crossfade_is_left_before_a_loop(seconds: float, room_s: float) -> None:
    frames, room = int(seconds * RATE), int(room_s * RATE)
    point = find_loop(noise(frames, channels=1, slope=0.0), RATE, room=room)
    assert room <= point.start < point.end <= frames


def test_a_quarter_of_a_sound_is_the_most_that_is_left() -> None:
    point = find_loop(noise(4 * RATE, channels=1, slope=0.0), RATE, room=9 * RATE)
    assert point.start == RATE
