"""Sounds to measure and master: rings by construction, the same on every machine."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.dsp.ring import frequencies_hz

RATE_HZ = 48_000


def sine(hz: float, frames: int, *, phase: float = 0.0, rate_hz: int = RATE_HZ) -> Tensor:
    """Return (1, N) of a sine at full scale; a ring if `hz` has whole turns in it."""
    time = torch.arange(frames, dtype=torch.float64) / rate_hz
    return torch.sin(2 * math.pi * hz * time + phase).float()[None]


def noise(frames: int, *, seed: int = 1, slope: float = 0.8, channels: int = 2) -> Tensor:
    """Return (C, N) noise on a ring whose amplitude falls with frequency, RMS 0.1."""
    generator = torch.Generator().manual_seed(seed)
    spectrum = torch.randn(channels, frames // 2 + 1, dtype=torch.complex64, generator=generator)
    spectrum *= frequencies_hz(frames, RATE_HZ).clamp(min=20).pow(-slope).float()
    spectrum[:, 0] = 0
    made = torch.fft.irfft(spectrum, frames)
    return made * (0.1 / made.std())


def pad(frames: int) -> Tensor:
    """Return (2, N) of a sustained chord on a ring: where a click is heard most."""
    seconds = frames / RATE_HZ
    voices = [
        level * sine(round(hz * ratio * seconds) / seconds, frames, phase=hz + ratio)
        for hz in (130.81, 155.56, 196.0)
        for ratio, level in ((1.0, 1.0), (2.001, 0.4), (3.0, 0.2), (1.004, 0.8))
    ]
    chord = torch.cat(voices).sum(0, keepdim=True)
    chord = chord * (0.5 / chord.abs().max())
    return torch.cat([chord, chord.roll(311, -1)])


def pulses(frames: int, count: int) -> Tensor:
    """Return (2, N) of decaying knocks over quiet noise, evenly round a ring and none at its end."""
    time = torch.arange(frames, dtype=torch.float64) / RATE_HZ
    period = frames / RATE_HZ / count
    since = (time + period / 2).remainder(period)
    knock = (torch.exp(-40 * since) * torch.sin(2 * math.pi * 400 * since)).float()
    return knock.expand(2, -1) * 0.8 + noise(frames) * 0.02
