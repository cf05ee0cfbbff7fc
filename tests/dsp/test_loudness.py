"""Loudness agrees with the standard and with a meter that is not ours."""

from __future__ import annotations

import math

import pyloudnorm
import pytest
import torch

from assetgen.dsp.loudness import SILENCE_LUFS, integrated_loudness, peaks, true_peak_db
from tests.dsp.sounds import RATE_HZ, noise, pulses, sine


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000, 96_000])
def test_a_full_scale_sine_in_both_channels_is_0_lufs(rate_hz: int) -> None:
    # BS.1770: 0 dB FS at 997 Hz in one channel reads -3.01.
    one = sine(997, rate_hz * 5, rate_hz=rate_hz)
    assert integrated_loudness(one, rate_hz, is_ring=False) == pytest.approx(-3.01, abs=0.05)
    assert integrated_loudness(one.expand(2, -1), rate_hz, is_ring=False) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("sound", [noise(RATE_HZ * 4), pulses(RATE_HZ * 4, 5)])
def test_another_meter_reads_the_same(sound: torch.Tensor) -> None:
    meter = pyloudnorm.Meter(RATE_HZ)
    ours = integrated_loudness(sound, RATE_HZ, is_ring=False)
    assert ours == pytest.approx(meter.integrated_loudness(sound.T.numpy()), abs=0.1)
    ring = integrated_loudness(sound, RATE_HZ, is_ring=True)
    assert ring == pytest.approx(meter.integrated_loudness(sound.tile(1, 3).T.numpy()), abs=0.1)


def test_quiet_passages_do_not_count() -> None:
    loud = noise(RATE_HZ * 3)
    half = torch.cat([loud, loud * 0.001], dim=1)
    alone = integrated_loudness(loud, RATE_HZ, is_ring=False)
    assert integrated_loudness(half, RATE_HZ, is_ring=False) == pytest.approx(alone, abs=0.5)


def test_where_a_ring_begins_makes_no_difference() -> None:
    sound = pulses(RATE_HZ * 2, 3)
    first = integrated_loudness(sound, RATE_HZ, is_ring=True)
    hop = RATE_HZ // 10
    assert integrated_loudness(sound.roll(7 * hop, -1), RATE_HZ, is_ring=True) == pytest.approx(
        first, abs=1e-3
    )


def test_short_sounds_and_silence_have_a_loudness_too() -> None:
    assert integrated_loudness(sine(997, 4800), RATE_HZ, is_ring=False) == pytest.approx(-3.0, abs=0.5)
    assert integrated_loudness(torch.zeros(2, RATE_HZ), RATE_HZ, is_ring=True) == SILENCE_LUFS
    assert true_peak_db(torch.zeros(1, 100), is_ring=False) == -120.0


def test_a_peak_between_two_samples_is_found() -> None:
    # A quarter of the sample rate, sampled 45 degrees off its peaks: samples reach -3 dB, the wave 0 dB.
    wave = sine(RATE_HZ / 4, RATE_HZ, phase=math.pi / 4)
    assert 20 * math.log10(float(wave.abs().max())) == pytest.approx(-3.01, abs=0.01)
    assert true_peak_db(wave, is_ring=True) == pytest.approx(0.0, abs=0.02)


def test_peaks_agree_with_interpolation_by_spectrum() -> None:
    sound = noise(9600, slope=0.0)
    spectrum = torch.fft.rfft(sound.double())
    full = torch.zeros(2, 2 * 9600 + 1, dtype=torch.complex128)
    full[:, : spectrum.shape[1]] = spectrum
    exact = torch.fft.irfft(full, 4 * 9600) * 4
    assert true_peak_db(sound, is_ring=True) == pytest.approx(
        20 * math.log10(float(exact.abs().max())), abs=0.3
    )


def test_long_sounds_are_measured_in_pieces_that_meet() -> None:
    sound = noise(30_000)
    whole = peaks(sound, is_ring=True)
    part = peaks(torch.cat([sound[:, 10_000:], sound[:, :10_000]], dim=1), is_ring=True)
    assert torch.allclose(whole, part.roll(10_000), atol=1e-6)
