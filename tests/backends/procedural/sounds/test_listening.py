"""Ambiences and music measure what the literature finds in the real thing, and noise is never taken for either."""

from __future__ import annotations

import functools

import pytest
import torch

from assetgen.media.audio import AudioClip
from benchmarks.listening import EXPECTED, RATE_HZ, Case, cases, expected, figures, onsets, outside, played

PLAYED = [case for case in cases() if case.mode in ("ambience", "music")]
KINDS = sorted({case.name.split("/")[0] for case in PLAYED} - {"scene"})


@functools.cache
def noise(slope: float) -> dict[str, float]:
    """Return the figures of noise that falls by a power of frequency: 0 white, 0.5 pink, 1 brown."""
    spectrum = torch.fft.rfft(torch.randn(2, 10 * RATE_HZ, generator=torch.Generator().manual_seed(1)))
    hz = torch.arange(spectrum.shape[1]).clamp(min=200)
    samples = torch.fft.irfft(spectrum / hz**slope)
    return figures(AudioClip(samples=(samples / samples.abs().max()).float(), sample_rate_hz=RATE_HZ))


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    "name", [*KINDS, *(case.name for case in PLAYED if "=" in case.name or "scene" in case.name)]
)
def test_noise_is_not_taken_for_a_sound(name: str, slope: float) -> None:
    assert outside(name, noise(slope))


@pytest.mark.parametrize("name", KINDS)
def test_every_sound_is_held_to_what_was_found_of_it(name: str) -> None:
    ranges = expected(name)
    assert len(ranges) >= 4, f"add [{name}] to {EXPECTED}"
    assert all(low < high for low, high in ranges.values())
    assert set(ranges) <= set(noise(0.0))


def test_a_choice_has_its_own_ranges_beside_those_of_its_sound() -> None:
    assert "tone_db" in expected("rain/ground=roof")
    assert "tone_db" not in expected("rain/ground=ground")
    assert expected("rain/ground=roof")["kurtosis"] == expected("rain")["kurtosis"]


def test_clicks_are_counted_and_noise_has_none() -> None:
    drawn = torch.randn(6 * RATE_HZ, generator=torch.Generator().manual_seed(2)).numpy() * 0.01
    assert onsets(drawn) == 0
    for number in range(12):
        drawn[number * RATE_HZ // 2 + 4000 :][:200] *= 30
    assert onsets(drawn) == 12


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("case", PLAYED, ids=lambda case: case.name)
def test_a_sound_measures_like_the_real_thing(case: Case, seed: int) -> None:
    assert not outside(case.name, figures(played(case, seed)))
