"""A sound to look at: its waveform above, its spectrogram below."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from assetgen.media.audio import AudioClip
from assetgen.media.image import ColorSpace, Image

_GROUND = (0.055, 0.065, 0.085)
_WAVE = (0.36, 0.78, 0.86)
_LOUD = (0.85, 0.95, 0.98)
_HEAT = (
    (0.0, (0.055, 0.065, 0.085)),
    (0.35, (0.16, 0.17, 0.42)),
    (0.62, (0.62, 0.22, 0.50)),
    (0.82, (0.96, 0.52, 0.25)),
    (1.0, (1.0, 0.95, 0.72)),
)
_RANGE_DB = 78.0
_LOWEST_HZ = 30.0


def draw_sound(clip: AudioClip, *, width: int, height: int, window: int = 2048) -> Image:
    """Return a picture of a sound, time to the right.

    The upper third shows the peaks and, brighter, the RMS of every column, full scale at its edges; below lies the
    spectrogram, 30 Hz at the bottom to the highest frequency at the top on a logarithmic scale, 78 dB deep.

    Args:
        clip: the sound.
        width: pixels.
        height: pixels.
        window: frames of each column of the spectrogram: a short one shows when, a long one how high.
    """
    upper = height // 3
    mono = clip.samples.mean(0)
    wave = _waveform(mono, width, upper - 2)
    gap = torch.tensor(_GROUND).expand(2, width, 3)
    spectrum = _spectrogram(mono, clip.sample_rate_hz, width, height - upper, window)
    return Image(torch.cat([wave, gap, spectrum]).clamp(0, 1).contiguous(), ColorSpace.SRGB)


def _waveform(mono: Tensor, width: int, height: int) -> Tensor:
    columns = torch.nn.functional.adaptive_max_pool1d
    top = columns(mono[None], width)[0]
    bottom = -columns(-mono[None], width)[0]
    rms = torch.nn.functional.adaptive_avg_pool1d(mono.square()[None], width)[0].sqrt()
    place = 1 - 2 * (torch.arange(height, dtype=torch.float32) + 0.5) / height
    inside = (place[:, None] <= top) & (place[:, None] >= bottom)
    middle = place[:, None].abs() <= rms
    picture = torch.tensor(_GROUND).expand(height, width, 3).clone()
    picture[inside] = torch.tensor(_WAVE)
    picture[middle & inside] = torch.tensor(_LOUD)
    return picture


def _spectrogram(mono: Tensor, rate_hz: int, width: int, height: int, window: int) -> Tensor:
    size = window if len(mono) >= 4096 else 512
    padded = torch.nn.functional.pad(mono, (size // 2, size // 2))
    starts = torch.linspace(0, max(len(padded) - size, 0), width).long()
    pieces = torch.stack([padded[start : start + size] for start in starts.tolist()])
    frames = pieces * torch.hann_window(size)
    power = torch.fft.rfft(frames).abs().square()
    highest = 0.48 * rate_hz
    share = 1 - (torch.arange(height, dtype=torch.float64) + 0.5) / height
    bins = _LOWEST_HZ * (highest / _LOWEST_HZ) ** share * size / rate_hz
    low = bins.floor().long().clamp(max=power.shape[1] - 2)
    part = (bins - low).float()
    rows = power[:, low] * (1 - part) + power[:, low + 1] * part
    db = 10 * torch.log10(rows.T + 1e-12)
    heat = ((db - float(db.max())) / _RANGE_DB + 1).clamp(0, 1)
    return _colored(heat)


def _colored(heat: Tensor) -> Tensor:
    picture = torch.zeros(*heat.shape, 3)
    for (low, first), (high, second) in pairwise(_HEAT):
        share = ((heat - low) / (high - low)).clamp(0, 1)[..., None]
        here = ((heat >= low) & (heat <= high))[..., None]
        color = torch.tensor(first) * (1 - share) + torch.tensor(second) * share
        picture = torch.where(here, color, picture)
    return picture
