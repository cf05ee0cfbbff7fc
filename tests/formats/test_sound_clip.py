"""A clip is short, light and the sound that it stands for."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
import torch

from assetgen.formats.sound_clip import write_clip
from assetgen.media.audio import AudioClip
from tests.dsp.sounds import RATE_HZ, noise, pad


def heard(data: bytes) -> tuple[np.ndarray, int]:
    return soundfile.read(io.BytesIO(data), dtype="float32")


def clip_of(samples: torch.Tensor, rate_hz: int = RATE_HZ) -> AudioClip:
    return AudioClip(samples=samples, sample_rate_hz=rate_hz)


def test_a_long_sound_is_cut_and_fades_out() -> None:
    data = write_clip(clip_of(noise(20 * RATE_HZ)))
    samples, rate_hz = heard(data)
    assert rate_hz == 22_050
    assert len(samples) == 4 * 22_050
    assert len(data) < 64 * 1024
    assert np.abs(samples[-200:]).max() < 0.05 < np.abs(samples[:8000]).max()


@pytest.mark.parametrize("frames", [1, 100, RATE_HZ // 3])
def test_a_short_sound_is_kept_whole(frames: int) -> None:
    samples, rate_hz = heard(write_clip(clip_of(torch.full((2, frames), 0.1))))
    assert len(samples) / rate_hz == pytest.approx(frames / RATE_HZ, abs=1 / rate_hz)


def test_a_tone_keeps_its_pitch_and_every_clip_is_about_as_loud() -> None:
    time = torch.arange(2 * RATE_HZ, dtype=torch.float64) / RATE_HZ
    for loud in (0.01, 1.0):
        tone = (loud * torch.sin(2 * torch.pi * 1000 * time)).float().expand(2, -1)
        samples, rate_hz = heard(write_clip(clip_of(tone.contiguous())))
        spectrum = np.abs(np.fft.rfft(samples))
        assert np.argmax(spectrum) * rate_hz / len(samples) == pytest.approx(1000, abs=1)
        assert np.abs(samples).max() == pytest.approx(0.7, abs=0.2)


def test_silence_stays_silent_and_a_low_rate_stays_low() -> None:
    samples, rate_hz = heard(write_clip(clip_of(torch.zeros(1, 16_000), rate_hz=16_000)))
    assert rate_hz == 16_000
    assert np.abs(samples).max() < 1e-3


def test_the_same_sound_gives_the_same_clip() -> None:
    assert write_clip(clip_of(pad(RATE_HZ))) == write_clip(clip_of(pad(RATE_HZ)))
