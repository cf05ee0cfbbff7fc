"""Where a sound is: how far away, and what room answers it."""

from __future__ import annotations

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import Shape, highs, lows, shaped
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.dsp.ring import convolved, filtered, frequencies_hz


def colored(tape: Tape, samples: Tensor, shape: Shape) -> Tensor:
    """Return samples filtered by a shape without delay, round the tape."""
    return filtered(samples, shape(tape.spectrum_hz.clamp(min=0.5 / tape.seconds)))


def reverb(
    tape: Tape,
    samples: Tensor,
    name: str,
    *,
    seconds: float,
    dark_hz: float = 4000.0,
    before_s: float = 0.012,
) -> Tensor:
    """Return what a room answers to a sound, (2, N), about as loud as the sound: mix it in.

    Decaying noise, whose highs die first; on a tape that loops it comes round the end.

    Args:
        tape: the tape.
        samples: (1 or 2, N).
        name: the random stream.
        seconds: time in which it falls by 60 dB.
        dark_hz: highs above it die twice as fast.
        before_s: silence before the first reflection.
    """
    length = tape.frames_of(seconds * 1.1)
    time = torch.arange(length, dtype=torch.float32) / tape.rate_hz
    drawn = tape.normal(name, 2 * length).view(2, length)
    hz = frequencies_hz(length, tape.rate_hz).clamp(min=1.0)
    low = filtered(drawn, shaped(highs(90.0), lows(dark_hz, 1.0))(hz)) * torch.exp(time * (-6.91 / seconds))
    high = filtered(drawn, shaped(highs(dark_hz, 1.0), lows(4 * dark_hz, 1.0))(hz))
    tail = low + high * torch.exp(time * (-13.82 / seconds))
    tail[:, : tape.frames_of(before_s)] = 0.0
    tail = tail / tail.square().sum(-1, keepdim=True).sqrt()
    if not tape.loops:
        tail = tail[:, : tape.frames]
    return convolved(samples, tail)


def far_away(tape: Tape, samples: Tensor, share: float) -> Tensor:
    """Return samples as they arrive from a distance: duller and softer, 0 near to 1 a kilometre off.

    Source: ISO 9613-1, absorption of air (about 5 dB at 4 kHz and 30 dB at 10 kHz over 200 m).
    """
    if share <= 0:
        return samples
    if not tape.loops:
        # The filter answers before and behind; what begins at once would come round to the tape's end.
        samples = torch.nn.functional.pad(samples, (tape.frames_of(0.03), 0))[..., : tape.frames]
    cutoff_hz = 14_000.0 * (350.0 / 14_000.0) ** min(share, 1.0)
    return colored(tape, samples, lows(cutoff_hz, 1.0 + share)) * (1 - 0.6 * share)
