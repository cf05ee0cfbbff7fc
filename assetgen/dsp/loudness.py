"""How loud a sound is, and how high its peaks really are.

Source: ITU-R BS.1770-4 (K-weighting, gating, true peak), EBU Tech 3341. Blocks go round the end of a ring, so where a
loop happens to begin makes no difference.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from assetgen.dsp.filters import Biquad, put_through

SILENCE_LUFS = -120.0
_OFFSET_DB = -0.691
_BLOCK_S, _HOP_S = 0.4, 0.1
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, 10.0
_PHASES, _TAPS = 4, 32
_CHUNK = 1 << 20


def integrated_loudness(samples: Tensor, rate_hz: int, *, is_ring: bool) -> float:
    """Return the gated loudness in LUFS; of a sound shorter than 0.4 s, that of all of it.

    Args:
        samples: (C, N) float32.
        rate_hz: sample rate.
        is_ring: whether it repeats without end.

    Returns:
        LUFS, -120 for silence.
    """
    frames = samples.shape[-1]
    power = torch.zeros(frames, dtype=torch.float64)
    for channel in put_through(samples, _k_weighting(rate_hz), rate_hz, is_ring=is_ring):
        power += channel.double().square_()
    block, hop = round(_BLOCK_S * rate_hz), round(_HOP_S * rate_hz)
    if frames < block:
        return _lufs(float(power.mean()))
    if is_ring:
        power = torch.cat([power, power[: block - 1]])
    sums = torch.nn.functional.pad(power.cumsum(0), (1, 0))
    starts = torch.arange(0, frames if is_ring else frames - block + 1, hop)
    means = (sums[starts + block] - sums[starts]) / block
    means = means[means > _power(_ABSOLUTE_GATE_LUFS)]
    if means.numel() == 0:
        return SILENCE_LUFS
    gate = float(means.mean()) * 10 ** (-_RELATIVE_GATE_LU / 10)
    return _lufs(float(means[means > gate].mean()))


def true_peak_db(samples: Tensor, *, is_ring: bool) -> float:
    """Return the highest peak between samples too, in dB of full scale, -120 for silence.

    Args:
        samples: (C, N) float32.
        is_ring: whether it repeats without end.
    """
    return 20 * math.log10(max(float(peaks(samples, is_ring=is_ring).amax()), 1e-6))


def peaks(samples: Tensor, *, is_ring: bool) -> Tensor:
    """Return for every frame the highest of it and the three points between it and the next, over all channels.

    Four phases of a windowed sinc, which is within 0.05 dB up to 0.45 of the sample rate. Works in pieces, so an
    hour needs no more memory than a minute.

    Returns:
        (N,) float32.
    """
    frames = samples.shape[-1]
    reach = _TAPS // 2
    kernel = _interpolator().to(samples.dtype)
    found = torch.empty(frames)
    for start in range(0, frames, _CHUNK):
        end = min(start + _CHUNK, frames)
        index = torch.arange(start - reach + 1, end + reach)
        if is_ring:
            piece = samples[:, index.remainder(frames)]
        else:
            piece = samples[:, index.clamp(0, frames - 1)] * ((index >= 0) & (index < frames))
        between = torch.nn.functional.conv1d(piece[:, None], kernel[:, None])
        found[start:end] = between.abs().amax(dim=(0, 1))
    return found


def _interpolator() -> Tensor:
    """Return (4, taps) the sinc at 0, 1/4, 1/2 and 3/4 behind its middle, under a Kaiser window."""
    place = torch.arange(_TAPS, dtype=torch.float64) - (_TAPS // 2 - 1)
    away = place[None] - torch.arange(_PHASES, dtype=torch.float64)[:, None] / _PHASES
    inside = (1 - (away / (_TAPS // 2)).square()).clamp(min=0).sqrt()
    window = torch.special.i0(8.0 * inside) / torch.special.i0(torch.tensor(8.0, dtype=torch.float64))
    kernel = torch.special.sinc(away) * window
    return kernel / kernel.sum(1, keepdim=True)


def _k_weighting(rate_hz: int) -> tuple[Biquad, Biquad]:
    """Return a shelf for the head and a high pass, for any sample rate.

    They are made from the analog prototypes of the 48 kHz tables in BS.1770.
    """
    k = math.tan(math.pi * 1681.974450955533 / rate_hz)
    q = 0.7071752369554196
    gain = 10 ** (3.999843853973347 / 20)
    half = gain**0.4996667741545416
    shelf = (
        (gain + half * k / q + k * k, 2 * (k * k - gain), gain - half * k / q + k * k),
        (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k),
    )
    k = math.tan(math.pi * 38.13547087602444 / rate_hz)
    q = 0.5003270373238773
    norm = 1 + k / q + k * k
    high = ((1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm))
    return shelf, high


def _lufs(power: float) -> float:
    return _OFFSET_DB + 10 * math.log10(power) if power > 1e-12 else SILENCE_LUFS


def _power(lufs: float) -> float:
    return 10 ** ((lufs - _OFFSET_DB) / 10)
