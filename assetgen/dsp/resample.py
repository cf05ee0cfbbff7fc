"""A sound at another sample rate, by its spectrum: ideal interpolation, and what repeats still repeats exactly."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from assetgen.media.audio import AudioClip

_TOP: Final = 0.95
"""Share of the lower half rate up to which all is kept; from there to the end it fades, which keeps ringing short."""
_GUARD_S: Final = 0.05
"""Silence behind what plays once, so that the spectrum's wrapping round brings its end not to its beginning."""


def resampled(clip: AudioClip, rate_hz: int) -> AudioClip:
    """Return a clip at another rate.

    The spectrum of all of a sound becomes as many more or fewer samples in one step, so a ring is as seamless as it
    was. A loop becomes a whole number of frames: the ratio of rates gives way by up to half a frame in its length.

    Args:
        clip: of any rate; its stems and loop go with it.
        rate_hz: wanted, as for clips.
    """
    old_hz = clip.sample_rate_hz
    if rate_hz == old_hz:
        return clip
    # The ratio of two numbers of frames between which everything is moved.
    if clip.loop is None:
        common = math.gcd(rate_hz, old_hz)
        before, behind = old_hz // common, rate_hz // common
    else:
        before = clip.loop[1] - clip.loop[0]
        behind = max(round(before * rate_hz / old_hz), 1)
    loop = None
    frames = max(round(clip.frames * behind / before), 1)
    if clip.loop is not None:
        start = math.ceil(clip.loop[0] * behind / before)
        loop = start, start + behind
        frames = max(frames, loop[1])

    def moved(samples: Tensor) -> Tensor:
        return _moved(_carried_on(samples, clip, before), before, behind)[:, :frames]

    return replace(
        clip,
        samples=moved(clip.samples),
        sample_rate_hz=rate_hz,
        loop=loop,
        stems={name: moved(stem) for name, stem in clip.stems.items()},
    )


def _carried_on(samples: Tensor, clip: AudioClip, period: int) -> Tensor:
    """Return samples with what is heard after their end, (C, a multiple of the period)."""
    if clip.is_ring:
        return samples
    guard = round(_GUARD_S * clip.sample_rate_hz)
    total = math.ceil((clip.frames + 2 * guard) / period) * period
    longer = samples.new_zeros(samples.shape[0], total)
    longer[:, : clip.frames] = samples
    if clip.loop is not None and clip.loop[1] == clip.frames:
        again = samples[:, clip.loop[0] :]
        longer[:, clip.frames : clip.frames + guard] = again.repeat(1, guard // again.shape[1] + 1)[:, :guard]
    return longer


def _moved(samples: Tensor, before: int, behind: int) -> Tensor:
    """Return one period of samples that is repeated for ever, at `behind` frames for each `before`."""
    count = samples.shape[1]
    wanted = count // before * behind
    spectrum = torch.fft.rfft(samples.double())
    kept = min(count, wanted) // 2 + 1
    made = spectrum.new_zeros(samples.shape[0], wanted // 2 + 1)
    place = torch.arange(kept, dtype=torch.float64) / (min(count, wanted) / 2)
    fade = ((1 - place) / (1 - _TOP)).clamp(0, 1)
    made[:, :kept] = spectrum[:, :kept] * torch.sin(fade * (math.pi / 2)).square()
    return (torch.fft.irfft(made, n=wanted) * (wanted / count)).float()
