"""Sound on a ring: what runs past the end comes in at the beginning, so a loop has no seam to hide.

Time is the last dimension of every tensor. Filters multiply the spectrum of one period, which is exact on a ring
and needs no settling: there is no first sample. A sound that plays once is laid on a longer ring with silence behind
it (`padded`), where nothing can come round.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def frequencies_hz(frames: int, rate_hz: int) -> Tensor:
    """Return the frequencies of a ring's real spectrum, (frames // 2 + 1,) float64."""
    return torch.arange(frames // 2 + 1, dtype=torch.float64) * (rate_hz / frames)


def filtered(samples: Tensor, response: Tensor) -> Tensor:
    """Return samples whose spectrum was multiplied by a response.

    Args:
        samples: (..., N) one period.
        response: (N // 2 + 1,) real gains or complex response at `frequencies_hz`.
    """
    spectrum = torch.fft.rfft(samples) * response.to(
        torch.complex64 if response.is_complex() else torch.float32
    )
    return torch.fft.irfft(spectrum, samples.shape[-1])


def convolved(samples: Tensor, impulse: Tensor) -> Tensor:
    """Return samples convolved with an impulse response round the ring; a longer one wraps onto itself.

    Args:
        samples: (..., N) one period.
        impulse: (..., M) of any length; its leading dimensions broadcast.
    """
    frames = samples.shape[-1]
    return torch.fft.irfft(torch.fft.rfft(samples) * torch.fft.rfft(wrapped(impulse, frames)), frames)


def wrapped(samples: Tensor, frames: int) -> Tensor:
    """Return samples of any length laid round a ring of `frames`, overlaps summed."""
    length = samples.shape[-1]
    turns = math.ceil(length / frames)
    if turns <= 1:
        return torch.nn.functional.pad(samples, (0, frames - length))
    full = torch.nn.functional.pad(samples, (0, turns * frames - length))
    return full.unflatten(-1, (turns, frames)).sum(-2)


def padded(samples: Tensor, tail: int) -> Tensor:
    """Return samples with `tail` frames of silence behind them: a ring on which nothing comes round too soon."""
    return torch.nn.functional.pad(samples, (0, tail))


def delayed(samples: Tensor, frames: float) -> Tensor:
    """Return samples delayed round the ring by a number of frames that need not be whole."""
    count = samples.shape[-1]
    whole = round(frames)
    turned = samples.roll(whole, -1)
    rest = frames - whole
    if abs(rest) < 1e-9:
        return turned
    angle = torch.arange(count // 2 + 1, dtype=torch.float64) * (-2.0 * math.pi * rest / count)
    phase = torch.polar(torch.ones_like(angle), angle)
    if count % 2 == 0:
        # The highest wave of an even ring has no phase of its own.
        phase[-1] = math.cos(math.pi * rest)
    return filtered(turned, phase)


def wrap_add(target: Tensor, grain: Tensor, start: int) -> None:
    """Add a grain to a ring in place, from frame `start` on and round the end as often as it is long.

    Args:
        target: (..., N).
        grain: (..., M) whose leading dimensions broadcast to the target's.
        start: frame of its first sample, any whole number.
    """
    frames, at, done = target.shape[-1], start % target.shape[-1], 0
    while done < grain.shape[-1]:
        count = min(frames - at, grain.shape[-1] - done)
        target[..., at : at + count] += grain[..., done : done + count]
        done += count
        at = 0


def sliding_max(values: Tensor, reach: int) -> Tensor:
    """Return for every frame the largest value within `reach` frames before and behind it, round the ring."""
    width = min(2 * reach + 1, values.shape[-1])
    largest, covered = values, 1
    while 2 * covered <= width:
        largest = torch.maximum(largest, largest.roll(-covered, -1))
        covered *= 2
    if covered < width:
        largest = torch.maximum(largest, largest.roll(-(width - covered), -1))
    return largest.roll(width // 2, -1)


def smoothed(values: Tensor, reach: int) -> Tensor:
    """Return values averaged round the ring with a Hann window of `reach` frames to either side."""
    window = torch.hann_window(2 * reach + 3, periodic=False, dtype=torch.float64)[1:-1]
    return convolved(values, (window / window.sum()).to(values.dtype)).roll(-reach, -1)
