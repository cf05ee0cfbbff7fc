"""Noise of any color, and slow random curves that steer it."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.tape import Tape

Shape = Callable[[Tensor], Tensor]
"""From frequencies in Hz (float64, above 0) to gains."""


def noise(tape: Tape, name: str, shape: Shape, *, channels: int = 2, width: float = 0.7) -> Tensor:
    """Return (channels, N) noise with a spectrum, RMS 1.

    Args:
        tape: the tape.
        name: the random stream.
        shape: its color.
        channels: 1 or 2.
        width: how different the two channels are, 0 the same to 1 unrelated.
    """
    count = tape.frames // 2 + 1
    gains = shape(tape.spectrum_hz.clamp(min=0.5 / tape.seconds)).float()
    gains[0] = 0.0
    drawn = torch.view_as_complex(tape.normal(name, (channels + 1) * count, 2)).view(channels + 1, count)
    own, common = math.sqrt(width), math.sqrt(1 - width)
    parts = drawn[:channels] * own + drawn[channels:] * common if channels > 1 else drawn[:1]
    made = tape.from_spectrum(parts * gains)
    # By the spectrum and not by the samples, so that the level does not hang on the chance of a few waves.
    level = math.sqrt(2 * float(gains.double().square().sum())) * math.sqrt(2) / tape.frames
    return made * (1 / max(level, 1e-20))


def drift(
    tape: Tape,
    name: str,
    *,
    fastest_hz: float,
    slope: float = 0.8,
    channels: int = 1,
    slowest_hz: float = 0.0,
) -> Tensor:
    """Return slow random curves, (channels, N), mean 0 and deviation 1 over many seeds.

    Args:
        tape: the tape.
        name: the random stream.
        fastest_hz: no wave is faster.
        slope: how much stronger slow waves are: gain falls with frequency to this power.
        channels: how many curves.
        slowest_hz: no wave is slower.
    """
    hz = tape.spectrum_hz
    inside = (hz > slowest_hz) & (hz <= max(fastest_hz, 1.5 / tape.seconds)) & (hz > 0)
    last = int(inside.nonzero()[-1]) + 1
    gains = torch.where(inside[:last], hz[:last].clamp(min=0.5 / tape.seconds).pow(-slope), 0.0).float()
    drawn = torch.view_as_complex(tape.normal(name, channels * last, 2)).view(channels, last) * gains
    spectrum = torch.zeros(channels, tape.frames // 2 + 1, dtype=torch.complex64)
    spectrum[:, :last] = drawn
    level = math.sqrt(2 * float(gains.double().square().sum())) * math.sqrt(2) / tape.frames
    return tape.from_spectrum(spectrum) * (1 / level)


def swell(curve: Tensor, *, sharp: float = 1.3) -> Tensor:
    """Return a curve of `drift` as 0..1: calm near 0, full near 1."""
    return 0.5 + 0.5 * torch.tanh(curve * (0.5 * sharp))


def pink(hz: Tensor) -> Tensor:
    """Return the gains of noise with equal power in every octave."""
    return hz.rsqrt()


def brown(hz: Tensor) -> Tensor:
    """Return the gains of noise that falls by 6 dB an octave."""
    return hz.reciprocal()


def lows(cutoff_hz: float, order: float = 2.0) -> Shape:
    """Return a low pass of 6 dB an octave for each order (Butterworth)."""
    return lambda hz: (1 + (hz / cutoff_hz).pow(2 * order)).rsqrt()


def highs(cutoff_hz: float, order: float = 2.0) -> Shape:
    """Return a high pass of 6 dB an octave for each order (Butterworth)."""
    return lambda hz: (1 + (cutoff_hz / hz).pow(2 * order)).rsqrt()


def band(center_hz: float, octaves: float) -> Shape:
    """Return a bell over the logarithm of frequency, `octaves` wide between its points of -3 dB."""
    return lambda hz: torch.exp(-0.5 * math.log(2) * (2 * torch.log2(hz / center_hz) / octaves).square())


def shaped(*shapes: Shape) -> Shape:
    """Return the product of several shapes."""

    def product(hz: Tensor) -> Tensor:
        gains = torch.ones_like(hz)
        for shape in shapes:
            gains = gains * shape(hz)
        return gains

    return product
