"""Tones that close on a loop, and voices made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from assetgen.backends.procedural.sounds.noise import drift
from assetgen.backends.procedural.sounds.tape import Tape
from assetgen.dsp.ring import filtered

_TURN = 2 * math.pi


def steady(tape: Tape, hz: float, *, phase: float = 0.0) -> Tensor:
    """Return a sine of the nearest frequency that closes, (N,)."""
    return torch.sin(((tape.time_s * tape.whole_hz(hz)).remainder(1.0) + phase) * _TURN).float()


def turns_of(tape: Tape, hz: Tensor) -> Tensor:
    """Return the phase of a gliding tone in turns, (..., N) float64, moved so little that it closes.

    Args:
        tape: the tape.
        hz: (..., N) frequency at every frame.
    """
    own = hz.double().roll(tape.origin, -1)
    turns = own.cumsum(-1) / tape.rate_hz
    if tape.loops:
        total = turns[..., -1:]
        ramp = (torch.arange(tape.frames, dtype=torch.float64) + 1) / tape.frames
        turns = turns + (torch.round(total) - total) * ramp
    return turns.roll(-tape.origin, -1)


def gliding(tape: Tape, hz: Tensor) -> Tensor:
    """Return a sine whose frequency changes, (..., N)."""
    return torch.sin(turns_of(tape, hz).remainder(1.0) * _TURN).float()


def whistling(tape: Tape, name: str, hz: Tensor, *, width_hz: float) -> Tensor:
    """Return a narrow band of noise that glides, (2, N), RMS about 1: wind in a gap, a breath over a bottle.

    Args:
        tape: the tape.
        name: the random stream.
        hz: (N,) middle of the band.
        width_hz: how wide it is.
    """
    angle = turns_of(tape, hz).remainder(1.0) * _TURN
    waves = drift(tape, name, fastest_hz=width_hz, slope=0.0, channels=4)
    cos, sin = angle.cos().float(), angle.sin().float()
    return torch.stack([waves[0] * cos + waves[1] * sin, waves[2] * cos + waves[3] * sin])


def buzz(turns: Tensor, *, bright: float) -> Tensor:
    """Return a tone with many harmonics that fall off: a throat, a reed, a motor; mean 0.

    Args:
        turns: phase in turns.
        bright: 0 nearly a sine to below 1 a train of pulses.
    """
    angle = turns.remainder(1.0) * _TURN
    # A geometric series of cosines in closed form.
    bottom = 1 - 2 * bright * angle.cos() + bright * bright
    return ((1 - bright * bright) / bottom - 1).float() * (0.5 * (1 - bright))


def vowels(tape: Tape, source: Tensor, formants: Sequence[tuple[float, float, float]]) -> Tensor:
    """Return a buzz shaped by the resonances of a mouth.

    Args:
        tape: the tape.
        source: (..., N).
        formants: (frequency in Hz, width in Hz, gain) of each resonance.
    """
    hz = tape.spectrum_hz
    gains = torch.zeros_like(hz)
    for middle, width, gain in formants:
        gains = gains + gain / torch.sqrt(1 + ((hz - middle) / (0.5 * width)).square())
    return filtered(source, gains)


def chirp(
    rate_hz: int,
    hz: Sequence[float],
    seconds: float,
    *,
    harmonics: Sequence[float] = (1.0,),
    flutter: float = 0.0,
) -> Tensor:
    """Return one whistled note that glides through frequencies, (M,), faded in and out.

    Args:
        rate_hz: sample rate.
        hz: frequencies at even steps of its length, smoothly joined.
        seconds: how long.
        harmonics: gain of each harmonic.
        flutter: depth of a fast tremble of its pitch, as a share.
    """
    count = max(round(seconds * rate_hz), 8)
    share = torch.linspace(0, 1, count, dtype=torch.float64)
    place = share * (len(hz) - 1)
    low = place.floor().clamp(max=max(len(hz) - 2, 0)).long()
    part = (place - low).clamp(0, 1)
    part = part * part * (3 - 2 * part)
    points = torch.tensor([*hz, hz[-1]], dtype=torch.float64)
    pitch = points[low] * (1 - part) + points[low + 1] * part
    if flutter:
        pitch = pitch * (1 + flutter * torch.sin(share * (_TURN * seconds * 55)))
    turns = pitch.cumsum(0) / rate_hz
    tone = sum(gain * torch.sin(turns * (number * _TURN)) for number, gain in enumerate(harmonics, start=1))
    edge = torch.sin(math.pi * share).clamp(min=0).pow(0.7)
    assert isinstance(tone, Tensor)
    return (tone * edge).float()
