"""What strewn grains sound like."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.grains import Happenings, happenings, strew
from assetgen.backends.procedural.sounds.tape import Tape

RATE_HZ = 48_000


def strewn(happened: Happenings, tape: Tape, *, hz: float, noisy: float, name: str = "grit") -> Tensor:
    count = len(happened)
    return strew(
        tape,
        happened,
        length_s=0.05,
        pitch_hz=torch.full((count,), hz),
        decay_s=torch.full((count,), 0.008),
        gain=torch.ones(count),
        noisy=noisy,
        name=name,
    )


def shares(samples: Tensor, hz: float) -> tuple[float, float]:
    """Return the shares of power within an octave about a frequency, and more than two octaves above it."""
    power = torch.fft.rfft(samples).abs().square().double().sum(0)
    at = torch.linspace(0, RATE_HZ / 2, power.shape[-1], dtype=torch.float64)
    inside = (at > hz / 2**0.5) & (at < hz * 2**0.5)
    return float(power[inside].sum() / power.sum()), float(power[at > 4 * hz].sum() / power.sum())


@pytest.mark.parametrize("hz", [400.0, 1200.0, 3600.0])
def test_the_noise_of_a_grain_lies_about_its_pitch(hz: float) -> None:
    tape = Tape(2 * RATE_HZ, RATE_HZ, 5)
    inside, above = shares(strewn(happenings(tape, "grains", 40), tape, hz=hz, noisy=1.0), hz)
    assert inside > 0.5
    assert above < 0.02


def test_two_grains_of_one_pitch_are_no_copies() -> None:
    tape = Tape(RATE_HZ, RATE_HZ, 5, loops=False)
    own = torch.tensor([[0.1, 0.2, 0.3, 0.5], [0.1, 0.2, 0.6, 0.5]])
    made = strewn(Happenings(torch.tensor([0.1, 0.5]), own), tape, hz=1500, noisy=1.0)
    first, second = (made[0, round(at * RATE_HZ) :][:2000] for at in (0.1, 0.5))
    alike = float((first * second).sum() / (first.norm() * second.norm()))
    assert abs(alike) < 0.6


def test_a_grain_without_noise_is_a_tone() -> None:
    tape = Tape(2 * RATE_HZ, RATE_HZ, 5)
    grains = happenings(tape, "grains", 40)
    tone, rough = (strewn(grains, tape, hz=2000, noisy=noisy) for noisy in (0.0, 1.0))
    assert shares(tone, 2000)[0] > 0.9
    assert shares(tone, 2000)[0] > shares(rough, 2000)[0]
