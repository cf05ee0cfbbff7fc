"""A sound at another rate is the same sound, and goes round as it did."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given
from hypothesis import strategies as st

from assetgen.dsp.resample import resampled
from assetgen.dsp.seam import measure_seam
from assetgen.media.audio import AudioClip

RATES = [22_050, 32_000, 44_100, 48_000, 96_000]


def tone(hz: float, rate_hz: int, frames: int) -> torch.Tensor:
    return torch.sin(2 * torch.pi * hz * torch.arange(frames, dtype=torch.float64) / rate_hz).float()[None]


@pytest.mark.parametrize("old_hz", RATES)
@pytest.mark.parametrize("new_hz", RATES)
def test_a_tone_keeps_its_pitch_level_and_phase(old_hz: int, new_hz: int) -> None:
    clip = AudioClip(samples=0.5 * tone(1000, old_hz, old_hz), sample_rate_hz=old_hz)
    made = resampled(clip, new_hz)
    assert (made.sample_rate_hz, made.frames, made.loop) == (new_hz, new_hz, None)
    inside = slice(new_hz // 4, -new_hz // 4)
    ideal = 0.5 * tone(1000, new_hz, new_hz)
    assert float((made.samples - ideal)[:, inside].abs().max()) < 1e-4


@pytest.mark.parametrize("new_hz", [22_050, 32_000, 44_100])
def test_what_the_new_rate_cannot_hold_is_gone_and_not_folded_back(new_hz: int) -> None:
    clip = AudioClip(
        samples=tone(20_000 if new_hz < 44_100 else 23_000, 48_000, 48_000), sample_rate_hz=48_000
    )
    made = resampled(clip, new_hz)
    assert float(made.samples[:, 4000:-4000].abs().max()) < 1e-4


@given(
    frames=st.integers(4096, 30_000),
    seed=st.integers(0, 99),
    old_hz=st.sampled_from(RATES),
    new_hz=st.sampled_from(RATES),
)
def test_a_ring_goes_round_as_before(frames: int, seed: int, old_hz: int, new_hz: int) -> None:
    noise = torch.randn(2, frames // 2 + 1, 2, generator=torch.Generator().manual_seed(seed))
    spectrum = torch.view_as_complex(noise)
    spectrum[:, frames // 12 :] = 0
    samples = torch.fft.irfft(spectrum, n=frames)
    clip = AudioClip(samples=samples, sample_rate_hz=old_hz, loop=(0, frames), stems={"all": samples})
    made = resampled(clip, new_hz)
    assert made.is_ring
    assert abs(made.frames - frames * new_hz / old_hz) <= 0.5
    assert torch.equal(made.stems["all"], made.samples)
    if made.frames >= 4096:
        assert measure_seam(made.samples, new_hz).kink < 1.5
    # A ring that begins elsewhere becomes the ring that begins elsewhere.
    turned = AudioClip(samples=samples.roll(-frames // 2, -1), sample_rate_hz=old_hz, loop=(0, frames))
    if frames % 2 == 0 and made.frames % 2 == 0:
        other = resampled(turned, new_hz).samples.roll(made.frames // 2, -1)
        assert torch.allclose(other, made.samples, atol=1e-5)


@pytest.mark.parametrize(("start", "end"), [(5000, 30_000), (5000, 44_100), (7, 20_001)])
def test_a_loop_behind_an_introduction_still_closes(start: int, end: int) -> None:
    period = end - start
    sound = sum(
        tone(44_100 * cycles / period, 44_100, 44_100) / cycles for cycles in (3, 7, 40, period // 20)
    )
    clip = AudioClip(samples=sound * 0.3, sample_rate_hz=44_100, loop=(start, end))
    made = resampled(clip, 48_000)
    assert made.loop is not None
    first, last = made.loop
    assert last - first == round(period * 48_000 / 44_100)
    assert 0 <= first - start * 48_000 / 44_100 < 1.01
    if last < made.frames:
        # What follows the loop is what it begins with.
        room = min(200, made.frames - last)
        assert torch.allclose(
            made.samples[:, last : last + room], made.samples[:, first : first + room], atol=2e-3
        )
    jump = (made.samples[0, first] - made.samples[0, last - 1]).abs()
    assert float(jump) < 2 * float(made.samples[0, first:last].diff().abs().max())


def test_it_is_what_a_polyphase_filter_makes_of_it() -> None:
    noise = torch.randn(1, 44_100, generator=torch.Generator().manual_seed(1))
    quiet = torch.from_numpy(
        scipy.signal.sosfilt(scipy.signal.butter(8, 8000, fs=44_100, output="sos"), noise.numpy())
    )
    made = resampled(AudioClip(samples=quiet.float(), sample_rate_hz=44_100), 48_000).samples.numpy()
    ours, theirs = made[0, 4000:-4000], scipy.signal.resample_poly(quiet[0].numpy(), 160, 147)[4000:-4000]
    assert np.abs(ours - theirs).max() < 0.01 * np.abs(theirs).max()


@pytest.mark.parametrize("frames", [1, 2, 3, 100])
@pytest.mark.parametrize("loop", [True, False])
def test_the_shortest_sounds_are_carried_too(frames: int, loop: bool) -> None:
    clip = AudioClip(
        samples=torch.full((1, frames), 0.5), sample_rate_hz=44_100, loop=(0, frames) if loop else None
    )
    made = resampled(clip, 48_000)
    assert made.frames == max(round(frames * 48_000 / 44_100), 1)
    assert bool(torch.isfinite(made.samples).all())
    assert resampled(clip, 44_100) is clip
