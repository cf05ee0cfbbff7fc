"""The usual filters: their frequency responses, for `ring.filtered`, and whole sounds put through them.

Source: Robert Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients"; the responses are
those of the digital filters, evaluated on the unit circle.
"""

from __future__ import annotations

import math
from functools import lru_cache

import scipy.fft
import torch
from torch import Tensor

from assetgen.dsp.ring import filtered, frequencies_hz

_PIECE = 1 << 18
Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Numerator and denominator, lowest power of 1/z first."""


def response(biquad: Biquad, frames: int, rate_hz: int) -> Tensor:
    """Return the complex response of a biquad at the frequencies of a ring, (frames // 2 + 1,)."""
    angle = frequencies_hz(frames, rate_hz) * (-2.0 * math.pi / rate_hz)
    found = torch.empty(angle.shape, dtype=torch.complex128)
    (b0, b1, b2), (a0, a1, a2) = biquad
    # In pieces: of ten minutes, every intermediate result at once takes a quarter of a gigabyte.
    for part, out in zip(angle.split(_PIECE), found.split(_PIECE), strict=True):
        z1 = torch.polar(torch.ones_like(part), part)
        z2 = z1 * z1
        torch.div(b0 + b1 * z1 + b2 * z2, a0 + a1 * z1 + a2 * z2, out=out)
    return found


def put_through(samples: Tensor, biquads: tuple[Biquad, ...], rate_hz: int, *, is_ring: bool) -> Tensor:
    """Return a sound that went through some filters, one after the other.

    Before it comes its own end if it is a ring, else silence, for the filters to settle; so the transform need not
    be of the ring's own length, which may be a prime one that takes four times as long.

    Args:
        samples: (C, N).
        biquads: each must have died away within a quarter of a second.
        rate_hz: sample rate.
        is_ring: whether the sound repeats without end.
    """
    frames, settling = samples.shape[-1], rate_hz // 4
    size = scipy.fft.next_fast_len(frames + settling, real=True)
    if is_ring:
        turns = -(-settling // frames)
        before = samples.repeat(1, turns)[:, turns * frames - settling :]
        laid = torch.cat([torch.zeros(len(samples), size - frames - settling), before, samples], -1)
    else:
        laid = torch.nn.functional.pad(samples, (size - frames, 0))
    return filtered(laid, _joint_response(biquads, size, rate_hz))[..., size - frames :].contiguous()


@lru_cache(maxsize=2)
def _joint_response(biquads: tuple[Biquad, ...], frames: int, rate_hz: int) -> Tensor:
    """Return the response of some filters; mastering asks for the same ones many times over."""
    joint = torch.ones(frames // 2 + 1, dtype=torch.complex128)
    for biquad in biquads:
        joint *= response(biquad, frames, rate_hz)
    return joint.to(torch.complex64)


def low_pass(cutoff_hz: float, rate_hz: int, *, q: float = math.sqrt(0.5)) -> Biquad:
    """Return a low pass of 12 dB an octave."""
    cos, alpha = _angle(cutoff_hz, rate_hz, q)
    return ((1 - cos) / 2, 1 - cos, (1 - cos) / 2), (1 + alpha, -2 * cos, 1 - alpha)


def high_pass(cutoff_hz: float, rate_hz: int, *, q: float = math.sqrt(0.5)) -> Biquad:
    """Return a high pass of 12 dB an octave."""
    cos, alpha = _angle(cutoff_hz, rate_hz, q)
    return ((1 + cos) / 2, -1 - cos, (1 + cos) / 2), (1 + alpha, -2 * cos, 1 - alpha)


def band_pass(center_hz: float, rate_hz: int, *, q: float) -> Biquad:
    """Return a band pass whose peak has a gain of 1."""
    cos, alpha = _angle(center_hz, rate_hz, q)
    return (alpha, 0.0, -alpha), (1 + alpha, -2 * cos, 1 - alpha)


def peak(center_hz: float, rate_hz: int, *, gain_db: float, q: float = 1.0) -> Biquad:
    """Return a bell that lifts or lowers what lies around a frequency."""
    cos, alpha = _angle(center_hz, rate_hz, q)
    a = 10 ** (gain_db / 40)
    return (1 + alpha * a, -2 * cos, 1 - alpha * a), (1 + alpha / a, -2 * cos, 1 - alpha / a)


def low_shelf(corner_hz: float, rate_hz: int, *, gain_db: float, q: float = math.sqrt(0.5)) -> Biquad:
    """Return a shelf that lifts or lowers everything below a frequency."""
    cos, alpha = _angle(corner_hz, rate_hz, q)
    a = 10 ** (gain_db / 40)
    root = 2 * math.sqrt(a) * alpha
    return (
        a * ((a + 1) - (a - 1) * cos + root),
        2 * a * ((a - 1) - (a + 1) * cos),
        a * ((a + 1) - (a - 1) * cos - root),
    ), ((a + 1) + (a - 1) * cos + root, -2 * ((a - 1) + (a + 1) * cos), (a + 1) + (a - 1) * cos - root)


def high_shelf(corner_hz: float, rate_hz: int, *, gain_db: float, q: float = math.sqrt(0.5)) -> Biquad:
    """Return a shelf that lifts or lowers everything above a frequency."""
    cos, alpha = _angle(corner_hz, rate_hz, q)
    a = 10 ** (gain_db / 40)
    root = 2 * math.sqrt(a) * alpha
    return (
        a * ((a + 1) + (a - 1) * cos + root),
        -2 * a * ((a - 1) + (a + 1) * cos),
        a * ((a + 1) + (a - 1) * cos - root),
    ), ((a + 1) - (a - 1) * cos + root, 2 * ((a - 1) - (a + 1) * cos), (a + 1) - (a - 1) * cos - root)


def _angle(frequency_hz: float, rate_hz: int, q: float) -> tuple[float, float]:
    """Return the cosine of a filter's angle and its alpha; frequencies are kept below Nyquist."""
    angle = 2 * math.pi * min(frequency_hz, 0.49 * rate_hz) / rate_hz
    return math.cos(angle), math.sin(angle) / (2 * q)
